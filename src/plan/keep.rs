//! Keeps in place what is mounted inside a writable mount.
//!
//! A mount point cannot be renamed (`EBUSY`), but a directory above one can: the jail would move
//! the directory aside, and what is hidden or read-only in it would be found at another name by
//! the next jail, or make room for something of the jail's own on the host. So every directory
//! between is a mount of its own, of itself.

use std::path::Path;

use super::mount::{Access, Authority, Mount, MountKind, compare, nearest};

/// Why such a mount is there.
const REASON: &str = "keeps what is below it in its place";

/// Adds a mount for each directory between a narrower mount and the writable one around it.
pub fn in_place(mounts: Vec<Mount>) -> Vec<Mount> {
    let mut added: Vec<Mount> = Vec::new();
    for mount in mounts.iter().filter(|mount| is_narrow(mount)) {
        let Some(parent) = mount.dest.parent() else { continue };
        let Some(around) = nearest(&mounts, parent).filter(|around| is_writable(around)) else {
            continue;
        };
        let between = |path: &&Path| *path != around.dest;
        for directory in parent.ancestors().take_while(between) {
            let Some(source) = around.host_path(directory) else { continue };
            if added.iter().all(|known| known.dest != directory) {
                let (access, authority) = (Access::ReadWrite, Authority::Hidden);
                added.push(Mount::bind_at(&source, directory, access, authority, REASON));
            }
        }
    }
    let mut all = mounts;
    all.extend(added);
    all.sort_by(|left, right| compare(&left.dest, &right.dest));
    all
}

/// Whether less may be done there than around it.
fn is_narrow(mount: &Mount) -> bool {
    match mount.kind {
        MountKind::Bind { access, .. } => access == Access::ReadOnly,
        MountKind::EmptyFile | MountKind::Tmpfs { .. } => true,
        _ => false,
    }
}

/// Whether it is a place of the host that the jail may change.
fn is_writable(mount: &Mount) -> bool {
    mount.access() == Some(Access::ReadWrite)
}
