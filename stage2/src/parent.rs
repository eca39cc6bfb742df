//! The process that this one was forked by.

use std::io::{self, ErrorKind};

use nix::unistd::{Pid, getppid};

/// Has the kernel end this process with its parent, however that ends; for the child of a fork, whose parent's
/// number was asked before. macOS has no such thing.
///
/// # Errors
///
/// That of `prctl(2)`; `BrokenPipe` where the parent has ended before.
pub fn end_with(parent: Pid) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    if getppid() == parent { Ok(()) } else { Err(ErrorKind::BrokenPipe.into()) }
}
