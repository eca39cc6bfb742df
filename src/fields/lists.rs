//! The table of lists: what can be said any number of times.

use std::ffi::OsStr;
use std::path::{Component, Path};

use super::table::table;
use super::{Flag, Owner};

/// A row of the table of lists.
#[derive(Debug)]
pub struct Row {
    /// The flag that adds an entry.
    pub flag: Flag,
    /// What messages call an entry.
    pub what: &'static str,
    /// What the help calls an entry.
    pub value: &'static str,
    /// Its field in a file.
    pub field: &'static str,
    /// Whose files may hold the field.
    pub owner: Owner,
    /// What is wrong with an entry, as a noun: "an empty path".
    pub check: fn(&OsStr) -> Result<(), String>,
    /// Whether two entries mean one thing by their spelling alone.
    pub same: fn(&OsStr, &OsStr) -> bool,
    /// A list in which the same entry cannot stand too.
    pub rival: Option<List>,
    /// What an entry of a project's file takes.
    pub trust: Trust,
}

/// What an entry of a list takes in a project's file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trust {
    /// A map: trust, unless it only takes write access away inside the project.
    Map {
        /// Whether the jail may write there.
        writable: bool,
    },
}

const fn flag(long: &'static str, help: &'static str) -> Flag {
    Flag { long, short: None, help }
}

table! {
    /// What can be said any number of times.
    List of Row:

    /// Maps that the jail may write.
    RwMaps {
        flag: flag("rw-map", "Mount PATH read-write; SOURCE:DEST mounts it elsewhere (repeatable)"),
        what: "map",
        value: "PATH",
        field: "rw_maps",
        owner: Owner::Project,
        check: no_empty_path,
        same: same_path,
        rival: Some(List::RoMaps),
        trust: Trust::Map { writable: true },
    }
    /// Maps that the jail may read.
    RoMaps {
        flag: flag("map", "Mount PATH read-only; SOURCE:DEST mounts it elsewhere (repeatable)"),
        what: "map",
        value: "PATH",
        field: "ro_maps",
        owner: Owner::Project,
        check: no_empty_path,
        same: same_path,
        rival: Some(List::RwMaps),
        trust: Trust::Map { writable: false },
    }
}

impl List {
    /// Whether two entries mean one thing by their spelling alone.
    pub fn is_same(self, left: &OsStr, right: &OsStr) -> bool {
        (self.row().same)(left, right)
    }
}

/// `--map "$UNSET"` must not turn into a map of the working directory.
fn no_empty_path(text: &OsStr) -> Result<(), String> {
    if text.is_empty() { Err("an empty path".into()) } else { Ok(()) }
}

/// Whether two texts name one path by their spelling alone: `/x` and `/x/`, `x` and `./x`.
pub fn same_path(left: &OsStr, right: &OsStr) -> bool {
    let named = |text| {
        let components = Path::new(text).components();
        components.filter(|component| *component != Component::CurDir)
    };
    named(left).eq(named(right))
}
