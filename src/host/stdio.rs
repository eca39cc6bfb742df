//! The three standard descriptors.

use std::io::IsTerminal;
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::stat::{SFlag, fstat};

/// What one of the three standard descriptors is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stdio {
    /// The caller closed it.
    Closed,
    /// A terminal.
    Terminal,
    /// A directory, from which `openat(2)` reaches the host's whole file system.
    Directory,
    /// A file, pipe, socket or device.
    Other,
}

/// The state of the three standard descriptors.
pub(super) fn all() -> [Stdio; 3] {
    let closed = stage2::sys::closed_at_start();
    [
        stream(closed[0], std::io::stdin().as_fd()),
        stream(closed[1], std::io::stdout().as_fd()),
        stream(closed[2], std::io::stderr().as_fd()),
    ]
}

fn stream(closed: bool, descriptor: BorrowedFd) -> Stdio {
    if closed {
        return Stdio::Closed;
    }
    if descriptor.is_terminal() {
        return Stdio::Terminal;
    }
    let is_directory = fstat(descriptor).is_ok_and(|status| {
        SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR
    });
    if is_directory { Stdio::Directory } else { Stdio::Other }
}
