//! The jail's root, where another process brings it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use crate::channel::Channel;
use crate::confinement::Confinement;
use crate::spec::Spec;
use crate::sys;
use crate::text::visible;

/// Hands the jail's mount namespace to the process that has the root, waits until that is this process's root too, and
/// goes to the working directory, as bubblewrap does where the root is there from the start. Says whether there is a
/// root: `false` where that process is gone.
///
/// # Errors
///
/// What that process could not do.
pub fn wait_for(spec: &Spec, confinement: Confinement) -> io::Result<bool> {
    let Some(root) = &spec.root else { return Ok(true) };
    let Some(socket) = sys::adopt(root.socket) else { return Ok(false) };
    let channel = Channel::over(socket, confinement);
    let namespace = File::open("/proc/self/ns/mnt")?;
    // Whoever is gone does not answer either.
    let _ = channel.send_with(&(), namespace.as_fd());
    let Some(entered) = channel.receive::<Result<(), String>>()? else { return Ok(false) };
    entered.map_err(|why| io::Error::other(format!("cannot mount the jail's root: {why}")))?;
    let directory = &root.directory.0;
    std::env::set_current_dir(directory).map_err(|error| {
        io::Error::other(format!("cannot go to the directory {}: {error}", visible(directory)))
    })?;
    sys::set_variable(OsStr::new("PWD"), directory.as_os_str());
    Ok(true)
}
