//! From the start of what builds it to the end of the jail: a loop over named sources of events.
//!
//! A source is one variant of [`Source`], one line in [`Supervisor::wait`] and one handler in
//! [`Supervisor::handle`].

mod jobs;
mod messages;
mod signals;

use std::process::ExitStatus;
use std::time::Instant;

use nix::errno::Errno;
use nix::poll::PollTimeout;
use nix::sys::signal::Signal;
use stage2::poll::{Event, Poll};
use stage2::report::ToJail;
use stage2::rest::Rest;
use stage2::signals::Signals;

use super::attempts::Attempts;
use super::connection::Connection;
use super::copies::Copies;
use super::ending::Ending;
use super::filter::Running as Filter;
use super::jail::Jail;
use super::notice::Sink;
use super::relay;
use crate::error::Error;
use crate::host::builder::Builder;
use jobs::Job;

/// How long a terminal that shows nothing is waited for at the end of a run that was to end, in
/// milliseconds.
const LAST_CHANCE: u16 = 500;

/// What the loop waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    /// A signal to this process.
    Signals,
    /// A message of stage two, or its end.
    Control,
    /// Something in the jail that may be an attempt to change what is held.
    Attempts,
    /// The two terminals.
    Relay(relay::Source),
}

impl From<relay::Source> for Source {
    fn from(source: relay::Source) -> Self {
        Self::Relay(source)
    }
}

/// How far the run is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// The jail is being built; no command has started.
    Building,
    /// What builds the jail has ended before a command started. No message can be sent any more,
    /// but some may be waiting. The channel itself may stay open, because a bubblewrap that fails
    /// early leaves its child behind.
    Unbuilt,
    /// The command has started.
    Running,
    /// The jail is gone, and its builder ended so; what the command wrote last is still to be
    /// shown.
    Gone(ExitStatus),
}

/// What a run is about.
pub struct Run<'a> {
    /// What builds the jail.
    pub builder: &'a Builder,
    /// Files that are written back.
    pub copies: &'a mut Copies,
    /// Attempts to change what is held.
    pub attempts: &'a mut Attempts,
    /// The filter of the jail's network.
    pub filter: Option<&'a mut Filter>,
    /// Whether the command died of SIGINT.
    pub interrupted: &'a mut bool,
    /// Hears what there is to tell.
    pub sink: Sink<'a>,
}

/// A run.
struct Supervisor<'a> {
    jail: Jail,
    run: Run<'a>,
    signals: Signals,
    connection: Connection,
    phase: Phase,
    /// What is known of the end so far.
    ending: Ending,
    job: Job,
    /// The signal that asked for an end first, and when it did.
    first_fatal: Option<(Signal, Instant)>,
    rest: Rest,
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
        phase: Phase::Building,
        ending: Ending::NotBuilt,
        job: Job::default(),
        first_fatal: None,
        rest: Rest::default(),
    };
    let outcome = supervisor.serve();
    supervisor.connection.close();
    supervisor.conclude(outcome?)
}

impl Supervisor<'_> {
    /// The loop. Gives how the jail's process ended.
    fn serve(&mut self) -> Result<ExitStatus, Error> {
        loop {
            let was_unbuilt = self.phase == Phase::Unbuilt;
            let events = self.wait()?;
            for event in &events {
                self.handle(*event)?;
            }
            let has_message = events.iter().any(|event| event.source == Source::Control);
            if was_unbuilt && !has_message {
                self.end()?;
            }
            self.go_on()?;
            match self.phase {
                Phase::Gone(status) if self.connection.is_shown() => return Ok(status),
                _ => {}
            }
        }
    }

    /// Sleeps until there is something to do. The order of the sources is that of their handling.
    fn wait(&mut self) -> Result<Vec<Event<Source>>, Error> {
        let mut poll = Poll::new(self.run.builder.confinement());
        poll.readable(Source::Signals, &self.signals);
        if !self.is_gone() {
            poll.readable(Source::Control, &self.jail.control);
        }
        let attempts = self.run.attempts.descriptor();
        if let Some(attempts) = &attempts {
            poll.readable(Source::Attempts, attempts);
        }
        if let Connection::Relayed(relay) = &self.connection {
            relay.register(&mut poll);
        }
        let events = match poll.wait(self.patience()) {
            Ok(events) => events,
            Err(Errno::EINTR) => return Ok(Vec::new()),
            Err(errno) => return Err(Error::system("waiting for the jail")(errno)),
        };
        if events.is_empty() && self.was_to_end() {
            self.connection.give_up();
        } else if events.is_empty() && self.phase == Phase::Running {
            self.rest.begin();
        }
        Ok(events)
    }

    fn handle(&mut self, Event { source, ready }: Event<Source>) -> Result<(), Error> {
        match source {
            Source::Signals => self.take_signals()?,
            Source::Control => self.take_message()?,
            Source::Attempts => self.run.attempts.take(),
            Source::Relay(source) => {
                let took = self.connection.relay().map(|relay| relay.take(Event { source, ready }));
                if let Some(Err(_)) = took {
                    self.hang_up();
                }
            }
        }
        Ok(())
    }

    /// Does what needs no further event.
    fn go_on(&mut self) -> Result<(), Error> {
        if let Some(Err(_)) = self.connection.relay().map(relay::Relay::pass) {
            self.hang_up();
        }
        self.stop_with_the_command()
    }

    /// How long to sleep if nothing happens.
    fn patience(&self) -> PollTimeout {
        let draining = self.is_gone() || self.job.is_stopping();
        if self.phase == Phase::Unbuilt || (draining && self.connection.is_reading()) {
            PollTimeout::ZERO
        } else if self.was_to_end() {
            LAST_CHANCE.into()
        } else if self.phase == Phase::Running {
            self.rest.patience()
        } else {
            PollTimeout::NONE
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self.phase, Phase::Gone(_))
    }

    /// Whether somebody wanted the run to end, and only its last output is missing.
    fn was_to_end(&self) -> bool {
        self.is_gone() && self.first_fatal.is_some()
    }

    /// Tells stage two. One that has ended meanwhile is noticed by the loop.
    fn tell(&self, message: ToJail) {
        let _ = self.jail.control.send(&message);
    }

    /// The jail is gone, or will never be there.
    fn end(&mut self) -> Result<(), Error> {
        let status = self.jail.process.wait().map_err(Error::system("wait"))?;
        self.jail.end(self.run.sink);
        // Every process of the jail is dead: what they wrote can be read now.
        self.phase = Phase::Gone(status);
        self.job.forget_stop();
        if let Some(relay) = self.connection.relay() {
            relay.expect_more();
        }
        Ok(())
    }

    /// The jail is gone or was never there, and the caller has its terminal back.
    fn conclude(mut self, ended: ExitStatus) -> Result<u8, Error> {
        if matches!(self.ending, Ending::NotBuilt) {
            self.jail.abandon()?;
        }
        let said = self.jail.process.stderr.take();
        self.ending.conclude(ended, said, self.run.sink, self.run.builder)
    }
}
