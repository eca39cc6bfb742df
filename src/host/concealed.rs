//! What of the project the user's globs mask or deny: found before the jail starts, by walking the
//! project once, and looked for again afterwards.
//!
//! Globs are git's own, as in `.gitignore`. A directory that fits is one place with all that is in
//! it. What is named without a wildcard, and where, is looked up without a walk.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::globs::{Globs, PRESET, Preset};
use super::tree_walk::{self, Walk};
use crate::fields::List;
use crate::settings::{Setting, Settings};
use crate::text::visible;

/// How a place is kept from the jail.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum How {
    /// It is there, empty and read-only.
    Masked,
    /// It can neither be read, listed nor written.
    Denied,
}

/// A place of the project that the jail does not get.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Its canonical path.
    pub path: PathBuf,
    /// Whether it is a directory.
    pub directory: bool,
    /// How it is kept from the jail.
    pub how: How,
    /// The rule that says so, for people.
    pub rule: String,
    /// Device and inode.
    identity: (u64, u64),
}

/// All of it.
#[derive(Debug, Default)]
pub struct Concealed {
    /// The places, in the order of paths.
    pub places: Vec<Place>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Why the search is not complete, so that there can be no such jail.
    pub unfinished: Option<String>,
    rules: Rules,
    project: PathBuf,
}

/// Places that a plan takes at most: each is a mount of its own.
const PLACES: usize = 512;

/// The globs of both kinds.
#[derive(Debug, Default)]
struct Rules {
    deny: Globs,
    mask: Globs,
}

impl Rules {
    fn of(settings: &Settings, project: &Path) -> Self {
        let texts = |list: List| settings.list(list).iter().map(|Setting { value, .. }| &**value);
        let globs = |list, except| Globs::new(texts(list), texts(except), project);
        Self {
            deny: globs(List::DenyPaths, List::DenyPathExceptions),
            mask: globs(List::Mask, List::MaskExceptions),
        }
    }

    fn is_empty(&self) -> bool {
        self.deny.is_empty() && self.mask.is_empty()
    }

    /// Whether an exception speaks of a path relative to the project.
    fn excepts(&self, how: How, path: &[u8], directory: bool) -> bool {
        match how {
            How::Denied => self.deny.excepts(path, directory),
            How::Masked => self.mask.excepts(path, directory),
        }
    }

    /// What becomes of a path relative to the project.
    fn judge(&self, path: &[u8], directory: bool, preset: Preset) -> Option<(How, String)> {
        let deny = || Some((How::Denied, self.deny.fitting(path, directory, preset)?));
        let mask = || Some((How::Masked, self.mask.fitting(path, directory, preset)?));
        let rule = |(how, glob): (How, &str)| {
            let flag = match how {
                How::Denied => List::DenyPaths.row().flag.long,
                How::Masked => List::Mask.row().flag.long,
            };
            (how, format!("it fits --{flag} {glob}"))
        };
        deny().or_else(mask).map(rule)
    }
}

/// What becomes of a directory that cannot be listed: no jail can do it either, unless it changes
/// the permissions, which this keeps it from.
fn unlisted() -> (How, String) {
    (How::Denied, "it cannot be looked through for what is masked".to_owned())
}

/// Looks for everything that the settings mask or deny.
pub fn find(project: &Path, settings: &Settings) -> Concealed {
    let rules = Rules::of(settings, project);
    if rules.is_empty() {
        return Concealed::default();
    }
    let mut concealed = Concealed { rules, project: project.to_path_buf(), ..Concealed::default() };
    let mut search = concealed.search();
    if search.places.len() > PLACES {
        let count = search.places.len();
        search.unfinished = Some(format!(
            "{count} places of the project are masked or denied, and {PLACES} can be held; \
             deny a directory that many of them are in"
        ));
    }
    concealed.warn_of_what_is_not_there(&search.places);
    concealed.warnings.extend(search.warnings);
    (concealed.places, concealed.unfinished) = (search.places, search.unfinished);
    concealed
}

/// What a search has found.
#[derive(Default)]
struct Search {
    places: Vec<Place>,
    warnings: Vec<String>,
    unfinished: Option<String>,
}

impl Search {
    fn add(&mut self, project: &Path, rules: &Rules, relative: &Path, found: (How, String)) {
        let (how, mut rule) = found;
        let path = project.join(relative);
        // What leads nowhere shows nothing.
        let Ok(target) = path.canonicalize() else { return };
        let Ok(metadata) = target.symlink_metadata() else { return };
        let directory = metadata.is_dir();
        if target != path {
            // Nothing can be mounted on a link, so what it leads to is kept from the jail instead.
            let inside = target.strip_prefix(project).ok();
            let Some(inside) = inside.filter(|inside| !inside.as_os_str().is_empty()) else {
                self.warnings.push(format!(
                    "{} is a link out of the project, to {}, which no mask of the project covers",
                    visible(&path),
                    visible(&target)
                ));
                return;
            };
            if rules.excepts(how, inside.as_os_str().as_bytes(), directory) {
                return;
            }
            rule = format!("{rule}, and {} leads here", visible(&path));
        }
        let identity = (metadata.dev(), metadata.ino());
        self.places.push(Place { path: target, directory, how, rule, identity });
    }
}

