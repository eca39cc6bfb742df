//! The files of which the jail has copies, and where their changes go.

use std::path::{Path, PathBuf};

use super::mount::{self, Mount, MountKind};
use super::own_home;
use crate::facts::Facts;
use crate::host::Host;
use crate::policy::agents::Guard;
use crate::policy::agents::runtime::guard;
use crate::policy::home::{Treatment, rows_on};

/// A file that is written back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WriteBack {
    /// Its canonical path on the host, where it need not exist.
    pub original: PathBuf,
    /// Its path in the jail, directly in the home.
    pub copy: PathBuf,
    /// How the jail's changes go together with those that others make meanwhile.
    pub merge: Merge,
    /// What of it the jail does not change on the host.
    pub guard: Option<Guarded>,
}

/// How changes of two go together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Merge {
    /// Key by key of a JSON object.
    Json,
    /// Not at all: a file that others have changed meanwhile stays as they left it.
    Whole,
}

/// Which of its keys are not the jail's to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Guarded {
    /// The agent's word on it.
    pub row: &'static Guard,
    /// The project, by each of its names: what is below it is the jail's as well.
    pub own: Vec<PathBuf>,
    /// The root of the repository around the project, by which some agents name it.
    pub root: Option<PathBuf>,
}

impl Guarded {
    /// Whether an entry for this directory is not the jail's.
    pub fn is_of_another(&self, directory: &Path) -> bool {
        let is_own = self.own.iter().any(|own| mount::below(directory, own).is_some());
        !is_own && self.root.as_deref() != Some(directory)
    }
}

/// The files of the table that these mounts make copies of, and those that the host does not have
/// yet: the jail may make them.
pub fn files(host: &Host, mounts: &[Mount], facts: Facts) -> Vec<WriteBack> {
    let Some(home) = host.origin.home.real().filter(|_| !facts.is_alone()) else {
        return Vec::new();
    };
    let rows = rows_on(host.os).filter(|row| row.treatment == Treatment::Copied);
    let of_rows = rows.filter_map(|row| {
        let copy = home.join(row.path);
        let original = match mounts.iter().find(|mount| mount.dest == copy) {
            Some(Mount { kind: MountKind::Copied { source }, .. }) => source.clone(),
            None if is_written(host, row.path)
                && is_free(host, mounts, Path::new(row.path), &copy) =>
            {
                copy.clone()
            }
            _ => return None,
        };
        let guard = guard(row.path).map(|row| guarded(row, host));
        Some(WriteBack { original, copy, merge: Merge::Json, guard })
    });
    let mut files: Vec<WriteBack> = of_rows.collect();
    for mount in mounts {
        let MountKind::Copied { source } = &mount.kind else { continue };
        if files.iter().all(|file| file.copy != mount.dest) {
            let (original, copy) = (source.clone(), mount.dest.clone());
            files.push(WriteBack { original, copy, merge: Merge::Whole, guard: None });
        }
    }
    files
}

fn guarded(row: &'static Guard, host: &Host) -> Guarded {
    let origin = &host.origin;
    let own = vec![origin.project.clone(), origin.named.clone()];
    Guarded { row, own, root: host.around.as_ref().map(|around| around.root.clone()) }
}

/// Whether the file is the host's to the jail, and not one of a home of the jails' own.
fn is_written(host: &Host, path: &str) -> bool {
    host.own_home.is_none() || own_home::is_of_agent(host, Path::new(path))
}

/// Whether neither the host nor the jail has anything there, so that what the jail makes is lost
/// unless it is written back.
fn is_free(host: &Host, mounts: &[Mount], entry: &Path, copy: &Path) -> bool {
    let in_tmpfs = || {
        mount::nearest(mounts, copy)
            .is_some_and(|mount| matches!(mount.kind, MountKind::Tmpfs { writable: true, .. }))
    };
    !host.entries.iter().any(|known| known.path == entry) && in_tmpfs()
}
