//! Directories of settings in which a program has not begun: the jail's own, with the host's entries in them.

use super::gather::Gathered;
use super::mount::{Access, Authority, Mount};
use super::system::System;
use crate::host::held::NotBegun;

const OWN: &str = "what a program writes there at its first start is deleted when the jail ends";

/// Adds them wherever a writable mount shows the host's. A map of exactly such a directory is the user's own
/// decision. Where nothing can stand in a place's stead, the host's is read-only.
pub fn gather<K: System>(gathered: &mut Gathered<K>, all: &[NotBegun]) {
    for not_begun in all.iter().filter(|_| K::RENAMES) {
        let reason = not_begun.held.reason;
        let writable = |mount: &&Mount<K>| mount.access() == Some(Access::ReadWrite);
        let around = gathered.mounts.iter().filter(writable);
        let places: Vec<_> =
            around.filter_map(|mount| mount.jail_path(&not_begun.held.path)).collect();
        for dest in places {
            if gathered.mounts.iter().any(|mount| mount.dest == dest) {
                continue;
            }
            let own = Mount::new(dest.clone(), K::private(), Authority::Protect, OWN);
            let shown = not_begun.entries.iter().filter_map(|entry| {
                let dest = dest.join(entry.file_name()?);
                Some(Mount::bind_at(entry, &dest, Access::ReadOnly, Authority::Table, reason))
            });
            gathered.mounts.extend(std::iter::once(own).chain(shown));
        }
    }
}
