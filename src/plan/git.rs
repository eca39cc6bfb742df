//! The repository that the project is in, where it is not all in the project.

use std::path::PathBuf;

use super::gather::Gathered;
use super::mount::{Access, Authority, Mount};
use super::system::System;
use crate::host::Host;
use crate::text::{visible, visible_word};

/// Git's own directories outside the project, which the jail may write as it may the project.
pub fn directories(host: &Host) -> impl Iterator<Item = &PathBuf> {
    let around = host.around.as_ref().map(|around| &around.directory);
    host.git_common.iter().chain(around)
}

/// Adds the repository of a worktree, and the one around the project: its files read-only, its
/// `.git` as for a project at its root.
pub fn gather<K: System>(gathered: &mut Gathered<K>, host: &Host, access: Access) {
    if let Some(path) = &host.git_common {
        let reason = "the repository of this worktree";
        gathered.mounts.push(Mount::bind(path, access, Authority::Project, reason));
    }
    let Some(around) = &host.around else { return };
    let reason = "the repository around the project";
    // Weaker than all that the tables say: a root such as ~/.config stays as writable as it is.
    gathered.mounts.push(Mount::bind(&around.root, Access::ReadOnly, Authority::Link, reason));
    gathered.mounts.push(Mount::bind(&around.directory, access, Authority::Project, reason));
}

/// Says what git will miss, and the flag that gives it.
pub fn hint<K: System>(gathered: &mut Gathered<K>, host: &Host) {
    for place in &host.git_elsewhere {
        if gathered.shows(&place.path) {
            continue;
        }
        let flag = if place.writable { "--rw-map" } else { "--map" };
        let (shown, word) = (visible(&place.path), visible_word(&place.path));
        gathered.warnings.push(format!(
            "git needs {}, which is not in the jail: {shown}\n  type {flag} {word} to show it",
            place.reason
        ));
    }
}
