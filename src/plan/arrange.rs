//! From a heap of wanted mounts to the list that is made: hidden places masked, parents before
//! children, one mount a place, nothing that a parent already provides.

use std::path::PathBuf;

use super::mount::{Authority, Mount, MountKind, below, compare};
use super::protect;

/// A place of the host that no mount may show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hidden {
    /// How the tables name it, below the canonical home.
    pub named: PathBuf,
    /// Its canonical path on the host.
    pub path: PathBuf,
    /// Whether it is a directory.
    pub directory: bool,
    /// Whether everything is hidden whose path begins so; only macOS can do that.
    pub prefix: bool,
    /// Why it is hidden.
    pub reason: String,
}

/// Puts the wanted mounts in order.
pub fn arrange(wanted: Vec<Mount>, hidden: &[Hidden]) -> Vec<Mount> {
    let mut mounts = wanted;
    mounts.retain(|mount| !shows_hidden(mount, hidden));
    let masks: Vec<Mount> = mounts.iter().flat_map(|mount| masks(mount, hidden)).collect();
    mounts.extend(masks);
    // Parents before children by path components; at the same place the strongest first, and of
    // two as strong the one that gives less.
    mounts.sort_by(|left, right| {
        compare(&left.dest, &right.dest)
            .then(right.authority.cmp(&left.authority))
            .then(left.access().cmp(&right.access()))
            .then(right.is_prefix().cmp(&left.is_prefix()))
    });
    mounts.dedup_by(|later, kept| later.dest == kept.dest);
    drop_needless(mounts, hidden)
}

/// Whether a mount is a hidden place or inside one. Only the command line may do that: it names
/// the place itself.
fn shows_hidden(mount: &Mount, hidden: &[Hidden]) -> bool {
    let MountKind::Bind { source, .. } = &mount.kind else {
        return false;
    };
    mount.authority < Authority::Hidden
        && hidden.iter().any(|hidden| below(source, &hidden.path).is_some())
}

/// The masks over the hidden places that a mount would show.
fn masks(mount: &Mount, hidden: &[Hidden]) -> Vec<Mount> {
    let mask = |hidden: &Hidden| {
        let dest = mount.jail_path(&hidden.path)?;
        if dest == mount.dest {
            return None;
        }
        let kind = if hidden.prefix {
            MountKind::Closed { prefix: true }
        } else if hidden.directory {
            MountKind::Tmpfs { mode: 0o755, writable: true }
        } else {
            MountKind::EmptyFile
        };
        Some(Mount::new(dest, kind, Authority::Hidden, hidden.reason.clone()))
    };
    hidden.iter().filter_map(mask).collect()
}

/// Leaves out what a parent already provides, and what a parent does not let be made; notes what
/// the rest need of the host.
fn drop_needless(mounts: Vec<Mount>, hidden: &[Hidden]) -> Vec<Mount> {
    let mut kept: Vec<Mount> = Vec::with_capacity(mounts.len());
    // The mounts above the current one, innermost last: the list is sorted, so whatever is not
    // above it is not above any later one either.
    let mut above: Vec<usize> = Vec::new();
    for mut mount in mounts {
        while above.last().is_some_and(|index| below(&mount.dest, &kept[*index].dest).is_none()) {
            above.pop();
        }
        if let Some(parent) = above.last().map(|index| &kept[*index]) {
            if !is_needed(&mount, parent, hidden) {
                continue;
            }
            mount.mount_point = parent.host_path(&mount.dest).filter(|path| !mount.is_at(path));
        }
        if mount.is_mount_point() {
            above.push(kept.len());
        }
        kept.push(mount);
    }
    kept
}

fn is_needed(mount: &Mount, parent: &Mount, hidden: &[Hidden]) -> bool {
    let shown_by_parent = parent.host_path(&mount.dest);
    match &mount.kind {
        MountKind::Bind { .. } if mount.authority == Authority::Protect => {
            protect::is_needed(mount, parent)
        }
        MountKind::Bind { source, .. } => {
            let same_place = shown_by_parent.as_deref() == Some(source);
            let same_access = mount.access() == parent.access();
            // What a table wants never narrows or widens what the user mapped or works on.
            let outranked =
                mount.authority <= Authority::Table && parent.authority > Authority::Table;
            !(same_place && (same_access || outranked || mount.authority == Authority::Link))
        }
        // These are made in a tmpfs only; in a bind they are there already, or making them would
        // leave them on the host.
        MountKind::Symlink { .. }
        | MountKind::Directory { .. }
        | MountKind::File { .. }
        | MountKind::Copied { .. } => shown_by_parent.is_none(),
        // A mask has something to hide only where the parent shows the hidden place: a mount in
        // between may have replaced it.
        MountKind::Tmpfs { .. } | MountKind::EmptyFile | MountKind::Closed { .. }
            if mount.authority == Authority::Hidden =>
        {
            shown_by_parent.is_some_and(|path| {
                hidden.iter().any(|hidden| hidden.path.as_os_str() == path.as_os_str())
            })
        }
        _ => true,
    }
}
