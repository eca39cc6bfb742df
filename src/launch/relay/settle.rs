//! What a terminal sends by itself, kept from who uses the terminal after the command.
//!
//! Answers to what a command asked, and reports of the mouse, arrive when they arrive: those that come
//! late would be read by the caller's shell as if they were typed. All terminals answer in turn, so a
//! question of our own is answered last. It is asked only where something may be on its way.

use std::time::{Duration, Instant};

use memchr::memmem;
use nix::errno::Errno;
use nix::poll::PollTimeout;

use super::host::HostTerminal;
use crate::terminal_modes::Modes;

/// Nothing is on its way any longer after this, however far away the terminal is.
const LATEST: Duration = Duration::from_secs(2);

/// How long a terminal may take to answer. One that answers nobody costs this much, where the command
/// has asked it too.
const PATIENCE: Duration = Duration::from_millis(500);

/// What may be on its way.
#[derive(Debug, Default)]
pub struct Expected {
    /// When the command last led the terminal to send something.
    last: Option<Instant>,
    /// How many answers to the command's own questions look like that to ours.
    alike: usize,
}

impl Expected {
    /// The command has led the terminal to send something, and asked `alike` times what we would.
    pub fn note(&mut self, alike: usize) {
        self.last = Some(Instant::now());
        self.alike += alike;
    }

    /// Something has come.
    pub fn come(&mut self, typed: &[u8]) {
        if self.alike > 0 {
            self.alike = self.alike.saturating_sub(memmem::find_iter(typed, Modes::ANSWER).count());
        }
    }

    /// Whether something may be on its way.
    pub fn anything(&self) -> bool {
        self.last.is_some_and(|last| last.elapsed() < LATEST)
    }

    /// Our question was written: throws away all that comes up to its answer.
    pub fn discard(&mut self, host: &HostTerminal) {
        let (start, mut buffer) = (Instant::now(), [0; 4096]);
        // An answer may come in two pieces.
        let mut tail = Vec::new();
        let mut missing = std::mem::take(&mut self.alike) + 1;
        self.last = None;
        while missing > 0 {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let Ok(timeout) = PollTimeout::try_from(left) else { return };
            match host.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => {
                    tail.extend_from_slice(&buffer[..length]);
                    missing =
                        missing.saturating_sub(memmem::find_iter(&tail, Modes::ANSWER).count());
                    tail.drain(..tail.len().saturating_sub(Modes::ANSWER.len() - 1));
                }
                Err(Errno::EAGAIN) if timeout == PollTimeout::ZERO => return,
                Err(Errno::EAGAIN) => host.wait_for_typed(timeout),
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }
}
