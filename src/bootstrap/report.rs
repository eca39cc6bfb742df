//! What `--bootstrap` says: a few lines for each file.

use std::path::Path;

use super::{Added, Change, Prepared};
use crate::policy::agents::Agent;
use crate::text::{visible, visible_word};

/// Said once where anything was written: the agents know nothing of the jail.
pub const WARNING: &str =
    "the agents read these settings outside a jail too, so always start them with ai-jail";

/// The words of one run.
pub struct Report {
    dry: bool,
    verbose: bool,
    /// The agents whose note was given.
    noted: Vec<&'static str>,
}

impl Report {
    /// For a run that only shows what it would do, or one that does it; `verbose` with reasons.
    pub fn new(dry: bool, verbose: bool) -> Self {
        Self { dry, verbose, noted: Vec::new() }
    }

    /// What there is to say of a file, and of its backup.
    pub fn file(&mut self, change: &Change, backup: Option<&Path>) -> Vec<String> {
        let (name, path) = (change.agent.name, visible(change.path()));
        let mut lines = Vec::new();
        if !change.is_needed() {
            lines.push(format!("{name}: nothing to add to {path}"));
            lines.extend(kept(change));
            return lines;
        }
        let wrote = if self.dry { "would write" } else { "wrote" };
        lines.push(format!("{name}: {wrote} {path}"));
        if let Some(file) = change.link() {
            lines.push(format!("  which is {}", visible(file)));
        }
        if let Some(behind) = &change.behind {
            // An agent writes to a directory of its own.
            let flag = if behind.is_dir() { "--rw-map" } else { "--map" };
            let place = visible_word(behind);
            lines.push(format!("  a jail sees it there only with {flag} {place}"));
        }
        lines.extend(change.merged.changed.iter().map(|line| format!("  changed {line}")));
        lines.extend(change.merged.added.iter().map(|added| self.addition(added)));
        lines.extend(kept(change));
        if let Some(backup) = backup {
            lines.push(format!("  as it was before: {}", visible(backup)));
        }
        if !self.noted.contains(&name) {
            self.noted.push(name);
            lines.extend(change.agent.notes.iter().map(|note| format!("  note: {note}")));
        }
        lines
    }

    /// What there is to say of the agents that are not here.
    pub fn end(&self, prepared: &Prepared) -> Vec<String> {
        prepared.skipped.iter().map(|agent| skipped(agent)).collect()
    }

    fn addition(&self, added: &Added) -> String {
        let Added { key, entries, reason } = added;
        let what = if key.is_empty() { "rules" } else { key };
        let count = match entries {
            Some(1) => ", 1 entry".to_owned(),
            Some(count) => format!(", {count} entries"),
            None => String::new(),
        };
        let why = if self.verbose { format!(" ({reason})") } else { String::new() };
        format!("  added {what}{count}{why}")
    }
}

fn skipped(agent: &Agent) -> String {
    let Agent { name, command, .. } = agent;
    format!("{name}: not in use here; `ai-jail --bootstrap {command}` writes its settings anyway")
}

fn kept(change: &Change) -> impl Iterator<Item = String> {
    change.merged.kept.iter().map(|line| format!("  kept: {}", visible(line)))
}
