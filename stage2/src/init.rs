//! PID 1 of the jail: reaps, forwards signals, reports the exact status.
//!
//! Every signal is blocked before the fork, so that none is lost between two looks. When this
//! process ends the kernel ends everything else in the jail. Where there is no PID namespace it
//! leads the jail's processes without being their PID 1, and ends what is left of them itself.

use nix::errno::Errno;
use nix::poll::{PollFlags, PollTimeout};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Pid, getpid, setpgid};

use crate::command::become_command;
use crate::confinement::Confinement;
use crate::foreground::Console;
use crate::mise;
use crate::ready::Watched;
use crate::remains::Remains;
use crate::report::{FromJail, Layers, ToJail};
use crate::reporter::Reporter;
use crate::signals::Signals;
use crate::spec::Spec;
use crate::sys::{self, Waited};

/// The command, seen from PID 1.
struct Init<'a> {
    command: Pid,
    report: &'a Reporter,
    console: Console,
    /// The signal that stopped the command last.
    stopped: Option<i32>,
}

/// Starts the command and stays until it ends; gives its status.
///
/// # Errors
///
/// The first failing system call.
pub fn run(
    spec: &Spec,
    layers: Layers,
    report: &Reporter,
    confinement: Confinement,
) -> std::io::Result<u8> {
    SigSet::all().thread_set_mask()?;
    let signals = Signals::block(&SigSet::from_iter([Signal::SIGCHLD]), confinement)?;
    let console = Console::find(spec)?;
    let prepared = match mise::prepare(spec, &signals, report, confinement)? {
        mise::Outcome::Start(prepared) => prepared,
        mise::Outcome::Over(status) => return Ok(status),
    };
    report.send(&FromJail::Started(layers));
    let Some(command) = sys::fork()? else {
        become_command(spec, prepared, report, console.descriptor());
    };
    // In the child as well: whoever comes first, the group is there before anybody needs it.
    let _ = setpgid(command, command);
    sys::release_stdio(report.0.is_some())?;
    signals.listen()?;
    let served = Init { command, report, console, stopped: None }.serve(&signals, confinement);
    if confinement == Confinement::Profile {
        // The front does the same when this process has ended, and knows them by more; but the
        // front may have been killed.
        Remains::of(getpid().as_raw(), None).end();
    }
    served
}

impl Init<'_> {
    /// The loop. It ends with the command, or with the front: a jail does not outlive it.
    fn serve(&mut self, signals: &Signals, confinement: Confinement) -> std::io::Result<u8> {
        loop {
            if let Some(status) = self.reap() {
                return Ok(status);
            }
            let control = self.report.0.as_ref();
            let control = control.map(|control| Watched::new(control, PollFlags::POLLIN));
            let signalled = Watched::new(signals, PollFlags::POLLIN);
            let mut watched = [control.unwrap_or(Watched::NOTHING), signalled];
            match confinement.wait(&mut watched, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            let [control, _] = watched;
            let control_ready = control.is_ready();
            // The signals are only a wake-up: any number of children may be behind one.
            while signals.take()?.is_some() {}
            if control_ready && !self.obey()? {
                return Ok(sys::killed_by(nix::libc::SIGKILL));
            }
        }
    }

    /// Reaps everything that ended, orphans too; the status if the command was among it.
    fn reap(&mut self) -> Option<u8> {
        loop {
            match sys::wait_any() {
                Waited::Ended(pid, status) if pid == self.command => return Some(status),
                Waited::Stopped(pid, signal) if pid == self.command => {
                    self.stopped = Some(signal);
                    self.report.send(&FromJail::Stopped(signal));
                }
                Waited::Ended(..) | Waited::Stopped(..) => {}
                Waited::Nothing | Waited::NoChildren => return None,
            }
        }
    }

    /// Does what the front asks; `false` when the front is gone.
    fn obey(&mut self) -> std::io::Result<bool> {
        let Some(control) = &self.report.0 else {
            return Ok(true);
        };
        let command = self.command.as_raw();
        // The command may have ended meanwhile: then there is nobody to tell.
        let _ = match control.receive()? {
            None => return Ok(false),
            Some(ToJail::Signal(signal)) => sys::kill(command, signal),
            Some(ToJail::GroupSignal(signal)) => sys::kill(-command, signal),
            Some(ToJail::Continue(foreground)) => {
                let stopped = self.stopped.take();
                if foreground {
                    self.console.give(self.command, stopped);
                } else {
                    self.console.take();
                }
                sys::kill(-command, nix::libc::SIGCONT)
            }
        };
        Ok(true)
    }
}
