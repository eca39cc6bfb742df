//! Mounts that come into the jail when the rest of it is there.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use crate::channel::Channel;
use crate::confinement::Confinement;
use crate::spec::Spec;
use crate::sys;

/// Hands the jail's mount namespace to the process that has the mounts, waits until they are there, and goes to the
/// working directory, as bubblewrap does where it is there from the start.
///
/// # Errors
///
/// What that process could not do.
pub fn wait_for(spec: &Spec, confinement: Confinement) -> io::Result<()> {
    let Some(late) = &spec.late else { return Ok(()) };
    let gone = || io::Error::other("the process that has the home's mounts is gone");
    let socket = sys::adopt(late.socket).ok_or_else(gone)?;
    let channel = Channel::over(socket, confinement);
    let namespace = File::open("/proc/self/ns/mnt")?;
    channel.send_with(&(), namespace.as_fd())?;
    let attached: Option<Result<(), String>> = channel.receive()?;
    let attached = attached.ok_or_else(gone)?;
    attached.map_err(|why| io::Error::other(format!("cannot mount the home: {why}")))?;
    std::env::set_current_dir(&late.directory.0)?;
    sys::set_variable(OsStr::new("PWD"), late.directory.0.as_os_str());
    Ok(())
}
