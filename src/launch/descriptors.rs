//! Descriptors that the jail's processes inherit, and those that they must not.

use std::io::{stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl, open};
use nix::sys::stat::Mode;
use nix::unistd::{dup2_stdin, dup2_stdout};

use crate::error::Error;

/// Lets the next program inherit a descriptor. This process has one thread, and the next program
/// it starts builds the jail.
pub fn inherit(descriptor: impl AsFd) -> Result<(), Error> {
    fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty())).map_err(Error::system("fcntl"))?;
    Ok(())
}

/// Keeps a descriptor from the next program.
pub fn close_on_exec(descriptor: impl AsFd) -> Result<(), Error> {
    fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).map_err(Error::system("fcntl"))?;
    Ok(())
}

/// A copy that the next program inherits.
pub fn inheritable_copy(descriptor: impl AsFd) -> Result<OwnedFd, Error> {
    let copy = descriptor.as_fd().try_clone_to_owned().map_err(Error::system("dup"))?;
    inherit(&copy)?;
    Ok(copy)
}

/// The caller's standard input and output, kept until the command has them: a launch that is tried
/// once more needs them again.
#[derive(Debug)]
pub struct Released([OwnedFd; 2]);

impl Released {
    /// Puts both back to their numbers.
    pub fn take_back(&self) -> Result<(), Error> {
        let [input, output] = &self.0;
        dup2_stdin(input).and_then(|()| dup2_stdout(output)).map_err(Error::system("dup2"))
    }
}

/// Lets go of the caller's standard input and output: their other ends must see an end of file
/// when the command closes them. Standard error stays, for our own words.
pub fn release_stdio() -> Result<Released, Error> {
    let keep = |stream: BorrowedFd<'_>| stream.try_clone_to_owned().map_err(Error::system("dup"));
    let released = Released([keep(stdin().as_fd())?, keep(stdout().as_fd())?]);
    let null = open("/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())
        .map_err(Error::system("open /dev/null"))?;
    dup2_stdin(&null).and_then(|()| dup2_stdout(&null)).map_err(Error::system("dup2"))?;
    Ok(released)
}
