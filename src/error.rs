//! What can go wrong with a jail: one variant a step, with what it concerns and why. What to do
//! about it is looked up above, in [`advice`](crate::advice).

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use crate::text::visible;

/// There is no jail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The working directory is gone or cannot be reached.
    #[error("cannot find the working directory: {0}")]
    WorkingDirectory(#[source] io::Error),
    /// The working directory cannot be a project.
    #[error("{path} cannot be the project: {why}")]
    Project {
        /// The working directory.
        path: String,
        /// Why.
        why: String,
    },
    /// What no jail may see is a link to what one can.
    #[error(
        "{path} ({reason}) is a symbolic link to {target}, which jails can reach: a jail could have \
         made it\n  if it is not yours, remove it: rm {path}\n  if it is yours and jails may read \
         what it leads to, type --map {target}"
    )]
    LinkOut {
        /// Where the link is.
        path: String,
        /// What is kept there.
        reason: &'static str,
        /// Where it leads.
        target: String,
    },
    /// A standard stream is a directory.
    #[error("{name} is a directory")]
    DirectoryStream {
        /// Which.
        name: &'static str,
    },
    /// `BWRAP_BIN` cannot be used.
    #[error("BWRAP_BIN={} cannot be used: {why}", visible(path))]
    BwrapOverride {
        /// Its value.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// There is no bubblewrap.
    #[error("bubblewrap (bwrap) was not found in {}{}", visible(searched), lines(passed_over))]
    NoBwrap {
        /// The search path.
        searched: OsString,
        /// What has the name and is not run.
        passed_over: Vec<PassedOver>,
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
    /// What is to be masked or denied could not be found in full.
    #[error("cannot mask or deny everything that was asked for: {why}")]
    Concealed {
        /// Why.
        why: String,
    },
    /// bubblewrap could not be started.
    #[error("cannot run {}: {error}", visible(path))]
    StartBwrap {
        /// The executable.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A port of the host's loopback cannot be published.
    #[error("cannot publish port {port} of the host's loopback: {error}")]
    PublishPort {
        /// The port.
        port: u16,
        /// Why.
        error: io::Error,
    },
    /// The filtered network could be had in no way.
    #[error("the filtered network cannot be set up: {why}")]
    Network {
        /// At which step, and why.
        why: String,
    },
    /// A source of a mount could not be opened as the plan has it.
    #[error("cannot mount {}: {error}", visible(path))]
    Source {
        /// The source.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no `sandbox-exec`.
    #[error("sandbox-exec was not found: there is no program {}", visible(path))]
    NoSandboxExec {
        /// Where it should be.
        path: PathBuf,
    },
    /// `sandbox-exec` could not be started.
    #[error("cannot run {}: {error}", visible(path))]
    StartSandboxExec {
        /// The executable.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// bubblewrap could not build the jail.
    #[error("the jail could not be built\n  bubblewrap says: {said}")]
    BwrapFailed {
        /// The executable.
        path: PathBuf,
        /// Its own words.
        said: String,
    },
    /// `sandbox-exec` could not build the jail.
    #[error("the jail could not be built\n  sandbox-exec says: {said}")]
    SandboxExecFailed {
        /// The executable.
        path: PathBuf,
        /// Its own words.
        said: String,
    },
    /// The home of the jails' own could not be made.
    #[error("cannot make {}, in which jails keep a home of their own: {error}", visible(path))]
    OwnHome {
        /// The directory.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The builder is another system's than the plan.
    #[error("{builder} cannot build this jail: it was planned for another system")]
    Foreign {
        /// The program that builds jails here.
        builder: &'static str,
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

/// A program of the right name that is not run.
#[derive(Debug)]
pub struct PassedOver {
    /// Where it is.
    pub path: PathBuf,
    /// Why nobody can tell that it is the system's.
    pub why: String,
}

/// A line for each.
fn lines(programs: &[PassedOver]) -> String {
    let line = |program: &PassedOver| {
        let path = visible(&program.path);
        let why = &program.why;
        format!("\n  {path} is not run: {why}; if you trust it, set BWRAP_BIN={path}")
    };
    programs.iter().map(line).collect()
}

impl Error {
    /// For `map_err` on a system call of the launch.
    pub fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::System { what, error: error.into() }
    }
}
