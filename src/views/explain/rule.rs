//! Which rule decided about a place, and its reason, from the plan's own data.

use std::path::Path;

use serde::Serialize;

use super::walk::{Arrival, Stopped, Thing};
use crate::plan::{Authority, Mount, MountKind, Plan, Withheld};
use crate::policy::home::{Treatment, find, is_dot_entry};
use crate::policy::place::Place;
use crate::policy::{Os, devices, fits, macos, system};
use crate::text::visible;

/// What decided.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Rule {
    /// A table gives it.
    Table {
        /// The row; a place without one has the row of the mount above it.
        row: String,
    },
    /// It is the project, or part of it.
    Project,
    /// A map.
    Map {
        /// Who asked for it.
        source: &'static str,
    },
    /// The table of what is never in a jail.
    Hidden {
        /// The row.
        row: String,
    },
    /// The host runs it later.
    Protected,
    /// A table would give it, and something speaks against it.
    Withheld,
    /// The strict mode.
    Lockdown,
    /// The permissions that it has on the host.
    Permissions,
    /// What is mounted there has nothing of that name.
    Host,
    /// Nothing mounts it.
    Unmounted,
}

/// A rule and why it says so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// What decided.
    pub rule: Rule,
    /// Why.
    pub reason: String,
}

/// A decision.
fn by(rule: Rule, reason: impl Into<String>) -> Decision {
    Decision { rule, reason: reason.into() }
}

/// What decided about the place that a path leads to. `home` is the canonical home of the host.
pub fn decide(plan: &Plan, home: Option<&Path>, arrival: &Arrival<'_>) -> Decision {
    match arrival.mount {
        Some(mount) if arrival.thing != Thing::Absent || mount.authority == Authority::Hidden => {
            by_mount(plan, home, mount)
        }
        Some(mount) => {
            let lacking = matches!(mount.kind, MountKind::Bind { .. }) || arrival.stopped.is_some();
            let at_home = || by_home(plan, home, &arrival.place);
            let lacks = || by_host(mount, arrival);
            let decided = if lacking { Some(lacks()) } else { withheld(plan, home, arrival) };
            decided.or_else(at_home).unwrap_or_else(|| own(plan, home, mount))
        }
        None if arrival.thing == Thing::Memory => {
            by(Rule::Table { row: "/".into() }, "the way to what is mounted, and nothing else")
        }
        None => withheld(plan, home, arrival)
            .unwrap_or_else(|| by(Rule::Unmounted, "no table, project or map brings it in")),
    }
}

/// What a mount's own author and reason say.
fn by_mount(plan: &Plan, home: Option<&Path>, mount: &Mount) -> Decision {
    // What keeps something below in its place gives what the mount around it gives.
    if mount.authority == Authority::Keep {
        if let Some(around) = mount.dest.parent().and_then(|parent| plan.mount_of(parent)) {
            return by_mount(plan, home, around);
        }
    }
    let map = |source| Rule::Map { source };
    let rule = match mount.authority {
        Authority::Link | Authority::Table => {
            let is_home = home == Some(&mount.dest);
            let empty_home = plan.lockdown && is_home;
            let row = || row(plan.os, home, &mount.dest);
            if empty_home { Rule::Lockdown } else { Rule::Table { row: row() } }
        }
        Authority::Project if plan.lockdown => Rule::Lockdown,
        Authority::Project => Rule::Project,
        Authority::UserFile => map("user file"),
        Authority::ProjectFile => map("project file"),
        Authority::Protect | Authority::Keep => Rule::Protected,
        Authority::Hidden => Rule::Hidden { row: row(plan.os, home, &mount.dest) },
        Authority::Flag => map("flag"),
    };
    by(rule, mount.reason.clone())
}

/// A mount is there, and what it shows has nothing at this place.
fn by_host(mount: &Mount, arrival: &Arrival<'_>) -> Decision {
    match &arrival.stopped {
        Some(Stopped::Closed(directory)) => {
            by(Rule::Permissions, format!("you may not pass through {}", visible(directory)))
        }
        Some(Stopped::NotDirectory(file)) => {
            by(Rule::Host, format!("{} is not a directory", visible(file)))
        }
        Some(Stopped::Loop) => by(Rule::Host, "the symbolic links go in a circle"),
        None => by(Rule::Host, format!("{} has no such entry", visible(&mount.dest))),
    }
}

