//! `--doctor`: what decides whether a jail works here, and whether one did. Pure: everything was
//! looked at, and the trial made, before.

mod bubblewrap;
mod checks;
mod examine;
mod kernel;
mod macos;
mod shown;

use std::ffi::OsString;
use std::path::PathBuf;

pub use examine::show;
use serde::Serialize;
use stage2::report::{Achieved, Layer, Layers};

use crate::config::ConfigError;
use crate::error::Error;
use crate::host::Stdio;
use crate::host::bubblewrap::Details;
use crate::host::machine::Machine;
use crate::remedies::Advice;
use crate::settings::Settings;

/// All that was found.
#[derive(Debug)]
pub struct Findings {
    /// The kernel and what surrounds us.
    pub machine: Machine,
    /// Whether a jail can start in the working directory.
    pub directory: Result<PathBuf, Error>,
    /// The user's file, where there is a home for one.
    pub user_file: Option<ConfigFile>,
    /// The project's file.
    pub project_file: ConfigFile,
    /// What the project's file asks for and nobody has agreed to.
    pub untrusted: Vec<String>,
    /// What a run would have.
    pub settings: Settings,
    /// What builds jails here.
    pub builder: Builder,
    /// Whether a filtered network can be the jail's own; `None` where the system has no such thing.
    pub network: Option<Result<(), String>>,
    /// mise on the host's `PATH`.
    pub mise: Option<PathBuf>,
    /// Standard input, output and error.
    pub stdio: [Stdio; 3],
    /// `$TERM`.
    pub term: Option<OsString>,
    /// The trial.
    pub trial: Trial,
}

/// The program that builds jails, or why there is none.
#[derive(Debug)]
pub enum Builder {
    /// Linux: bubblewrap.
    Bubblewrap(Result<Details, Error>),
    /// macOS: `sandbox-exec`.
    SandboxExec(Result<PathBuf, Error>),
}

/// One of the two files.
#[derive(Debug)]
pub struct ConfigFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whether it is there, or why it cannot be used.
    pub read: Result<bool, ConfigError>,
}

/// A real jail with `true` in it.
#[derive(Debug)]
pub enum Trial {
    /// None could be tried.
    NotTried,
    /// There was none.
    Failed(Error),
    /// It ran.
    Ran {
        /// Where.
        directory: PathBuf,
        /// What `true` ended with.
        status: u8,
        /// What each layer achieved.
        layers: Layers,
    },
}

impl Trial {
    /// Whether a jail was made and what ran in it ended well.
    fn went_well(&self) -> bool {
        matches!(self, Self::Ran { status: 0, .. })
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// A jail can be made, and something is less than it could be.
    Warning,
    /// It keeps a jail from being made.
    Failed,
}

/// One line.
#[derive(Debug, Serialize)]
pub struct Check {
    name: &'static str,
    status: Status,
    found: String,
    remedy: Option<Advice>,
}

/// All that `--doctor` shows; [`View::text`](super::output::View) for people, its fields for programs.
#[derive(Debug, Serialize)]
pub struct Examination {
    /// Whether a run here would have worked.
    pub works: bool,
    checks: Vec<Check>,
    jail: Jail,
}

/// What the trial achieved.
#[derive(Debug, Serialize)]
struct Jail {
    status: Option<u8>,
    layers: Vec<ShownLayer>,
}

#[derive(Debug, Serialize)]
struct ShownLayer {
    layer: Layer,
    achieved: &'static str,
    detail: String,
}

impl Examination {
    /// Judges the findings.
    pub fn new(findings: &Findings) -> Self {
        let checks = checks::all(findings);
        let failed = checks.iter().any(|check| check.status == Status::Failed);
        let (status, layers) = match &findings.trial {
            Trial::Ran { status, layers, .. } => (Some(*status), layers.as_slice()),
            Trial::NotTried | Trial::Failed(_) => (None, &[][..]),
        };
        let layers = layers.iter().map(|(layer, achieved)| ShownLayer::new(*layer, achieved));
        Self {
            works: findings.trial.went_well() && !failed,
            checks,
            jail: Jail { status, layers: layers.collect() },
        }
    }
}

impl ShownLayer {
    fn new(layer: Layer, achieved: &Achieved) -> Self {
        let (achieved, detail) = match achieved {
            Achieved::Enforced(text) => ("enforced", text),
            Achieved::Partial(text) => ("partial", text),
            Achieved::Skipped(text) => ("skipped", text),
            Achieved::Failed(text) => ("failed", text),
        };
        Self { layer, achieved, detail: detail.clone() }
    }
}
