//! From the start of bubblewrap to the end of the jail: signals in, reports out, the status.

use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use stage2::channel::{receive_message_with, send_message};
use stage2::report::{FromJail, ToJail};

use super::copies::Copies;
use super::failure;
use super::leftovers;
use super::spawn::Jail;
use super::terminal::Terminal;
use crate::error::Error;
use crate::messages::{self, Lookup};

/// A second identical fatal signal kills when it comes this much later.
const PATIENCE: Duration = Duration::from_secs(5);

/// Signals that reach the command.
const FORWARDED: [Signal; 8] = [
    Signal::SIGTERM,
    Signal::SIGINT,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGTSTP,
    Signal::SIGWINCH,
];

/// Those of them that ask for an end.
const FATAL: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT];

/// Blocks the signals that are forwarded and reads them from a descriptor instead. bubblewrap
/// inherits the mask, so that a Ctrl-C of the whole process group does not kill it.
pub fn block_signals() -> Result<SignalFd, Error> {
    let mut read = SigSet::from_iter(FORWARDED);
    read.add(Signal::SIGCONT);
    // Tells of changes in the jail's copies.
    read.add(Signal::SIGIO);
    read.add(Signal::SIGCHLD);
    let mut blocked = read;
    // Handing the terminal's foreground on and back must not stop us.
    blocked.add(Signal::SIGTTOU);
    blocked.thread_block().map_err(Error::system("sigprocmask"))?;
    SignalFd::with_flags(&read, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
        .map_err(Error::system("signalfd"))
}

/// What is known so far.
struct Supervisor<'a> {
    jail: Jail,
    copies: &'a mut Copies,
    terminal: Option<Terminal>,
    lookup: Lookup,
    told: &'a dyn Fn(&FromJail),
    started: bool,
    ended: Option<Ending>,
    first_fatal: Option<(Signal, Instant)>,
    killed: bool,
}

/// How it ended, in stage two's words.
enum Ending {
    Status(u8),
    NotRun(u8),
    Failed(String),
}

/// Waits for the end and gives the status.
pub fn supervise(
    jail: Jail,
    copies: &mut Copies,
    signals: &SignalFd,
    terminal: Option<Terminal>,
    lookup: Lookup,
    told: &dyn Fn(&FromJail),
) -> Result<u8, Error> {
    let supervisor = Supervisor {
        jail,
        copies,
        terminal,
        lookup,
        told,
        started: false,
        ended: None,
        first_fatal: None,
        killed: false,
    };
    supervisor.run(signals)
}

