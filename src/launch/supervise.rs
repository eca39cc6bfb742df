//! From the start of bubblewrap to the end of the jail: signals in, reports out, the terminal in
//! between, the status.

mod jobs;

use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use stage2::channel::{receive_message_with, send_message};
use stage2::report::{FromJail, ToJail};
use stage2::spec::Foreground;

use super::connection::Connection;
use super::copies::Copies;
use super::ending::Ending;
use super::leftovers;
use super::proxy::Ready;
use super::signals::{self, Meaning};
use super::spawn::Jail;
use crate::error::Error;
use crate::messages::Lookup;

/// A second identical fatal signal kills when it comes this much later.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a terminal that shows nothing is waited for at the end of a run that was to end, in
/// milliseconds.
const LAST_CHANCE: u16 = 500;

/// What is known so far.
#[allow(clippy::struct_excessive_bools)] // each is one independent fact
struct Supervisor<'a> {
    jail: Jail,
    copies: &'a mut Copies,
    signals: SignalFd,
    connection: Connection,
    lookup: Lookup,
    told: &'a dyn Fn(&FromJail),
    started: bool,
    ended: Option<Ending>,
    first_fatal: Option<(Signal, Instant)>,
    killed: bool,
    /// Somebody stops us, and not the job that we belong to.
    told_to_stop: bool,
    /// The command has stopped on this signal, and so do we when its output up to this byte is
    /// shown.
    stopping: Option<(i32, u64)>,
    /// How often we were resumed.
    resumed: u32,
    bubblewrap_ended: bool,
    /// How bubblewrap ended: the jail is gone.
    gone: Option<ExitStatus>,
}

/// Waits for the end and gives the status.
pub fn supervise(
    jail: Jail,
    copies: &mut Copies,
    signals: SignalFd,
    connection: Connection,
    lookup: Lookup,
    told: &dyn Fn(&FromJail),
) -> Result<u8, Error> {
    let mut supervisor = Supervisor {
        jail,
        copies,
        signals,
        connection,
        lookup,
        told,
        started: false,
        ended: None,
        first_fatal: None,
        killed: false,
        told_to_stop: false,
        stopping: None,
        resumed: 0,
        bubblewrap_ended: false,
        gone: None,
    };
    let outcome = supervisor.run();
    supervisor.connection.close();
    supervisor.conclude(outcome?)
}

