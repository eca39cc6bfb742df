//! Where the host looks for programs: the directories of `PATH`, the links on the way to them, and what
//! links among their programs lead to.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::held::{Entries, Fresh, Held, Programs, Unheld};
use super::links::{self, Located};
use super::origin::Origin;
use super::protect::Protection;
use crate::policy::protect::{ON_PATH, PROGRAM, SHADOWING};

/// Links of one directory that are followed: a shell makes a few, a version manager a hundred.
const LINKS: usize = 1024;

impl Protection {
    /// Looks along `PATH`. Programs of the project come and go with the work, so there only those
    /// are looked for that the host would run in place of others.
    pub(super) fn search_path(&mut self, origin: &Origin) {
        let Some(path) = origin.environment.get("PATH") else { return };
        let home = origin.home.canonical();
        let mut known = HashSet::new();
        for directory in std::env::split_paths(path) {
            let located = locate(&origin.project.join(directory));
            let passed = located.links.into_iter();
            let links = passed.map(|link| Unheld { path: link.path, reason: ON_PATH });
            self.watched.extend(links.filter(|link| known.insert(link.path.clone())));
            let path = located.canonical;
            if !known.insert(path.clone()) {
                continue;
            }
            self.search_path.push(path.clone());
            if path.starts_with(&origin.project) {
                let entries = Entries::Shadowing;
                self.fresh.push(Fresh { path, entries, reason: SHADOWING });
                continue;
            }
            // A system's directory has thousands of programs, and none of a jail's.
            if path.starts_with(home) {
                self.links_among_programs(origin, &path, &mut known);
            }
            self.watched.push(Unheld { path, reason: ON_PATH });
        }
    }

    fn links_among_programs(
        &mut self,
        origin: &Origin,
        directory: &Path,
        known: &mut HashSet<PathBuf>,
    ) {
        let listing = fs::read_dir(directory).into_iter().flatten().flatten();
        let is_link = |item: &fs::DirEntry| item.file_type().is_ok_and(|kind| kind.is_symlink());
        let mut targets = Vec::new();
        for item in listing.filter(is_link).take(LINKS) {
            let located = locate(&item.path());
            let behind = located.links.into_iter().filter(|link| link.path != item.path());
            let behind = behind.map(|link| Unheld { path: link.path, reason: PROGRAM });
            self.watched.extend(behind.filter(|link| known.insert(link.path.clone())));
            let path = located.canonical;
            if path.parent() == Some(directory) || !known.insert(path.clone()) {
                continue;
            }
            let is_held = path.is_file() && !path.starts_with(&origin.project);
            if is_held {
                targets.push(Held { path, reason: PROGRAM });
            } else if !path.is_dir() {
                self.watched.push(Unheld { path, reason: PROGRAM });
            }
        }
        if !targets.is_empty() {
            self.programs.push(Programs { directory: directory.into(), targets });
        }
    }
}

/// Where a path leads as far as it exists, and the rest by its name.
fn locate(path: &Path) -> Located {
    let mut above = path.ancestors();
    let found = above.find_map(|above| Some((above, links::locate(above).ok()?)));
    let Some((above, mut located)) = found else {
        return Located { canonical: path.into(), links: Vec::new() };
    };
    let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
    located.canonical = links::absolute(rest, &located.canonical);
    located
}
