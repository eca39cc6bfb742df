//! A jail that is being built or runs, and what its processes are handed, whoever builds it.

use std::io::{stderr, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::process::Child;

use stage2::channel::Channel;
use stage2::confinement::Confinement;
use stage2::spec::{Foreground, Spec};
use stage2::survivors::Survivors;
use stage2::sys;

#[cfg(target_os = "linux")]
use super::bubblewrap::orphans::{self, Inherited};
use super::connection::Connection;
use super::descriptors::{self, Released};
use super::notice::{Notice, Sink};
use super::temporary::Temporary;
use crate::error::Error;
use crate::host::{self, Host};
use crate::plan::Plan;
use crate::spec::{self, Descriptors};

/// A jail.
#[derive(Debug)]
pub struct Jail {
    /// bubblewrap's outer process, or stage two itself behind `sandbox-exec`'s profile.
    pub process: Child,
    /// Our end of the status channel; its end of file is the end of stage two.
    pub control: Channel,
    /// How the command was given the foreground.
    pub foreground: Foreground,
    /// What is to be ended when the process has.
    pub cleanup: Cleanup,
    /// The caller's streams, until the command runs; their other ends see an end of file only when
    /// nobody holds them.
    pub released: Option<Released>,
    /// The caller's pipes that the command has besides, until it runs, for the same reason.
    pub handed: Vec<RawFd>,
}

/// What is to be ended after a jail.
#[derive(Debug)]
pub enum Cleanup {
    /// Nothing once there was a jail, because the kernel ends its namespace. A bubblewrap that
    /// fails half-way leaves a child, which is none of those that we had before.
    #[cfg(target_os = "linux")]
    Orphans(Inherited),
    /// Processes among all others of this machine, and the directory where they had their temporary
    /// files.
    Processes(Survivors, Option<Temporary>),
}

impl Jail {
    /// The command runs: lets go of all that it has from the caller.
    pub fn release_streams(&mut self) {
        self.released = None;
        self.handed.drain(..).for_each(sys::close);
    }

    /// The process has ended: ends what the jail has left running, and then removes what that had
    /// for temporary files.
    pub fn end(&self, sink: Sink) {
        let (survivors, temporary) = match &self.cleanup {
            #[cfg(target_os = "linux")]
            Cleanup::Orphans(_) => return,
            Cleanup::Processes(survivors, temporary) => (survivors, temporary),
        };
        let left = survivors.clone().end();
        if left > 0 {
            sink(&Notice::Survivors(left));
        }
        if let Some(temporary) = temporary {
            if let Err(error) = temporary.remove() {
                sink(&Notice::NotRemoved(temporary.path().to_path_buf(), error));
            }
        }
    }

    /// There was no jail: ends what was started for it, and takes the caller's streams back. A process that stays would keep the
    /// builder's standard error open, so that its end could not be read.
    pub fn abandon(&self) -> Result<(), Error> {
        match &self.cleanup {
            #[cfg(target_os = "linux")]
            Cleanup::Orphans(inherited) => orphans::kill_all(inherited),
            Cleanup::Processes(..) => {}
        }
        self.released.as_ref().map_or(Ok(()), Released::take_back)
    }
}

/// What stage two is handed, open until it is started.
pub struct Handover {
    /// Our end of the status channel.
    pub control: Channel,
    /// What stage two shall do, with the numbers of these descriptors.
    pub spec: Spec,
    _control: OwnedFd,
    stdio: [Option<OwnedFd>; 3],
}

impl Handover {
    /// Opens everything, inheritable. The builder gets no terminal on its own descriptors: bubblewrap
    /// would bind one into the jail as `/dev/console`. The command's travel beside them.
    pub fn new(
        plan: &Plan,
        host: &Host,
        connection: &Connection,
        confinement: Confinement,
    ) -> Result<Self, Error> {
        let (control, theirs) = Channel::pair(confinement).map_err(Error::system("socketpair"))?;
        descriptors::inherit(&theirs)?;
        let pty = connection.pty()?;
        // Where the command gets a terminal of its own the caller's stays out of the jail.
        let replaced = pty.as_ref().map_or([false; 3], |pty| pty.streams);
        let stdio = [
            stdio(host, 0, stdin().as_fd(), replaced)?,
            stdio(host, 1, stdout().as_fd(), replaced)?,
            stdio(host, 2, stderr().as_fd(), replaced)?,
        ];
        let numbers = Descriptors {
            control: Some(theirs.as_raw_fd()),
            stdio: [0, 1, 2].map(|index: usize| stdio[index].as_ref().map(AsRawFd::as_raw_fd)),
            pty,
        };
        let spec = spec::render(plan, numbers, connection.foreground());
        Ok(Self { control, spec, _control: theirs, stdio })
    }

    /// The jail's process is started: lets go of what that process has now.
    pub fn start(self, process: Child, cleanup: Cleanup) -> Result<Jail, Error> {
        // Where the command has no standard streams, as in the doctor's trial, ours are ours alone.
        let is_handed = self.stdio.iter().any(Option::is_some);
        let released = if is_handed { Some(descriptors::release_stdio()?) } else { None };
        let Spec { foreground, handed, .. } = self.spec;
        Ok(Jail { process, control: self.control, foreground, cleanup, released, handed })
    }
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
