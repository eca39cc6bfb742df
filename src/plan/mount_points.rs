//! The places of the host that mounts of the plan need to be mounted on.

use std::path::Path;

use super::{Authority, Plan};
use crate::error::Error;
use crate::text::{visible, visible_word};

/// Drops mounts whose mount point does not exist in the mount above: bubblewrap would make it, and
/// it would stay on the host. `is_there` says which places the host has.
///
/// # Errors
///
/// A map of the command line that has no mount point.
pub fn check(plan: &mut Plan, is_there: impl Fn(&Path) -> bool) -> Result<(), Error> {
    let mut failed = None;
    let warnings = &mut plan.warnings;
    plan.places.retain_mounts(|mount| {
        let Some(place) = &mount.mount_point else { return true };
        if mount.may_be_made || is_there(place) {
            return true;
        }
        let why = format!("there is no {} to mount it on", visible(place));
        match mount.authority {
            Authority::Flag | Authority::Project => {
                let name = mount.dest.file_name().unwrap_or_default();
                let hint = format!(
                    "make it first (mkdir -p {}; for a file, touch), or map to a place that the \
                     jail makes itself: /tmp/{}",
                    visible_word(place),
                    visible(name)
                );
                failed.get_or_insert(Error::Map { path: visible(&mount.dest), why, hint });
            }
            Authority::UserFile | Authority::ProjectFile => {
                warnings.push(format!("map at {} skipped: {why}", visible(&mount.dest)));
            }
            Authority::Link
            | Authority::Table
            | Authority::Protect
            | Authority::Pin
            | Authority::Hidden
            | Authority::Mask => {}
        }
        false
    });
    failed.map_or(Ok(()), Err)
}
