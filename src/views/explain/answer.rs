//! What the jail may do at a place.

use std::path::Path;

use serde::Serialize;
use stage2::spec::{PathAccess, PathRule};

use super::Jail;
use super::walk::{Arrival, Thing, walk};
use crate::host::look::{Found, Kind};
use crate::plan::mount::{below, nearest};
use crate::plan::{self, AnyKind, MountKind, Shown};
use crate::policy::Os;

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
    /// It is there, and can be neither read nor written.
    Denied,
    /// Made for the jail by the kernel: its processes, its terminals.
    Fresh,
    /// On macOS: refused, whether something is there or not.
    Refused,
    /// On macOS: a directory that leads to something; its names stay unknown.
    Passed,
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
pub fn answer(jail: &Jail<'_>, arrival: &Arrival<'_>) -> Answer {
    let (mount, place) = (arrival.mount, &arrival.place);
    let exists = match arrival.thing {
        Thing::Absent => Some(false),
        Thing::Kernel(None) => None,
        _ => Some(true),
    };
    let on_macos = is_on_macos(jail);
    let (readable, writable) = match &arrival.thing {
        Thing::Memory if on_macos => (false, false),
        Thing::Host(Found { kind: Kind::Socket, .. }) if on_macos => {
            let reached = is_reached(jail, place);
            (reached, reached)
        }
        Thing::Absent => (false, can_be_made(jail, arrival)),
        Thing::Kernel(found) => (found.as_ref().is_none_or(|found| found.may.read), false),
        Thing::Host(found) => host_file(jail, mount, place, found),
        Thing::Memory | Thing::File | Thing::Copy => (true, is_writable_memory(jail, place)),
        Thing::Device => (true, true),
        Thing::Denied { .. } => (false, false),
        Thing::EmptyFile | Thing::Link(_) => (true, false),
    };
    let of_host = nearest(&jail.places, place).is_some_and(|mount| mount.access().is_some())
        || jail.plan.write_back.iter().any(|file| file.copy == *place);
    let kind = if on_macos { kind_on_macos(&arrival.thing) } else { kind(&arrival.thing) };
    let holds_data = matches!(kind, None | Some("directory" | "file"));
    let kept = writable && of_host && holds_data;
    let access = access(jail, arrival, writable);
    let exists = exists.filter(|_| access != Access::Refused);
    Answer { access, exists, kind, readable, writable, kept }
}

fn access(jail: &Jail<'_>, arrival: &Arrival<'_>, writable: bool) -> Access {
    let is_open = arrival.mount.is_some_and(|mount| mount.access().is_some());
    match &arrival.thing {
        Thing::Absent if is_on_macos(jail) && !is_open => Access::Refused,
        Thing::Memory if is_on_macos(jail) => Access::Passed,
        Thing::Host(Found { kind: Kind::Socket, .. }) if is_on_macos(jail) && !writable => {
            Access::Refused
        }
        Thing::Absent => Access::Absent,
        Thing::Memory if is_devices(arrival.mount, &arrival.place) => Access::Fresh,
        Thing::Denied { .. } => Access::Denied,
        Thing::Memory | Thing::EmptyFile => Access::Empty,
        // In the place of a login of the host's.
        Thing::File if arrival.mount.is_some_and(is_hidden) => Access::Empty,
        Thing::Kernel(_) | Thing::File => Access::Fresh,
        Thing::Device => Access::Device,
        Thing::Copy => Access::ReadWrite,
        Thing::Host(_) | Thing::Link(_) => match arrival.mount.and_then(Shown::access) {
            Some(plan::Access::ReadWrite) => Access::ReadWrite,
            Some(plan::Access::Device) => Access::Device,
            Some(plan::Access::ReadOnly) | None => Access::ReadOnly,
        },
    }
}

fn is_hidden(mount: &Shown) -> bool {
    mount.authority == plan::Authority::Hidden
}

/// The jail's own `/dev` itself.
fn is_devices(mount: Option<&Shown>, place: &Path) -> bool {
    mount.is_some_and(|mount| {
        matches!(mount.kind, AnyKind::Mount(MountKind::Devices { .. })) && mount.dest == place
    })
}

