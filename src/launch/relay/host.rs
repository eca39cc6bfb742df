//! The caller's terminal: what is typed and what is shown.

use std::io::{self, stdin, stdout};
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::poll::{PollFlags, PollTimeout};
use nix::sys::stat::{FileStat, Mode, fstat};
use nix::sys::termios::{FlushArg, tcflush};
use nix::unistd::{getpgrp, read, tcgetpgrp, write};
use stage2::confinement::Confinement;
use stage2::poll::wait_for;
use stage2::sys::terminal;
use stage2::terminal::{Attributes, Size};

use crate::error::Error;

/// Both ends of the caller's terminal.
#[derive(Debug)]
pub struct HostTerminal {
    input: End,
    output: End,
    confinement: Confinement,
}

/// One end. What the caller gave us is shared with its shell, and so would be `O_NONBLOCK`; the
/// terminal is opened once more where that is possible.
#[derive(Debug)]
struct End {
    descriptor: OwnedFd,
    nonblocking: bool,
}

/// What is written at once to an end that blocks: less than a terminal takes when it takes anything.
const CAREFUL: usize = 256;

impl HostTerminal {
    /// The terminal behind standard input and output.
    pub fn find(confinement: Confinement) -> Result<Self, Error> {
        let (input, output) = (End::open(stdin().as_fd())?, End::open(stdout().as_fd())?);
        Ok(Self { input, output, confinement })
    }

    /// Where typed bytes come from; its settings are the terminal's.
    pub fn input(&self) -> BorrowedFd<'_> {
        self.input.descriptor.as_fd()
    }

    /// Becomes readable when something is typed.
    pub fn typed(&self) -> &OwnedFd {
        &self.input.descriptor
    }

    /// Becomes writable when more can be shown.
    pub fn room(&self) -> &OwnedFd {
        &self.output.descriptor
    }

    /// Waits, and no longer than this, until more can be shown.
    pub fn wait_to_show(&self, timeout: PollTimeout) {
        let _ = wait_for(self.room(), PollFlags::POLLOUT, self.confinement, timeout);
    }

    /// Waits, and no longer than this, until something is typed.
    pub fn wait_for_typed(&self, timeout: PollTimeout) {
        let _ = wait_for(self.typed(), PollFlags::POLLIN, self.confinement, timeout);
    }

    /// Throws away what was typed and not read.
    pub fn discard_typed(&self) {
        // One that is gone has nothing.
        let _ = tcflush(self.input(), FlushArg::TCIFLUSH);
    }

    /// Whether nobody is at the other end any more.
    pub fn is_gone(&self) -> bool {
        terminal::attributes(self.input()).is_err()
    }

    /// Whether we may read it and set it: our process group is its foreground, or it is not our
    /// session's terminal, so that there is no job control between us.
    pub fn is_ours(&self) -> bool {
        match tcgetpgrp(self.input()) {
            Ok(group) => group == getpgrp(),
            Err(errno) => errno == Errno::ENOTTY,
        }
    }

    /// The size of its window.
    pub fn size(&self) -> io::Result<Size> {
        terminal::size(&self.output.descriptor)
    }

    /// What a terminal that stands for this one starts with.
    pub fn attributes(&self) -> io::Result<Attributes> {
        let attributes = terminal::attributes(self.input())?;
        Ok(if self.is_ours() { attributes } else { attributes.cooked() })
    }

    /// Reads what was typed; `EAGAIN` where nothing was.
    pub fn read(&self, buffer: &mut [u8]) -> nix::Result<usize> {
        self.would_not_block(&self.input, PollFlags::POLLIN)?;
        read(self.input(), buffer)
    }

    /// Shows as much as the terminal takes now; `EAGAIN` where it takes nothing.
    pub fn write(&self, bytes: &[u8]) -> nix::Result<usize> {
        self.would_not_block(&self.output, PollFlags::POLLOUT)?;
        let length = if self.output.nonblocking { bytes.len() } else { bytes.len().min(CAREFUL) };
        write(&self.output.descriptor, &bytes[..length])
    }

    /// `EAGAIN` where an end that blocks would do so now.
    fn would_not_block(&self, end: &End, interest: PollFlags) -> nix::Result<()> {
        let is_ready = || wait_for(&end.descriptor, interest, self.confinement, PollTimeout::ZERO);
        if end.nonblocking || is_ready()? { Ok(()) } else { Err(Errno::EAGAIN) }
    }
}

impl End {
    fn open(given: BorrowedFd) -> Result<Self, Error> {
        if let Some(descriptor) = reopen(given) {
            return Ok(Self { descriptor, nonblocking: true });
        }
        let descriptor = given.try_clone_to_owned().map_err(Error::system("dup"))?;
        Ok(Self { descriptor, nonblocking: false })
    }
}

/// Opens the same terminal once more: by its own name, which after `su` belongs to somebody else,
/// or as that of our session, which everybody may.
fn reopen(given: BorrowedFd) -> Option<OwnedFd> {
    let status = fstat(given).ok().filter(|status| !is_master(status))?;
    let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let by_name = open_by_name(given, flags);
    if let Ok(descriptor) = by_name {
        let same = fstat(&descriptor).is_ok_and(|again| again.st_rdev == status.st_rdev);
        return Some(descriptor).filter(|_| same);
    }
    // Neither select(2) nor poll(2) of macOS takes this one.
    if cfg!(target_os = "macos") {
        return None;
    }
    tcgetpgrp(given).ok()?;
    open("/dev/tty", flags, Mode::empty()).ok()
}

/// Whether this is the master's side of a terminal, which is one too; opening that makes a new one.
#[cfg(target_os = "linux")]
fn is_master(status: &FileStat) -> bool {
    status.st_rdev == nix::sys::stat::makedev(5, 2)
}

/// Elsewhere each master has a number of its own, so what is opened is seen to be another.
#[cfg(not(target_os = "linux"))]
fn is_master(_: &FileStat) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn open_by_name(given: BorrowedFd, flags: OFlag) -> nix::Result<OwnedFd> {
    open(format!("/proc/self/fd/{}", given.as_raw_fd()).as_str(), flags, Mode::empty())
}

/// Not through `/dev/fd`, where opening gives a copy that shares `O_NONBLOCK` with the caller's.
#[cfg(not(target_os = "linux"))]
fn open_by_name(given: BorrowedFd, flags: OFlag) -> nix::Result<OwnedFd> {
    open(&nix::unistd::ttyname(given)?, flags, Mode::empty())
}
