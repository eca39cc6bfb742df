//! The display: its sockets, the keys to it, and what the variables say of them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::HOSTNAME;
use super::arrange::Hidden;
use super::gather::Gathered;
use super::mount::{Access, Authority, Content, Kind, Mount, MountKind, below, nearest};
use super::system::System;
use crate::host::Host;
use crate::host::display::{Socket, X11};
use crate::policy::display::{X11_SOCKETS, XAUTHORITY};
use crate::policy::system;
use crate::x11::{authority, cookies};

/// The mode of the runtime directory, which tools check.
const PRIVATE: u32 = 0o700;

/// The mode of [`X11_SOCKETS`]: a server that is started in the jail expects it.
const SHARED: u32 = 0o1777;

/// Adds what of the desktop no mount may show.
pub fn hide<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    for item in &host.withheld {
        // The file of keys may have a row in the home's table.
        if gathered.hidden.iter().any(|hidden| hidden.path == item.path) {
            continue;
        }
        gathered.hidden.push(Hidden {
            named: item.path.clone(),
            path: item.path.clone(),
            mask: K::mask(item.directory),
            row: None,
            reason: item.reason.into(),
        });
        gathered.withhold(&item.path, item.reason);
    }
}

/// Adds the display. After the maps: one of them may show what the jail has of its own here.
pub fn gather(gathered: &mut Gathered<MountKind>, host: &Host) {
    runtime_directory(gathered, host);
    let display = &host.display;
    if let Some(door) = &display.wayland {
        gathered.give(&door.located, Access::ReadWrite, Authority::Table, door.reason);
    }
    x11(gathered, host);
}

/// The directory of the user's services: a new one, unless the user mapped what it is in.
fn runtime_directory(gathered: &mut Gathered<MountKind>, host: &Host) {
    let Some(runtime) = &host.runtime else { return };
    let path = &runtime.canonical;
    if system::is_taken_on(host.os, path) {
        return;
    }
    let in_home = below(path, host.origin.home.canonical()).is_some();
    let kind = match nearest(&gathered.mounts, path) {
        // A directory costs less than a mount.
        Some(Mount { kind: MountKind::Tmpfs { .. }, .. }) => MountKind::Directory { mode: PRIVATE },
        Some(mount) if mount.authority > Authority::Protect || !in_home => return,
        _ => MountKind::Tmpfs { mode: PRIVATE, writable: true },
    };
    let reason = "the jail's own runtime directory";
    gathered.mounts.push(Mount::own(path, kind, reason));
    gathered.links(&runtime.links, reason);
}

fn x11(gathered: &mut Gathered<MountKind>, host: &Host) {
    let directory = Path::new(X11_SOCKETS);
    // Somebody who maps this very place wants the host's, under the numbers that they have.
    let is_mapped = gathered.mounts.iter().any(|mount| mount.dest == directory);
    if host.x11_sockets && gathered.shows(directory) && !is_mapped {
        let kind = MountKind::Tmpfs { mode: SHARED, writable: true };
        gathered.mounts.push(Mount::own(directory, kind, "displays of the host"));
    }
    let Some(x11) = &host.display.x11 else { return };
    if let Some(socket) = x11.socket.as_ref().filter(|_| !is_mapped) {
        let kind = MountKind::Directory { mode: SHARED };
        gathered.mounts.push(Mount::own(directory, kind, "sockets of X11 displays"));
        let (source, dest) = (&socket.located.canonical, dest(socket));
        let mount = Mount::bind_at(source, &dest, Access::ReadWrite, Authority::Table, "X11");
        gathered.mounts.push(mount);
    }
    if !x11.keys.is_empty() {
        let keys = cookies::for_jail(&x11.keys, HOSTNAME, number(x11, &gathered.mounts));
        let content = Content(authority::encode(&keys));
        let kind = MountKind::File { content, mode: 0o600 };
        gathered.mounts.push(Mount::own(XAUTHORITY, kind, "keys to the X11 display"));
    }
}

/// Where the jail has the socket.
fn dest(socket: &Socket) -> PathBuf {
    Path::new(X11_SOCKETS).join(format!("X{}", socket.free_number))
}

/// The number of the display in the jail.
fn number<K: Kind>(x11: &X11, mounts: &[Mount<K>]) -> u32 {
    let renumbered = |socket: &&Socket| {
        let dest = dest(socket);
        mounts.iter().any(|mount| mount.dest == dest)
    };
    x11.socket.as_ref().filter(renumbered).map_or(x11.name.number, |socket| socket.free_number)
}

/// The variables that have another value in the jail.
pub fn variables<K: Kind>(host: &Host, mounts: &[Mount<K>]) -> Vec<(&'static str, OsString)> {
    let mut variables = Vec::new();
    if let Some(x11) = host.display.x11.as_ref().filter(|x11| x11.socket.is_some()) {
        let name = x11.name.renumbered(number(x11, mounts));
        variables.push(("DISPLAY", name.into()));
    }
    if has_keys(mounts) {
        variables.push(("XAUTHORITY", XAUTHORITY.into()));
    }
    variables
}

/// Whether the jail has keys to a display.
pub fn has_keys<K>(mounts: &[Mount<K>]) -> bool {
    mounts.iter().any(|mount| mount.dest == Path::new(XAUTHORITY))
}
