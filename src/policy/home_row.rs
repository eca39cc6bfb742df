//! What a row of the home's tables says.

use std::path::Path;

use super::place::{Place, place};

/// What happens to one entry of the home.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Treatment {
    /// Not in the jail: absent, or empty where its parent is mounted.
    Hidden,
    /// An empty tmpfs over it: a place that programs write to, whose content stays outside.
    Empty,
    /// The same, but what is below it can have rows of its own and be there.
    Private,
    /// A file: the jail has a copy, whose changes are written back. Unlike a mounted file it can
    /// be replaced by renaming another over it, as agents save their state. A directory of that
    /// name is mounted read-write.
    Copied,
    /// Mounted read-write.
    ReadWrite,
    /// Mounted read-only.
    ReadOnly,
}

/// One row: a path below the home (its last component may end in `*`), what happens to it,
/// and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HomeRow {
    /// Relative to the home.
    pub path: &'static str,
    /// What happens to it.
    pub treatment: Treatment,
    /// Why, in words for `-v` and `--explain`.
    pub reason: &'static str,
}

impl HomeRow {
    /// The name in its directory, which may end in `*`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit_once('/').map_or(self.path, |(_, name)| name)
    }

    /// The row without its treatment, as a mount carries it.
    pub const fn place(&self) -> Place {
        place(self.path, self.reason)
    }

    /// Its path without the `*`, and whether there was one.
    pub fn prefix(&self) -> (&'static Path, bool) {
        let plain = self.path.strip_suffix('*');
        (Path::new(plain.unwrap_or(self.path)), plain.is_some())
    }
}
