//! What is told of a failure: the fact, and the remedy that the table has for it.

use std::path::Path;

use crate::error::Error;
use crate::failure::Failure;
use crate::host::machine::Machine;
use crate::remedies::{self, Advice, Heading, Remedy};

/// A failure with its remedy, as it is told. The machine is looked at only where that decides.
pub fn told(failure: &Failure, machine: impl FnOnce() -> Machine) -> String {
    if let Failure::Jail(error) = failure {
        if let Some(advice) = for_error(error, machine) {
            return format!("{error}{advice}");
        }
    }
    let step = step(failure).map(|step| format!("\n  {step}")).unwrap_or_default();
    format!("{failure}{step}\n  {}", Heading(section(failure).name))
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

/// What to type where an error has no row of the table and says nothing of it itself.
fn step(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Jail(Error::WorkingDirectory(_)) => {
            Some("go to an existing directory and try again")
        }
        Failure::Jail(Error::Source { .. }) => {
            Some("it changed while the jail was being made; try again")
        }
        Failure::Jail(Error::PublishPort { .. }) => {
            Some("end what listens there, or write LISTEN:TARGET with another LISTEN")
        }
        _ => None,
    }
}

/// The section that says more about a failure whose message says what to do.
fn section(failure: &Failure) -> &'static Remedy {
    match failure {
        Failure::Jail(Error::WorkingDirectory(_)) => &remedies::DIRECTORY,
        Failure::Jail(Error::Map { .. } | Error::LinkOut { .. }) => &remedies::MAP,
        Failure::Jail(_) => &remedies::OTHER,
        Failure::Config(error) if error.is_about_trust() => &remedies::UNTRUSTED,
        Failure::Config(_) => &remedies::CONFIG,
        Failure::Bootstrap(_) => &remedies::AGENTS,
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
        | Error::LinkOut { .. }
        | Error::Concealed { .. }
        | Error::Source { .. }
        | Error::Foreign { .. }
        | Error::OwnHome { .. }
        | Error::PublishPort { .. }
        | Error::Network { .. }
        | Error::Stage2(_)
        | Error::System { .. } => return None,
    })
}
