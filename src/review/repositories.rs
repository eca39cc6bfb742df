//! Hooks and settings of repositories and worktrees that were not there before a run.

use std::path::Path;

use super::changed::appeared;
use super::finding::{Finding, What};
use crate::host::Host;
use crate::host::git::read_line;
use crate::host::git_config::GitConfig;
use crate::host::held::{LookFor, Target};
use crate::host::repositories::{self, Limits, STEPS};
use crate::policy::protect::git;

/// Looks for the new ones.
pub fn new_ones(host: &Host, found: &mut Vec<Finding>) {
    let before = &host.protection.repositories;
    let limits = Limits::after(before);
    let after = repositories::find(&host.origin.project, &host.protection.mapped, None, limits);
    let project = &host.origin.project;
    for directory in after.directories.iter().filter(|dir| !before.directories.contains(dir)) {
        repository(directory, project, found);
    }
    for record in after.worktrees.iter().filter(|record| !before.worktrees.contains(record)) {
        worktree(record, project, found);
    }
    // Nobody can tell what git would make of it. Where there were too many to look at, which the launch
    // has said, nobody can tell what is new either.
    if !before.more {
        for pointer in after.unclear.iter().filter(|pointer| !before.unclear.contains(pointer)) {
            found.push(Finding::run_by_host(pointer, pointer, What::Appeared, git::POINTER));
        }
    }
}

fn repository(directory: &Path, project: &Path, found: &mut Vec<Finding>) {
    appeared(&target(directory, "hooks", git::HOOKS), found);
    config(directory, "config", project, found);
    config(directory, "config.worktree", project, found);
    appeared(&target(directory, "commondir", git::POINTER), found);
    steps(directory, found);
}

fn worktree(record: &Path, project: &Path, found: &mut Vec<Finding>) {
    let pointer = record.join("commondir");
    // What git itself writes.
    if read_line(&pointer).as_deref() != Some("../..") {
        found.push(Finding::run_by_host(&pointer, &pointer, What::Appeared, git::POINTER));
    }
    config(record, "config.worktree", project, found);
    steps(record, found);
}

/// Settings, as far as they are more than what git itself writes. A working tree outside the project would have git
/// obey a stranger's files there.
fn config(directory: &Path, name: &str, project: &Path, found: &mut Vec<Finding>) {
    let file = directory.join(name);
    let is_inside = |tree: &str| {
        let tree = directory.join(tree).canonicalize();
        tree.is_ok_and(|tree| tree.starts_with(project))
    };
    if !GitConfig::read(&file).is_plain(is_inside) {
        found.push(Finding::run_by_host(&file, &file, What::Appeared, git::CONFIG));
    }
}

fn steps(directory: &Path, found: &mut Vec<Finding>) {
    for steps in STEPS {
        appeared(&target(directory, steps, git::STEPS), found);
    }
}

fn target(directory: &Path, name: &str, reason: &'static str) -> Target {
    Target { path: directory.join(name), reason, look_for: LookFor::Changes }
}