/// Something left out on purpose.
fn withheld(plan: &Plan, home: Option<&Path>, arrival: &Arrival<'_>) -> Option<Decision> {
    let above = |withheld: &&Withheld| arrival.place.starts_with(&withheld.path);
    let withheld = plan
        .withheld
        .iter()
        .filter(above)
        .max_by_key(|withheld| withheld.path.components().count())?;
    let is_hidden = home_row(plan.os, home, &withheld.path)
        .is_some_and(|(treatment, _)| matches!(treatment, Treatment::Hidden | Treatment::Empty));
    let rule = if is_hidden {
        Rule::Hidden { row: row(plan.os, home, &withheld.path) }
    } else {
        Rule::Withheld
    };
    Some(by(rule, withheld.reason.clone()))
}

/// Something of the home that is not there.
fn by_home(plan: &Plan, home: Option<&Path>, place: &Path) -> Option<Decision> {
    let below = place.strip_prefix(home?).ok()?;
    if plan.lockdown {
        return Some(by(Rule::Lockdown, "the home is empty in lockdown"));
    }
    match home_row(plan.os, home, place) {
        Some((Treatment::Hidden, reason)) => {
            return Some(by(Rule::Hidden { row: row(plan.os, home, place) }, reason));
        }
        Some(_) => return Some(by(Rule::Host, "your home has no such entry")),
        None => {}
    }
    let first = below.components().next()?;
    if is_dot_entry(first.as_os_str()) {
        return Some(by(Rule::Host, "your home has no such entry"));
    }
    let reason = "of the home, only entries that begin with a dot are in the jail";
    Some(by(Rule::Table { row: "~".into() }, reason))
}

/// Something that is not in what the jail makes itself.
fn own(plan: &Plan, home: Option<&Path>, mount: &Mount) -> Decision {
    let reason = format!("{} is the jail's own ({})", visible(&mount.dest), mount.reason);
    by(Rule::Table { row: row(plan.os, home, &mount.dest) }, reason)
}

/// What the home's table says of a path or of the directory that it is in.
fn home_row(os: Os, home: Option<&Path>, path: &Path) -> Option<(Treatment, &'static str)> {
    let below = path.strip_prefix(home?).ok()?;
    let row = below.ancestors().find_map(|path| find(os, path))?;
    Some((row.treatment, row.reason))
}

/// The row of the tables that speaks of a path; the path itself where none does.
fn row(os: Os, home: Option<&Path>, path: &Path) -> String {
    let below_home = home.and_then(|home| path.strip_prefix(home).ok());
    if let Some(below) = below_home.filter(|below| !below.as_os_str().is_empty()) {
        let row = below.ancestors().find_map(|path| find(os, path));
        return row.map_or_else(|| "~/.*".into(), |row| format!("~/{}", row.path));
    }
    let is_row = |row: &&Place| fits(row.path.as_bytes(), path.as_os_str().as_encoded_bytes());
    let tables = [
        if os == Os::MacOs { macos::SYSTEM } else { &[] },
        if os == Os::MacOs { macos::MASKS } else { &[] },
        if os == Os::MacOs { macos::TEMPORARY } else { &[] },
        system::ROOT,
        system::DEEPER,
        system::CHAINS,
        system::MASKS,
        system::LOCKDOWN_MASKS,
        system::ROOT_SETTINGS,
    ];
    if let Some(row) = tables.into_iter().flatten().find(is_row) {
        return row.path.to_owned();
    }
    let device = path.strip_prefix("/dev").ok().and_then(|name| {
        let name = name.as_os_str().as_encoded_bytes();
        devices::GPU.iter().find(|row| fits(row.name.as_bytes(), name))
    });
    device.map_or_else(|| visible(path), |row| format!("/dev/{}", row.name))
}
