//! Masks over sockets of the host in what the tables mount.

use std::path::{Path, PathBuf};

use super::mount::{Authority, Mount, MountKind, compare, nearest};
use crate::policy::system::SERVICES;

/// Why such a mask is there.
const REASON: &str = "a socket on which a program of the host listens";

/// Adds a mask over each of `sockets` that a mount shows, less those that were `given` on purpose.
///
/// The project and the user's maps keep theirs: there the user works with them. Not so in lockdown,
/// which promises that there is nobody to talk to.
pub fn mask(
    mounts: Vec<Mount>,
    sockets: &[PathBuf],
    given: &[PathBuf],
    lockdown: bool,
) -> Vec<Mount> {
    let is_kept = |socket: &Path| {
        let is_service = SERVICES.iter().any(|service| socket == Path::new(service.path));
        !lockdown && (is_service || given.iter().any(|given| given == socket))
    };
    let masks: Vec<Mount> = sockets
        .iter()
        .filter(|socket| !is_kept(socket))
        .flat_map(|socket| masks(&mounts, socket, lockdown))
        .collect();
    let mut all = mounts;
    all.extend(masks);
    all.sort_by(|left, right| compare(&left.dest, &right.dest));
    all
}

/// The masks over one socket, in every mount that shows it.
fn masks(mounts: &[Mount], socket: &Path, lockdown: bool) -> Vec<Mount> {
    let mask = |mount: &Mount| {
        let dest = mount.jail_path(socket)?;
        let shown = nearest(mounts, &dest) == Some(mount) && dest != mount.dest;
        let of_table = mount.authority <= Authority::Table;
        (shown && (lockdown || of_table)).then(|| {
            let mut mask = Mount::new(dest, MountKind::EmptyFile, Authority::Hidden, REASON);
            mask.mount_point = Some(socket.to_path_buf());
            mask
        })
    };
    mounts.iter().filter_map(mask).collect()
}
