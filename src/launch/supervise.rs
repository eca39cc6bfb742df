//! From the start of bubblewrap to the end of the jail: signals in, reports out, the terminal in
//! between, the status.

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
use super::proxy::Ready;
use super::signals::{self, Meaning};
use super::spawn::Jail;
use crate::error::Error;
use crate::messages::Lookup;

/// A second identical fatal signal kills when it comes this much later.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes that are shown of what others in the jail still write when the command has stopped.
const LAST_WORDS: u64 = 1 << 20;

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
        let mut timeout = PollTimeout::NONE;
        if let Connection::Proxied(proxy) = &self.connection {
            proxy.watch(terminals);
            if proxy.is_reading() && (self.gone.is_some() || self.stopping.is_some()) {
                timeout = PollTimeout::ZERO;
            }
        }
        if self.has_failed() {
            timeout = PollTimeout::ZERO;
        }
        match poll(&mut watched, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(Error::system("poll")(errno)),
        }
        let [_, control, terminals @ ..] = watched;
        let events = |watched: PollFd| watched.revents().unwrap_or(PollFlags::empty());
        Ok((!events(control).is_empty(), terminals.map(events)))
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
        if signals::FATAL.contains(&signal) {
            if let (Some(_), Some(proxy)) = (self.gone, self.connection.proxy()) {
                // Nobody wants to wait for a terminal that shows nothing.
                proxy.hang_up();
            }
            if self.is_impatient(signal) {
                // Its death takes the jail along.
                self.killed = self.jail.bubblewrap.kill().is_ok();
                return;
            }
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

    /// The command stopped. Where it only wants the terminal, which is ours to give, it gets it;
    /// else we stop too, so that the caller sees a stopped job.
    fn stopped(&mut self, signal: i32) {
        let wants_terminal = signal == libc::SIGTTIN || signal == libc::SIGTTOU;
        if wants_terminal && self.connection.is_ours() {
            self.connection.resume();
            self.tell(ToJail::Continue(true));
            return;
        }
        match self.connection.proxy() {
            // SIGSTOP, because SIGTSTP has no effect in a group that no shell looks after.
            None => signals::stop_ourselves(),
            Some(proxy) => {
                proxy.expect_more();
                self.stopping = Some((signal, proxy.passed() + LAST_WORDS));
            }
        }
    }

    /// Stops as the command has, once its last words are shown.
    fn follow(&mut self) -> Result<(), Error> {
        let Some((number, limit)) = self.stopping else { return Ok(()) };
        let Some(proxy) = self.connection.proxy() else { return Ok(()) };
        if !proxy.is_shown() && proxy.passed() < limit {
            return Ok(());
        }
        self.stopping = None;
        proxy.suspend();
        let told = std::mem::take(&mut self.told_to_stop);
        match Signal::try_from(number) {
            Ok(signal @ (Signal::SIGTSTP | Signal::SIGTTIN | Signal::SIGTTOU)) if !told => {
                self.stop_with_our_job(signal)?;
            }
            _ => signals::stop_ourselves(),
        }
        Ok(())
    }

    /// Has our whole job stopped, as if the command were a part of it. Where no shell looks after
    /// the job the kernel ignores that, and the command fares as it would outside.
    fn stop_with_our_job(&mut self, signal: Signal) -> Result<(), Error> {
        let before = self.resumed;
        signals::stop_job(signal);
        // Whoever was stopped is here again because somebody has resumed it.
        self.take_signals()?;
        if self.resumed != before {
            return Ok(());
        }
        match signal {
            Signal::SIGTSTP => self.resume(),
            // A terminal in whose background it must stay is none.
            _ => self.hang_up(),
        }
        Ok(())
    }

    /// We were resumed: so is the command, in the foreground if that is where we are now.
    fn resume(&mut self) {
        self.stopping = None;
        self.resumed += 1;
        if !self.started && self.connection.proxy().is_some() {
            // There is nothing to go on yet, and where we are then will be seen when there is.
            return;
        }
        let foreground = self.connection.resume();
        self.tell(ToJail::Continue(foreground));
    }

    /// The caller's terminal has gone: the command learns it as it would there.
    fn hang_up(&mut self) {
        if let Some(proxy) = self.connection.proxy() {
            proxy.hang_up();
        }
        self.tell(ToJail::GroupSignal(libc::SIGHUP));
        // A stopped one must not sleep through it.
        self.tell(ToJail::GroupSignal(libc::SIGCONT));
    }

    /// The jail is gone or was never there, and the caller has its terminal back.
    fn conclude(mut self, bubblewrap: ExitStatus) -> Result<u8, Error> {
        let ending = self.ended.unwrap_or(match (self.killed, self.started) {
            (true, _) => Ending::Killed,
            (false, true) => Ending::Lost,
            (false, false) => Ending::NotBuilt,
        });
        ending.conclude(bubblewrap, self.jail.bubblewrap.stderr.take(), &self.lookup)
    }
}
