//! The caller's terminal: what is typed and what is shown.

use std::io::{self, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{Mode, fstat, makedev};
use nix::unistd::{getpgrp, read, tcgetpgrp, write};
use stage2::sys::terminal;
use stage2::terminal::{Attributes, Size};

use crate::error::Error;

/// Both ends of the caller's terminal.
#[derive(Debug)]
pub struct HostTerminal {
    input: End,
    output: End,
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
    pub fn find() -> Result<Self, Error> {
        Ok(Self { input: End::open(stdin().as_fd())?, output: End::open(stdout().as_fd())? })
    }

    /// Where typed bytes come from; its settings are the terminal's.
    pub fn input(&self) -> BorrowedFd<'_> {
        self.input.descriptor.as_fd()
    }

    /// Where bytes are shown.
    pub fn output(&self) -> BorrowedFd<'_> {
        self.output.descriptor.as_fd()
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
        terminal::size(self.output())
    }

    /// What a terminal that stands for this one starts with.
    pub fn attributes(&self) -> io::Result<Attributes> {
        let attributes = terminal::attributes(self.input())?;
        Ok(if self.is_ours() { attributes } else { attributes.cooked() })
    }

    /// Reads what was typed; `EAGAIN` where nothing was.
    pub fn read(&self, buffer: &mut [u8]) -> nix::Result<usize> {
        self.input.wait_not(PollFlags::POLLIN)?;
        read(self.input(), buffer)
    }

    /// Shows as much as the terminal takes now; `EAGAIN` where it takes nothing.
    pub fn write(&self, bytes: &[u8]) -> nix::Result<usize> {
        self.output.wait_not(PollFlags::POLLOUT)?;
        let length = if self.output.nonblocking { bytes.len() } else { bytes.len().min(CAREFUL) };
        write(self.output(), &bytes[..length])
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

    /// `EAGAIN` where an end that blocks would do so now.
    fn wait_not(&self, event: PollFlags) -> nix::Result<()> {
        if self.nonblocking {
            return Ok(());
        }
        let mut ready = [PollFd::new(self.descriptor.as_fd(), event)];
        if poll(&mut ready, PollTimeout::ZERO)? == 0 { Err(Errno::EAGAIN) } else { Ok(()) }
    }
}

/// Opens the same terminal once more: by its own name, which after `su` belongs to somebody else,
/// or as that of our session, which everybody may.
fn reopen(given: BorrowedFd) -> Option<OwnedFd> {
    // The master's side of a terminal is one too; opening that makes a new one.
    let master = makedev(5, 2);
    let status = fstat(given).ok().filter(|status| status.st_rdev != master)?;
    let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let by_name =
        open(format!("/proc/self/fd/{}", given.as_raw_fd()).as_str(), flags, Mode::empty());
    if let Ok(descriptor) = by_name {
        let same = fstat(&descriptor).is_ok_and(|again| again.st_rdev == status.st_rdev);
        return Some(descriptor).filter(|_| same);
    }
    tcgetpgrp(given).ok()?;
    open("/dev/tty", flags, Mode::empty()).ok()
}
