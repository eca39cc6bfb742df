//! From a heap of wanted mounts to the list that is made: hidden places masked, parents before
//! children, one mount a place, nothing that a parent already provides.

use std::path::{Path, PathBuf};

use super::mount::{Authority, Mount, Why, below, compare};
use super::protect;
use super::system::System;
use crate::policy::place::Place;

/// A place of the host that no mount may show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hidden<K> {
    /// How the tables name it, below the canonical home.
    pub named: PathBuf,
    /// Its canonical path on the host.
    pub path: PathBuf,
    /// What hides it.
    pub mask: K,
    /// The row that hides it, where one does.
    pub row: Option<Place>,
    /// Why it is hidden.
    pub reason: String,
}

/// Puts the wanted mounts in order. `own` is the jails' own home: it lies in a hidden place, and is
/// shown where the tables want it.
pub fn arrange<K: System>(
    wanted: Vec<Mount<K>>,
    hidden: &[Hidden<K>],
    own: Option<&Path>,
) -> Vec<Mount<K>> {
    let is_own = |path: &Path| own.is_some_and(|own| below(path, own).is_some());
    let mut mounts = wanted;
    mounts.retain(|mount| mount.source().is_some_and(is_own) || !shows_hidden(mount, hidden));
    let masks: Vec<Mount<K>> = mounts.iter().flat_map(|mount| masks(mount, hidden)).collect();
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
    let mut mounts = drop_needless(mounts, hidden);
    for mount in &mut mounts {
        mount.may_be_made |= mount.mount_point.as_deref().is_some_and(is_own);
    }
    mounts
}

/// Whether a mount is a hidden place or inside one. Only the command line may do that: it names
/// the place itself.
fn shows_hidden<K: System>(mount: &Mount<K>, hidden: &[Hidden<K>]) -> bool {
    let is_in = |source| hidden.iter().any(|hidden| below(source, &hidden.path).is_some());
    mount.authority < Authority::Hidden && mount.source().is_some_and(is_in)
}

/// The masks over the hidden places that a mount would show.
fn masks<K: System>(mount: &Mount<K>, hidden: &[Hidden<K>]) -> Vec<Mount<K>> {
    let mask = |hidden: &Hidden<K>| {
        let dest = mount.jail_path(&hidden.path)?;
        if dest == mount.dest {
            return None;
        }
        let why = Why { row: hidden.row, reason: hidden.reason.clone() };
        Some(Mount::new(dest, hidden.mask.clone(), Authority::Hidden, why))
    };
    hidden.iter().filter_map(mask).collect()
}

/// Leaves out what a parent already provides, and what a parent does not let be made; notes what
/// the rest need of the host.
fn drop_needless<K: System>(mounts: Vec<Mount<K>>, hidden: &[Hidden<K>]) -> Vec<Mount<K>> {
    let mut kept: Vec<Mount<K>> = Vec::with_capacity(mounts.len());
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

fn is_needed<K: System>(mount: &Mount<K>, parent: &Mount<K>, hidden: &[Hidden<K>]) -> bool {
    let shown_by_parent = parent.host_path(&mount.dest);
    if let Some(source) = mount.source() {
        if mount.authority == Authority::Protect {
            return protect::is_needed(mount, parent);
        }
        let same_place = shown_by_parent.as_deref() == Some(source);
        let same_access = mount.access() == parent.access();
        // What a table wants never narrows or widens what the user mapped or works on.
        let outranked = mount.authority <= Authority::Table && parent.authority > Authority::Table;
        return !(same_place && (same_access || outranked || mount.authority == Authority::Link));
    }
    // Made in a tmpfs only: in a bind the place is there already, or making it would leave it on
    // the host.
    if mount.kind.belongs_to_parent() {
        return shown_by_parent.is_none();
    }
    // A mask has something to hide only where the parent shows the hidden place: a mount in
    // between may have replaced it.
    if mount.kind.is_closed() && mount.authority == Authority::Hidden {
        let is_hidden =
            |path: PathBuf| hidden.iter().any(|it| it.path.as_os_str() == path.as_os_str());
        return shown_by_parent.is_some_and(is_hidden);
    }
    true
}
