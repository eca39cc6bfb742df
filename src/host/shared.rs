//! What the shared directories of the home hold already, and which places the tables keep from the
//! host only where they are there.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::held::{Fresh, Held, Unheld};
use super::home::Entry;
use super::look::Kind;
use super::protect::Protection;
use crate::policy::Os;
use crate::policy::home::{HomeRow, Treatment, rows};
use crate::policy::shared::{NEW, SHARED, THERE, has_row, inside};

/// Whether a directory has no entry. Most have directories, whose number is one of its links: to ask
/// for that costs less than to read it.
fn is_empty(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.nlink() <= 2)
        && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

impl Protection {
    /// Holds each entry of the shared directories that no row speaks of: one `readdir` for each
    /// directory.
    pub(super) fn shared(&mut self, entries: &[Entry]) {
        let known: HashSet<OsString> =
            self.held.iter().map(|held| held.path.as_os_str().to_owned()).collect();
        for shared in SHARED {
            let is_it = |entry: &&Entry| entry.path.as_os_str() == *shared;
            let Some(entry) = entries.iter().find(is_it) else { continue };
            if entry.kind != Kind::Directory {
                continue;
            }
            let directory = &entry.located.canonical;
            self.fresh.push(Fresh::all(directory, shared, NEW));
            for item in fs::read_dir(directory).into_iter().flatten().flatten() {
                let (name, path) = (item.file_name(), item.path());
                let relative = Path::new(shared).join(&name);
                if known.contains(path.as_os_str()) || has_row(Os::of_this_build(), &relative) {
                    continue;
                }
                match item.file_type() {
                    // No mount can hold a link.
                    Ok(kind) if kind.is_symlink() => {
                        self.watched.push(Unheld { path, reason: THERE });
                    }
                    // There is nothing to hold yet, and a program that made it waits to fill it.
                    Ok(kind) if kind.is_dir() && is_empty(&path) => {
                        self.watched.push(Unheld { path, reason: NEW });
                    }
                    Ok(kind) if kind.is_dir() || kind.is_file() => {
                        self.open_inside(&relative, &path);
                        self.held.push(Held { path, reason: THERE });
                    }
                    _ => {}
                }
            }
        }
    }

    /// What in a held entry stays writable.
    fn open_inside(&mut self, relative: &Path, path: &Path) {
        for row in inside(relative) {
            let Ok(below) = Path::new(row.path).strip_prefix(relative) else { continue };
            let path = path.join(below);
            if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                self.open.push(Held { path, reason: row.reason });
            }
        }
    }

    /// Looks for what the tables keep from jails where the host has it: there is no mask where the host
    /// has nothing, so what a jail makes there is the host's own, and a link to somewhere else catches
    /// what the host writes. New entries of the shared directories are looked for already.
    pub(super) fn not_covered(&mut self, entries: &[Entry]) {
        let known: HashMap<&OsStr, &Entry> =
            entries.iter().map(|entry| (entry.path.as_os_str(), entry)).collect();
        let is_kept_away =
            |row: &&HomeRow| matches!(row.treatment, Treatment::Empty | Treatment::Hidden);
        for row in rows().filter(is_kept_away) {
            let Some((parent, name)) = row.path.rsplit_once('/') else { continue };
            if SHARED.contains(&parent) || known.contains_key(OsStr::new(row.path)) {
                continue;
            }
            let above = Path::new(parent).ancestors().find_map(|above| {
                let entry = known.get(above.as_os_str())?;
                let below = Path::new(parent).strip_prefix(above).ok()?;
                Some(entry.located.canonical.join(below))
            });
            let Some(directory) = above else { continue };
            if row.prefix().1 {
                self.fresh.push(Fresh::named(&directory, name, row.reason));
            } else {
                self.watched.push(Unheld { path: directory.join(name), reason: row.reason });
            }
        }
    }
}
