//! What `--bootstrap` says: a few lines for each file.

use std::path::Path;

use super::{Added, Change, Prepared};
use crate::policy::agents::Agent;
use crate::text::visible;

/// Said once where anything was written: the agents know nothing of the jail.
pub const WARNING: &str =
    "the agents read these settings outside a jail too, so always start them with ai-jail";

/// What there is to say of a file that was changed, or would be.
pub fn changed(change: &Change, backup: Option<&Path>, dry: bool, verbose: bool) -> Vec<String> {
    let wrote = if dry { "would write" } else { "wrote" };
    let mut lines = vec![format!("{}: {wrote} {}", change.agent.name, visible(change.path()))];
    if let Some(file) = change.link() {
        lines.push(format!("  which is {}", visible(file)));
    }
    lines.extend(change.merged.added.iter().map(|added| addition(added, verbose)));
    lines.extend(kept(change));
    if let Some(backup) = backup {
        lines.push(format!("  as it was before: {}", visible(backup)));
    }
    if verbose {
        lines.push(format!("  {}", change.agent.note));
    }
    lines
}

/// What there is to say of a file that stays as it is.
pub fn unchanged(change: &Change) -> Vec<String> {
    let (name, path) = (change.agent.name, visible(change.path()));
    let mut lines = vec![format!("{name}: nothing to add to {path}")];
    lines.extend(kept(change));
    lines
}

/// What there is to say of an agent that is not here.
pub fn skipped(agent: &Agent) -> String {
    let Agent { name, command, .. } = agent;
    format!("{name}: not in use here; `ai-jail --bootstrap {command}` writes its settings anyway")
}

/// Whether anything was or would be written.
pub fn is_any(prepared: &Prepared) -> bool {
    prepared.changes.iter().any(Change::is_needed)
}

fn addition(added: &Added, verbose: bool) -> String {
    let Added { key, entries, reason } = added;
    let what = if key.is_empty() { "rules" } else { key };
    let count = match entries {
        Some(1) => ", 1 entry".to_owned(),
        Some(count) => format!(", {count} entries"),
        None => String::new(),
    };
    let why = if verbose { format!(" ({reason})") } else { String::new() };
    format!("  added {what}{count}{why}")
}

fn kept(change: &Change) -> impl Iterator<Item = String> {
    change.merged.kept.iter().map(|line| format!("  kept: {}", visible(line)))
}
