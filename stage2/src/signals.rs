//! Signals that are read like input instead of interrupting.

mod pipe;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::{SigSet, Signal};
#[cfg(target_os = "linux")]
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::confinement::Confinement;
use pipe::SelfPipe;

/// Where they are read.
#[derive(Debug)]
pub enum Signals {
    /// `signalfd(2)`.
    #[cfg(target_os = "linux")]
    Descriptor(SignalFd),
    /// Handlers that note what has come.
    Pipe(SelfPipe),
}

/// One that has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Taken {
    /// Which.
    pub signal: Signal,
    /// The kernel itself has sent it, as for a key of the terminal, and not a process.
    pub by_kernel: bool,
}

impl Signals {
    /// Blocks these, and has them wait to be read. What is started from now on inherits the mask,
    /// so that none of it dies of a signal that is ours to take. There can be one of these at a
    /// time.
    ///
    /// # Errors
    ///
    /// The first failing system call.
    pub fn block(set: &SigSet, confinement: Confinement) -> io::Result<Self> {
        set.thread_block()?;
        match confinement {
            #[cfg(target_os = "linux")]
            Confinement::Namespaces => {
                let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
                Ok(Self::Descriptor(SignalFd::with_flags(set, flags)?))
            }
            Confinement::Profile => Ok(Self::Pipe(SelfPipe::new(set)?)),
        }
    }

    /// Everything that inherits the mask is started: from now on they may come.
    ///
    /// # Errors
    ///
    /// The error of `sigprocmask(2)`.
    pub fn listen(&self) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Descriptor(_) => Ok(()),
            Self::Pipe(pipe) => pipe.listen(),
        }
    }

    /// The next one, if one has come. Several of one kind may be told once.
    ///
    /// # Errors
    ///
    /// The error of `read(2)`.
    pub fn take(&self) -> io::Result<Option<Taken>> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Descriptor(descriptor) => {
                let Some(info) = descriptor.read_signal()? else { return Ok(None) };
                let number = i32::try_from(info.ssi_signo).unwrap_or_default();
                let by_kernel = info.ssi_code == nix::libc::SI_KERNEL;
                Ok(Some(Taken { signal: Signal::try_from(number)?, by_kernel }))
            }
            Self::Pipe(pipe) => pipe.take(),
        }
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Descriptor(descriptor) => descriptor.as_fd(),
            Self::Pipe(pipe) => pipe.as_fd(),
        }
    }
}
