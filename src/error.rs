//! What can go wrong in the front: one variant a step, with what it concerns and what to do.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::bootstrap::BootstrapError;
use crate::config::ConfigError;
use crate::remedies::{
    Advice, DIRECTORY, NO_BUBBLEWRAP, NO_SANDBOX_EXEC, NOT_RUN, OVERRIDE, Remedy,
    SANDBOX_EXEC_NOT_RUN, STREAM,
};
use crate::text::visible;

/// A failure of ai-jail itself: exit status 125.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The working directory is gone or cannot be reached.
    #[error("cannot find the working directory: {0}\n  go to an existing directory and try again")]
    WorkingDirectory(#[source] io::Error),
    /// The working directory cannot be a project.
    #[error("{path} cannot be the project: {why}{}", told(&DIRECTORY))]
    Project {
        /// The working directory.
        path: String,
        /// Why.
        why: String,
    },
    /// A standard stream is a directory.
    #[error("{name} is a directory{}", told(&STREAM))]
    DirectoryStream {
        /// Which.
        name: &'static str,
    },
    /// `BWRAP_BIN` cannot be used.
    #[error("BWRAP_BIN={} cannot be used: {why}{}", visible(path), told(&OVERRIDE))]
    BwrapOverride {
        /// Its value.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// There is no bubblewrap.
    #[error("bubblewrap (bwrap) was not found in {}{}", visible(searched), told(&NO_BUBBLEWRAP))]
    NoBwrap {
        /// The search path.
        searched: OsString,
    },
    /// A map of the command line whose source cannot be had.
    #[error("cannot map {path}: {why}\n  {hint}")]
    Map {
        /// The source.
        path: String,
        /// Why.
        why: String,
        /// What to type.
        hint: String,
    },
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The agents' settings.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// bubblewrap could not be started.
    #[error("cannot run {}: {error}{}", visible(path), NOT_RUN.at(path))]
    StartBwrap {
        /// The executable.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A source of a mount could not be opened as the plan has it.
    #[error(
        "cannot mount {}: {error}\n  it changed while the jail was being made; try again",
        visible(path)
    )]
    Source {
        /// The source.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no `sandbox-exec`.
    #[error("sandbox-exec was not found: there is no program {}{}", visible(path), NO_SANDBOX_EXEC.at(path))]
    NoSandboxExec {
        /// Where it should be.
        path: PathBuf,
    },
    /// `sandbox-exec` could not be started.
    #[error("cannot run {}: {error}{}", visible(path), SANDBOX_EXEC_NOT_RUN.at(path))]
    StartSandboxExec {
        /// The executable.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The jail could not be built.
    #[error("the jail could not be built\n  {builder} says: {said}{}", advice.as_ref().map(ToString::to_string).unwrap_or_default())]
    Build {
        /// The program that builds it.
        builder: &'static str,
        /// Its own words.
        said: String,
        /// What to do about it; `None` while this machine has not been looked at.
        advice: Option<Advice>,
    },
    /// Stage two failed.
    #[error("the jail could not be completed: {0}")]
    Stage2(String),
    /// A system call of the launch.
    #[error("{what}: {error}")]
    System {
        /// What was being done.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
}

impl Error {
    /// For `map_err` on a system call of the launch.
    pub fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::System { what, error: error.into() }
    }
}

/// A remedy that does not depend on where bubblewrap is.
fn told(remedy: &Remedy) -> Advice {
    remedy.at(Path::new("bwrap"))
}
