//! Where the host looks for programs: the directories of `PATH`, the links on the way to them, and what
//! links among their programs lead to.

use std::collections::{HashMap, HashSet};
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use super::held::{Entries, Fresh, Held, Programs, Unheld};
use super::links::{self, Link, Located};
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
        let (mut known, mut ways) = (HashSet::new(), Ways::default());
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
                self.links_among_programs(origin, &path, &mut ways, &mut known);
            }
            self.watched.push(Unheld { path, reason: ON_PATH });
        }
    }

    fn links_among_programs(
        &mut self,
        origin: &Origin,
        directory: &Path,
        ways: &mut Ways,
        known: &mut HashSet<PathBuf>,
    ) {
        let listing = fs::read_dir(directory).into_iter().flatten().flatten();
        let is_link = |item: &fs::DirEntry| item.file_type().is_ok_and(|kind| kind.is_symlink());
        let mut targets = Vec::new();
        for item in listing.filter(is_link).take(LINKS) {
            let (located, kind) = ways.follow(&item.path());
            let behind = located.links.into_iter().filter(|link| link.path != item.path());
            let behind = behind.map(|link| Unheld { path: link.path, reason: PROGRAM });
            self.watched.extend(behind.filter(|link| known.insert(link.path.clone())));
            let path = located.canonical;
            if path.parent() == Some(directory) || !known.insert(path.clone()) {
                continue;
            }
            let is_file = kind.is_some_and(|kind| kind.is_file());
            if is_file && !path.starts_with(&origin.project) {
                targets.push(Held { path, reason: PROGRAM });
            } else if !kind.is_some_and(|kind| kind.is_dir()) {
                self.watched.push(Unheld { path, reason: PROGRAM });
            }
        }
        if !targets.is_empty() {
            self.programs.push(Programs { directory: directory.into(), targets });
        }
    }
}

/// Where directories lead that links name. Links of one directory name few others, so the way there is walked once.
#[derive(Debug, Default)]
struct Ways(HashMap<PathBuf, Located>);

impl Ways {
    /// Where a link leads, and what is there; `link` is canonical but for itself.
    fn follow(&mut self, link: &Path) -> (Located, Option<FileType>) {
        let mut found = Located { canonical: link.into(), links: Vec::new() };
        while found.links.len() < links::MAX_LINKS && self.step(&mut found).is_some() {
            match kind(&found.canonical) {
                Some(kind) if kind.is_symlink() => {}
                Some(kind) => {
                    found.canonical = links::on_disk(found.canonical);
                    return (found, Some(kind));
                }
                None => break,
            }
        }
        let found = locate(link);
        let kind = kind(&found.canonical);
        (found, kind)
    }

    /// Follows one link. `None` where its text ends in no name.
    fn step(&mut self, found: &mut Located) -> Option<()> {
        let target = fs::read_link(&found.canonical).ok()?;
        let directory = found.canonical.parent()?.join(target.parent()?);
        let name = target.file_name()?.to_owned();
        found.links.push(Link { path: found.canonical.clone(), target });
        let way = self.0.entry(directory).or_insert_with_key(|directory| locate(directory));
        found.links.extend(way.links.iter().cloned());
        found.canonical = way.canonical.join(name);
        Some(())
    }
}

/// What stands at a path itself.
fn kind(path: &Path) -> Option<FileType> {
    Some(path.symlink_metadata().ok()?.file_type())
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_leads_where_the_kernel_takes_it() {
        let root = tempfile::tempdir().expect("a directory");
        let here = root.path().canonicalize().expect("there");
        for directory in ["bin", "opt/tool/bin"] {
            fs::create_dir_all(here.join(directory)).expect("made");
        }
        fs::write(here.join("opt/tool/bin/program"), "").expect("written");
        let absolute = here.join("current/bin/program");
        let links = [
            ("current", Path::new("opt/tool")),
            ("bin/absolute", &absolute),
            ("bin/relative", Path::new("../current/bin/../bin/program")),
            ("bin/twice", Path::new("relative")),
            ("bin/directory", Path::new("../current/bin/..")),
            ("bin/nowhere", Path::new("../current/none/program")),
            ("bin/round", Path::new("round")),
        ];
        for (link, target) in links {
            symlink(target, here.join(link)).expect("linked");
        }
        let mut ways = Ways::default();
        for (link, _) in &links[1..] {
            let link = here.join(link);
            let (found, kind) = ways.follow(&link);
            assert_eq!(found, locate(&link), "{link:?}");
            let is_file = kind.is_some_and(|kind| kind.is_file());
            assert_eq!(is_file, link.is_file(), "{link:?}");
        }
        assert_eq!(ways.0.len(), 4, "each directory is walked once: {ways:?}");
    }
}
