//! macOS's half of the plan: rules in place of mounts of the jail's own.
//!
//! There nothing can be put over a place: it can be opened or refused, by its path. So what is an
//! empty directory on Linux is refused ([`RuleKind::Closed`]), and everything stays where it is.
//! A rule needs nothing that exists, so rows count whether the host has something there or not.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::arrange::Hidden;
use super::gather::Gathered;
use super::mount::{Access, Authority, Kind, Mount, Why, below, nearest};
use super::own_home;
use super::system::System;
use crate::facts::Facts;
use crate::host::Host;
use crate::host::held::Held;
use crate::host::home::Home;
use crate::policy::home::rows_on;
use crate::policy::home_row::{HomeRow, Treatment};
use crate::policy::macos::{
    DEVICES, LINKS, MASKS, OWN_CACHES, OWN_TEMPORARY, SYSTEM, TEMPORARY, TEMPORARY_MASKS, VOLUMES,
    user_places,
};
use crate::policy::place::{Place, place as row_of};
use crate::policy::system::SERVICES;
use crate::policy::{Os, protect};

/// What a profile can say of a place. A place is shown where it is, under no other name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RuleKind {
    /// The host's own, opened.
    Open {
        /// What the jail may do there.
        access: Access,
    },
    /// A symbolic link of the host, which may be followed.
    Link {
        /// Its text.
        target: PathBuf,
    },
    /// Refused, whether anything is there or not.
    Closed {
        /// Whether everything is meant whose path begins so.
        prefix: bool,
    },
}

/// A rule of a jail on macOS.
pub type Rule = Mount<RuleKind>;

impl Kind for RuleKind {
    fn bound<'a>(&'a self, dest: &'a Path) -> Option<(&'a Path, Access)> {
        match self {
            Self::Open { access } => Some((dest, *access)),
            _ => None,
        }
    }

    fn belongs_to_parent(&self) -> bool {
        matches!(self, Self::Link { .. })
    }

    fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    fn is_prefix(&self) -> bool {
        matches!(self, Self::Closed { prefix: true })
    }
}

impl System for RuleKind {
    const RENAMES: bool = false;

    fn bind(_: &Path, access: Access) -> Self {
        Self::Open { access }
    }

    fn symlink(target: PathBuf) -> Self {
        Self::Link { target }
    }

    fn mask(_: bool) -> Self {
        CLOSED
    }

    /// A profile cannot show another content, so reading fails.
    fn masked(_: bool) -> Self {
        CLOSED
    }

    fn denied(_: bool) -> Self {
        CLOSED
    }

    /// What is there can be read, and nothing is added.
    fn private() -> Self {
        Self::Open { access: Access::ReadOnly }
    }

    /// The file itself: its own rule lets another be renamed over it.
    fn copied(_: &Path) -> Self {
        Self::Open { access: Access::ReadWrite }
    }

    fn hide(gathered: &mut Gathered<Self>, host: &Host) {
        hide(gathered, host);
    }

    fn own_places(gathered: &mut Gathered<Self>, host: &Host, facts: Facts) {
        own_places(gathered, host, facts);
    }

    fn missing_entries(gathered: &mut Gathered<Self>, host: &Host) {
        missing_entries(gathered, host);
    }

    fn may_be_saved(entry: &Path) -> bool {
        may_be_saved(entry)
    }

    fn after_maps(_: &mut Gathered<Self>, _: &Host) {}

    fn after_all(_: &mut Gathered<Self>, _: &Host, _: Facts) {}

    fn not_there(host: &Host) -> Vec<Held> {
        not_there(host)
    }

    fn temporary(host: &Host) -> Vec<PathBuf> {
        temporary(host)
    }
}

/// One place, refused.
const CLOSED: RuleKind = RuleKind::Closed { prefix: false };

/// What a profile says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MacOs {
    /// Of places, outer ones before inner ones.
    pub rules: Vec<Rule>,
    /// Places where Unix sockets may be made and reached, each with all below it.
    pub sockets: Vec<PathBuf>,
    /// The directory for temporary files and sockets of the jail's own, which is made for it.
    pub own_temporary: Option<PathBuf>,
    /// Files that are saved by renaming another over them, which is made beside them.
    pub replaced: Vec<PathBuf>,
    /// Directories of `PATH` that are refused, in which programs may be looked for all the same: who
    /// searches `PATH` goes on after "no such file", and gives up at "not permitted".
    pub searched: Vec<PathBuf>,
}

/// A row of the system, refused below a directory wherever a mount shows it.
fn hidden(directory: &Path, row: &Place) -> Hidden<RuleKind> {
    let plain = row.path.strip_suffix('*');
    let path = directory.join(plain.unwrap_or(row.path));
    let mask = RuleKind::Closed { prefix: plain.is_some() };
    Hidden { named: path.clone(), path, mask, row: Some(*row), reason: row.reason.into() }
}

/// A place that only what is mounted below opens.
fn closed(path: &Path, why: impl Into<Why>) -> Rule {
    Mount::own(path, CLOSED, why)
}

