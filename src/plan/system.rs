//! What the two systems do differently while a plan is made. Each has its half beside its own
//! kinds of places, in `linux.rs` and `macos.rs`.

use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::mount::{Access, Kind};
use crate::facts::Facts;
use crate::host::Host;
use crate::host::held::Held;

/// A system's half of a plan.
pub trait System: Kind {
    /// Whether a place of the host can be shown under another name.
    const RENAMES: bool;

    /// A place of the host.
    fn bind(source: &Path, access: Access) -> Self;

    /// A symbolic link.
    fn symlink(target: PathBuf) -> Self;

    /// What hides a place.
    fn mask(directory: bool) -> Self;

    /// What shows a place of the project empty.
    fn masked(directory: bool) -> Self;

    /// What keeps the jail out of a place of the project.
    fn denied(directory: bool) -> Self;

    /// A directory that the jail has for itself, or of which it can change nothing.
    fn private() -> Self;

    /// A file that is replaced by renaming another over it.
    fn copied(source: &Path) -> Self;

    /// Adds the hidden places that only this system has.
    fn hide(gathered: &mut Gathered<Self>, host: &Host);

    /// Adds what the jail has in place of the host's own, and the tables of the system.
    fn own_places(gathered: &mut Gathered<Self>, host: &Host, facts: Facts);

    /// Adds the rows of the home that have no entry there.
    fn missing_entries(gathered: &mut Gathered<Self>, host: &Host);

    /// Whether an entry of the home may be a jail's own work, so that no link is followed there.
    fn may_be_saved(entry: &Path) -> bool;

    /// Adds what depends on what is mapped.
    fn after_maps(gathered: &mut Gathered<Self>, host: &Host);

    /// Adds what depends on all the rest: other names of places, the directories on the way.
    fn after_all(gathered: &mut Gathered<Self>, host: &Host, facts: Facts);

    /// What the host would run later and does not have yet, where a name alone can be held.
    fn not_there(host: &Host) -> Vec<Held>;

    /// Where a jail may write beside the home, the project and the maps.
    fn temporary(host: &Host) -> Vec<PathBuf>;
}
