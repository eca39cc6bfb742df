//! `--bootstrap`: permission settings fit for a jail, in the agents' own configuration.
//!
//! [`prepare`] finds, reads and merges everything before [`Prepared::write`] touches the first
//! file, so a file that cannot be understood leaves all of them as they were.

mod diff;
mod error;
mod json;
mod merged;
mod place;
mod report;
mod rules;
mod spelling;
mod toml;
pub mod undo;
mod whole;
mod write;

use std::path::{Path, PathBuf};

pub use error::BootstrapError;
pub use merged::{Added, Merged};
pub use report::Report;
pub use spelling::hook_command;

use crate::cli::Cli;
use crate::complaint::Complaint;
use crate::files::{self, Symlinks, Unread};
use crate::host::{Origin, command};
use crate::messages;
use crate::policy::agents::{AGENTS, Agent, File, Format};
use crate::policy::env;
use place::{Candidates, Places, Target};

/// Bytes. No honest settings come near this.
const MAX_SIZE: u64 = 1024 * 1024;

/// Writes the settings that `cli` asks for and says so, or returns what a dry run prints.
pub fn run(origin: &Origin, cli: &Cli) -> Result<Option<String>, BootstrapError> {
    let names: Vec<_> = cli.command().iter().filter_map(|name| name.to_str()).collect();
    let prepared = prepare(origin, &names)?;
    if cli.undo {
        return take_back(&prepared, cli.dry_run.is_some());
    }
    let (dry, verbose) = (cli.dry_run.is_some(), cli.verbose);
    let mut report = Report::new(dry, verbose);
    if dry {
        prepared.changes.iter().for_each(|change| say(report.file(change, None)));
    } else {
        prepared.write(|change, backup| say(report.file(change, backup)))?;
    }
    say(report.end(&prepared));
    if prepared.changes.iter().any(Change::is_needed) {
        messages::warning(report::WARNING);
    }
    Ok(dry.then(|| prepared.diff()))
}

/// Takes the settings back and says so, or returns what a dry run prints.
fn take_back(prepared: &Prepared, dry: bool) -> Result<Option<String>, BootstrapError> {
    let steps = prepared.changes.iter().map(|change| Ok((change, undo::step(change)?)));
    let steps = steps.collect::<Result<Vec<_>, BootstrapError>>()?;
    if dry {
        let differences = steps.iter().map(|(change, step)| undo::difference(change, step));
        return Ok(Some(differences.collect()));
    }
    for (change, step) in &steps {
        messages::note(undo::take(change, step)?);
    }
    Ok(None)
}

fn say(lines: Vec<String>) {
    lines.into_iter().for_each(messages::note);
}

/// What would be written, and why what would not.
#[derive(Default)]
pub struct Prepared {
    /// A file each, in the order of the agents.
    pub changes: Vec<Change>,
    /// Agents that are not in use here.
    pub skipped: Vec<&'static Agent>,
}

/// One file.
pub struct Change {
    /// Whose.
    pub agent: &'static Agent,
    /// Which of the agent's.
    pub file: &'static File,
    /// Where.
    target: Target,
    /// What a map has to show for a jail to have it there.
    behind: Option<PathBuf>,
    /// What it holds; `None` where it is not there.
    old: Option<String>,
    /// What it is to hold, and what there is to say of that.
    pub merged: Merged,
}

/// Finds and merges the files of the agents called `names`, or of those in use where none is
/// named. Changes nothing.
pub fn prepare(origin: &Origin, names: &[&str]) -> Result<Prepared, BootstrapError> {
    if origin.environment.get(env::MARKER).is_some() {
        return Err(BootstrapError::InJail);
    }
    let places = Places::new(origin)?;
    let mut prepared = Prepared::default();
    for agent in AGENTS.iter().filter(|agent| !agent.files.is_empty()) {
        let wanted = if names.is_empty() {
            is_in_use(agent, origin, &places)?
        } else {
            names.contains(&agent.command)
        };
        if wanted {
            for file in agent.files {
                prepared.changes.push(change(agent, file, &places)?);
            }
        } else if names.is_empty() {
            prepared.skipped.push(agent);
        }
    }
    Ok(prepared)
}

/// Whether the program is there, or settings of it are.
fn is_in_use(agent: &Agent, origin: &Origin, places: &Places) -> Result<bool, BootstrapError> {
    let path = origin.environment.get("PATH");
    let found = command::find(agent.command.as_ref(), path, &origin.project).is_some();
    Ok(found || places.directory(agent)?.0.is_dir())
}

