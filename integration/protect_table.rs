//! Every row of the table of what the host runs later: it cannot be written, replaced, renamed,
//! deleted, nor put aside with the directory above it.

use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::policy::Os;
use ai_jail::policy::protect::{HOME, HOME_OPEN, PROJECT};
use ai_jail::policy::shared::{SHARED, has_row};

use crate::harness::{Snapshot, World};

/// Tries every way to change each of the arguments; one line for each way that worked.
const ATTACK: &str = r#"
    for path; do
        what=$path; test -d "$path" && what=$path/content
        (echo evil >> "$what") 2> /dev/null && echo "written: $path"
        (: > "$what") 2> /dev/null && echo "emptied: $path"
        if test -d "$path"; then
            (: > "$path/new") 2> /dev/null && echo "added to: $path"
            rm "$path/content" 2> /dev/null && echo "entry deleted: $path"
        fi
        chmod 777 "$what" 2> /dev/null && echo "mode changed: $path"
        touch "$what" 2> /dev/null && echo "touched: $path"
        ln "$what" "$path.link" 2> /dev/null && echo "linked: $path"
        mv "$path" "$path.aside" 2> /dev/null && echo "renamed: $path" && mv "$path.aside" "$path"
        echo evil > "$path.evil"
        mv -fT "$path.evil" "$path" 2> /dev/null && echo "replaced: $path"
        rm -f "$path.evil"
        rm -r "$path" 2> /dev/null && echo "deleted: $path"
        # Every directory above, as far as there is something to gain; and back.
        parent=$(dirname "$path")
        while test "$parent" != "$HOME" && test "$parent" != "$PROJECT"; do
            if mv "$parent" "$parent.aside" 2> /dev/null; then
                mkdir -p "$parent" && echo "parent moved: $path"
                rmdir "$parent" && mv "$parent.aside" "$parent"
            fi
            parent=$(dirname "$parent")
        done
    done
    true"#;

/// A world with something at each row; relative to its root.
fn world(content: impl Fn(&World, &Path)) -> (World, Vec<PathBuf>) {
    let world = World::new();
    let home = HOME.iter().map(|row| world.home().join(row.path));
    let project = PROJECT.iter().map(|row| world.project().join(row.path));
    let paths: Vec<PathBuf> = home.chain(project).collect();
    for path in &paths {
        content(&world, path);
    }
    // Where mise is, a jail makes the place that it keeps from mise.
    world.directory("home/.local/state/mise");
    for row in HOME_OPEN {
        let path = world.home().join(row.path);
        if path.parent().is_some_and(Path::is_dir) {
            world.file(path, "");
        }
    }
    (world, paths)
}

fn attack<'a>(world: &World, paths: &'a [PathBuf]) -> Vec<&'a Path> {
    let words = ["sh", "-c", ATTACK, "sh"].map(PathBuf::from);
    let run = world.exec(words.iter().chain(paths));
    let ended = run.env("PROJECT", world.project()).run();
    assert_eq!(ended.code(), 0, "{ended}");
    paths
        .iter()
        .filter(|path| {
            let name = path.to_str().expect("plain");
            ended.out().lines().any(|line| line.ends_with(&format!(": {name}")))
        })
        .map(PathBuf::as_path)
        .collect()
}

/// The same outside changes all of them: the control.
fn attack_outside(world: &World, paths: &[PathBuf]) {
    let words = ["sh", "-c", ATTACK, "sh"].map(PathBuf::from);
    let run = world.outside(words.iter().chain(paths)).env("PROJECT", world.project());
    let ended = run.run();
    for path in paths {
        for way in ["written", "emptied", "linked", "renamed", "deleted", "parent moved"] {
            let line = format!("{way}: {}\n", path.display());
            assert!(ended.out().contains(&line), "{way}: {}: {ended}", path.display());
        }
    }
}

#[test]
fn every_row_that_is_a_directory() {
    let (world, paths) = world(|world, path| {
        world.file(path.join("content"), "x");
    });
    let before = Snapshot::of(world.root());
    assert_eq!(attack(&world, &paths), Vec::<&Path>::new());
    before.is_unchanged();
    attack_outside(&world, &paths);
}

