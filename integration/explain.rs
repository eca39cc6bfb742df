//! `--explain` says what a real jail really shows: every kind of answer, every row of the tables.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::policy::devices::BASIC;
use ai_jail::policy::home::HOME;
use ai_jail::policy::system::{CHAINS, DEEPER, LOCKDOWN_MASKS, MASKS, ROOT};
use serde_json::Value;

use crate::harness::World;

/// What can be done at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Seen {
    exists: bool,
    readable: bool,
    writable: bool,
}

/// Tries each path: lists or asks, and really writes. It leaves nothing.
const TRY: &str = r#"
    for path; do
        seen=
        real=$(readlink -m "$path")
        test -e "$path" && seen="$seen e"
        if test -d "$path"; then
            ls -A "$path" > /dev/null 2>&1 && seen="$seen r"
            (: > "$path/.probe") 2> /dev/null && rm "$path/.probe" && seen="$seen w"
        elif test -e "$path"; then
            test -r "$path" && seen="$seen r"
            (: >> "$path") 2> /dev/null && seen="$seen w"
        else
            (: > "$path") 2> /dev/null && rm "$real" && seen="$seen w"
        fi
        echo ".$seen"
    done"#;

/// Writes to each path and leaves it.
const LEAVE: &str = r#"
    for path; do
        if test -d "$path"; then path="$path/.probe"; fi
        (echo written >> "$path") 2> /dev/null
    done
    exit 0"#;

/// What a real jail with these flags shows.
fn really(world: &World, flags: &[&str], paths: &[PathBuf]) -> Vec<Seen> {
    let words = ["sh", "-c", TRY, "sh"].map(OsString::from).into_iter();
    let ended = world.exec_with(flags, words.chain(paths.iter().map(Into::into))).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let line = |line: &str| {
        let has = |letter| line.split(' ').any(|word| word == letter);
        Seen { exists: has("e"), readable: has("r"), writable: has("w") }
    };
    let seen: Vec<Seen> = ended.out().lines().map(line).collect();
    assert_eq!(seen.len(), paths.len(), "{ended}");
    seen
}

/// `--explain PATH --json` with these flags.
fn explain(world: &World, flags: &[&str], path: impl AsRef<OsStr>) -> Value {
    let mut words: Vec<OsString> = flags.iter().map(OsString::from).collect();
    words.extend(["--json".into(), "--explain".into(), path.as_ref().to_owned()]);
    let ended = world.jail(words).run();
    serde_json::from_str(ended.ok()).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

/// What the explanation promises; `None` where it says that only the jail can tell.
fn promised(answer: &Value) -> Option<Seen> {
    let is = |key: &str| answer[key].as_bool().unwrap_or_else(|| panic!("no {key}: {answer}"));
    let exists = answer["exists"].as_bool()?;
    Some(Seen { exists, readable: is("readable"), writable: is("writable") })
}

/// Compares all paths. Gives the number of those on which there was something to compare.
fn compare(world: &World, flags: &[&str], paths: &[PathBuf]) -> usize {
    let answers: Vec<Value> = paths.iter().map(|path| explain(world, flags, path)).collect();
    let mut compared = 0;
    for ((path, answer), seen) in paths.iter().zip(&answers).zip(really(world, flags, paths)) {
        let Some(promised) = promised(answer) else { continue };
        assert_eq!(promised, seen, "{flags:?} {}: {answer:#}", path.display());
        compared += 1;
    }
    compared
}

/// Compares whether what is written to each path is on the host afterwards.
fn compare_kept(world: &World, flags: &[&str], paths: &[PathBuf]) {
    let answers: Vec<Value> = paths.iter().map(|path| explain(world, flags, path)).collect();
    let text = |path: &PathBuf| {
        let file = if path.is_dir() { &path.join(".probe") } else { path };
        fs::read_to_string(file).unwrap_or_default()
    };
    let before: Vec<String> = paths.iter().map(text).collect();
    let words = ["sh", "-c", LEAVE, "sh"].map(OsString::from).into_iter();
    world.exec_with(flags, words.chain(paths.iter().map(Into::into))).run().ok();
    for ((path, answer), before) in paths.iter().zip(answers).zip(before) {
        let kept = text(path) != before;
        assert_eq!(answer["kept"], kept, "{flags:?} {}: {answer:#}", path.display());
    }
}

/// A home with an entry for every row, as a directory with a file in it, or as a file.
fn fill_home(world: &World, as_directories: bool) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for row in HOME {
        let entry = world.home().join(row.path.replace('*', "-sample"));
        let file = if as_directories { entry.join("content") } else { entry.clone() };
        if file.is_dir() {
            continue;
        }
        world.file(&file, "content");
        let nothing = entry.join("nothing-of-this-name");
        paths.extend([entry, file, nothing]);
    }
    paths
}

