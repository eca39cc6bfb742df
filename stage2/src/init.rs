//! PID 1 of the jail: reaps, forwards signals, reports the exact status.
//!
//! Every signal is blocked before the fork, so that none is lost between two looks. When this
//! process ends the kernel ends everything else in the jail. Where there is no PID namespace it
//! leads the jail's processes without being their PID 1, and ends what is left of them itself.
//!
//! # What may fail
//!
//! Until the fork any failure ends the run: there is no command yet. From the fork on the command
//! would pay for it with its life, so what can be made before the fork is, and each failure in the
//! loop has an answer of its own:
//!
//! | what fails | what happens |
//! |---|---|
//! | letting go of the standard descriptors | others see the end of a pipe only with the jail's; the front is told |
//! | waiting, or reading the signals | the loop looks after the children anyway, and tries again after a pause |
//! | understanding a message | the message is passed over; the front is told |
//! | receiving a message, for want of memory | the loop tries again after a pause |
//! | the channel itself | the run ends, as it does with the front: nobody could end it later |
//! | sending a signal, or the terminal's foreground | nothing: the command ended meanwhile, or its terminal did |

#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::io;
use std::os::fd::OwnedFd;
use std::thread::sleep;

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Pid, getpid, setpgid};

use crate::command::become_command;
use crate::confinement::Confinement;
use crate::foreground::Console;
use crate::mise;
use crate::poll::{Event, Poll};
use crate::report::{FromJail, Layers, ToJail};
use crate::reporter::{Asked, PAUSE, Reporter};
use crate::rest::Rest;
use crate::signals::Signals;
use crate::spec::Spec;
use crate::survivors::Survivors;
use crate::sys::{self, Waited};

/// What the loop waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    /// A child that ended or stopped.
    Signals,
    /// A message of the front.
    Control,
}

/// The command, seen from PID 1.
struct Init<'a> {
    command: Pid,
    signals: &'a Signals,
    report: &'a Reporter,
    console: Console,
    confinement: Confinement,
    /// The signal that stopped the command last.
    stopped: Option<i32>,
    rest: Rest,
}

/// Starts the command and stays until it ends; gives its status.
///
/// # Errors
///
/// The first failing system call before there is a command; afterwards a broken channel.
pub fn run(
    spec: &Spec,
    layers: Layers,
    report: &Reporter,
    confinement: Confinement,
) -> io::Result<u8> {
    SigSet::all().thread_set_mask()?;
    let signals = Signals::block(&SigSet::from_iter([Signal::SIGCHLD]), confinement)?;
    let console = Console::find(spec)?;
    let additions = match mise::prepare(spec, &signals, report, confinement)? {
        mise::Outcome::Start(additions) => additions,
        mise::Outcome::Over(status) => return Ok(status),
    };
    report.send(&FromJail::Started(layers));
    let null = OwnedFd::from(std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?);
    // The child may take one for its parent: a byte in a pipe, and no other effect.
    signals.listen()?;
    let Some(command) = sys::fork()? else {
        become_command(spec, additions, report, console.descriptor());
    };
    // In the child as well: whoever comes first, the group is there before anybody needs it.
    let _ = setpgid(command, command);
    if let Err(error) = sys::release_stdio(&null, report.0.is_some()) {
        let what = format!("the command's standard descriptors stay open in PID 1: {error}");
        report.send(&FromJail::Warning(what));
    }
    drop(null);
    // Whoever is at a pipe's other end must see its end when the command closes it.
    spec.handed.iter().copied().for_each(sys::close);
    let (signals, rest) = (&signals, Rest::default());
    let init = Init { command, signals, report, console, confinement, stopped: None, rest };
    let served = init.serve();
    if confinement == Confinement::Profile {
        // The front does so too when this process has ended, and knows them by more; but the
        // front may have been killed.
        Survivors::of(getpid().as_raw(), None).end();
    }
    served
}

impl Init<'_> {
    /// The loop. It ends with the command, or with the front: a jail does not outlive it.
    fn serve(mut self) -> io::Result<u8> {
        loop {
            if let Some(status) = self.reap() {
                return Ok(status);
            }
            let events = self.wait();
            if events.is_empty() {
                self.rest.begin();
            }
            for Event { source, .. } in events {
                match source {
                    Source::Signals => self.drain_signals(),
                    Source::Control => {
                        if self.obey()? == Front::Gone {
                            return Ok(sys::killed_by(nix::libc::SIGKILL));
                        }
                    }
                }
            }
        }
    }

    /// Sleeps until something happens.
    fn wait(&self) -> Vec<Event<Source>> {
        let mut poll = Poll::new(self.confinement);
        poll.readable(Source::Signals, self.signals);
        if let Some(control) = &self.report.0 {
            poll.readable(Source::Control, control);
        }
        poll.wait(self.rest.patience()).unwrap_or_else(|errno| {
            if errno != Errno::EINTR {
                sleep(PAUSE);
            }
            Vec::new()
        })
    }

    /// The signals are only a wake-up: any number of children may be behind one.
    fn drain_signals(&self) {
        loop {
            match self.signals.take() {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(_) => return sleep(PAUSE),
            }
        }
    }

    /// Reaps everything that ended, orphans too; the status if the command was among it.
    fn reap(&mut self) -> Option<u8> {
        loop {
            match sys::wait_any() {
                Waited::Ended(pid, status) if pid == self.command => return Some(status),
                Waited::Killed(pid, signal) if pid == self.command => {
                    self.report.send(&FromJail::Killed(signal));
                    return Some(sys::killed_by(signal));
                }
                Waited::Stopped(pid, signal) if pid == self.command => {
                    self.stopped = Some(signal);
                    self.report.send(&FromJail::Stopped(signal));
                }
                Waited::Ended(..) | Waited::Killed(..) | Waited::Stopped(..) => {}
                Waited::Nothing | Waited::NoChildren => return None,
            }
        }
    }

    /// Does what the front asks.
    fn obey(&mut self) -> io::Result<Front> {
        let request = match self.report.take_request()? {
            Asked::For(request) => request,
            Asked::Nothing => return Ok(Front::There),
            Asked::Gone => return Ok(Front::Gone),
        };
        let command = self.command.as_raw();
        // The command may have ended meanwhile: then there is nobody to tell.
        let _ = match request {
            ToJail::Signal(signal) => sys::kill(command, signal),
            ToJail::GroupSignal(signal) => sys::kill(-command, signal),
            ToJail::Continue(foreground) => {
                let stopped = self.stopped.take();
                if foreground {
                    self.console.give(self.command, stopped);
                } else {
                    self.console.take();
                }
                sys::kill(-command, nix::libc::SIGCONT)
            }
        };
        Ok(Front::There)
    }
}

/// Whether the front still is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Front {
    There,
    Gone,
}