impl Concealed {
    fn search(&self) -> Search {
        let mut search = Search::default();
        for globs in [&self.rules.deny, &self.rules.mask] {
            for literal in globs.literals() {
                let bytes = literal.as_os_str().as_bytes();
                let directory = self.project.join(literal).is_dir();
                if let Some(found) = self.rules.judge(bytes, directory, Preset::Counts) {
                    search.add(&self.project, &self.rules, literal, found);
                }
            }
        }
        if self.rules.deny.needs_walk() || self.rules.mask.needs_walk() {
            let judge =
                |path: &[u8], directory: bool, preset| self.rules.judge(path, directory, preset);
            let excepts = |path: &[u8]| {
                self.rules.deny.preset_excepts(path) || self.rules.mask.preset_excepts(path)
            };
            let only_preset =
                self.rules.deny.is_preset_alone() && self.rules.mask.is_preset_alone();
            let walk = Walk {
                root: &self.project,
                judge: &judge,
                unlisted,
                excepts: &excepts,
                only_preset,
            };
            let (found, complete) = walk.run();
            for (relative, rule) in found {
                search.add(&self.project, &self.rules, &relative, rule);
            }
            if !complete {
                search.unfinished = Some(format!(
                    "the project has more than {} entries to look through for globs; \
                     name files with their directories, as in /config/key.pem",
                    tree_walk::ENTRIES
                ));
            }
        }
        self.other_names(&mut search);
        search.places.sort_by(|left, right| left.path.cmp(&right.path));
        search.places.dedup_by(|later, kept| later.path.starts_with(&kept.path));
        search
    }

    /// Hard links: a second name of a masked file shows all that the first would.
    fn other_names(&self, search: &mut Search) {
        let linked: BTreeMap<(u64, u64), usize> = search
            .places
            .iter()
            .enumerate()
            .filter(|(_, place)| !place.directory && has_other_names(&place.path))
            .map(|(index, place)| (place.identity, index))
            .collect();
        if linked.is_empty() {
            return;
        }
        for (path, identity) in tree_walk::identities(&self.project, &linked) {
            let known = &search.places[linked[&identity]];
            if known.path != path {
                let rule =
                    format!("{} is another name of it, and {}", visible(&known.path), known.rule);
                let how = known.how;
                search.places.push(Place { path, directory: false, how, rule, identity });
            }
        }
    }

    fn warn_of_what_is_not_there(&mut self, places: &[Place]) {
        for globs in [&self.rules.deny, &self.rules.mask] {
            for literal in globs.literals() {
                let path = self.project.join(literal);
                if !places.iter().any(|place| path.starts_with(&place.path)) && !path.exists() {
                    self.warnings.push(format!(
                        "{} is masked or denied, and the project has nothing there",
                        visible(&path)
                    ));
                }
            }
        }
    }

    /// What fits now and did not when the jail started, or is another one than it was: the jail
    /// could read it. With each, whether it is new.
    pub fn appeared(&self) -> Vec<(PathBuf, bool)> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let before = |place: &Place| self.places.iter().find(|old| old.path == place.path);
        let is_held =
            |place: &Place| before(place).is_some_and(|old| old.identity == place.identity);
        let now = self.search().places.into_iter().filter(|place| !is_held(place));
        now.map(|place| (place.path.clone(), before(&place).is_none())).collect()
    }
}

fn has_other_names(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.nlink() > 1)
}

/// Entries that are looked at for a mere hint.
const HINT_ENTRIES: usize = 20_000;

/// The first few files of a project that `@secrets` would mask, relative to it, and how many there
/// are.
pub fn unmasked_secrets(project: &Path) -> (Vec<PathBuf>, usize) {
    let globs = Globs::new([OsStr::new(PRESET)].into_iter(), [].into_iter(), project);
    let judge = |path: &[u8], directory: bool, preset| {
        let glob = globs.fitting(path, directory, preset).filter(|_| !directory)?;
        Some((How::Masked, glob.to_owned()))
    };
    let excepts = |path: &[u8]| globs.preset_excepts(path);
    let walk =
        Walk { root: project, judge: &judge, unlisted, excepts: &excepts, only_preset: true };
    let (found, _) = walk.run_at_most(HINT_ENTRIES);
    let mut paths: Vec<PathBuf> = found.into_iter().map(|(path, _)| path).collect();
    paths.sort();
    let count = paths.len();
    paths.truncate(3);
    (paths, count)
}

#[cfg(test)]
#[path = "concealed/tests.rs"]
mod tests;
