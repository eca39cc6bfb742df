//! Which rule decided about a place, and its reason, from the plan's own data.

use std::path::Path;

use serde::Serialize;

use super::Jail;
use super::walk::{Arrival, Stopped, Thing};
use crate::plan::mount::nearest;
use crate::plan::{Authority, Shown, Withheld};
use crate::policy::home::{find, is_dot_entry};
use crate::policy::home_row::{HomeRow, Treatment};
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
    /// A mask or a denial of the user's or the project's.
    Mask,
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
pub fn decide(jail: &Jail<'_>, home: Option<&Path>, arrival: &Arrival<'_>) -> Decision {
    match arrival.mount {
        Some(mount)
            if arrival.thing != Thing::Absent
                || matches!(mount.authority, Authority::Hidden | Authority::Mask) =>
        {
            by_mount(jail, home, mount)
        }
        Some(mount) => {
            let lacking = mount.access().is_some() || arrival.stopped.is_some();
            let at_home = || by_home(jail, home, &arrival.place);
            let lacks = || by_host(mount, arrival);
            let decided = if lacking { Some(lacks()) } else { withheld(jail, arrival) };
            decided.or_else(at_home).unwrap_or_else(|| own(mount))
        }
        None if arrival.thing == Thing::Memory => {
            by(Rule::Table { row: "/".into() }, "the way to what is mounted, and nothing else")
        }
        None => withheld(jail, arrival)
            .unwrap_or_else(|| by(Rule::Unmounted, "no table, project or map brings it in")),
    }
}

/// What a mount's own author and reason say.
fn by_mount(jail: &Jail<'_>, home: Option<&Path>, mount: &Shown) -> Decision {
    // What pins something below gives what the mount around it gives.
    if mount.authority == Authority::Pin {
        let around = mount.dest.parent().and_then(|parent| nearest(&jail.places, parent));
        if let Some(around) = around {
            return by_mount(jail, home, around);
        }
    }
    let map = |source| Rule::Map { source };
    let rule = match mount.authority {
        Authority::Link | Authority::Table => {
            let is_home = home == Some(&mount.dest);
            let empty_home = jail.plan.facts.is_alone() && is_home;
            if empty_home { Rule::Lockdown } else { Rule::Table { row: row(mount) } }
        }
        Authority::Project if jail.plan.facts.project_read_only => Rule::Lockdown,
        Authority::Project => Rule::Project,
        Authority::UserFile => map("user file"),
        Authority::ProjectFile => map("project file"),
        Authority::Protect | Authority::Pin => Rule::Protected,
        Authority::Hidden => Rule::Hidden { row: row(mount) },
        Authority::Mask => Rule::Mask,
        Authority::Flag => map("flag"),
    };
    by(rule, mount.reason.clone())
}

/// A mount is there, and what it shows has nothing at this place.
fn by_host(mount: &Shown, arrival: &Arrival<'_>) -> Decision {
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
fn withheld(jail: &Jail<'_>, arrival: &Arrival<'_>) -> Option<Decision> {
    let above = |withheld: &&Withheld| arrival.place.starts_with(&withheld.path);
    let withheld = jail
        .plan
        .withheld
        .iter()
        .filter(above)
        .max_by_key(|withheld| withheld.path.components().count())?;
    let hidden = withheld.row.map(|row| Rule::Hidden { row: row.to_string() });
    let rule = hidden.unwrap_or(Rule::Withheld);
    Some(by(rule, withheld.reason.clone()))
}

/// Something of the home that is not there.
fn by_home(jail: &Jail<'_>, home: Option<&Path>, place: &Path) -> Option<Decision> {
    let below = place.strip_prefix(home?).ok()?;
    if jail.plan.facts.is_alone() {
        return Some(by(Rule::Lockdown, "the home is empty in lockdown"));
    }
    let row = below.ancestors().find_map(|path| find(jail.plan.os(), path));
    match row {
        Some(row @ HomeRow { treatment: Treatment::Hidden, .. }) => {
            return Some(by(Rule::Hidden { row: row.place().to_string() }, row.reason));
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
fn own(mount: &Shown) -> Decision {
    let reason = format!("{} is the jail's own ({})", visible(&mount.dest), mount.reason);
    by(Rule::Table { row: row(mount) }, reason)
}

/// The row that wants a mount; the place itself where none does.
fn row(mount: &Shown) -> String {
    mount.row.map_or_else(|| visible(&mount.dest), |row| row.to_string())
}
