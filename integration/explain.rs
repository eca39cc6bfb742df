//! `--explain` says what a real jail really shows: every kind of answer, every kind of row of the tables.

mod paths;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::World;
pub use paths::kinds_of_rows;
pub use paths::odd_paths;
use paths::{directories, files, system_paths};

/// What can be done at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seen {
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
        elif test -c "$path"; then
            (: < "$path") 2> /dev/null && seen="$seen r"
            (: >> "$path") 2> /dev/null && seen="$seen w"
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
pub fn really(world: &World, flags: &[&str], paths: &[PathBuf]) -> Vec<Seen> {
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

/// `--explain=PATH`: so written, a path may begin with a dash.
pub fn word(path: impl AsRef<OsStr>) -> OsString {
    let mut word = OsString::from("--explain=");
    word.push(path);
    word
}

/// `--explain PATH --json` with these flags.
pub fn explain(world: &World, flags: &[&str], path: impl AsRef<OsStr>) -> Value {
    let mut words: Vec<OsString> = flags.iter().map(OsString::from).collect();
    words.extend(["--json".into(), word(path)]);
    let ended = world.jail(words).run();
    serde_json::from_str(ended.ok()).unwrap_or_else(|error| panic!("{error}: {ended}"))
}

/// What the explanation promises; `None` where it says that only the jail can tell.
pub fn promised(answer: &Value) -> Option<Seen> {
    let is = |key: &str| answer[key].as_bool().unwrap_or_else(|| panic!("no {key}: {answer}"));
    let exists = answer["exists"].as_bool()?;
    Some(Seen { exists, readable: is("readable"), writable: is("writable") })
}

/// What `--explain` says of each path.
struct Explained<'a> {
    world: &'a World,
    flags: &'a [&'a str],
    answers: Vec<(PathBuf, Value)>,
}

impl<'a> Explained<'a> {
    fn new(world: &'a World, flags: &'a [&'a str], paths: Vec<PathBuf>) -> Self {
        let answer = |path: PathBuf| {
            let answer = explain(world, flags, &path);
            (path, answer)
        };
        Self { world, flags, answers: paths.into_iter().map(answer).collect() }
    }

    /// Compares all of it with a real jail. Gives the number of paths on which there was something
    /// to compare.
    fn compare(&self) -> usize {
        let paths: Vec<PathBuf> = self.answers.iter().map(|(path, _)| path.clone()).collect();
        let mut compared = 0;
        for ((path, answer), seen) in
            self.answers.iter().zip(really(self.world, self.flags, &paths))
        {
            let Some(promised) = promised(answer) else { continue };
            // The mask of a file of /proc is /dev/null, which takes all that is written.
            if path.starts_with("/proc") {
                continue;
            }
            assert_eq!(promised, seen, "{:?} {}: {answer:#}", self.flags, path.display());
            compared += 1;
        }
        compared
    }

    /// Compares whether what is written to each path of this test's own world is on the host
    /// afterwards.
    fn compare_kept(&self) {
        // What is not JSON any more is not written back; `claude_json.rs` tests what is.
        let is_copy = |path: &PathBuf| path.ends_with(".claude.json");
        let ours =
            |(path, _): &&(PathBuf, Value)| path.starts_with(self.world.root()) && !is_copy(path);
        let text = |path: &PathBuf| {
            let file = if path.is_dir() { &path.join(".probe") } else { path };
            fs::read_to_string(file).unwrap_or_default()
        };
        let before: Vec<_> = self.answers.iter().filter(ours).map(|(path, _)| text(path)).collect();
        let paths = self.answers.iter().filter(ours).map(|(path, _)| path.into());
        let words = ["sh", "-c", LEAVE, "sh"].map(OsString::from).into_iter();
        self.world.exec_with(self.flags, words.chain(paths)).run().ok();
        for ((path, answer), before) in self.answers.iter().filter(ours).zip(before) {
            let kept = text(path) != before;
            assert_eq!(answer["kept"], kept, "{:?} {}: {answer:#}", self.flags, path.display());
        }
    }
}

/// Compares all paths with a real jail.
fn compare(world: &World, flags: &[&str], paths: &[PathBuf]) -> usize {
    Explained::new(world, flags, paths.to_vec()).compare()
}

#[test]
fn every_row_of_the_home_that_is_a_directory() {
    let world = World::new();
    let paths = directories(&world);
    let explained = Explained::new(&world, &[], paths);
    assert_eq!(explained.compare(), 2 * kinds_of_rows().len());
    explained.compare_kept();
}

#[test]
fn every_row_of_the_home_that_is_a_file() {
    let world = World::new();
    let paths = files(&world);
    let count = paths.len();
    let explained = Explained::new(&world, &[], paths);
    assert_eq!(explained.compare(), count);
    explained.compare_kept();
}

#[test]
fn every_row_of_the_home_in_lockdown() {
    let world = World::new();
    let paths = directories(&world);
    assert_eq!(compare(&world, &["--lockdown"], &paths), 2 * kinds_of_rows().len());
}

#[test]
fn every_place_of_the_system() {
    let world = World::new();
    for flags in [&[][..], &["--lockdown"]] {
        assert!(compare(&world, flags, &system_paths(&world, flags)) > 40);
    }
}

#[test]
fn paths_of_every_kind() {
    for flags in [&[][..], &["--lockdown"], &["--clean"], &["--no-landlock"]] {
        let world = World::new();
        assert!(compare(&world, flags, &odd_paths(&world)) > 60);
    }
}

#[test]
fn what_is_written_to_paths_of_every_kind() {
    let world = World::new();
    let paths = odd_paths(&world);
    Explained::new(&world, &[], paths).compare_kept();
}

#[test]
fn places_that_maps_bring() {
    let world = World::new();
    let mut paths = odd_paths(&world);
    world.file("home/project/frozen/file", "x");
    world.file("home/.config/gcloud/key", "x");
    let flags = [
        "--map",
        "frozen",
        "--rw-map",
        "../../data",
        "--map",
        "~/.ssh/key",
        "--rw-map",
        "~/.tool",
        "--map",
        "../../data/file:/srv/file",
        "--map",
        "~/.config",
        "--rw-map",
        "/var/log",
    ];
    let mapped = [
        "home/project/frozen",
        "home/project/frozen/file",
        "home/project/frozen/new",
        "home/.config",
        "home/.config/gcloud",
        "home/.config/gcloud/key",
        "data/new",
    ];
    paths.extend(mapped.map(|name| world.root().join(name)));
    paths.extend(["/srv/file", "/srv", "/srv/new"].map(PathBuf::from));
    let explained = Explained::new(&world, &flags, paths);
    assert!(explained.compare() > 70);
    explained.compare_kept();
}

#[test]
fn root_sees_the_home_as_explained() {
    let world = World::new();
    let paths = directories(&world);
    assert_eq!(compare(&world, &[], &paths), paths.len());
}

#[test]
fn root_sees_the_system_as_explained() {
    let world = World::new();
    for flags in [&[][..], &["--lockdown"]] {
        assert!(compare(&world, flags, &system_paths(&world, flags)) > 40);
    }
}

#[test]
fn root_sees_paths_of_every_kind_as_explained() {
    for flags in [&[][..], &["--lockdown"]] {
        let world = World::new();
        assert!(compare(&world, flags, &odd_paths(&world)) > 60);
    }
}
