//! The table of lists: what can be said any number of times.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use egress::listen::Forward;

use super::table::table;
use super::{Flag, Owner};
use crate::policy::network::{self, RuleText};

/// A row of the table of lists. No column has a default, so each has to be thought of.
#[derive(Debug)]
pub struct Row {
    /// What `status` and messages call an entry.
    pub name: &'static str,
    /// The flag that adds an entry.
    pub flag: Flag,
    /// What the help calls an entry.
    pub value: &'static str,
    /// Its field in a file.
    pub field: &'static str,
    /// Whose files may hold the field.
    pub owner: Owner,
    /// Whose file remembers a typed entry; `None` where a flag counts for one run.
    pub remembered: Option<Owner>,
    /// What is wrong with an entry, as a noun: "an empty path".
    pub check: fn(&OsStr) -> Result<(), String>,
    /// Whether two entries speak of one thing by their spelling alone: a later one replaces an
    /// earlier one.
    pub same: fn(&OsStr, &OsStr) -> bool,
    /// What may be shown of an entry: of a variable the name alone.
    pub shown: fn(&OsStr) -> &OsStr,
    /// A list in which the same entry cannot stand too.
    pub rival: Option<List>,
    /// What an entry of a project's file takes.
    pub trust: Trust,
}

/// What an entry of a list takes in a project's file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trust {
    /// Nothing: it takes away from what the jail may do.
    Tightens,
    /// A map: trust, unless it only takes write access away inside the project.
    Map {
        /// Whether the jail may write there.
        writable: bool,
    },
    /// Part of the network: trust, wherever the jail would have less of it without the file. The text says what the
    /// entry opens.
    Network(&'static str),
    /// Trust, where somebody else than the project has an entry in the list that this one makes
    /// exceptions to.
    Excepts {
        /// That list.
        list: List,
        /// What the exception does, for the person who is asked to allow it.
        words: &'static str,
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
        name: "map",
        flag: flag("rw-map", "Mount PATH read-write; SOURCE:DEST mounts it elsewhere (repeatable)"),
        value: "PATH",
        field: "rw_maps",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: no_empty_path,
        same: same_path,
        shown: whole,
        rival: Some(List::RoMaps),
        trust: Trust::Map { writable: true },
    }
    /// Maps that the jail may read.
    RoMaps {
        name: "map",
        flag: flag("map", "Mount PATH read-only; SOURCE:DEST mounts it elsewhere (repeatable)"),
        value: "PATH",
        field: "ro_maps",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: no_empty_path,
        same: same_path,
        shown: whole,
        rival: Some(List::RwMaps),
        trust: Trust::Map { writable: false },
    }
    /// Files of the project that the jail sees empty.
    Mask {
        name: "mask",
        flag: flag("mask", "Show the project's files that fit GLOB as empty; @secrets is a preset \
                            (repeatable)"),
        value: "GLOB",
        field: "mask",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: glob,
        same: same_text,
        shown: whole,
        rival: None,
        trust: Trust::Tightens,
    }
    /// What is not masked all the same.
    MaskExceptions {
        name: "mask except",
        flag: flag("mask-except", "Leave what fits GLOB as it is, whatever --mask says (repeatable)"),
        value: "GLOB",
        field: "mask_exceptions",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: glob,
        same: same_text,
        shown: whole,
        rival: None,
        trust: Trust::Excepts { list: List::Mask, words: "shows in spite of your masks what fits" },
    }
    /// Places of the project that the jail may not touch.
    DenyPaths {
        name: "deny path",
        flag: flag("deny-path", "Keep the jail out of what fits GLOB in the project: it is neither \
                                 read, listed nor written (repeatable)"),
        value: "GLOB",
        field: "deny_paths",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: glob,
        same: same_text,
        shown: whole,
        rival: None,
        trust: Trust::Tightens,
    }
    /// What is not denied all the same.
    DenyPathExceptions {
        name: "deny except",
        flag: flag("deny-path-except", "Leave what fits GLOB open, whatever --deny-path says \
                                        (repeatable)"),
        value: "GLOB",
        field: "deny_path_exceptions",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: glob,
        same: same_text,
        shown: whole,
        rival: None,
        trust: Trust::Excepts {
            list: List::DenyPaths,
            words: "opens in spite of your denials what fits",
        },
    }
    /// Variables that the command has in any case.
    EnvPass {
        name: "variable",
        flag: flag("env", "Hand on the variable NAME, or set it to VALUE (repeatable)"),
        value: "NAME[=VALUE]",
        field: "env_pass",
        // A variable may be a secret, and a project's file is a stranger's.
        owner: Owner::User,
        // A value does not belong in a file.
        remembered: None,
        check: variable,
        same: same_variable,
        shown: variable_name,
        rival: None,
        trust: Trust::Tightens, // no project's file may hold it
    }
    /// Variables that the command does not have.
    EnvUnset {
        name: "no variable",
        flag: flag("unset-env", "Keep the variable NAME from the command (repeatable)"),
        value: "NAME",
        field: "env_unset",
        owner: Owner::User,
        remembered: None,
        check: variable_to_unset,
        same: same_variable,
        shown: variable_name,
        rival: None,
        trust: Trust::Tightens, // no project's file may hold it
    }
    /// Rules of a filtered network.
    AllowHosts {
        flag: flag(
            "allow-host",
            "Filtered network: allow NAME, *.NAME, an address, CIDR or @PRESET, with :PORTS (repeatable)",
        ),
        name: "network rule",
        value: "RULE",
        field: "allow_hosts",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: a_rule,
        same: same_rule,
        shown: whole,
        rival: None,
        trust: Trust::Network("may reach over the network"),
    }
    /// Ports of the host's loopback that the jail's loopback leads to.
    ForwardPorts {
        flag: flag(
            "forward-port",
            "Filtered network: PORT, or LISTEN:TARGET, of the jail's loopback leads to the host's (repeatable)",
        ),
        name: "forwarded port",
        value: "PORT",
        field: "forward_ports",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: a_port,
        same: same_port,
        shown: whole,
        rival: None,
        trust: Trust::Network("may reach on this machine the port"),
    }
    /// Ports of the jail's loopback that the host's loopback leads to.
    PublishPorts {
        flag: flag(
            "publish-port",
            "Filtered network: PORT, or LISTEN:TARGET, of the host's loopback leads to the jail's (repeatable)",
        ),
        name: "published port",
        value: "PORT",
        field: "publish_ports",
        owner: Owner::Project,
        remembered: Some(Owner::Project),
        check: a_port,
        same: same_port,
        shown: whole,
        rival: None,
        trust: Trust::Network("answers this machine's programs on the port"),
    }
}

