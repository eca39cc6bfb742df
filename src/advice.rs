//! What is told of a failure: the fact, and the remedy that the table has for it.

use std::path::Path;

use crate::error::Error;
use crate::failure::Failure;
use crate::host::machine::Machine;
use crate::remedies::{self, Advice, Remedy};

/// A failure with its remedy, as it is told. The machine is looked at only where that decides.
pub fn told(failure: &Failure, machine: impl FnOnce() -> Machine) -> String {
    match failure {
        Failure::Jail(error) => {
            let advice = for_error(error, machine).map(|advice| advice.to_string());
            let step = step(error).map(|step| format!("\n  {step}"));
            format!("{error}{}", advice.or(step).unwrap_or_default())
        }
        Failure::Config(_) | Failure::Bootstrap(_) => failure.to_string(),
    }
}

/// The remedy for an error, where the table has one.
pub fn for_error(error: &Error, machine: impl FnOnce() -> Machine) -> Option<Advice> {
    let remedy = row(error, machine)?;
    let builder = match error {
        Error::StartBwrap { path, .. }
        | Error::NoSandboxExec { path }
        | Error::StartSandboxExec { path, .. }
        | Error::BwrapFailed { path, .. }
        | Error::SandboxExecFailed { path, .. } => path,
        _ => Path::new("bwrap"),
    };
    Some(remedy.at(builder))
}

/// What to type where an error has no row of the table.
fn step(error: &Error) -> Option<&'static str> {
    match error {
        Error::WorkingDirectory(_) => Some("go to an existing directory and try again"),
        Error::Source { .. } => Some("it changed while the jail was being made; try again"),
        _ => None,
    }
}

/// The row of the table for an error.
pub fn row(error: &Error, machine: impl FnOnce() -> Machine) -> Option<&'static Remedy> {
    Some(match error {
        Error::Project { .. } => &remedies::DIRECTORY,
        Error::DirectoryStream { .. } => &remedies::STREAM,
        Error::BwrapOverride { .. } => &remedies::OVERRIDE,
        Error::NoBwrap { .. } => &remedies::NO_BUBBLEWRAP,
        Error::StartBwrap { .. } => &remedies::NOT_RUN,
        Error::NoSandboxExec { .. } => &remedies::NO_SANDBOX_EXEC,
        Error::StartSandboxExec { .. } => &remedies::SANDBOX_EXEC_NOT_RUN,
        Error::BwrapFailed { said, .. } => remedies::for_words(said, &machine()),
        Error::SandboxExecFailed { said, .. } => {
            remedies::for_words_of_sandbox_exec(said, &machine())
        }
        Error::WorkingDirectory(_)
        | Error::Map { .. }
        | Error::Source { .. }
        | Error::Stage2(_)
        | Error::System { .. } => return None,
    })
}
