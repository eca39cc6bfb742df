//! How a run ended, and the status that says so.

use std::io::Read;
use std::process::{ChildStderr, ExitStatus};

use nix::libc;
use stage2::report::ExecFailure;

use super::failure;
use super::notice::{Notice, Sink};
use crate::error::Error;
use crate::host::builder::Builder;

/// What is known about the end: the later in this list, the more.
#[derive(Debug, Eq, PartialEq)]
pub enum Ending {
    /// There was no jail.
    NotBuilt,
    /// Somebody killed the jail.
    Lost,
    /// We killed the jail.
    Killed,
    /// The command ended with this status.
    Status(u8),
    /// The command could not be run, which ends its process too.
    NotRun(ExecFailure),
    /// Stage two failed, in its own words.
    Failed(String),
}

impl Ending {
    /// Notes what was heard, unless more is known already.
    pub fn learn(&mut self, heard: Self) {
        if heard.certainty() > self.certainty() {
            *self = heard;
        }
    }

    fn certainty(&self) -> u8 {
        match self {
            Self::NotBuilt => 0,
            Self::Lost => 1,
            Self::Killed => 2,
            Self::Status(_) => 3,
            Self::NotRun(_) => 4,
            Self::Failed(_) => 5,
        }
    }

    /// The status to end with; says what there is to say.
    ///
    /// # Errors
    ///
    /// The jail could not be built. `ended` is how its builder did, and `said` its errors.
    pub fn conclude(
        self,
        ended: ExitStatus,
        said: Option<ChildStderr>,
        sink: Sink,
        builder: &Builder,
    ) -> Result<u8, Error> {
        let killed = stage2::sys::killed_by(libc::SIGKILL);
        match self {
            Self::Status(status) => Ok(status),
            Self::NotRun(failure) => {
                let status = failure.status();
                sink(&Notice::NotRun(failure));
                Ok(status)
            }
            Self::Failed(text) => Err(Error::Stage2(text)),
            Self::Killed => Ok(killed),
            Self::Lost => {
                sink(&Notice::Killed(ended));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_forgotten_for_less() {
        let failure = ExecFailure { program: "x".into(), looked: String::new(), found: None };
        let cases = [
            ([Ending::Lost, Ending::Killed], Ending::Killed),
            ([Ending::Killed, Ending::Lost], Ending::Killed),
            ([Ending::Killed, Ending::Status(3)], Ending::Status(3)),
            ([Ending::NotRun(failure.clone()), Ending::Status(127)], Ending::NotRun(failure)),
            ([Ending::Status(3), Ending::Status(4)], Ending::Status(3)),
            ([Ending::Lost, Ending::Failed("why".into())], Ending::Failed("why".into())),
        ];
        for (heard, expected) in cases {
            let mut ending = Ending::NotBuilt;
            for heard in heard {
                ending.learn(heard);
            }
            assert_eq!(ending, expected);
        }
    }
}