fn change(
    agent: &'static Agent,
    file: &'static File,
    places: &Places,
) -> Result<Change, BootstrapError> {
    let (target, old) = choose(&places.candidates(agent, file)?, file, places)?;
    let text = old.as_deref().unwrap_or_default();
    let others = match file.format {
        Format::Rules => rule_files_beside(&target)?,
        _ => Vec::new(),
    };
    let merge = |text: &str| merge(&target.shown, text, &others, file);
    let merged = merge(text)?;
    // What is written must be understood, and have nothing left to add.
    match merge(&merged.text) {
        Ok(again) if again.text == merged.text => {}
        _ => return Err(BootstrapError::Merge { path: target.shown }),
    }
    let behind = target.behind(places.home);
    Ok(Change { agent, file, target, behind, old, merged })
}

/// A file's text with the settings in it. `others` are the rule files that stand beside it.
///
/// # Errors
///
/// A text that is not in the file's format.
pub fn merge(
    path: &Path,
    text: &str,
    others: &[String],
    file: &File,
) -> Result<Merged, Box<Complaint>> {
    match file.format {
        Format::Json | Format::Jsonc => json::merge(path, text, file),
        Format::Toml => toml::merge(path, text, file),
        Format::Rules => Ok(rules::merge(text, others, file)),
        Format::Whole => Ok(whole::merge(text, file)),
    }
}

/// Of the places that a file may have, the one whose file speaks of our keys; else the strongest
/// file that is there; else the one to make.
fn choose(
    candidates: &Candidates,
    file: &File,
    places: &Places,
) -> Result<(Target, Option<String>), BootstrapError> {
    let mut there = Vec::new();
    for candidate in &candidates.ranked {
        let target = places.resolve(candidate)?;
        if let Some(text) = read(&target)? {
            there.push((target, text));
        }
    }
    let mut chosen = 0;
    if there.len() > 1 {
        for (index, (target, text)) in there.iter().enumerate().rev() {
            if json::mentions(&target.shown, text, file)? {
                chosen = index;
            }
        }
    }
    match there.into_iter().nth(chosen) {
        Some((target, text)) => Ok((target, Some(text))),
        None => Ok((places.resolve(&candidates.new)?, None)),
    }
}

/// The user's own rule files, as far as Codex writes them itself.
fn rule_files_beside(target: &Target) -> Result<Vec<String>, BootstrapError> {
    let file = target.file.with_file_name("default.rules");
    let target = Target { shown: target.shown.with_file_name("default.rules"), exists: true, file };
    Ok(read(&target)?.into_iter().collect())
}

/// A file's text, if it is there.
fn read(target: &Target) -> Result<Option<String>, BootstrapError> {
    let path = &target.shown;
    let failed = |why: String| BootstrapError::Read { path: path.clone(), why };
    let content = match files::regular(&target.file, Symlinks::Refuse, MAX_SIZE) {
        Ok(Some(content)) => content,
        Ok(None) => return Ok(None),
        Err(Unread::System(source)) => return Err(failed(source.to_string())),
        Err(Unread::NotRegular(kind)) => return Err(failed(format!("it is {kind}"))),
        Err(Unread::TooLarge) => return Err(failed("it is too large".into())),
        Err(Unread::Symlink | Unread::DanglingLink) => {
            return Err(failed("it is no plain file".into()));
        }
    };
    match String::from_utf8(content.bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = "not UTF-8 text".to_owned();
            Err(Box::new(Complaint::new(path, error.as_bytes(), at..at + 1, message)).into())
        }
    }
}

impl Change {
    /// Whether the file would be another than it is.
    pub fn is_needed(&self) -> bool {
        self.old.as_ref() != Some(&self.merged.text)
    }

    /// The file, as the agent knows it.
    pub fn path(&self) -> &Path {
        &self.target.shown
    }

    /// The file itself, where the agent's name for it is a link or stands below one.
    pub fn link(&self) -> Option<&Path> {
        (self.target.shown != self.target.file).then_some(&self.target.file)
    }
}

impl Prepared {
    /// The differences, as `diff -u` shows them.
    pub fn diff(&self) -> String {
        let changes = self.changes.iter().filter(|change| change.is_needed());
        changes
            .map(|change| {
                diff::unified(&change.target.file, change.old.as_deref(), &change.merged.text)
            })
            .collect()
    }

    /// Writes what has to be; `done` hears of each file in turn, and of the backup that was made.
    pub fn write(
        &self,
        mut done: impl FnMut(&Change, Option<&Path>),
    ) -> Result<(), BootstrapError> {
        for change in self.changes.iter().filter(|change| change.is_needed()) {
            write::check(&change.target)?;
        }
        for change in &self.changes {
            let backup = if change.is_needed() { write::write(change)? } else { None };
            done(change, backup.as_deref());
        }
        Ok(())
    }
}
