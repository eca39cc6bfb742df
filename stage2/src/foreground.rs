//! The command's terminal and who has its foreground.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::libc::{SIGTTIN, SIGTTOU};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

use crate::spec::{Foreground, Spec};

/// The command's controlling terminal, seen from PID 1.
#[derive(Debug)]
pub enum Console {
    /// There is none.
    None,
    /// The caller's, which the front and its shell use too.
    Callers(OwnedFd),
    /// One of the jail's own. While the front is in the background of the caller's terminal PID 1
    /// has the foreground of this one, so that the command stops where any program in the
    /// background would; the group is the one that had it before.
    Own(OwnedFd, Option<Pid>),
}

impl Console {
    /// The terminal among the standard descriptors.
    ///
    /// # Errors
    ///
    /// A descriptor that cannot be copied.
    pub fn find(spec: &Spec) -> std::io::Result<Self> {
        if spec.foreground == Foreground::None {
            return Ok(Self::None);
        }
        let own =
            |copy| if spec.pty.is_some() { Self::Own(copy, None) } else { Self::Callers(copy) };
        let copy = |descriptor: BorrowedFd| descriptor.try_clone_to_owned().map(own);
        if stdin().is_terminal() {
            copy(stdin().as_fd())
        } else if stdout().is_terminal() {
            copy(stdout().as_fd())
        } else if stderr().is_terminal() {
            copy(stderr().as_fd())
        } else {
            Ok(Self::None)
        }
    }

    /// The terminal, where there is one.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::None => None,
            Self::Callers(terminal) | Self::Own(terminal, _) => Some(terminal.as_fd()),
        }
    }

    /// The front is in the foreground, and so shall be the command; `stopped` is the signal that
    /// stopped it last.
    ///
    /// A terminal that has gone meanwhile is noticed by the command itself.
    pub fn give(&mut self, command: Pid, stopped: Option<i32>) {
        let _ = match self {
            Self::Callers(terminal) => tcsetpgrp(terminal, command),
            Self::Own(terminal, _) if matches!(stopped, Some(SIGTTIN | SIGTTOU)) => {
                tcsetpgrp(terminal, command)
            }
            Self::Own(terminal, before) if tcgetpgrp(&*terminal) == Ok(getpgrp()) => {
                // A shell in the jail may have had another of its groups there, which may be gone.
                let group = before.take().unwrap_or(command);
                tcsetpgrp(&*terminal, group).or_else(|_| tcsetpgrp(&*terminal, command))
            }
            // Whoever in the jail has it keeps it.
            Self::None | Self::Own(..) => Ok(()),
        };
    }

    /// The front is in the background, and so shall be the command.
    pub fn take(&mut self) {
        let Self::Own(terminal, before) = self else { return };
        match tcgetpgrp(&*terminal) {
            Ok(group) if group != getpgrp() => {
                *before = Some(group);
                let _ = tcsetpgrp(&*terminal, getpgrp());
            }
            _ => {}
        }
    }
}
