//! Descriptors that the jail's processes inherit, and those that they must not.

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl, open};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use nix::unistd::{dup2_stdin, dup2_stdout};

use crate::error::Error;

/// Lets the next program inherit a descriptor. This process has one thread, and the next program
/// it starts is bubblewrap.
pub fn inherit(descriptor: impl AsFd) -> Result<(), Error> {
    fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty())).map_err(Error::system("fcntl"))?;
    Ok(())
}

/// A copy that the next program inherits.
pub fn inheritable_copy(descriptor: impl AsFd) -> Result<OwnedFd, Error> {
    let copy = descriptor.as_fd().try_clone_to_owned().map_err(Error::system("dup"))?;
    inherit(&copy)?;
    Ok(copy)
}

/// A file in memory that holds `content`, at its start, and that the next program inherits.
pub fn in_memory(content: &[u8]) -> Result<OwnedFd, Error> {
    let descriptor =
        memfd_create(c"ai-jail", MFdFlags::empty()).map_err(Error::system("memfd_create"))?;
    let mut file = File::from(descriptor);
    file.write_all(content).and_then(|()| file.rewind()).map_err(Error::system("write"))?;
    Ok(file.into())
}

/// This very program: it runs as the inner entry point without being visible in the jail.
pub fn ourselves() -> Result<OwnedFd, Error> {
    open("/proc/self/exe", OFlag::O_PATH, Mode::empty())
        .map_err(Error::system("open /proc/self/exe"))
}

/// Lets go of the caller's standard input and output: their other ends must see an end of file
/// when the command closes them. Standard error stays, for our own words.
pub fn release_stdio() -> Result<(), Error> {
    let null = open("/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())
        .map_err(Error::system("open /dev/null"))?;
    dup2_stdin(&null).and_then(|()| dup2_stdout(&null)).map_err(Error::system("dup2"))
}
