//! What the jail may do at a place.

use std::path::Path;

use serde::Serialize;

use super::walk::{Arrival, Look, Thing, walk};
use crate::host::look::{Found, Kind};
use crate::plan::mount::nearest;
use crate::plan::{self, Mount, MountKind, Plan};

/// What the jail gives at a place.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Nothing is there.
    Absent,
    /// It is in memory and starts empty, but for what is mounted below.
    Empty,
    /// What the host has, to read.
    ReadOnly,
    /// What the host has, to read and to write.
    ReadWrite,
    /// Device nodes, to use.
    Device,
    /// Made for the jail by the kernel: its processes, its terminals.
    Fresh,
}

/// What is at a place of the jail, and what the command may do with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Answer {
    /// What the jail gives.
    pub access: Access,
    /// Whether something is there; `None` where only the running jail can tell.
    pub exists: Option<bool>,
    /// What it is; `None` where nothing is, or nobody can tell.
    pub kind: Option<&'static str>,
    /// Whether it can be read, by the mount and by its own permissions.
    pub readable: bool,
    /// Whether it can be written; of a directory: whether something can be made in it; of what
    /// is absent: whether it can be made.
    pub writable: bool,
    /// Whether what is written there is still there after the run.
    pub kept: bool,
}

impl Answer {
    /// Whether the command would notice no difference.
    pub fn is_like(&self, other: &Self) -> bool {
        let of_host = |answer: &Self| {
            matches!(answer.access, Access::ReadOnly | Access::ReadWrite | Access::Device)
        };
        self == other
            || of_host(self) && of_host(other) && Self { access: other.access, ..*self } == *other
    }
}

/// The answer for the place that a path leads to.
pub fn answer(plan: &Plan, look: Look<'_>, arrival: &Arrival<'_>) -> Answer {
    let (access, kind) = (access(arrival), kind(&arrival.thing));
    let existing =
        Answer { access, exists: Some(true), kind, readable: true, writable: false, kept: false };
    let answer = match &arrival.thing {
        Thing::Absent => Answer {
            exists: Some(false),
            readable: false,
            writable: can_be_made(plan, look, arrival),
            ..existing
        },
        Thing::Kernel(None) => Answer { exists: None, ..existing },
        Thing::Kernel(Some(found)) => Answer { readable: found.may.read, ..existing },
        Thing::Host(found) => Answer {
            readable: found.may.read,
            writable: may_write(plan, arrival.mount, found),
            ..existing
        },
        Thing::Memory => Answer { writable: is_writable_memory(plan, &arrival.place), ..existing },
        Thing::Device => Answer { writable: true, ..existing },
        Thing::EmptyFile | Thing::Link(_) => existing,
    };
    let in_bind =
        nearest(&plan.mounts, &arrival.place).is_some_and(|mount| mount.access().is_some());
    Answer { kept: answer.writable && in_bind, ..answer }
}

fn access(arrival: &Arrival<'_>) -> Access {
    match &arrival.thing {
        Thing::Absent => Access::Absent,
        Thing::Memory if is_devices(arrival.mount, &arrival.place) => Access::Fresh,
        Thing::Memory | Thing::EmptyFile => Access::Empty,
        Thing::Kernel(_) => Access::Fresh,
        Thing::Device => Access::Device,
        Thing::Host(_) | Thing::Link(_) => match arrival.mount.and_then(Mount::access) {
            Some(plan::Access::ReadWrite) => Access::ReadWrite,
            Some(plan::Access::Device) => Access::Device,
            Some(plan::Access::ReadOnly) | None => Access::ReadOnly,
        },
    }
}

/// The jail's own `/dev` itself.
fn is_devices(mount: Option<&Mount>, place: &Path) -> bool {
    mount
        .is_some_and(|mount| matches!(mount.kind, MountKind::Devices { .. }) && mount.dest == place)
}

fn kind(thing: &Thing) -> Option<&'static str> {
    match thing {
        Thing::Absent | Thing::Kernel(None) => None,
        Thing::Host(found) | Thing::Kernel(Some(found)) => Some(word(&found.kind)),
        Thing::Memory => Some("directory"),
        Thing::EmptyFile => Some("file"),
        Thing::Link(_) => Some("link"),
        Thing::Device => Some("device"),
    }
}

/// The word for a kind of file.
pub fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Directory => "directory",
        Kind::File => "file",
        Kind::Link(_) => "link",
        Kind::Device => "device",
        Kind::Socket => "socket",
        Kind::Fifo => "FIFO",
    }
}

/// Whether a bind lets something of the host be written; a directory must be passed through too.
fn may_write(plan: &Plan, mount: Option<&Mount>, found: &Found) -> bool {
    let is_directory = found.kind == Kind::Directory;
    let may = found.may.write && (found.may.execute || !is_directory);
    match mount.and_then(Mount::access) {
        Some(plan::Access::ReadWrite) => may,
        // Landlock's rule for devices lets nothing be made.
        Some(plan::Access::Device) => may && (!is_directory || plan.landlock.is_none()),
        Some(plan::Access::ReadOnly) | None => false,
    }
}

/// Whether something can be made in a directory in memory.
fn is_writable_memory(plan: &Plan, place: &Path) -> bool {
    match nearest(&plan.mounts, place).map(|mount| (&mount.kind, &mount.dest)) {
        Some((MountKind::Tmpfs { writable, .. }, _)) => *writable,
        Some((MountKind::Devices { writable }, dest)) => {
            *writable && (plan.landlock.is_none() || place.starts_with(dest.join("shm")))
        }
        Some(_) => false,
        // The root itself: no Landlock rule lets anything be made there.
        None => !plan.lockdown && plan.landlock.is_none(),
    }
}

/// Whether the jail could make what is absent: in a directory that is there and can be written.
fn can_be_made(plan: &Plan, look: Look<'_>, arrival: &Arrival<'_>) -> bool {
    let Some(parent) = arrival.place.parent() else {
        return false;
    };
    if !arrival.complete || arrival.stopped.is_some() {
        return false;
    }
    let above = walk(plan, look, parent);
    let answer = answer(plan, look, &above);
    answer.kind == Some("directory") && answer.writable
}
