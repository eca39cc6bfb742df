//! PID 1 of the jail: reaps, forwards signals, reports the exact status.
//!
//! Every signal is blocked before the fork and read from a `signalfd`, so that none is lost
//! between two looks. When this process ends the kernel ends everything else in the jail.

use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, setpgid};

use crate::channel::receive_message;
use crate::command::become_command;
use crate::foreground::Console;
use crate::mise;
use crate::report::{FromJail, Layers, ToJail};
use crate::reporter::Reporter;
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
pub fn run(spec: &Spec, layers: Layers, report: &Reporter) -> std::io::Result<u8> {
    SigSet::all().thread_set_mask()?;
    let children = SigSet::from_iter([Signal::SIGCHLD]);
    let signals = SignalFd::with_flags(&children, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    let console = Console::find(spec)?;
    let prepared = match mise::prepare(spec, &signals, report)? {
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
    Init { command, report, console, stopped: None }.serve(&signals)
}

impl Init<'_> {
    /// The loop. It ends with the command, or with the front: a jail does not outlive it.
    fn serve(&mut self, signals: &SignalFd) -> std::io::Result<u8> {
        loop {
            if let Some(status) = self.reap() {
                return Ok(status);
            }
            let mut ready = vec![PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
            if let Some(control) = &self.report.0 {
                ready.push(PollFd::new(control.as_fd(), PollFlags::POLLIN));
            }
            poll(&mut ready, PollTimeout::NONE)?;
            let control_ready = ready.get(1).and_then(PollFd::any).unwrap_or(false);
            // The signals are only a wake-up: any number of children may be behind one.
            while signals.read_signal()?.is_some() {}
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
        let _ = match receive_message(control)? {
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
