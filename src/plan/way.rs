//! The directories on the way to the project and to what is mapped, in the jail's own home.
//!
//! They are there only because something is mounted below them. What a command wrote beside the
//! project would end with the jail, so it is refused at once instead.

use std::path::Path;

use super::gather::Gathered;
use super::mount::{Authority, Mount, MountKind, below, nearest};

/// Read and search, for everybody.
const MODE: u32 = 0o555;

/// Adds them. Elsewhere the jail has nothing that it could write to, but for temporary places.
pub fn gather(gathered: &mut Gathered<MountKind>, home: &Path) {
    let ends = gathered.mounts.iter().filter(|mount| mount.authority > Authority::Pin);
    let ways = ends.flat_map(|mount| mount.dest.ancestors().skip(1));
    let mut added: Vec<Mount> = Vec::new();
    for way in ways {
        if below(way, home).is_none() {
            continue;
        }
        let is_known = |mount: &Mount| mount.dest == way;
        let around = nearest(&gathered.mounts, way);
        let is_memory = around.is_some_and(|mount| matches!(mount.kind, MountKind::Tmpfs { .. }));
        if is_memory && !gathered.mounts.iter().chain(&added).any(is_known) {
            let reason = "on the way to something; what is written here would be lost";
            added.push(Mount::own(way, MountKind::Directory { mode: MODE }, reason));
        }
    }
    gathered.mounts.extend(added);
}
