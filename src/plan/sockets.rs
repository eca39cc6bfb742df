//! Masks over sockets of the host in what the tables mount.

use std::path::{Path, PathBuf};

use super::mount::{Authority, Mount, compare, nearest, nearest_of};
use super::system::System;
use crate::facts::Facts;
use crate::policy::system::SERVICES;

/// Why such a mask is there.
const REASON: &str = "a socket on which a program of the host listens";

/// Adds a mask over each of `sockets` that a mount shows, less those that were `given` on purpose.
///
/// The project and the user's maps keep theirs: there the user works with them. Not so where
/// the jail reaches nothing of the user's: there is nobody to talk to.
pub fn mask<K: System>(
    mounts: Vec<Mount<K>>,
    sockets: &[PathBuf],
    given: &[PathBuf],
    facts: Facts,
) -> Vec<Mount<K>> {
    let is_kept = |socket: &Path| {
        let is_service = SERVICES.iter().any(|service| socket == Path::new(service.path));
        !facts.is_alone() && (is_service || given.iter().any(|given| given == socket))
    };
    let masks: Vec<Mount<K>> = sockets
        .iter()
        .filter(|socket| !is_kept(socket))
        .flat_map(|socket| masks(&mounts, socket, facts))
        .collect();
    let mut all = mounts;
    all.extend(masks);
    all.sort_by(|left, right| compare(&left.dest, &right.dest));
    all
}

/// The masks over one socket, in every mount that shows it.
fn masks<K: System>(mounts: &[Mount<K>], socket: &Path, facts: Facts) -> Vec<Mount<K>> {
    let mask = |mount: &Mount<K>| {
        let dest = mount.jail_path(socket)?;
        let shown = nearest(mounts, &dest) == Some(mount) && dest != mount.dest;
        (shown && (facts.is_alone() || is_of_tables(mounts, &dest))).then(|| {
            let mut mask = Mount::new(dest, K::mask(false), Authority::Hidden, REASON);
            mask.mount_point = Some(socket.to_path_buf());
            mask
        })
    };
    mounts.iter().filter_map(mask).collect()
}

/// Whether the tables show this place, and not the project or a map. What is only held there, or
/// pinned, is shown by what is around it.
fn is_of_tables<K: System>(mounts: &[Mount<K>], dest: &Path) -> bool {
    let shows = |mount: &Mount<K>| !matches!(mount.authority, Authority::Protect | Authority::Pin);
    nearest_of(mounts, dest, shows).is_none_or(|mount| mount.authority <= Authority::Table)
}
