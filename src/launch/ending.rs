//! How a run ended, and the status that says so.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{ChildStderr, ExitStatus};

use nix::libc;
use stage2::report::ExecFailure;

use super::failure;
use crate::error::Error;
use crate::host::builder::Builder;
use crate::messages;
use crate::not_run::{self, Lookup};

/// What is known about the end.
#[derive(Debug)]
pub enum Ending {
    /// The command ended with this status.
    Status(u8),
    /// The command could not be run.
    NotRun(ExecFailure),
    /// Stage two failed, in its own words.
    Failed(String),
    /// We killed it.
    Killed,
    /// Somebody killed the jail.
    Lost,
    /// There was no jail.
    NotBuilt,
}

impl Ending {
    /// The status to end with; says what there is to say.
    ///
    /// # Errors
    ///
    /// The jail could not be built. `ended` is how its builder did, and `said` its errors.
    pub fn conclude(
        self,
        ended: ExitStatus,
        said: Option<ChildStderr>,
        lookup: &Lookup,
        builder: &Builder,
    ) -> Result<u8, Error> {
        let killed = stage2::sys::killed_by(libc::SIGKILL);
        match self {
            Self::Status(status) => Ok(status),
            Self::NotRun(failure) => {
                not_run::tell(&failure, lookup);
                Ok(failure.status())
            }
            Self::Failed(text) => Err(Error::Stage2(text)),
            Self::Killed => Ok(killed),
            Self::Lost => {
                messages::error(format!("the jail was killed: {}", who_ended(ended)));
                Ok(killed)
            }
            Self::NotBuilt => {
                let mut text = Vec::new();
                if let Some(mut said) = said {
                    let _ = said.read_to_end(&mut text);
                }
                Err(failure::explain(&text, ended, builder))
            }
        }
    }
}

/// Who ended without a word: what built the jail gives the status of its first process on, as a
/// shell would.
fn who_ended(builder: ExitStatus) -> String {
    match (builder.signal(), builder.code()) {
        (Some(signal), _) => format!("what built it, by signal {signal}"),
        (None, Some(code @ 129..)) => format!("its first process, by signal {}", code - 128),
        (None, code) => format!("its first process ended with status {}", code.unwrap_or_default()),
    }
}
