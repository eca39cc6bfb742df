//! From the start of what builds it to the end of the jail: signals in, reports out, the terminal in
//! between, the status.

mod jobs;

use std::os::fd::OwnedFd;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFlags, PollTimeout};
use nix::sys::signal::Signal;
use stage2::ready::Watched;
use stage2::report::{FromJail, ToJail};
use stage2::signals::{Signals, Taken};
use stage2::spec::Foreground;

use super::connection::Connection;
use super::copies::Copies;
use super::ending::Ending;
use super::jail::Jail;
use super::proxy::Ready;
use super::signals::{self, Meaning};
use crate::error::Error;
use crate::host::builder::Builder;
use crate::not_run::Lookup;

/// A second identical fatal signal kills when it comes this much later.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a terminal that shows nothing is waited for at the end of a run that was to end, in
/// milliseconds.
const LAST_CHANCE: u16 = 500;

/// What a run is about.
pub struct Run<'a> {
    /// What builds the jail.
    pub builder: &'a Builder,
    /// Files that are written back.
    pub copies: &'a mut Copies,
    /// What is known of the command's program.
    pub lookup: Lookup,
    /// Hears what stage two tells before the command runs.
    pub told: &'a dyn Fn(&FromJail),
}

/// What is known so far.
#[allow(clippy::struct_excessive_bools)] // each is one independent fact
struct Supervisor<'a> {
    jail: Jail,
    run: Run<'a>,
    signals: Signals,
    connection: Connection,
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
    process_ended: bool,
    /// How the jail's process ended: the jail is gone.
    gone: Option<ExitStatus>,
}

/// Waits for the end and gives the status.
pub fn supervise(
    jail: Jail,
    signals: Signals,
    connection: Connection,
    run: Run<'_>,
) -> Result<u8, Error> {
    let mut supervisor = Supervisor {
        jail,
        run,
        signals,
        connection,
        started: false,
        ended: None,
        first_fatal: None,
        killed: false,
        told_to_stop: false,
        stopping: None,
        resumed: 0,
        process_ended: false,
        gone: None,
    };
    let outcome = supervisor.serve();
    supervisor.connection.close();
    supervisor.conclude(outcome?)
}

impl Supervisor<'_> {
    /// The loop. Gives how the jail's process ended.
    fn serve(&mut self) -> Result<ExitStatus, Error> {
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
        let mut watched = [Watched::NOTHING; 6];
        let [signals, control, terminals @ ..] = &mut watched;
        *signals = Watched::new(&self.signals, PollFlags::POLLIN);
        if self.gone.is_none() {
            *control = Watched::new(&self.jail.control, PollFlags::POLLIN);
        }
        if let Connection::Proxied(proxy) = &self.connection {
            proxy.watch(terminals);
        }
        let confinement = self.run.builder.confinement();
        let ready = match confinement.wait(&mut watched, self.patience()) {
            Ok(ready) => ready,
            Err(Errno::EINTR) => return Ok((false, [PollFlags::empty(); 4])),
            Err(errno) => return Err(Error::system("waiting for the jail")(errno)),
        };
        let [_, control, terminals @ ..] = watched;
        let happened = (control.is_ready(), terminals.map(|terminal| terminal.ready));
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

    /// Whether the jail's process has ended with no command started: no message can come any more,
    /// but some may be waiting. The channel itself may stay open, because a bubblewrap that fails
    /// early leaves its child behind.
    fn has_failed(&self) -> bool {
        self.process_ended && !self.started && self.gone.is_none()
    }

    fn take_signals(&mut self) -> Result<(), Error> {
        while let Some(taken) = self.signals.take().map_err(Error::system("reading signals"))? {
            self.act_on(taken);
        }
        Ok(())
    }

    fn act_on(&mut self, Taken { signal, by_kernel }: Taken) {
        match Meaning::of(signal) {
            Meaning::Child => {
                self.process_ended |= matches!(self.jail.process.try_wait(), Ok(Some(_)));
            }
            Meaning::Resumed => self.resume(),
            Meaning::Changed => self.run.copies.news(),
            Meaning::Resized => match self.connection.proxy() {
                Some(proxy) => proxy.resize(),
                None => self.tell(ToJail::GroupSignal(signal as i32)),
            },
            Meaning::Stop => {
                self.told_to_stop = true;
                self.tell(ToJail::GroupSignal(signal as i32));
            }
            Meaning::Forwarded => self.forward(signal, by_kernel),
            Meaning::Deadly => {
                self.connection.close();
                signals::die_of(signal);
            }
        }
    }

    /// Passes a signal on. What the terminal's keyboard sends goes to the whole group, as the
    /// kernel would have sent it; what a process sends goes to the command alone.
    fn forward(&mut self, signal: Signal, by_kernel: bool) {
        if signals::FATAL.contains(&signal) && self.is_impatient(signal) {
            // Its death takes the jail along.
            self.killed = self.jail.process.kill().is_ok();
            return;
        }
        let number = signal as i32;
        self.tell(if by_kernel { ToJail::GroupSignal(number) } else { ToJail::Signal(number) });
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
        let _ = self.jail.control.send(&message);
    }

    fn take_message(&mut self) -> Result<(), Error> {
        let message = self.jail.control.receive_with();
        let message = message.map_err(Error::system("the status channel of the jail"))?;
        if let Some((message, descriptor)) = message {
            return self.note(message, descriptor);
        }
        self.end()
    }

    /// The jail is gone, or will never be there.
    fn end(&mut self) -> Result<(), Error> {
        let status = self.jail.process.wait().map_err(Error::system("wait"))?;
        self.jail.end();
        // All of it is dead: what it wrote can be read now.
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
                    self.run.copies.watch(directory);
                }
            }
            FromJail::Mise(_) => (self.run.told)(&message),
            FromJail::Started(_) => {
                self.started = true;
                (self.run.told)(&message);
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
    fn conclude(mut self, ended: ExitStatus) -> Result<u8, Error> {
        let ending = self.ended.unwrap_or(match (self.killed, self.started) {
            (true, _) => Ending::Killed,
            (false, true) => Ending::Lost,
            (false, false) => Ending::NotBuilt,
        });
        if matches!(ending, Ending::NotBuilt) {
            self.jail.abandon();
        }
        let said = self.jail.process.stderr.take();
        ending.conclude(ended, said, &self.run.lookup, self.run.builder)
    }
}
