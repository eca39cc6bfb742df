//! What appeared or changed during a run, of what the host runs later.
//!
//! Nothing is read that has not changed: the kernel's own change time (`ctime`, which no program
//! can set) tells.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::finding::{Finding, What};
use super::other_names::{self, Touched};
use super::stamp::{Facts, LEVELS, Stamp};
use crate::host::held::{Entries, LookFor, Target};
use crate::policy::agents::runtime::is_data;
use crate::policy::shared::is_expected;
use crate::policy::{Os, fits};

/// Hooks that git leaves alone.
const SAMPLE: &[u8] = b".sample";

/// How things stood when the jail started.
#[derive(Debug)]
pub struct Before {
    targets: Vec<(Target, Option<Stamp>)>,
    /// The directories of `PATH`.
    search_path: Vec<PathBuf>,
    /// When that was.
    at: SystemTime,
}

impl Before {
    /// Looks at everything that the plan wants looked at, of a host with this `PATH`.
    pub fn look(targets: Vec<Target>, search_path: &[PathBuf]) -> Self {
        let stamp = |target: &Target| match target.look_for {
            LookFor::Changes => Stamp::before(&target.path),
            LookFor::Replacement | LookFor::Link => Stamp::shallow(&target.path),
            // The change time of each file is enough, and a large tree is not worth a launch.
            LookFor::OtherNames => None,
            LookFor::New(_) => Stamp::entries(&target.path),
        };
        let at = SystemTime::now();
        let targets = targets.into_iter().map(|target| {
            let before = stamp(&target);
            (target, before)
        });
        Self { targets: targets.collect(), search_path: search_path.to_vec(), at }
    }

    /// Looks again: what of it the host would run.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        for (target, before) in &self.targets {
            match target.look_for {
                LookFor::Changes => compare(target, before.as_ref(), &mut found),
                LookFor::Replacement => {
                    found.extend(replaced(target, before.as_ref()));
                    found.extend(self.changed_by_another_name(target));
                }
                LookFor::OtherNames => found.extend(self.changed_by_other_names(target)),
                LookFor::Link => found.extend(planted(target, before.as_ref())),
                LookFor::New(_) => {}
            }
        }
        let mut new = Vec::new();
        for (target, before) in &self.targets {
            if let LookFor::New(entries) = target.look_for {
                let is_told = |path: &Path| found.iter().any(|known| known.path.starts_with(path));
                let entries = self.new_entries(target, entries, before.as_ref());
                new.extend(entries.into_iter().filter(|finding| !is_told(&finding.path)));
            }
        }
        found.extend(new);
        found
    }

    /// A file that the jail has read-only, changed by another name.
    fn changed_by_another_name(&self, target: &Target) -> Option<Finding> {
        let metadata = target.path.symlink_metadata().ok()?;
        let touched = other_names::touched(&metadata, self.at)?;
        Some(by_other_name(target, &target.path, touched))
    }

    /// Files below a place that the jail has read-only, changed by other names.
    fn changed_by_other_names(&self, target: &Target) -> Vec<Finding> {
        let found = other_names::below(&target.path, self.at).into_iter();
        found.map(|(path, touched)| by_other_name(target, &path, touched)).collect()
    }

    /// Entries of a directory that it did not have before, and that have no row.
    fn new_entries(
        &self,
        target: &Target,
        entries: Entries,
        before: Option<&Stamp>,
    ) -> Vec<Finding> {
        let Some(after) = Stamp::entries(&target.path) else { return Vec::new() };
        if after.is_cut || before.is_some_and(|before| before.is_cut) {
            return vec![finding(target, Path::new(""), What::Changed)];
        }
        let known = |path: &Path| before.and_then(|before| before.entries.get(path));
        let counts = |path: &Path, facts: &Facts| match entries {
            Entries::OfShared(directory) => {
                known(path).is_none()
                    && !is_expected(Os::of_this_build(), directory, path.as_os_str())
            }
            Entries::Named(pattern) => {
                let name = path.as_os_str().as_encoded_bytes();
                known(path).is_none() && fits(pattern.as_bytes(), name)
            }
            Entries::Shadowing => {
                known(path) != Some(facts) && !facts.is_directory && self.shadows(target, path)
            }
        };
        let new = after.entries.iter().filter(|(path, facts)| counts(path, facts));
        let what = |path: &Path| if known(path).is_some() { What::Changed } else { What::Appeared };
        new.map(|(path, _)| finding(target, path, what(path))).collect()
    }

    /// Whether a later directory of `PATH` has a program of this name, other than one of the project.
    fn shadows(&self, target: &Target, name: &Path) -> bool {
        let later = self.search_path.iter().skip_while(|path| **path != target.path).skip(1);
        let is_project = |path: &&PathBuf| {
            let of = |(other, _): &(Target, _)| {
                other.path == **path && other.look_for == LookFor::New(Entries::Shadowing)
            };
            self.targets.iter().any(of)
        };
        later.filter(|path| !is_project(path)).any(|path| path.join(name).exists())
    }
}