impl Supervisor<'_> {
    /// The loop. Gives how bubblewrap ended.
    fn run(&mut self) -> Result<ExitStatus, Error> {
        loop {
            let failed = self.has_failed();
            let (control, terminals) = self.wait()?;
            self.take_signals()?;
            if control {
                self.take_message()?;
            } else if failed {
                self.end()?;
            }
            if let Some(proxy) = self.connection.proxy() {
                if proxy.pass(terminals).is_err() {
                    self.hang_up();
                }
            }
            self.follow()?;
            if let Some(status) = self.gone.filter(|_| self.connection.is_shown()) {
                return Ok(status);
            }
        }
    }

    /// Sleeps until there is something to do: for the status channel, for the terminals.
    fn wait(&mut self) -> Result<(bool, Ready), Error> {
        let nothing = || PollFd::new(self.signals.as_fd(), PollFlags::empty());
        let mut watched = [(); 6].map(|()| nothing());
        let [signals, control, terminals @ ..] = &mut watched;
        *signals = PollFd::new(self.signals.as_fd(), PollFlags::POLLIN);
        if self.gone.is_none() {
            *control = PollFd::new(self.jail.control.as_fd(), PollFlags::POLLIN);
        }
        if let Connection::Proxied(proxy) = &self.connection {
            proxy.watch(terminals);
        }
        let ready = match poll(&mut watched, self.patience()) {
            Ok(ready) => ready,
            Err(Errno::EINTR) => return Ok((false, [PollFlags::empty(); 4])),
            Err(errno) => return Err(Error::system("poll")(errno)),
        };
        let [_, control, terminals @ ..] = watched;
        let events = |watched: PollFd| watched.revents().unwrap_or(PollFlags::empty());
        let happened = (!events(control).is_empty(), terminals.map(events));
        if ready == 0 && self.was_to_end() {
            self.connection.give_up();
        }
        Ok(happened)
    }

    /// How long to sleep if nothing happens.
    fn patience(&self) -> PollTimeout {
        let draining = self.gone.is_some() || self.stopping.is_some();
        if self.has_failed() || (draining && self.connection.is_reading()) {
            PollTimeout::ZERO
        } else if self.was_to_end() {
            LAST_CHANCE.into()
        } else {
            PollTimeout::NONE
        }
    }

    /// Whether somebody wanted the run to end, and only its last output is missing.
    fn was_to_end(&self) -> bool {
        self.gone.is_some() && self.first_fatal.is_some()
    }

    /// Whether bubblewrap has ended with no command started: no message can come any more, but some
    /// may be waiting. The channel itself may stay open, because a bubblewrap that fails early
    /// leaves its child behind.
    fn has_failed(&self) -> bool {
        self.bubblewrap_ended && !self.started && self.gone.is_none()
    }

    fn take_signals(&mut self) -> Result<(), Error> {
        while let Some(info) = self.signals.read_signal().map_err(Error::system("read signalfd"))? {
            let number = i32::try_from(info.ssi_signo).unwrap_or_default();
            if let Ok(signal) = Signal::try_from(number) {
                self.act_on(signal, info.ssi_code);
            }
        }
        Ok(())
    }

    fn act_on(&mut self, signal: Signal, code: i32) {
        match Meaning::of(signal) {
            Meaning::Child => {
                self.bubblewrap_ended |= matches!(self.jail.bubblewrap.try_wait(), Ok(Some(_)));
            }
            Meaning::Resumed => self.resume(),
            Meaning::Changed => self.copies.news(),
            Meaning::Resized => match self.connection.proxy() {
                Some(proxy) => proxy.resize(),
                None => self.tell(ToJail::GroupSignal(signal as i32)),
            },
            Meaning::Stop => {
                self.told_to_stop = true;
                self.tell(ToJail::GroupSignal(signal as i32));
            }
            Meaning::Forwarded => self.forward(signal, code),
            Meaning::Deadly => {
                self.connection.close();
                signals::die_of(signal);
            }
        }
    }

    /// Passes a signal on. What the terminal's keyboard sends goes to the whole group, as the
    /// kernel would have sent it; what a process sends goes to the command alone.
    fn forward(&mut self, signal: Signal, code: i32) {
        if signals::FATAL.contains(&signal) && self.is_impatient(signal) {
            // Its death takes the jail along.
            self.killed = self.jail.bubblewrap.kill().is_ok();
            return;
        }
        let number = signal as i32;
        let to_group = code == libc::SI_KERNEL;
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

    fn take_message(&mut self) -> Result<(), Error> {
        let message = receive_message_with(&self.jail.control)
            .map_err(Error::system("the status channel of the jail"))?;
        if let Some((message, descriptor)) = message {
            return self.note(message, descriptor);
        }
        self.end()
    }

    /// The jail is gone, or will never be there.
    fn end(&mut self) -> Result<(), Error> {
        // All of it is dead when bubblewrap is: what it wrote can be read now.
        let status = self.jail.bubblewrap.wait().map_err(Error::system("wait"))?;
        self.gone = Some(status);
        self.stopping = None;
        if let Some(proxy) = self.connection.proxy() {
            proxy.expect_more();
        }
        Ok(())
    }

    fn note(&mut self, message: FromJail, descriptor: Option<OwnedFd>) -> Result<(), Error> {
        match message {
            FromJail::Terminal => {
                if let Some((proxy, master)) = self.connection.proxy().zip(descriptor) {
                    proxy.connect(master)?;
                }
            }
            FromJail::Copies => {
                if let Some(directory) = descriptor {
                    self.copies.watch(directory);
                }
            }
            FromJail::Mise(_) => (self.told)(&message),
            FromJail::Started(_) => {
                self.started = true;
                (self.told)(&message);
                self.begin();
            }
            FromJail::Stopped(signal) => self.stopped(signal),
            FromJail::ExecFailed(failure) => self.ended = Some(Ending::NotRun(failure)),
            FromJail::Failed(text) => self.ended = Some(Ending::Failed(text)),
            // An exec that failed ends the child too; its own status is already known.
            FromJail::Exited(status) => {
                self.ended.get_or_insert(Ending::Status(status));
            }
        }
        Ok(())
    }

    /// The command is being started: from here on the caller's terminal is its own's other end.
    fn begin(&mut self) {
        if self.connection.proxy().is_some() {
            let foreground = self.connection.resume();
            if foreground != (self.jail.foreground == Foreground::AtStart) {
                self.tell(ToJail::Continue(foreground));
            }
        }
    }

    /// The jail is gone or was never there, and the caller has its terminal back.
    fn conclude(mut self, bubblewrap: ExitStatus) -> Result<u8, Error> {
        let ending = self.ended.unwrap_or(match (self.killed, self.started) {
            (true, _) => Ending::Killed,
            (false, true) => Ending::Lost,
            (false, false) => Ending::NotBuilt,
        });
        if matches!(ending, Ending::NotBuilt) {
            // Else the end of what bubblewrap said would not come.
            leftovers::kill_all(&self.jail.inherited);
        }
        ending.conclude(bubblewrap, self.jail.bubblewrap.stderr.take(), &self.lookup)
    }
}