impl Supervisor<'_> {
    fn run(mut self, signals: &SignalFd) -> Result<u8, Error> {
        // Once bubblewrap has ended no message can come any more, but some may be waiting. The
        // channel itself may stay open: a bubblewrap that fails early leaves its child behind.
        let mut over = false;
        loop {
            let patience = if over { PollTimeout::ZERO } else { PollTimeout::NONE };
            let mut ready = [
                PollFd::new(signals.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.jail.control.as_fd(), PollFlags::POLLIN),
            ];
            poll(&mut ready, patience).map_err(Error::system("poll"))?;
            let control_ready = ready[1].any().unwrap_or(false);
            if over && !control_ready {
                return self.conclude();
            }
            while let Some(info) = signals.read_signal().map_err(Error::system("read signalfd"))? {
                self.forward(info.ssi_signo, info.ssi_code);
            }
            over = self.bubblewrap_has_ended()?;
            if control_ready {
                let message = receive_message_with(&self.jail.control)
                    .map_err(Error::system("the status channel of the jail"))?;
                match message {
                    Some((message, descriptor)) => self.note(message, descriptor),
                    None => return self.conclude(),
                }
            }
        }
    }

    fn bubblewrap_has_ended(&mut self) -> Result<bool, Error> {
        Ok(self.jail.bubblewrap.try_wait().map_err(Error::system("wait"))?.is_some())
    }

    /// Passes a signal on. What the terminal's keyboard sends goes to the whole group, as the
    /// kernel would have sent it; what a process sends goes to the command alone.
    fn forward(&mut self, number: u32, code: i32) {
        let Ok(number) = i32::try_from(number) else { return };
        let Ok(signal) = Signal::try_from(number) else { return };
        if signal == Signal::SIGCHLD {
            return;
        }
        if signal == Signal::SIGCONT {
            self.resume();
            return;
        }
        if signal == Signal::SIGIO {
            self.copies.news();
            return;
        }
        if FATAL.contains(&signal) && self.is_impatient(signal) {
            // Its death takes the jail along.
            self.killed = self.jail.bubblewrap.kill().is_ok();
            return;
        }
        let to_group =
            code == libc::SI_KERNEL || signal == Signal::SIGTSTP || signal == Signal::SIGWINCH;
        self.tell(if to_group { ToJail::GroupSignal(number) } else { ToJail::Signal(number) });
    }

    /// Whether this fatal signal was sent before, and long ago.
    fn is_impatient(&mut self, signal: Signal) -> bool {
        match self.first_fatal {
            Some((first, at)) if first == signal => at.elapsed() >= PATIENCE,
            _ => {
                self.first_fatal = Some((signal, Instant::now()));
                false
            }
        }
    }

    /// Tells stage two. One that has ended meanwhile is noticed by the loop.
    fn tell(&self, message: ToJail) {
        let _ = send_message(&self.jail.control, &message);
    }

    fn note(&mut self, message: FromJail, descriptor: Option<OwnedFd>) {
        match message {
            FromJail::Copies => {
                if let Some(directory) = descriptor {
                    self.copies.watch(directory);
                }
            }
            FromJail::Started(_) | FromJail::Mise(_) => {
                self.started = true;
                (self.told)(&message);
            }
            FromJail::Stopped(signal) => self.stopped(signal),
            FromJail::ExecFailed(failure) => {
                self.ended = Some(Ending::NotRun(failure.status()));
                messages::not_run(&failure, &self.lookup);
            }
            FromJail::Failed(text) => self.ended = Some(Ending::Failed(text)),
            // An exec that failed ends the child too; its own status is already known.
            FromJail::Exited(status) => {
                self.ended.get_or_insert(Ending::Status(status));
            }
        }
    }

    /// The command stopped. Where it only wants the terminal, which is ours to give, it gets it;
    /// else we stop too, so that the caller sees a stopped job.
    fn stopped(&self, signal: i32) {
        let wants_terminal = signal == libc::SIGTTIN || signal == libc::SIGTTOU;
        if wants_terminal && self.terminal.as_ref().is_some_and(Terminal::is_ours) {
            self.tell(ToJail::Continue(true));
            return;
        }
        // SIGSTOP, because SIGTSTP has no effect in a group that no shell looks after.
        let _ = raise(Signal::SIGSTOP);
    }

    /// We were resumed: so is the command, in the foreground if that is where we are now.
    fn resume(&self) {
        let foreground = self.terminal.as_ref().is_some_and(Terminal::is_ours);
        self.tell(ToJail::Continue(foreground));
    }

    /// The status channel has closed: the jail is gone or was never there.
    fn conclude(mut self) -> Result<u8, Error> {
        let status = self.jail.bubblewrap.wait().map_err(Error::system("wait"))?;
        if let Some(terminal) = &self.terminal {
            terminal.take_back();
        }
        let killed = stage2::sys::killed_by(libc::SIGKILL);
        match self.ended {
            Some(Ending::Status(status) | Ending::NotRun(status)) => Ok(status),
            Some(Ending::Failed(text)) => Err(Error::Stage2(text)),
            None if self.killed => Ok(killed),
            None if self.started => {
                messages::error("the jail was killed");
                Ok(killed)
            }
            None => {
                leftovers::kill_all();
                let mut said = Vec::new();
                if let Some(mut stderr) = self.jail.bubblewrap.stderr.take() {
                    let _ = stderr.read_to_end(&mut said);
                }
                Err(failure::explain(&said, status))
            }
        }
    }
}
