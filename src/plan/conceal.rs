//! What of the project is masked or denied, put over every mount that shows it.
//!
//! A map of exactly such a place that was typed for this run is the user's own decision, and wins;
//! one of what is above reveals nothing.

use super::mount::{Authority, Mount, below, compare, nearest};
use super::system::System;
use crate::error::Error;
use crate::host::concealed::{Concealed, How, Place};

/// Covers everything that is concealed.
///
/// # Errors
///
/// The search for it did not come to its end.
pub fn cover<K: System>(
    mounts: Vec<Mount<K>>,
    concealed: &Concealed,
) -> Result<Vec<Mount<K>>, Error> {
    if let Some(why) = &concealed.unfinished {
        return Err(Error::Concealed { why: why.clone() });
    }
    let mut all = mounts;
    // What stands in a concealed place goes with it, whoever wanted it there.
    all.retain(|mount| !concealed.places.iter().any(|place| is_swallowed(mount, place)));
    let covers: Vec<Mount<K>> =
        concealed.places.iter().flat_map(|place| covers(&all, place)).collect();
    all.extend(covers);
    all.sort_by(|left, right| compare(&left.dest, &right.dest));
    Ok(all)
}

/// Whether a mount shows a concealed place, or something in it, of itself.
fn is_swallowed<K: System>(mount: &Mount<K>, place: &Place) -> bool {
    mount.authority < Authority::Flag
        && mount.source().is_some_and(|source| below(source, &place.path).is_some())
}

/// The covers of one place, one in every mount that shows it.
fn covers<K: System>(mounts: &[Mount<K>], place: &Place) -> Vec<Mount<K>> {
    let cover = |mount: &Mount<K>| {
        let dest = mount.jail_path(&place.path)?;
        let is_shown = nearest(mounts, &dest) == Some(mount) && dest != mount.dest;
        is_shown.then(|| {
            let kind = match place.how {
                How::Masked => K::masked(place.directory),
                How::Denied => K::denied(place.directory),
            };
            let mut cover = Mount::new(dest, kind, Authority::Mask, place.rule.clone());
            cover.mount_point = K::RENAMES.then(|| place.path.clone());
            cover
        })
    };
    mounts.iter().filter_map(cover).collect()
}
