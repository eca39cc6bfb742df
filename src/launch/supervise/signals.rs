//! What the signals to the front mean for the command.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use stage2::report::ToJail;
use stage2::signals::Taken;

use super::{Phase, Supervisor};
use crate::error::Error;
use crate::launch::ending::Ending;
use crate::launch::signals::{FATAL, Meaning, die_of};

/// A second identical fatal signal kills when it comes this much later.
const PATIENCE: Duration = Duration::from_secs(5);

impl Supervisor<'_> {
    /// Takes all that have come.
    pub(super) fn take_signals(&mut self) -> Result<(), Error> {
        while let Some(taken) = self.signals.take().map_err(Error::system("reading signals"))? {
            self.act_on(taken);
        }
        Ok(())
    }

    fn act_on(&mut self, Taken { signal, by_kernel }: Taken) {
        match Meaning::of(signal) {
            Meaning::Child => {
                let has_ended = matches!(self.jail.process.try_wait(), Ok(Some(_)));
                if has_ended && self.phase == Phase::Building {
                    self.phase = Phase::Unbuilt;
                }
            }
            Meaning::Resumed => self.resume(),
            Meaning::Changed => self.run.copies.news(),
            Meaning::Resized => match self.connection.relay() {
                Some(relay) => relay.resize(),
                None => self.tell(ToJail::GroupSignal(signal as i32)),
            },
            Meaning::Stop => {
                self.job.expect_stop();
                self.tell(ToJail::GroupSignal(signal as i32));
            }
            Meaning::Forwarded => self.forward(signal, by_kernel),
            Meaning::Deadly => {
                self.connection.close();
                die_of(signal);
            }
        }
    }

    /// Passes a signal on. What the terminal's keyboard sends goes to the whole group, as the
    /// kernel would have sent it; what a process sends goes to the command alone.
    fn forward(&mut self, signal: Signal, by_kernel: bool) {
        if FATAL.contains(&signal) && self.is_impatient(signal) {
            // The builder's death takes the jail along.
            if self.jail.process.kill().is_ok() {
                self.ending.learn(Ending::Killed);
            }
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
}