/// The places of the system's tables, the mounts of the plan, and what lies beside each.
fn system_paths(world: &World, flags: &[&str]) -> Vec<PathBuf> {
    let tables = [ROOT, DEEPER, CHAINS, MASKS, LOCKDOWN_MASKS].into_iter().flatten();
    let mut paths: Vec<PathBuf> = tables.map(|row| row.path.replace('*', "").into()).collect();
    // /dev/tty opens only where there is a terminal, which is not the jail's to say.
    let devices = BASIC.iter().map(|(name, _)| Path::new("/dev").join(name));
    paths.extend(devices.filter(|path| path != Path::new("/dev/tty")));
    let ended = world.jail(flags.iter().chain(&["--dry-run=json"])).run();
    let plan: Value = serde_json::from_str(ended.ok()).expect("JSON");
    for mount in plan["mounts"].as_array().expect("a list") {
        let place = PathBuf::from(mount["dest"].as_str().expect("a path"));
        paths.extend(place.ancestors().map(Path::to_path_buf));
        paths.push(place.join("nothing-of-this-name"));
    }
    paths.sort();
    paths.dedup();
    paths
}

/// Paths of every other kind, with what has to be there for them.
fn odd_paths(world: &World) -> Vec<PathBuf> {
    let (home, project) = (world.home(), world.project().to_owned());
    world.file("home/Documents/letter", "x");
    world.file("home/.tool/settings", "x");
    world.file("home/.ssh/key", "x");
    world.file("data/file", "x");
    world.file("home/project/plain", "x");
    world.file("home/project/.ai-jail", "no_gpu = true\n");
    world.link(home.join(".ssh"), "home/project/keys");
    world.link(".ssh", "home/.link-to-ssh");
    world.link(".tool", "home/.link-to-tool");
    world.link("/usr", "home/project/usr");
    world.link("../../data", "home/project/data");
    world.link("nowhere/at/all", "home/project/dangling");
    world.link("loop", "home/project/loop");
    let private = world.file("home/project/private/file", "x");
    let closed = world.directory("home/project/closed");
    world.file("home/project/closed/file", "x");
    for (path, mode) in [(&private, 0o000), (&closed, 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }
    let mut paths: Vec<PathBuf> = [
        "",
        ".ai-jail",
        "plain",
        "plain/below",
        "nothing",
        "nothing/below",
        "keys",
        "keys/key",
        "usr",
        "usr/bin/env",
        "data",
        "data/file",
        "dangling",
        "loop",
        "loop/below",
        "private",
        "private/file",
        "closed",
        "closed/file",
        "closed/nothing",
        "./plain",
        "../project/plain",
        "keys/..",
        "..",
        "../..",
    ]
    .map(|name| project.join(name))
    .into();
    let in_home = [
        "",
        "Documents",
        "Documents/letter",
        ".tool",
        ".tool/settings",
        ".tool/new",
        ".ssh/key",
        ".ssh",
        ".link-to-ssh",
        ".link-to-ssh/key",
        ".link-to-tool/settings",
        ".new",
        "new",
        ".new/below",
    ];
    paths.extend(in_home.map(|name| home.join(name)));
    paths.extend([world.root().join("data"), world.root().join("data/file")]);
    let elsewhere = [
        "/",
        "/srv",
        "/mnt/x",
        "/var",
        "/var/log",
        "/var/run",
        "/var/tmp/new",
        "/home",
        "/root",
        "/etc/passwd",
        "/etc/shadow",
        "/usr/bin/env",
        "/usr/new",
        "/new",
        "/tmp/new",
        "/tmp/.X11-unix",
        "/run/new",
        "/run/new/below",
        "/run/docker.sock",
        "/dev/new",
        "/dev/kvm",
        "/dev/sda",
        "/dev/fuse",
        "/dev/shm/new",
        "/proc/cpuinfo",
        "/proc/version",
        "/proc/no-such-entry",
        "/proc/self/status",
        "/proc/1",
        "/proc/sys/kernel/hostname",
        "/sys/kernel/debug/x",
        "/sys/class/net/lo",
        "/sys/devices/virtual/dmi/id",
        "/sys/module/loop",
    ];
    paths.extend(elsewhere.map(PathBuf::from));
    paths
}

#[test]
fn every_row_of_the_home_is_as_explained() {
    for as_directories in [true, false] {
        let world = World::new();
        let paths = fill_home(&world, as_directories);
        assert!(compare(&world, &[], &paths) > 200);
        compare_kept(&world, &[], &paths);
    }
}

#[test]
fn every_row_of_the_home_is_as_explained_in_lockdown() {
    let world = World::new();
    let paths = fill_home(&world, true);
    assert!(compare(&world, &["--lockdown"], &paths) > 200);
}

#[test]
fn every_place_of_the_system_is_as_explained() {
    let world = World::new();
    for flags in [&[][..], &["--lockdown"]] {
        assert!(compare(&world, flags, &system_paths(&world, flags)) > 40);
    }
}

#[test]
fn paths_of_every_kind_are_as_explained() {
    for flags in [&[][..], &["--lockdown"], &["--clean"], &["--no-landlock"]] {
        let world = World::new();
        let paths = odd_paths(&world);
        assert!(compare(&world, flags, &paths) > 60);
    }
}

#[test]
fn root_sees_what_was_explained() {
    for flags in [&[][..], &["--lockdown"]] {
        let world = World::new();
        let paths = fill_home(&world, true);
        assert!(compare(&world, flags, &paths) > 200);
        assert!(compare(&world, flags, &system_paths(&world, flags)) > 40);
        assert!(compare(&world, flags, &odd_paths(&world)) > 60);
    }
}
