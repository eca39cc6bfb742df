//! `--bootstrap --undo`: takes the settings back, file by file.
//!
//! A file that is still what `--bootstrap` made of it becomes what it was before, or goes. Agents
//! change their own files, too: out of TOML the settings are taken one by one then, and of the rest the
//! user hears where the backup is.

use std::fs;
use std::path::PathBuf;

use nix::sys::stat::Mode;

use super::error::BootstrapError;
use super::place::Target;
use super::{Change, diff, merge, read, rule_files_beside, toml, write};
use crate::files::{self, Durability};
use crate::policy::agents::Format;
use crate::text::visible;

/// What taking one file back comes to.
#[derive(Debug, Eq, PartialEq)]
pub enum Step {
    /// It becomes what it was before; the backup goes.
    Restore(String),
    /// It was made by `--bootstrap`, and goes.
    Remove,
    /// The settings are taken out of what it is now; a backup stays.
    TakeOut(String),
    /// It has been changed since.
    Changed,
    /// Nothing of ours is in it.
    Nothing,
}

/// The backup of a file.
fn backup(change: &Change) -> Target {
    let file = write::backup_path(&change.target.file);
    Target { shown: file.clone(), file, exists: true }
}

/// Decides for one file.
///
/// # Errors
///
/// A backup that cannot be read or understood.
pub fn step(change: &Change) -> Result<Step, BootstrapError> {
    let (target, file) = (&change.target, change.file);
    let Some(now) = &change.old else { return Ok(Step::Nothing) };
    let others = match file.format {
        Format::Rules => rule_files_beside(target)?,
        _ => Vec::new(),
    };
    let before = read(&backup(change))?;
    let start = before.as_deref().unwrap_or_default();
    if merge(&target.shown, start, &others, file)?.text == *now && start != now {
        return Ok(before.map_or(Step::Remove, Step::Restore));
    }
    if file.format == Format::Toml {
        let text = toml::without(now, start, file);
        return Ok(if text == *now { Step::Nothing } else { Step::TakeOut(text) });
    }
    Ok(if before.is_some() { Step::Changed } else { Step::Nothing })
}

/// Does it, and says what was done.
///
/// # Errors
///
/// A file that cannot be written.
pub fn take(change: &Change, step: &Step) -> Result<String, BootstrapError> {
    let (name, path) = (change.agent.name, visible(change.path()));
    let file = &change.target.file;
    let failed = |source| BootstrapError::Write { path: change.target.shown.clone(), source };
    let put = |text: &str| {
        write::check(&change.target)?;
        let place = file.parent().zip(file.file_name());
        let (directory, name) =
            place.ok_or(std::io::ErrorKind::InvalidInput.into()).map_err(failed)?;
        let mode = Mode::from_bits_truncate(if change.file.private { 0o600 } else { 0o644 });
        files::replace(directory, name, text.as_bytes(), mode, Durability::Disk).map_err(failed)
    };
    Ok(match step {
        Step::Restore(text) => {
            put(text)?;
            fs::remove_file(backup(change).file).map_err(failed)?;
            format!("{name}: {path} is as it was before")
        }
        Step::Remove => {
            fs::remove_file(file).map_err(failed)?;
            // Perhaps made for that file alone. With anything else in it, the directory stays.
            let _ = file.parent().map(fs::remove_dir);
            format!("{name}: removed {path}")
        }
        Step::TakeOut(text) => {
            put(text)?;
            format!("{name}: took the settings out of {path}")
        }
        Step::Changed => changed(change),
        Step::Nothing => format!("{name}: nothing to take back in {path}"),
    })
}

fn changed(change: &Change) -> String {
    let (name, path) = (change.agent.name, visible(change.path()));
    let backup: PathBuf = backup(change).file;
    format!(
        "{name}: {path} has been changed since, and stays; as it was before --bootstrap: {}",
        visible(&backup)
    )
}

/// What a dry run prints.
pub fn difference(change: &Change, step: &Step) -> String {
    let new = match step {
        Step::Restore(text) | Step::TakeOut(text) => text.as_str(),
        Step::Remove => "",
        Step::Changed | Step::Nothing => return String::new(),
    };
    diff::unified(&change.target.file, change.old.as_deref(), new)
}
