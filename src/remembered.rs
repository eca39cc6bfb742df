//! What is remembered between runs, changed without one: `--init` and `--trust`.

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
    let saved = config::save(cli, loaded, &settings, paths)?;
    saved.warnings.iter().for_each(messages::warning);
    for path in &saved.written {
        messages::note(format!("wrote {}", visible(path)));
    }
    if saved.written.is_empty() && cli.dry_run.is_none() {
        messages::note("nothing to change");
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
