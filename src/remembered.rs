//! What is remembered between runs, changed without one: `--init`, `--forget` and `--trust`.

use std::ffi::OsStr;

use crate::cli::Cli;
use crate::config::{self, ConfigError, trust};
use crate::messages;
use crate::start::Start;
use crate::text::visible;

/// `--init`: saves and runs nothing.
///
/// # Errors
///
/// It cannot be saved.
pub fn init(start: &Start, cli: &Cli) -> Result<(), ConfigError> {
    let Start { paths, loaded, .. } = start;
    let settings = config::resolve(cli, loaded);
    let saved = config::save(&config::lasting(cli, loaded, paths), loaded, &settings, paths)?;
    saved.warnings.iter().for_each(messages::warning);
    for path in &saved.written {
        messages::note(format!("wrote {}", visible(path)));
    }
    if saved.written.is_empty() && cli.dry_run.is_none() {
        messages::note("nothing to change");
    }
    Ok(())
}

/// `--forget`: takes back what was remembered.
///
/// # Errors
///
/// Nothing of that name is remembered, or a file cannot be changed.
pub fn forget(start: &Start, what: &OsStr) -> Result<(), ConfigError> {
    let changed = config::forget(&start.loaded, &start.paths, what)?;
    let what = visible(what);
    match changed.first() {
        Some(path) => messages::note(format!("{what} is taken out of {}", visible(path))),
        None => messages::note(format!("{what} is taken out of your own records")),
    }
    Ok(())
}

/// `--trust`: shows what the project's file would allow, and remembers that the user agrees.
///
/// # Errors
///
/// It cannot be recorded.
pub fn trust(start: &Start, cli: &Cli) -> Result<(), ConfigError> {
    let Start { paths, loaded, .. } = start;
    let items = trust::confirm(loaded, cli, paths)?;
    if items.is_empty() {
        messages::note("the project's .ai-jail asks for nothing that takes trust");
        return Ok(());
    }
    messages::note(format!("{} is now trusted. It", visible(&paths.project_file)));
    for item in &items {
        messages::note(format!("  - {item}"));
    }
    Ok(())
}
