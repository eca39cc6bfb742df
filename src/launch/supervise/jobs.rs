//! Job control: the command stops and goes on with us, and we with it.

use nix::libc;
use nix::sys::signal::Signal;
use stage2::report::ToJail;

use super::{Phase, Supervisor};
use crate::error::Error;
use crate::launch::signals;

/// Bytes that are shown of what others in the jail still write when the command has stopped.
const LAST_WORDS: u64 = 1 << 20;

/// The run as a job of the caller's shell.
#[derive(Debug, Default)]
pub struct Job {
    /// Somebody stops the front, and not the job that the front belongs to.
    told_to_stop: bool,
    /// The front is about to stop.
    stop: Option<Stop>,
    /// How often the front was resumed.
    resumed: u32,
}

/// The command has stopped on this signal, and so does the front when the command's output up to
/// this byte is shown.
#[derive(Clone, Copy, Debug)]
struct Stop {
    signal: i32,
    shown: u64,
}

impl Job {
    /// Somebody stops the front itself.
    pub fn expect_stop(&mut self) {
        self.told_to_stop = true;
    }

    /// Whether the front stops as soon as the command's last words are shown.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_some()
    }

    /// The command goes on, or is gone.
    pub fn forget_stop(&mut self) {
        self.stop = None;
    }
}

impl Supervisor<'_> {
    /// The command stopped. Where it only wants the terminal, which is ours to give, it gets it;
    /// otherwise we stop too, so that the caller sees a stopped job.
    pub(super) fn stopped(&mut self, signal: i32) {
        let wants_terminal = signal == libc::SIGTTIN || signal == libc::SIGTTOU;
        if wants_terminal && self.connection.is_ours() {
            self.connection.resume();
            self.tell(ToJail::Continue(true));
            return;
        }
        match self.connection.relay() {
            // SIGSTOP, because SIGTSTP has no effect in a group that no shell looks after.
            None => signals::stop_ourselves(),
            Some(relay) => {
                relay.expect_more();
                self.job.stop = Some(Stop { signal, shown: relay.passed() + LAST_WORDS });
            }
        }
    }

    /// Stops as the command has, once its last words are shown.
    pub(super) fn stop_with_the_command(&mut self) -> Result<(), Error> {
        let Some((relay, stop)) = self.connection.relay().zip(self.job.stop) else { return Ok(()) };
        if !relay.is_shown() && relay.passed() < stop.shown {
            return Ok(());
        }
        self.job.stop = None;
        relay.suspend();
        let told = std::mem::take(&mut self.job.told_to_stop);
        match Signal::try_from(stop.signal) {
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
        let before = self.job.resumed;
        signals::stop_job(signal);
        // Whoever was stopped is here again because somebody has resumed it.
        self.take_signals()?;
        if self.job.resumed != before {
            return Ok(());
        }
        match signal {
            Signal::SIGTSTP => self.resume(),
            // A terminal in whose background the command must stay is none.
            _ => self.hang_up(),
        }
        Ok(())
    }

    /// We were resumed: so is the command, in the foreground if that is where we are now.
    pub(super) fn resume(&mut self) {
        self.job.stop = None;
        self.job.resumed += 1;
        let has_command = !matches!(self.phase, Phase::Building | Phase::Unbuilt);
        if !has_command && self.connection.relay().is_some() {
            // There is nothing to go on yet, and where we are then will be seen when there is.
            return;
        }
        let foreground = self.connection.resume();
        self.tell(ToJail::Continue(foreground));
    }

    /// The caller's terminal has gone: the command learns it as it would there.
    pub(super) fn hang_up(&mut self) {
        if let Some(relay) = self.connection.relay() {
            relay.hang_up();
        }
        self.tell(ToJail::GroupSignal(libc::SIGHUP));
        // A stopped one must not sleep through it.
        self.tell(ToJail::GroupSignal(libc::SIGCONT));
    }
}
