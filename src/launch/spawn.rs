//! Starting bubblewrap with ourselves as the inner entry point.

use std::ffi::OsString;
use std::io::{stderr, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use stage2::spec::{ENTRY_POINT, Foreground};

use super::descriptors;
use super::sources::OpenSources;
use super::terminal::Terminal;
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
}

/// Starts bubblewrap. It gets no terminal on its own descriptors, because it would bind one into
/// the jail as `/dev/console`; the command's travel beside them.
pub fn spawn(
    plan: &Plan,
    host: &Host,
    bubblewrap: &Bubblewrap,
    sources: &OpenSources,
    terminal: Option<&Terminal>,
) -> Result<Jail, Error> {
    let (control, jail_control) =
        socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
            .map_err(Error::system("socketpair"))?;
    descriptors::inherit(&jail_control)?;
    let ourselves = descriptors::ourselves()?;
    let stdio = [
        stdio(host, 0, stdin().as_fd())?,
        stdio(host, 1, stdout().as_fd())?,
        stdio(host, 2, stderr().as_fd())?,
    ];
    let numbers = Descriptors {
        control: Some(jail_control.as_raw_fd()),
        stdio: [0, 1, 2].map(|index: usize| stdio[index].as_ref().map(AsRawFd::as_raw_fd)),
    };
    let foreground = terminal.map_or(Foreground::None, Terminal::foreground);
    let spec =
        descriptors::in_memory(spec::render(plan, numbers, foreground).to_json().as_bytes())?;
    let options = bwrap::options(plan, bubblewrap, &sources.numbers());
    let arguments = descriptors::in_memory(&nul_separated(&options))?;
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
    Ok(Jail { bubblewrap: process, control })
}

/// One of the caller's standard descriptors, for the command.
fn stdio(host: &Host, index: usize, descriptor: impl AsFd) -> Result<Option<OwnedFd>, Error> {
    match host.stdio[index] {
        host::Stdio::Closed => Ok(None),
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
