//! What of the host a jail must not change.

use std::path::{Path, PathBuf};

/// Something that a mount can hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Its canonical place.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
}

/// A directory of settings in which a program has not begun.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotBegun {
    /// The directory, which is held as well.
    pub held: Held,
    /// What is in it.
    pub entries: Vec<PathBuf>,
}

/// What to look for in something after the run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LookFor {
    /// Any change.
    Changes,
    /// Whether it is still the one that the jail had read-only: what the host itself replaces
    /// loses its mount, and the jail may write to the new one.
    Replacement,
    /// Whether it has become a link, which leads elsewhere whoever looks for something in it.
    Link,
    /// Files in it that have another name elsewhere, by which the jail could have changed them.
    OtherNames,
    /// Entries that were not there before.
    New(Entries),
}

/// Which entries of a directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entries {
    /// All that have no row of their own; the directory by its name below the home.
    OfShared(&'static str),
    /// Programs that the host would run in place of others, which come later on its `PATH`.
    Shadowing,
    /// Those that fit a pattern.
    Named(&'static str),
}

/// Something to look at before and after the run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// Where it is on the host.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
    /// What to look for.
    pub look_for: LookFor,
}

/// Something that the host runs and no mount holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unheld {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
}

/// What links among the programs of one directory of `PATH` lead to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Programs {
    /// The directory of the links. A jail that may write there needs no other file.
    pub directory: PathBuf,
    /// The files that the host runs.
    pub targets: Vec<Held>,
}

/// A directory that is held, and whose files an installer has linked from its cache.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Linked {
    /// Where it is, and what it is to the host.
    pub held: Held,
    /// The cache. A jail that may write there changes the files of both.
    pub cache: PathBuf,
}

/// A directory whose new entries are looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fresh {
    /// Where it is.
    pub path: PathBuf,
    /// Which of its entries.
    pub entries: Entries,
    /// What they are to the host.
    pub reason: &'static str,
}

impl Fresh {
    /// A shared directory of the home, by its name there.
    pub fn all(path: &Path, name: &'static str, reason: &'static str) -> Self {
        Self { path: path.to_path_buf(), entries: Entries::OfShared(name), reason }
    }

    /// Entries of any directory whose names fit a pattern.
    pub fn named(path: &Path, pattern: &'static str, reason: &'static str) -> Self {
        Self { path: path.to_path_buf(), entries: Entries::Named(pattern), reason }
    }
}
