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
    for directory in after.directories.iter().filter(|dir| !before.directories.contains(dir)) {
        repository(directory, found);
    }
    for record in after.worktrees.iter().filter(|record| !before.worktrees.contains(record)) {
        worktree(record, found);
    }
}

fn repository(directory: &Path, found: &mut Vec<Finding>) {
    appeared(&target(directory, "hooks", git::HOOKS), found);
    let config = directory.join("config");
    if !GitConfig::read(&config).is_plain() {
        found.push(Finding::run_by_host(&config, &config, What::Appeared, git::CONFIG));
    }
    for (name, reason) in [("commondir", git::POINTER), (STEPS, git::STEPS)] {
        appeared(&target(directory, name, reason), found);
    }
}

fn worktree(record: &Path, found: &mut Vec<Finding>) {
    let pointer = record.join("commondir");
    // What git itself writes.
    if read_line(&pointer).as_deref() != Some("../..") {
        found.push(Finding::run_by_host(&pointer, &pointer, What::Appeared, git::POINTER));
    }
    appeared(&target(record, STEPS, git::STEPS), found);
}

fn target(directory: &Path, name: &str, reason: &'static str) -> Target {
    Target { path: directory.join(name), reason, look_for: LookFor::Changes }
}
