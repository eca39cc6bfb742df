//! Linux's half of the plan: what the jail has in place of the host's own, as mounts.

use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::mount::{Access, Authority, Content, Mount, MountKind, below};
use super::system::System;
use super::{display, logins, named_links, network, way};
use crate::facts::Facts;
use crate::host::Host;
use crate::host::held::Held;
use crate::host::home::Home;
use crate::host::system::RootEntry;

/// The mode of a place that programs keep to themselves.
const PRIVATE: u32 = 0o700;

impl System for MountKind {
    const RENAMES: bool = true;

    fn bind(source: &Path, access: Access) -> Self {
        Self::Bind { source: source.to_path_buf(), access }
    }

    fn symlink(target: PathBuf) -> Self {
        Self::Symlink { target }
    }

    fn mask(directory: bool) -> Self {
        if directory { Self::Tmpfs { mode: 0o755, writable: true } } else { Self::EmptyFile }
    }

    fn masked(directory: bool) -> Self {
        if directory { Self::Tmpfs { mode: 0o555, writable: false } } else { Self::EmptyFile }
    }

    fn denied(directory: bool) -> Self {
        Self::Denied { directory }
    }

    fn private() -> Self {
        Self::Tmpfs { mode: PRIVATE, writable: true }
    }

    fn copied(source: &Path) -> Self {
        Self::Copied { source: source.to_path_buf() }
    }

    fn hide(_: &mut Gathered<Self>, _: &Host) {}

    fn own_places(gathered: &mut Gathered<Self>, host: &Host, facts: Facts) {
        own(gathered, host, facts);
        system(gathered, host);
        network::gather(gathered, host);
    }

    fn missing_entries(gathered: &mut Gathered<Self>, host: &Host) {
        if let Some(path) = &host.missing_mise_state {
            let mut mount = Mount::own(path, Self::private(), "trust that mise records");
            mount.may_be_made = true;
            gathered.mounts.push(mount);
        }
    }

    fn may_be_saved(_: &Path) -> bool {
        false
    }

    fn after_maps(gathered: &mut Gathered<Self>, host: &Host) {
        display::gather(gathered, host);
    }

    /// `/var/run` and `/var/tmp`, which programs know as other names of `/run` and `/tmp`. Where
    /// something is mounted below one of them, a link could not hold it, so it is a place of its
    /// own.
    fn after_all(gathered: &mut Gathered<Self>, host: &Host, facts: Facts) {
        let writable = !facts.root_read_only;
        let names = [
            ("/var/run", "/run", Self::Tmpfs { mode: 0o755, writable }),
            ("/var/tmp", "/tmp", Self::Tmpfs { mode: 0o1777, writable }),
        ];
        for (name, target, own) in names {
            let holds = |mount: &Mount| below(&mount.dest, Path::new(name)).is_some();
            let (kind, reason) = if gathered.mounts.iter().any(holds) {
                (own, "files of this run; something is mounted below")
            } else {
                (Self::symlink(target.into()), "other name of the jail's own")
            };
            gathered.mounts.push(Mount::own(name, kind, reason));
        }
        logins::gather(gathered, host, facts);
        if !facts.is_strict() {
            named_links::gather(gathered, host);
        }
        way::gather(gathered, host.origin.home.canonical());
    }

    /// Nothing can be mounted on what is not there.
    fn not_there(_: &Host) -> Vec<Held> {
        Vec::new()
    }

    /// The jail's temporary places are its own.
    fn temporary(_: &Host) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// What the jail makes itself.
fn own(gathered: &mut Gathered<MountKind>, host: &Host, facts: Facts) {
    let tmpfs = |mode, writable| MountKind::Tmpfs { mode, writable };
    let writable = !facts.root_read_only;
    gathered.mounts.extend([
        Mount::own("/proc", MountKind::Proc, "the jail's own processes"),
        Mount::own("/dev", MountKind::Devices { writable }, "basic devices"),
        Mount::own("/tmp", tmpfs(0o1777, true), "temporary files"),
        Mount::own("/run", tmpfs(0o755, writable), "sockets of the jail's own services"),
        Mount::own(host.origin.home.canonical(), tmpfs(0o755, true), "empty home"),
    ]);
    // Without a file system of them Landlock would let nobody make one.
    if let Some(place) = host.queues.filter(|_| writable) {
        gathered.mounts.push(Mount::own(place.path, MountKind::Queues, place));
    }
    for place in &host.masks {
        gathered.mounts.push(Mount::own(place.path, tmpfs(0o555, false), *place));
    }
    for place in &host.proc_masks {
        gathered.mounts.push(Mount::own(place.path, MountKind::EmptyFile, *place));
    }
    for included in &host.ssh_settings {
        let kind = MountKind::Replaced { content: Content(included.text.clone().into_bytes()) };
        let reason = "settings of ssh, which wants them to be root's or yours";
        gathered.mounts.push(Mount::own(&included.path, kind, reason));
    }
    for place in &host.root_settings {
        let path = Path::new(place.path);
        gathered.mounts.push(Mount::bind(path, Access::ReadOnly, Authority::Table, *place));
    }
    if let Home::Real { located, .. } = &host.origin.home {
        gathered.links(&located.links, "other name of the home");
    }
}

/// The tables of the system.
fn system(gathered: &mut Gathered<MountKind>, host: &Host) {
    for (entry, row) in &host.root {
        gathered.mounts.push(match entry {
            RootEntry::Directory(path) => {
                Mount::bind(path, Access::ReadOnly, Authority::Table, *row)
            }
            RootEntry::Link(path, target) => {
                Mount::own(path, MountKind::symlink(target.clone()), *row)
            }
        });
    }
    for place in host.deeper.iter().chain(&host.chains).chain(&host.certificates) {
        gathered.give(&place.located, Access::ReadOnly, Authority::Link, place.row);
    }
}
