//! Job control: the command stops and goes on with us, and we with it.

use nix::libc;
use nix::sys::signal::Signal;
use stage2::report::ToJail;

use super::Supervisor;
use crate::error::Error;
use crate::launch::signals;

/// Bytes that are shown of what others in the jail still write when the command has stopped.
const LAST_WORDS: u64 = 1 << 20;

impl Supervisor<'_> {
    /// The command stopped. Where it only wants the terminal, which is ours to give, it gets it;
    /// else we stop too, so that the caller sees a stopped job.
    pub(super) fn stopped(&mut self, signal: i32) {
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
    pub(super) fn follow(&mut self) -> Result<(), Error> {
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
    pub(super) fn resume(&mut self) {
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
    pub(super) fn hang_up(&mut self) {
        if let Some(proxy) = self.connection.proxy() {
            proxy.hang_up();
        }
        self.tell(ToJail::GroupSignal(libc::SIGHUP));
        // A stopped one must not sleep through it.
        self.tell(ToJail::GroupSignal(libc::SIGCONT));
    }
}
