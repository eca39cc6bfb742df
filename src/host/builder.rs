//! The program that builds the jail.

use std::path::{Path, PathBuf};

use stage2::confinement::Confinement;

use super::bubblewrap::{self, Bubblewrap};
use super::command;
use super::probe::Host;
use crate::error::Error;
use crate::policy::Os;

/// Where macOS has it; System Integrity Protection lets nobody change it.
pub const SANDBOX_EXEC: &str = "/usr/bin/sandbox-exec";

/// The program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Builder {
    /// bubblewrap, on Linux.
    Bubblewrap(Bubblewrap),
    /// `sandbox-exec`, on macOS.
    SandboxExec(PathBuf),
}

impl Builder {
    /// The one of this host.
    ///
    /// # Errors
    ///
    /// There is none that can be used.
    pub fn find(host: &Host) -> Result<Self, Error> {
        match host.os {
            Os::Linux => {
                bubblewrap::find(&host.origin, &host.maps, &host.written).map(Self::Bubblewrap)
            }
            Os::MacOs => sandbox_exec().map(Self::SandboxExec),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Self::Bubblewrap(bubblewrap) => &bubblewrap.path,
            Self::SandboxExec(path) => path,
        }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bubblewrap(_) => "bubblewrap",
            Self::SandboxExec(_) => "sandbox-exec",
        }
    }

    /// What kind of jail it builds.
    pub fn confinement(&self) -> Confinement {
        match self {
            #[cfg(target_os = "linux")]
            Self::Bubblewrap(_) => Confinement::Namespaces,
            // There is no bubblewrap elsewhere, and starting it will say so.
            #[cfg(not(target_os = "linux"))]
            Self::Bubblewrap(_) => Confinement::Profile,
            Self::SandboxExec(_) => Confinement::Profile,
        }
    }
}

/// Looks for it in its one place.
///
/// # Errors
///
/// It is not there.
pub fn sandbox_exec() -> Result<PathBuf, Error> {
    let path = PathBuf::from(SANDBOX_EXEC);
    if command::is_executable(&path) { Ok(path) } else { Err(Error::NoSandboxExec { path }) }
}
