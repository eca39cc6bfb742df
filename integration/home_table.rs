//! Every row of the home table, in a real jail: what it hides, what it shows, what may be changed.

use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::policy::home::{HomeRow, Treatment, by_directory, rows};
use ai_jail::policy::shared::{SHARED, STATE};

use crate::harness::{Seen, World};

const SECRET: &str = "a line that nobody may lose";
const WRITTEN: &str = "a line from the jail\n";

/// A row with an entry of the home that it speaks of.
struct Sample {
    row: &'static HomeRow,
    entry: PathBuf,
}

impl Sample {
    /// One for each row: `.cargo/credentials*` becomes `.cargo/credentials-sample`.
    fn all() -> Vec<Self> {
        rows()
            .map(|row| {
                let name = row.path.strip_suffix('*').map(|name| format!("{name}-sample"));
                Self { row, entry: name.unwrap_or_else(|| row.path.to_owned()).into() }
            })
            .collect()
    }

    /// Those that can be plain files: nothing else has a row below them. What comes of a copied
    /// one, `claude_json` tests.
    fn files() -> Vec<Self> {
        let mut samples = Self::all();
        samples.retain(|sample| {
            by_directory().iter().all(|(directory, _)| *directory != sample.entry)
                && sample.row.treatment != Treatment::Copied
        });
        samples
    }
}

/// A file below the entry of a row that a directory can be. In a directory that all programs share, what
/// no row speaks of is read-only; so there it is in what tools keep state in.
fn inside(entry: &Path) -> PathBuf {
    let state = STATE.iter().map(|row| Path::new(row.path));
    let shared = SHARED.iter().any(|shared| entry == Path::new(shared));
    let place = state.clone().find(|path| shared && path.starts_with(entry)).unwrap_or(entry);
    place.join("content")
}

/// Writes to a file, whether it is there or not, and says what can be read at last.
const READ_AND_WRITE: &str = r#"
    for path; do
        cat "$path" 2> /dev/null || printf -
        printf '|'
        (echo 'a line from the jail' >> "$path") 2> /dev/null && printf written
        printf '\n'
    done"#;

/// Runs [`READ_AND_WRITE`] inside on all paths; what could be read and whether it could be written.
fn read_and_write(world: &World, paths: &[PathBuf]) -> Vec<(String, bool)> {
    let words = ["sh", "-c", READ_AND_WRITE, "sh"].map(PathBuf::from);
    let ended = world.exec(words.iter().chain(paths)).run();
    let line = |line: &str| {
        let (read, written) = line.rsplit_once('|').expect("two answers");
        (read.to_owned(), written == "written")
    };
    ended.ok().lines().map(line).collect()
}

/// Checks one row, given what was read, whether a write went well, and the host's file.
fn check(sample: &Sample, read: &str, written: bool, on_host: &Path) {
    let row = format!("{} ({:?})", sample.entry.display(), sample.row.treatment);
    let kept = fs::read_to_string(on_host).expect("the host's file");
    match sample.row.treatment {
        // A write goes to the jail's own home, if anywhere.
        Treatment::Hidden | Treatment::Empty | Treatment::Private => {
            assert!(!read.contains(SECRET), "{row} can be read");
            assert_eq!(kept, SECRET, "{row} was changed");
        }
        Treatment::ReadOnly => {
            assert_eq!((read, written), (SECRET, false), "{row}");
            assert_eq!(kept, SECRET, "{row} was changed");
        }
        Treatment::Copied | Treatment::ReadWrite => {
            assert_eq!((read, written), (SECRET, true), "{row}");
            assert_eq!(kept, format!("{SECRET}{WRITTEN}"), "{row}: the write did not arrive");
        }
    }
}

