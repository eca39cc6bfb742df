//! What appeared or changed during a run, of what the host runs later.
//!
//! Nothing is read that has not changed: the kernel's own change time (`ctime`, which no program
//! can set) tells.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::git::read_line;
use super::git_config::GitConfig;
use super::held::Watched;
use super::probe::Host;
use super::repositories::{self, Limits, STEPS};
use crate::policy::protect::git;

/// Entries of one directory that are compared one by one.
const ENTRIES: usize = 256;

/// Hooks that git leaves alone.
const SAMPLE: &[u8] = b".sample";

/// What to look for in something after the run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LookFor {
    /// Any change.
    Changes,
    /// Whether it is still the one that the jail had read-only: what the host itself replaces
    /// loses its mount, and the jail may write to the new one.
    Replacement,
}

/// Something to look at before and after the run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// Where it is on the host.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
    /// What to look for.
    pub look_for: LookFor,
}

/// Something that the host would run.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Finding {
    /// Where it is.
    pub path: PathBuf,
    /// What became of it.
    pub what: What,
    /// What it is to the host.
    pub reason: &'static str,
}

/// What became of something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum What {
    /// It was not there before.
    Appeared,
    /// It is another one, or has another content.
    Changed,
    /// It was read-only in the jail, until somebody outside put another in its place.
    Replaced,
}

/// How things stood when the jail started.
#[derive(Debug)]
pub struct Before<'a> {
    host: &'a Host,
    targets: Vec<(Target, Option<Stamp>)>,
}

/// One thing as it is.
#[derive(Debug, Eq, PartialEq)]
struct Stamp {
    itself: Facts,
    /// Of a directory, as far as they are compared.
    entries: Option<BTreeMap<OsString, Facts>>,
}

/// What changes with any change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Facts {
    identity: (u64, u64),
    size: u64,
    mode: u32,
    changed: (i64, i64),
}

impl From<Metadata> for Facts {
    fn from(metadata: Metadata) -> Self {
        Self {
            identity: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            mode: metadata.mode(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.symlink_metadata().ok()?;
    let entries = metadata.is_dir().then(|| entries(path)).flatten();
    Some(Stamp { itself: metadata.into(), entries })
}

/// The entries of a directory; `None` where there are too many, or it cannot be read.
fn entries(path: &Path) -> Option<BTreeMap<OsString, Facts>> {
    let mut entries = BTreeMap::new();
    for item in fs::read_dir(path).ok()?.flatten() {
        if entries.len() == ENTRIES {
            return None;
        }
        // A directory's own change time says that something in it came or went.
        entries.insert(item.file_name(), item.metadata().ok()?.into());
    }
    Some(entries)
}

impl<'a> Before<'a> {
    /// Looks at everything that the plan wants watched.
    pub fn look(targets: &[Target], host: &'a Host) -> Self {
        let targets = targets.iter().map(|item| (item.clone(), stamp(&item.path)));
        Self { host, targets: targets.collect() }
    }

    /// Looks again: what of it the host would run, in the order of paths.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        for (item, before) in &self.targets {
            let after = stamp(&item.path);
            match item.look_for {
                LookFor::Changes => compare(item, before.as_ref(), after, &mut found),
                LookFor::Replacement => {
                    let identity = |stamp: &Stamp| stamp.itself.identity;
                    let now = after.as_ref().map(identity);
                    if now.is_some() && now != before.as_ref().map(identity) {
                        found.push(finding(&item.path, What::Replaced, item.reason));
                    }
                }
            }
        }
        self.new_repositories(&mut found);
        found.sort();
        found.dedup_by(|later, kept| later.path == kept.path);
        found
    }

    /// Hooks and settings of repositories that were not there before.
    fn new_repositories(&self, found: &mut Vec<Finding>) {
        let before = &self.host.protection.repositories;
        let project = &self.host.origin.project;
        let limits = Limits::after(before);
        let mapped = &self.host.protection.mapped;
        let after = repositories::find(project, mapped, None, limits);
        for directory in after.directories.iter().filter(|dir| !before.directories.contains(dir)) {
            let hooks = Watched { path: directory.join("hooks"), reason: git::HOOKS };
            appeared(&hooks.path, hooks.reason, stamp(&hooks.path), found);
            let config = directory.join("config");
            if !GitConfig::read(&config).is_plain() {
                found.push(finding(&config, What::Appeared, git::CONFIG));
            }
            for (name, reason) in [("commondir", git::POINTER), (STEPS, git::STEPS)] {
                let path = directory.join(name);
                if path.symlink_metadata().is_ok() {
                    found.push(finding(&path, What::Appeared, reason));
                }
            }
        }
        for record in after.worktrees.iter().filter(|record| !before.worktrees.contains(record)) {
            let pointer = record.join("commondir");
            // What git itself writes.
            if read_line(&pointer).as_deref() != Some("../..") {
                found.push(finding(&pointer, What::Appeared, git::POINTER));
            }
            appeared(&record.join(STEPS), git::STEPS, stamp(&record.join(STEPS)), found);
        }
    }
}

fn finding(path: &Path, what: What, reason: &'static str) -> Finding {
    Finding { path: path.to_path_buf(), what, reason }
}

/// Something that was not there before: of a directory each entry, since an empty one is nothing.
fn appeared(path: &Path, reason: &'static str, after: Option<Stamp>, found: &mut Vec<Finding>) {
    match after {
        None => {}
        Some(Stamp { entries: Some(entries), .. }) => {
            let entries = entries.into_keys().filter(counts);
            found.extend(entries.map(|name| finding(&path.join(name), What::Appeared, reason)));
        }
        Some(_) => found.push(finding(path, What::Appeared, reason)),
    }
}

fn compare(item: &Target, before: Option<&Stamp>, after: Option<Stamp>, found: &mut Vec<Finding>) {
    let (Some(before), Some(now)) = (before, &after) else {
        if before.is_none() {
            appeared(&item.path, item.reason, after, found);
        }
        return;
    };
    if before == now {
        return;
    }
    let (Some(old), Some(new)) = (&before.entries, &now.entries) else {
        found.push(finding(&item.path, What::Changed, item.reason));
        return;
    };
    for (name, facts) in new.iter().filter(|(name, _)| counts(name)) {
        let what = match old.get(name) {
            None => What::Appeared,
            Some(known) if known != facts => What::Changed,
            Some(_) => continue,
        };
        found.push(finding(&item.path.join(name), what, item.reason));
    }
}

/// Whether a directory's entry is more than an example.
fn counts(name: &OsString) -> bool {
    !name.as_encoded_bytes().ends_with(SAMPLE)
}
