//! Links on the way to a directory that the environment names: version managers put one on `PATH` in a place that
//! the jail has for itself (fnm, `/run/user/UID/fnm_multishells`). Where the directory is in the jail
//! anyway, its programs are found by the name that the host has for it.

use super::gather::Gathered;
use super::mount::{Mount, MountKind, nearest};
use crate::host::Host;
use crate::host::links::Link;

/// Re-creates them in the jail's own file systems in memory, and none that a jail could have made.
pub fn gather(gathered: &mut Gathered<MountKind>, host: &Host) {
    for named in &host.named {
        let located = &named.located;
        if !gathered.shows(&located.canonical) || gathered.planted(&located.links).is_some() {
            continue;
        }
        let is_lacking = |link: &&Link| {
            let around = nearest(&gathered.mounts, &link.path);
            let is_memory = around.is_some_and(|it| matches!(it.kind, MountKind::Tmpfs { .. }));
            let is_known = gathered.mounts.iter().any(|mount| mount.dest == link.path);
            let is_hidden =
                gathered.hidden.iter().any(|hidden| link.path.starts_with(&hidden.path));
            is_memory && !is_known && !is_hidden
        };
        let links: Vec<_> = located.links.iter().filter(is_lacking).collect();
        let mount = |link: &Link| {
            let kind = MountKind::Symlink { target: link.target.clone() };
            Mount::own(&link.path, kind, "link on the way to programs of the host")
        };
        let mounts: Vec<_> = links.into_iter().map(mount).collect();
        gathered.mounts.extend(mounts);
    }
}
