//! The table of lists: what can be said any number of times.

use std::ffi::OsStr;
use std::path::{Component, Path};

use egress::listen::Forward;

use super::table::table;
use super::{Flag, Owner};
use crate::policy::network::{self, RuleText};

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
    /// Part of the network: trust, wherever the jail would have less of it without the file. The text says what the
    /// entry opens.
    Network(&'static str),
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
    /// Rules of a filtered network.
    AllowHosts {
        flag: flag(
            "allow-host",
            "Filtered network: allow NAME, *.NAME, an address, CIDR or @PRESET, with :PORTS (repeatable)",
        ),
        what: "network rule",
        value: "RULE",
        field: "allow_hosts",
        owner: Owner::Project,
        check: a_rule,
        same: same_rule,
        rival: None,
        trust: Trust::Network("may reach over the network"),
    }
    /// Ports of the host's loopback that the jail's loopback leads to.
    ForwardPorts {
        flag: flag(
            "forward-port",
            "Filtered network: PORT, or LISTEN:TARGET, of the jail's loopback leads to the host's (repeatable)",
        ),
        what: "forwarded port",
        value: "PORT",
        field: "forward_ports",
        owner: Owner::Project,
        check: a_port,
        same: same_port,
        rival: None,
        trust: Trust::Network("may reach on this machine the port"),
    }
    /// Ports of the jail's loopback that the host's loopback leads to.
    PublishPorts {
        flag: flag(
            "publish-port",
            "Filtered network: PORT, or LISTEN:TARGET, of the host's loopback leads to the jail's (repeatable)",
        ),
        what: "published port",
        value: "PORT",
        field: "publish_ports",
        owner: Owner::Project,
        check: a_port,
        same: same_port,
        rival: None,
        trust: Trust::Network("answers this machine's programs on the port"),
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

/// A rule, or a preset.
fn a_rule(text: &OsStr) -> Result<(), String> {
    network::read(&text.to_string_lossy()).map(drop).map_err(|error| match error {
        // The entry stands beside the message already.
        RuleText::Rule(error) => format!("a rule that cannot be used: {}", error.wrong),
        RuleText::NoPreset { .. } => format!("a rule that cannot be used: {error}"),
    })
}

fn same_rule(left: &OsStr, right: &OsStr) -> bool {
    let normal = |text: &OsStr| network::read(&text.to_string_lossy()).ok();
    left == right || normal(left).is_some_and(|left| normal(right) == Some(left))
}

fn a_port(text: &OsStr) -> Result<(), String> {
    Forward::parse(&text.to_string_lossy()).map(drop).map_err(|error| {
        format!("a port that cannot be used: {:?} is no number from 1 to 65535", error.part)
    })
}

fn same_port(left: &OsStr, right: &OsStr) -> bool {
    let read = |text: &OsStr| Forward::parse(&text.to_string_lossy()).ok();
    read(left).is_some_and(|left| read(right) == Some(left))
}

/// Whether two texts name one path by their spelling alone: `/x` and `/x/`, `x` and `./x`.
pub fn same_path(left: &OsStr, right: &OsStr) -> bool {
    let named = |text| {
        let components = Path::new(text).components();
        components.filter(|component| *component != Component::CurDir)
    };
    named(left).eq(named(right))
}