#[test]
fn every_row_that_is_a_file() {
    let (world, paths) = world(|world, path| {
        world.file(path, "x");
    });
    let before = Snapshot::of(world.root());
    assert_eq!(attack(&world, &paths), Vec::<&Path>::new());
    before.is_unchanged();
    attack_outside(&world, &paths);
}

#[test]
fn all_of_it_can_be_read() {
    let (world, paths) = world(|world, path| {
        world.file(path, "x");
    });
    let words = ["cat".into()].into_iter().chain(paths.iter().cloned());
    assert_eq!(world.exec(words).run().ok(), "x".repeat(paths.len()));
}

#[test]
fn without_protection_all_of_it_can_be_written() {
    let (world, paths) = world(|world, path| {
        world.file(path, "x");
    });
    let words = ["sh", "-c", "for path; do echo y > \"$path\" || exit; done", "sh"];
    let words: Vec<PathBuf> = words.map(PathBuf::from).into_iter().chain(paths.clone()).collect();
    world.exec_with(["--no-protect"], &words).run().ok();
    for path in &paths {
        assert_eq!(fs::read(path).expect("it is there"), b"y\n", "{}", path.display());
    }
}

#[test]
fn what_is_beside_a_row_can_be_written() {
    let (world, paths) = world(|world, path| {
        world.file(path.join("content"), "x");
    });
    let script = "for path; do : > \"$(dirname \"$path\")/beside\" || exit; done";
    // What is in an entry of a shared directory is held with it, unless tools keep state there.
    let in_entry = |path: &PathBuf| {
        let below = path.strip_prefix(world.home()).unwrap_or(path);
        let names =
            SHARED.iter().find_map(|shared| Some((shared, below.strip_prefix(shared).ok()?)));
        names.is_some_and(|(shared, below)| {
            let mut names = below.components();
            let entry = names.next().map(|name| Path::new(shared).join(name));
            names.next().is_some() && !entry.is_some_and(|entry| has_row(Os::Linux, &entry))
        })
    };
    let paths: Vec<PathBuf> = paths.into_iter().filter(|path| !in_entry(path)).collect();
    assert!(paths.len() > 80, "{}", paths.len());
    let words = ["sh", "-c", script, "sh"].map(PathBuf::from).into_iter().chain(paths.clone());
    // `.jj/repo` and the like are directories of their own then, but not read-only ones.
    world.exec(words).run().ok();
    for path in &paths {
        assert!(path.with_file_name("beside").exists(), "{}", path.display());
    }
}

#[test]
fn a_row_that_the_home_lacks_makes_nothing() {
    let world = World::new();
    for row in HOME {
        let (top, _) = row.path.split_once('/').expect("all are in a directory");
        world.directory(format!("home/{top}"));
    }
    let before = Snapshot::of(world.root());
    world.sh("true").run().ok();
    before.is_unchanged();
}

#[test]
fn the_lock_of_uv_stays_writable() {
    let world = World::new();
    let lock = world.file("home/.local/share/uv/tools/.lock", "");
    let tool = world.file("home/.local/share/uv/tools/tool/bin/tool", "x");
    let script = format!(": > {} && ! (: > {}) 2> /dev/null", lock.display(), tool.display());
    world.sh(&script).run().ok();
    // What it is good for is a lock, and no program.
    let script = format!("mv {0} {0}.aside", lock.display());
    assert_ne!(world.sh(&script).run().code(), 0);
}

#[test]
fn a_directory_of_settings_behind_a_link() {
    let world = World::new();
    let file = world.file("elsewhere/config/fish/config.fish", "x");
    world.link("../elsewhere/config", "home/.config");
    let beside = world.file("elsewhere/config/configstore/settings", "x");
    let script = format!(
        "echo y > {}; (echo y > {}) 2> /dev/null; mv ~/.config/fish ~/.config/x 2> /dev/null; true",
        beside.display(),
        file.display()
    );
    world.sh(&script).run().ok();
    assert_eq!(fs::read(file).expect("it is there"), b"x");
    assert_eq!(fs::read(beside).expect("it is there"), b"y\n");
}
