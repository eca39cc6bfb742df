//! The command that a run remembers. It is saved when it has ended, since one that could not be
//! run is a typing error. The project's file keeps it where that is nobody else's: a file that is
//! committed, or that names a command, stays as it is, and the command is remembered for this user
//! alone, beside trust.

use super::error::ConfigError;
use super::load::Loaded;
use super::paths::Paths;
use super::{command_record, news, save};
use crate::cli::Cli;
use crate::fields::Fields;
use crate::host::handed;
use crate::settings::Settings;

/// The statuses of a command that was not run: not found, or not executable.
const NOT_RUN: [u8; 2] = [127, 126];

/// Remembers the typed command of a run that ended with `status`. Gives the line that says so.
///
/// # Errors
///
/// It cannot be saved.
pub fn remember(
    cli: &Cli,
    loaded: &Loaded,
    settings: &Settings,
    paths: &Paths,
    is_tracked: impl FnOnce() -> bool,
    status: u8,
) -> Result<Vec<String>, ConfigError> {
    let Some(words) = cli.typed.command.as_ref().filter(|_| !NOT_RUN.contains(&status)) else {
        return Ok(Vec::new());
    };
    // A descriptor of a shell is another one in the next run, or none.
    if handed::named(words).next().is_some() {
        return Ok(Vec::new());
    }
    let known = loaded.remembered.command.as_ref().or(loaded.project.fields.command.as_ref());
    if known == Some(words) || !save::saves(cli, settings) {
        return Ok(Vec::new());
    }
    if loaded.project.fields.command.as_ref() == Some(words) {
        return command_record::forget(paths).map(|_| Vec::new());
    }
    let is_plain = words.iter().all(|word| word.to_str().is_some());
    if is_plain && loaded.project.fields.command.is_none() && !is_tracked() {
        let typed = Fields::of_command(cli.typed.command.clone());
        let mut saved = save::save(&Cli { typed, ..cli.clone() }, loaded, settings, paths)?;
        // Where there is no file, the save before the launch has said why none can be made.
        if loaded.project.text.is_some() {
            saved.news.append(&mut saved.warnings);
        }
        return Ok(saved.news);
    }
    match command_record::write(paths, words) {
        // Without a home there is no place for it.
        Err(ConfigError::NoTrustStore) => Ok(Vec::new()),
        written => written.map(|()| vec![news::command(words, "your own records")]),
    }
}