#[test]
fn every_row_that_is_a_directory() {
    let world = World::new();
    let samples = Sample::all();
    let file = |sample: &Sample| world.home().join(inside(&sample.entry));
    for sample in &samples {
        world.file(file(sample), SECRET);
    }
    let files: Vec<PathBuf> = samples.iter().map(file).collect();
    let directories = samples.iter().map(|sample| world.home().join(&sample.entry));
    let directories: Vec<PathBuf> = directories.collect();
    for seen in world.look_outside(&directories) {
        assert_eq!(seen, Seen::Directory { writable: true }, "the control");
    }

    let seen = world.look(&directories);
    for (sample, seen) in samples.iter().zip(seen) {
        let expected: &[Seen] = match sample.row.treatment {
            // Where the parent is mounted the place is there, and empty.
            Treatment::Hidden => &[Seen::Absent, Seen::Empty { writable: true }],
            Treatment::Empty => &[Seen::Empty { writable: true }],
            Treatment::ReadOnly => &[Seen::Directory { writable: false }],
            // In a private place a row below it is mounted.
            Treatment::Private | Treatment::Copied | Treatment::ReadWrite => {
                &[Seen::Directory { writable: true }]
            }
        };
        assert!(expected.contains(&seen), "{}: {seen:?}", sample.entry.display());
    }

    let answers = read_and_write(&world, &files);
    assert_eq!(answers.len(), samples.len());
    for ((sample, file), (read, written)) in samples.iter().zip(&files).zip(answers) {
        check(sample, &read, written, file);
    }
}

#[test]
fn every_row_that_is_a_file() {
    let world = World::new();
    let samples = Sample::files();
    assert!(samples.len() > 50, "most rows can be files");
    let file = |sample: &Sample| world.home().join(&sample.entry);
    let files: Vec<PathBuf> = samples.iter().map(file).collect();
    for file in &files {
        world.file(file, SECRET);
    }
    for seen in world.look_outside(&files) {
        assert_eq!(seen, Seen::File { readable: true, writable: true }, "the control");
    }

    let answers = read_and_write(&world, &files);
    assert_eq!(answers.len(), samples.len());
    for ((sample, file), (read, written)) in samples.iter().zip(&files).zip(answers) {
        check(sample, &read, written, file);
    }
}

#[test]
fn entries_without_a_row() {
    let world = World::new();
    let dot_file = world.file("home/.some-tool-rc", SECRET);
    let in_dot_directory = world.file("home/.some-tool/deep/settings", SECRET);
    let document = world.file("home/Documents/letter", SECRET);
    let plain_file = world.file("home/notes.txt", SECRET);
    let paths = [dot_file, in_dot_directory, document, plain_file];
    let all = Seen::File { readable: true, writable: true };
    assert_eq!(world.look_outside(&paths), [all; 4]);
    let read_only = Seen::File { readable: true, writable: false };
    assert_eq!(world.look(&paths), [read_only, read_only, Seen::Absent, Seen::Absent]);
}

#[test]
fn the_home_itself_is_writable_and_its_own() {
    let world = World::new();
    let script =
        "echo x > ~/new && mkdir ~/.new-tool && mv ~/new ~/.new-tool/ && cat ~/.new-tool/*";
    assert_eq!(world.sh(script).run().ok(), "x\n");
    assert!(!world.home().join(".new-tool").exists());
}

#[test]
fn a_row_that_the_home_lacks_makes_nothing() {
    let world = World::new();
    world.sh("ls -A ~ > seen; mkdir -p ~/.config/x ~/.ssh; : > ~/.claude.json").run().ok();
    let names = fs::read_dir(world.home()).expect("the home").flatten();
    let mut names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    names.sort();
    // The records of ai-jail are the run's, not the jail's.
    assert_eq!(names, [".local", "project"], "the jail made something in the home");
    let records = fs::read_dir(world.home().join(".local/share")).expect("it").flatten();
    assert_eq!(records.map(|entry| entry.file_name()).collect::<Vec<_>>(), ["ai-jail"]);
    let seen = fs::read_to_string(world.project().join("seen")).expect("written inside");
    assert_eq!(seen, ".local\nproject\n");
}
