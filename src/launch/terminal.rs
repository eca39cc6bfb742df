//! The caller's terminal, where the command uses it directly, and its foreground.

use std::io::{stderr, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};
use stage2::spec::Foreground;

use crate::error::Error;
use crate::host::{Host, Stdio};

/// The controlling terminal that front and command share.
#[derive(Debug)]
pub struct Terminal {
    descriptor: OwnedFd,
    /// Nothing but the command talks to it: no other part of a pipeline needs the foreground.
    alone: bool,
}

impl Terminal {
    /// The terminal among the standard descriptors.
    pub fn find(host: &Host) -> Result<Option<Self>, Error> {
        let descriptor = match host.stdio {
            [Stdio::Terminal, _, _] => copy(stdin().as_fd())?,
            [_, Stdio::Terminal, _] => copy(stdout().as_fd())?,
            [_, _, Stdio::Terminal] => copy(stderr().as_fd())?,
            _ => return Ok(None),
        };
        let alone = host.stdio.iter().all(|stream| *stream == Stdio::Terminal);
        Ok(Some(Self { descriptor, alone }))
    }

    /// How the command shall get the foreground.
    pub fn foreground(&self) -> Foreground {
        if self.alone && self.is_ours() { Foreground::AtStart } else { Foreground::OnDemand }
    }

    /// Whether our process group is the one in the foreground.
    pub fn is_ours(&self) -> bool {
        tcgetpgrp(&self.descriptor) == Ok(getpgrp())
    }

    /// Takes the foreground back from a group that has ended: otherwise a script around us reads
    /// from a terminal that it no longer has. SIGTTOU is blocked, so this cannot stop us.
    pub fn take_back(&self) {
        let Ok(group) = tcgetpgrp(&self.descriptor) else {
            return;
        };
        let gone =
            nix::sys::signal::kill(Pid::from_raw(-group.as_raw()), None) == Err(Errno::ESRCH);
        if gone {
            let _ = tcsetpgrp(&self.descriptor, getpgrp());
        }
    }
}

fn copy(descriptor: BorrowedFd) -> Result<OwnedFd, Error> {
    descriptor.try_clone_to_owned().map_err(Error::system("dup"))
}