fn kind(thing: &Thing) -> Option<&'static str> {
    match thing {
        Thing::Absent | Thing::Kernel(None) => None,
        Thing::Host(found) | Thing::Kernel(Some(found)) => Some(word(&found.kind)),
        Thing::Memory | Thing::Denied { directory: true } => Some("directory"),
        Thing::EmptyFile | Thing::Denied { .. } | Thing::File | Thing::Copy => Some("file"),
        Thing::Link(_) => Some("link"),
        Thing::Device => Some("device"),
    }
}

/// The same for macOS, where no layer looks at sockets in another way than the profile.
fn kind_on_macos(thing: &Thing) -> Option<&'static str> {
    match thing {
        Thing::Host(Found { kind: Kind::Socket, .. }) => Some("Unix socket"),
        thing => kind(thing),
    }
}

/// Whether the profile lets a Unix socket be connected to.
fn is_reached(jail: &Jail<'_>, place: &Path) -> bool {
    let Some(macos) = jail.plan.macos() else { return false };
    macos.sockets.iter().any(|open| below(place, open).is_some())
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

/// Whether something of the host can be read and written through a bind.
fn host_file(jail: &Jail<'_>, mount: Option<&Shown>, place: &Path, found: &Found) -> (bool, bool) {
    let access = mount.and_then(Shown::access);
    let (mut read, mut write) = (found.may.read, found.may.write);
    match found.kind {
        // Where devices are not what is mounted, they are shut.
        Kind::Device if access != Some(plan::Access::Device) => (read, write) = (false, false),
        Kind::Directory => write &= found.may.execute && landlock_lets_write(jail, place),
        _ => {}
    }
    (read, write && access.is_some_and(|access| access != plan::Access::ReadOnly))
}

/// Whether a Landlock rule, if there is to be one, lets files be made and written. Rules add up
/// along a path: one for a directory above is enough.
fn landlock_lets_write(jail: &Jail<'_>, place: &Path) -> bool {
    let Some(landlock) = &jail.plan.landlock else { return true };
    let grants = |rule: &PathRule| {
        rule.access == PathAccess::ReadWrite && below(place, &rule.path.0).is_some()
    };
    landlock.rules.iter().any(grants)
}

/// Whether something can be made in a directory in memory.
fn is_writable_memory(jail: &Jail<'_>, place: &Path) -> bool {
    let lets_write = || landlock_lets_write(jail, place);
    let is_closed = |mount: &Shown| {
        let AnyKind::Mount(MountKind::Directory { mode }) = mount.kind else { return false };
        mount.dest == place && mode & 0o222 == 0
    };
    if jail.places.iter().any(is_closed) {
        return false;
    }
    match nearest(&jail.places, place).map(|mount| &mount.kind) {
        Some(AnyKind::Mount(MountKind::Tmpfs { writable, .. })) => *writable,
        Some(AnyKind::Mount(MountKind::Queues)) => true,
        Some(AnyKind::Mount(MountKind::Devices { writable })) => *writable && lets_write(),
        Some(_) => false,
        // The root itself: no Landlock rule lets anything be made there.
        None => !is_on_macos(jail) && !jail.plan.facts.root_read_only && lets_write(),
    }
}

fn is_on_macos(jail: &Jail<'_>) -> bool {
    jail.plan.os() == Os::MacOs
}

/// Whether the jail could make what is absent: in a directory that is there and can be written.
fn can_be_made(jail: &Jail<'_>, arrival: &Arrival<'_>) -> bool {
    let Some(parent) = arrival.place.parent() else {
        return false;
    };
    if !arrival.complete || arrival.stopped.is_some() {
        return false;
    }
    // A profile's rule speaks of a name, whatever may be done beside it.
    let is_named = |mount: &Shown| mount.dest == arrival.place && mount.access().is_some();
    if is_on_macos(jail) && arrival.mount.is_some_and(is_named) {
        return arrival.mount.and_then(Shown::access) == Some(plan::Access::ReadWrite);
    }
    let above = walk(jail, parent);
    let answer = answer(jail, &above);
    answer.kind == Some("directory") && answer.writable
}
