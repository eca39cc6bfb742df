//! Starting bubblewrap with ourselves as the inner entry point.

use std::ffi::OsString;
use std::io::{stderr, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use stage2::spec::{ENTRY_POINT, Foreground};

use super::connection::Connection;
use super::descriptors;
use super::leftovers::{self, Inherited};
use super::sources::OpenSources;
use crate::backend::bwrap;
use crate::error::Error;
use crate::host::bubblewrap::Bubblewrap;
use crate::host::{self, Host};
use crate::plan::Plan;
use crate::spec::{self, Descriptors};

/// A jail that is being built or runs.
#[derive(Debug)]
pub struct Jail {
    /// bubblewrap's outer process.
    pub bubblewrap: Child,
    /// Our end of the status channel; its end of file is the end of stage two.
    pub control: OwnedFd,
    /// How the command was given the foreground.
    pub foreground: Foreground,
    /// Children that have nothing to do with it.
    pub inherited: Inherited,
}

/// Starts bubblewrap. It gets no terminal on its own descriptors, because it would bind one into
/// the jail as `/dev/console`; the command's travel beside them.
pub fn spawn(
    plan: &Plan,
    host: &Host,
    bubblewrap: &Bubblewrap,
    sources: &OpenSources,
    connection: &Connection,
) -> Result<Jail, Error> {
    let (control, jail_control) =
        socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
            .map_err(Error::system("socketpair"))?;
    descriptors::inherit(&jail_control)?;
    let ourselves = descriptors::ourselves()?;
    let pty = connection.pty()?;
    // Where the command gets a terminal of its own the caller's stays out of the jail.
    let replaced = pty.as_ref().map_or([false; 3], |pty| pty.streams);
    let stdio = [
        stdio(host, 0, stdin().as_fd(), replaced)?,
        stdio(host, 1, stdout().as_fd(), replaced)?,
        stdio(host, 2, stderr().as_fd(), replaced)?,
    ];
    let numbers = Descriptors {
        control: Some(jail_control.as_raw_fd()),
        stdio: [0, 1, 2].map(|index: usize| stdio[index].as_ref().map(AsRawFd::as_raw_fd)),
        pty,
    };
    let foreground = connection.foreground();
    let spec = spec::render(plan, numbers, foreground).to_json();
    let spec = descriptors::in_memory(spec.as_bytes())?;
    let options = bwrap::options(plan, bubblewrap, &sources.numbers());
    let arguments = descriptors::in_memory(&nul_separated(&options))?;
    let inherited = leftovers::adopt()?;
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
    // Where the command has none of them, as in the doctor's trial, they are ours alone.
    if stdio.iter().any(Option::is_some) {
        descriptors::release_stdio()?;
    }
    Ok(Jail { bubblewrap: process, control, foreground, inherited })
}

/// One of the caller's standard descriptors, for the command.
fn stdio(
    host: &Host,
    index: usize,
    descriptor: impl AsFd,
    replaced: [bool; 3],
) -> Result<Option<OwnedFd>, Error> {
    match host.stdio[index] {
        host::Stdio::Closed => Ok(None),
        _ if replaced[index] => Ok(None),
        host::Stdio::Terminal | host::Stdio::Directory | host::Stdio::Other => {
            descriptors::inheritable_copy(descriptor).map(Some)
        }
    }
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