/// The system, devices and temporary places.
fn own_places(gathered: &mut Gathered<RuleKind>, host: &Host, facts: Facts) {
    gathered.mounts.push(closed(host.origin.home.canonical(), "the home"));
    if let Home::Real { located, .. } = &host.origin.home {
        gathered.links(&located.links, "other name of the home");
    }
    for (path, target, reason) in LINKS {
        let kind = RuleKind::symlink(target.into());
        gathered.mounts.push(Mount::own(*path, kind, *reason));
    }
    for row in SYSTEM {
        let path = Path::new(row.path);
        gathered.mounts.push(Mount::bind(path, Access::ReadOnly, Authority::Table, *row));
    }
    // `sandbox-exec` starts stage two when the rules hold already.
    let ourselves = host.ourselves.iter();
    gathered.mounts.extend(ourselves.map(|path| {
        Mount::bind(path, Access::ReadOnly, Authority::Link, "ai-jail itself, which is stage two")
    }));
    gathered.mounts.push(closed(Path::new(VOLUMES.path), VOLUMES));
    for device in DEVICES {
        let access = if device.writable { Access::Device } else { Access::ReadOnly };
        let path = Path::new(device.path);
        gathered.mounts.push(Mount::bind(
            path,
            access,
            Authority::Table,
            row_of(device.path, device.reason),
        ));
    }
    gathered.mounts.extend(TEMPORARY.iter().map(|row| closed(Path::new(row.path), *row)));
    let writable =
        |path: &Path, reason| Mount::bind(path, Access::ReadWrite, Authority::Table, reason);
    let users = users(host).map(|(path, reason)| {
        if facts.root_read_only { closed(&path, reason) } else { writable(&path, reason) }
    });
    gathered.mounts.extend(users);
    let own = host.own_temporary.iter().map(|path| writable(path, OWN_TEMPORARY));
    gathered.mounts.extend(own);
    let own = host.own_home.iter().map(|own| writable(&own.root, OWN_CACHES));
    gathered.mounts.extend(own);
}

/// The user's directories for temporary files and for caches. The system names them: mktemp(1), clang
/// and xcrun ask the system too, and `TMPDIR` may be unset or lead elsewhere.
fn users(host: &Host) -> impl Iterator<Item = (PathBuf, &'static str)> {
    host.user_temporary.as_deref().and_then(user_places).into_iter().flatten()
}

/// The host's temporary places, of which a jail may have written to any: an earlier one by a map.
fn temporary(host: &Host) -> Vec<PathBuf> {
    let shared = TEMPORARY.iter().map(|row| row.path.into());
    shared.chain(users(host).map(|(path, _)| path)).collect()
}

/// Where a path relative to the home would be, with the links that the home's listing has.
fn place(host: &Host, home: &Path, path: &Path) -> PathBuf {
    let known = path.ancestors().skip(1).find_map(|above| {
        let entry = host.entries.iter().find(|entry| entry.path == above)?;
        Some((above, &entry.located.canonical))
    });
    match known {
        Some((above, canonical)) => match path.strip_prefix(above) {
            Ok(rest) => canonical.join(rest),
            Err(_) => home.join(path),
        },
        None => home.join(path),
    }
}

/// The rows that no entry of the home has been found for, and where one would be.
fn rows_without_entry(host: &Host) -> Vec<(&'static HomeRow, PathBuf)> {
    let Some(home) = host.origin.home.real() else { return Vec::new() };
    let has_entry = |row: &&HomeRow| {
        let is_it = |known: &HomeRow| std::ptr::eq(known, *row);
        host.entries.iter().any(|entry| entry.row.is_some_and(is_it))
    };
    rows_on(Os::MacOs)
        .filter(|row| row.prefix().1 || !has_entry(row))
        .map(|row| (row, place(host, home, row.prefix().0)))
        .collect()
}

/// Adds what is refused: of the system and the temporary places, and what of the home is not there
/// yet.
fn hide(gathered: &mut Gathered<RuleKind>, host: &Host) {
    gathered.hidden.extend(MASKS.iter().map(|row| hidden(Path::new("/"), row)));
    for path in temporary(host) {
        gathered.hidden.extend(TEMPORARY_MASKS.iter().map(|row| hidden(&path, row)));
    }
    for (row, path) in rows_without_entry(host) {
        if matches!(row.treatment, Treatment::Hidden | Treatment::Empty) {
            let mask = RuleKind::Closed { prefix: row.prefix().1 };
            let (named, reason) = (path.clone(), row.reason.into());
            gathered.hidden.push(Hidden { named, path, mask, row: Some(row.place()), reason });
        }
    }
}

/// Adds what of the home the jail may make.
fn missing_entries(gathered: &mut Gathered<RuleKind>, host: &Host) {
    for (row, path) in rows_without_entry(host) {
        // With a home of the jails' own nothing else of the host's is written.
        let is_written =
            host.own_home.is_none() || own_home::is_of_agent(host, Path::new(row.path));
        let kind = match row.treatment {
            Treatment::ReadWrite | Treatment::Copied if !is_written => {
                RuleKind::Open { access: Access::ReadOnly }
            }
            Treatment::ReadWrite => RuleKind::Open { access: Access::ReadWrite },
            Treatment::Copied => RuleKind::copied(&path),
            Treatment::Private => RuleKind::private(),
            Treatment::ReadOnly => RuleKind::Open { access: Access::ReadOnly },
            Treatment::Hidden | Treatment::Empty => continue,
        };
        gathered.mounts.push(Mount::own(path, kind, row.place()));
    }
}