fn by_other_name(target: &Target, path: &Path, touched: Touched) -> Finding {
    Finding::by_other_name(&target.path, path, target.reason, touched == Touched::Content)
}

/// Something that is another one than before: its mount is gone.
fn replaced(target: &Target, before: Option<&Stamp>) -> Option<Finding> {
    let identity = |stamp: &Stamp| stamp.itself.identity;
    let now = identity(&Stamp::shallow(&target.path)?);
    (before.map(identity) != Some(now)).then(|| finding(target, Path::new(""), What::Replaced))
}

/// A link that was not there before: it leads whoever follows it to what a jail chose.
fn planted(target: &Target, before: Option<&Stamp>) -> Option<Finding> {
    let now = Stamp::shallow(&target.path)?.itself;
    let is_new = before.map(|stamp| stamp.itself) != Some(now);
    (now.is_link && is_new).then(|| finding(target, Path::new(""), What::Linked))
}

/// Something that was not there before: of a directory each entry, since an empty one is nothing.
pub fn appeared(target: &Target, found: &mut Vec<Finding>) {
    let Some(after) = Stamp::after(&target.path, LEVELS) else { return };
    if !after.itself.is_directory {
        found.push(finding(target, Path::new(""), What::Appeared));
    }
    let files =
        after.entries.iter().filter(|(path, facts)| !facts.is_directory && counts(target, path));
    found.extend(files.map(|(path, _)| finding(target, path, What::Appeared)));
    if after.is_cut {
        found.push(finding(target, Path::new(""), What::Appeared));
    }
}

fn compare(target: &Target, before: Option<&Stamp>, found: &mut Vec<Finding>) {
    let Some(before) = before else { return appeared(target, found) };
    let Some(after) = Stamp::after(&target.path, before.levels) else { return };
    let is_directory = before.itself.is_directory && after.itself.is_directory;
    let too_large = is_directory && (before.levels == 0 || after.is_cut);
    if before.itself != after.itself && (!is_directory || too_large) {
        found.push(finding(target, Path::new(""), What::Changed));
    }
    if is_directory && before.levels > 0 {
        compare_entries(target, before, &after, found);
    }
}

fn compare_entries(target: &Target, before: &Stamp, after: &Stamp, found: &mut Vec<Finding>) {
    for (path, facts) in after.entries.iter().filter(|(path, _)| counts(target, path)) {
        let what = match before.entries.get(path) {
            _ if facts.is_directory => continue,
            None => What::Appeared,
            Some(known) if known != facts => What::Changed,
            Some(_) => continue,
        };
        found.push(finding(target, path, what));
    }
    let directories = after.entries.iter().filter(|(_, facts)| facts.is_directory);
    let directories =
        directories.map(|(path, facts)| (path.as_path(), facts, before.entries.get(path)));
    let itself = (Path::new(""), &after.itself, Some(&before.itself));
    for (path, now, then) in directories.chain([itself]) {
        // The deepest level's own entries are not compared.
        let is_compared = path.components().count() < before.levels;
        let stirred = then.is_some_and(|then| now.was_stirred(then));
        if is_compared && stirred && counts(target, path) && after.has_same_entries(before, path) {
            found.push(finding(target, path, What::CameAndWent));
        }
    }
}

fn finding(target: &Target, below: &Path, what: What) -> Finding {
    let path =
        if below.as_os_str().is_empty() { target.path.clone() } else { target.path.join(below) };
    Finding::run_by_host(&target.path, &path, what, target.reason)
}

/// Whether a directory's entry is more than an example or an agent's data.
fn counts(target: &Target, path: &Path) -> bool {
    !path.as_os_str().as_encoded_bytes().ends_with(SAMPLE) && !is_data(&target.path, path)
}
