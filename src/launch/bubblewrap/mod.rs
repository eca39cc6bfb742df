//! Starting bubblewrap with ourselves as the inner entry point.

pub mod orphans;
mod sources;

use std::ffi::OsString;
use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use nix::fcntl::{OFlag, open};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use stage2::spec::ENTRY_POINT;

use super::jail::{Cleanup, Handover, Jail};
use crate::backend::bwrap;
use crate::error::Error;
use crate::host::bubblewrap::Bubblewrap;
use crate::plan::Plan;

/// What will be mounted.
pub use sources::{OpenSources, open_all};

/// Starts bubblewrap.
pub fn start(
    plan: &Plan,
    bubblewrap: &Bubblewrap,
    sources: &OpenSources,
    handover: Handover,
) -> Result<Jail, Error> {
    let ourselves = ourselves()?;
    let spec = in_memory(handover.spec.to_json().as_bytes())?;
    let options = bwrap::options(plan, bubblewrap, &sources.numbers());
    let arguments = in_memory(&nul_separated(&options))?;
    let inherited = orphans::adopt()?;
    let process = Command::new(&bubblewrap.path)
        .arg("--args")
        .arg(arguments.as_raw_fd().to_string())
        .arg("--")
        .arg(format!("/proc/self/fd/{}", ourselves.as_raw_fd()))
        .arg(ENTRY_POINT)
        .arg(spec.as_raw_fd().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Error::StartBwrap { path: bubblewrap.path.clone(), error })?;
    handover.start(process, Cleanup::Orphans(inherited))
}

/// A file in memory that holds `content`, at its start, and that the next program inherits.
fn in_memory(content: &[u8]) -> Result<OwnedFd, Error> {
    let descriptor =
        memfd_create(c"ai-jail", MFdFlags::empty()).map_err(Error::system("memfd_create"))?;
    let mut file = File::from(descriptor);
    file.write_all(content).and_then(|()| file.rewind()).map_err(Error::system("write"))?;
    Ok(file.into())
}

/// This very program, which runs as the inner entry point without being visible in the jail.
fn ourselves() -> Result<OwnedFd, Error> {
    open("/proc/self/exe", OFlag::O_PATH, Mode::empty())
        .map_err(Error::system("open /proc/self/exe"))
}

/// The form of `--args FD`: paths and values stay out of `ps`.
fn nul_separated(options: &[Vec<OsString>]) -> Vec<u8> {
    let mut text = Vec::new();
    for word in options.iter().flatten() {
        text.extend_from_slice(word.as_bytes());
        text.push(0);
    }
    text
}