/// Whether an entry of the home is one that a jail saves itself, or makes beside that to do so: it
/// could have put a link there.
fn may_be_saved(entry: &Path) -> bool {
    let copied = rows_on(Os::MacOs).filter(|row| row.treatment == Treatment::Copied);
    let name = entry.as_os_str().as_encoded_bytes().to_ascii_lowercase();
    copied.map(|row| row.path.as_bytes()).any(|file| match name.strip_prefix(file) {
        Some(rest) => rest.is_empty() || rest.starts_with(b"."),
        None => false,
    })
}

/// What of the home the host would run later and does not have yet: it cannot be made.
fn not_there(host: &Host) -> Vec<Held> {
    let Some(home) = host.origin.home.real() else { return Vec::new() };
    let rows = protect::home(Os::MacOs)
        .map(|row| Held { path: place(host, home, Path::new(row.path)), reason: row.reason });
    rows.filter(|row| host.protection.held.iter().all(|held| held.path != row.path)).collect()
}

/// Directories of `PATH` below the home of which nothing is open or hidden: the names in those are
/// the names of programs.
fn searched(host: &Host, rules: &[Rule]) -> Vec<PathBuf> {
    let home = host.origin.home.canonical();
    let path = host.origin.environment.get("PATH").unwrap_or_default().as_bytes();
    let mut found = Vec::new();
    for entry in path.split(|byte| *byte == b':').map(|bytes| Path::new(OsStr::from_bytes(bytes))) {
        let is_below = below(entry, home).is_some_and(|rest| !rest.as_os_str().is_empty());
        let of_home = nearest(rules, entry).is_some_and(|rule| rule.dest == home);
        let is_alone = rules.iter().all(|rule| below(&rule.dest, entry).is_none());
        let is_known = found.iter().any(|known| known == entry);
        if is_below && of_home && is_alone && !is_hidden(home, entry) && !is_known {
            found.push(entry.to_path_buf());
        }
    }
    found
}

/// Whether a place is in a hidden one, or a hidden one in that place.
fn is_hidden(home: &Path, path: &Path) -> bool {
    let hidden = [Treatment::Hidden, Treatment::Empty];
    rows_on(Os::MacOs).filter(|row| hidden.contains(&row.treatment)).any(|row| {
        let row = home.join(row.prefix().0);
        below(path, &row).is_some() || below(&row, path).is_some()
    })
}

impl MacOs {
    /// Decides what else there is to say. Unix sockets are where the user works, and where programs
    /// put those of their own: in the jail's own temporary directory. In those of the host none is
    /// reached, whatever map opens their files.
    pub fn decide(host: &Host, rules: Vec<Rule>, given: &[PathBuf], facts: Facts) -> Self {
        let searched = searched(host, &rules);
        if facts.is_alone() {
            let sockets = host.own_temporary.iter().cloned().collect();
            let (own_temporary, replaced) = (host.own_temporary.clone(), Vec::new());
            return Self { rules, sockets, own_temporary, replaced, searched };
        }
        let temporary = temporary(host);
        let is_open = |rule: &&Rule| {
            let by_user = match rule.authority {
                // Its settings are the project's too, and read-only.
                Authority::Project => rule.access() == Some(Access::ReadWrite),
                Authority::UserFile | Authority::ProjectFile | Authority::Flag => true,
                _ => false,
            };
            let has_the_hosts = temporary.iter().any(|place| below(place, &rule.dest).is_some());
            rule.access().is_some() && by_user && !has_the_hosts
        };
        // These are sockets themselves, and mostly in something that is mounted anyway.
        let services = SERVICES.iter().map(|row| PathBuf::from(row.path));
        let docker = host.docker.iter().map(|door| door.located.canonical.clone());
        let docker = docker.filter(|path| given.contains(path));
        let is_shown =
            |path: &PathBuf| nearest(&rules, path).is_some_and(|rule| rule.access().is_some());
        let doors = services.chain(docker).filter(is_shown);
        let home = host.origin.home.canonical();
        let copied = rows_on(Os::MacOs).filter(|row| row.treatment == Treatment::Copied);
        let replaced = copied.map(|row| home.join(row.path));
        let is_writable = |path: &PathBuf| {
            let mut at = rules.iter().filter(|rule| rule.dest == *path);
            at.any(|rule| rule.access() == Some(Access::ReadWrite))
        };
        let open = rules.iter().filter(is_open).map(|rule| rule.dest.clone());
        Self {
            sockets: open.chain(host.own_temporary.iter().cloned()).chain(doors).collect(),
            own_temporary: host.own_temporary.clone(),
            replaced: replaced.filter(is_writable).collect(),
            searched,
            rules,
        }
    }
}