impl List {
    /// Whether two entries mean one thing by their spelling alone.
    pub fn is_same(self, left: &OsStr, right: &OsStr) -> bool {
        (self.row().same)(left, right)
    }

    /// Whether its entries are maps, which the settings keep in an order of their own.
    pub fn is_map(self) -> bool {
        matches!(self.row().trust, Trust::Map { .. })
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

/// A glob is relative to the project, as in `.gitignore`. What could never fit anything there is
/// a mistake, and a mask that hides nothing should not look like one that does.
fn glob(text: &OsStr) -> Result<(), String> {
    let bytes = text.as_bytes();
    let wrong = |why: &str| Err(why.to_owned());
    let beyond = || Path::new(text).components().any(|part| part == Component::ParentDir);
    match bytes {
        [] => wrong("an empty glob"),
        [b'@', name @ ..] if PRESETS.iter().all(|preset| preset.as_bytes() != name) => {
            wrong("a preset that does not exist (there is @secrets)")
        }
        [b'!', ..] => wrong("a glob with a `!` in front; exceptions have a flag of their own"),
        [b'~', b'/', ..] => wrong("a path of the home; globs are relative to the project"),
        [b'/' | b'.'] | [b'.', b'/'] => wrong("a glob that means the whole project"),
        _ if beyond() => wrong("a glob that leaves the project"),
        _ => Ok(()),
    }
}

/// The presets of globs, without the `@`.
pub const PRESETS: &[&str] = &["secrets"];

fn same_text(left: &OsStr, right: &OsStr) -> bool {
    left == right
}

fn whole(text: &OsStr) -> &OsStr {
    text
}

/// The name in `NAME=VALUE`.
pub fn variable_name(text: &OsStr) -> &OsStr {
    let name = text.as_bytes().split(|byte| *byte == b'=').next();
    OsStr::from_bytes(name.unwrap_or_default())
}

fn same_variable(left: &OsStr, right: &OsStr) -> bool {
    variable_name(left) == variable_name(right)
}

fn variable(text: &OsStr) -> Result<(), String> {
    if variable_name(text).is_empty() { Err("no name of a variable".into()) } else { Ok(()) }
}

fn variable_to_unset(text: &OsStr) -> Result<(), String> {
    variable(text)?;
    if text.as_bytes().contains(&b'=') {
        return Err("a value, where only a name can be".into());
    }
    Ok(())
}
