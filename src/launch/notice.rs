//! What happens during a run that its user may be told: the room says it here and prints nothing.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use egress::tally::Tally;
use stage2::report::{Achieved, ExecFailure, Layers};

use super::copies::Unsaved;

/// Something to tell.
#[derive(Debug)]
pub enum Notice {
    /// What the layers achieved, as soon as they are applied.
    Layers(Layers),
    /// What mise gave the command.
    Mise(Achieved),
    /// A decision of the network filter. It is told by the filter's own process.
    Network(String),
    /// Why the filtered network has proxies only.
    Proxies(String),
    /// What the network filter refused.
    Refused(Tally),
    /// A kind of terminal that cannot show the status bar that was asked for.
    NoBar(OsString),
    /// The command could not be run.
    NotRun(ExecFailure),
    /// Somebody killed the jail; the status is its builder's.
    Killed(ExitStatus),
    /// Stage two lives on with a failure of its own.
    Stage2(String),
    /// So many processes of the jail could not be ended.
    Survivors(usize),
    /// The jail's temporary directory, which could not be removed.
    NotRemoved(PathBuf, io::Error),
    /// A file whose copy in the jail could not be written back.
    NotSaved(Unsaved),
    /// A worktree that git in the jail had begun to remove, and that is gone now.
    Removed(PathBuf),
    /// A worktree that was only in the jail's memory, and of which git's record is removed.
    Pruned(PathBuf),
    /// A file of which some keys were not the jail's to change.
    TakenBack(PathBuf, Vec<String>),
}

impl Notice {
    /// Whether those who capture a script's output do not want it: nothing has gone wrong.
    pub fn is_remark(&self) -> bool {
        matches!(
            self,
            Self::Proxies(_)
                | Self::Refused(_)
                | Self::Removed(_)
                | Self::Pruned(_)
                | Self::TakenBack(..)
        )
    }
}

/// Who hears them.
pub type Sink<'a> = &'a dyn Fn(&Notice);
