//! What stage two tells.

use std::os::fd::OwnedFd;

use nix::libc;
use stage2::report::{FromJail, ToJail};
use stage2::spec::Foreground;

use super::{Phase, Supervisor};
use crate::error::Error;
use crate::launch::ending::Ending;
use crate::launch::notice::Notice;

impl Supervisor<'_> {
    /// Takes the next message; the end of the channel is the end of the jail.
    pub(super) fn take_message(&mut self) -> Result<(), Error> {
        let message = self.jail.control.receive_with();
        let message = message.map_err(Error::system("the status channel of the jail"))?;
        match message {
            Some((message, descriptor)) => self.note(message, descriptor),
            None => self.end(),
        }
    }

    fn note(&mut self, message: FromJail, descriptor: Option<OwnedFd>) -> Result<(), Error> {
        match message {
            FromJail::Terminal => {
                if let Some((relay, master)) = self.connection.relay().zip(descriptor) {
                    relay.connect(master)?;
                }
            }
            FromJail::Copies => {
                if let Some(directory) = descriptor {
                    self.run.attempts.enter(&directory);
                    self.run.copies.watch(directory);
                }
            }
            FromJail::Listener(port) => {
                if let Some((filter, descriptor)) = self.run.filter.as_mut().zip(descriptor) {
                    filter.take_listener(port, descriptor);
                }
            }
            FromJail::Mise(achieved) => (self.run.sink)(&Notice::Mise(achieved)),
            FromJail::Started(layers) => {
                self.phase = Phase::Running;
                self.jail.release_streams();
                if let Some(filter) = &mut self.run.filter {
                    filter.begin();
                }
                self.ending.learn(Ending::Lost);
                (self.run.sink)(&Notice::Layers(layers));
                self.begin();
            }
            FromJail::Stopped(signal) => self.stopped(signal),
            FromJail::Killed(signal) => *self.run.interrupted = signal == libc::SIGINT,
            FromJail::ExecFailed(failure) => self.ending.learn(Ending::NotRun(failure)),
            FromJail::Failed(text) => self.ending.learn(Ending::Failed(text)),
            FromJail::Exited(status) => self.ending.learn(Ending::Status(status)),
            FromJail::Warning(text) => (self.run.sink)(&Notice::Stage2(text)),
        }
        Ok(())
    }

    /// The command is being started: from here on the caller's terminal is its own's other end.
    fn begin(&mut self) {
        if self.connection.relay().is_some() {
            let foreground = self.connection.resume();
            if foreground != (self.jail.foreground == Foreground::AtStart) {
                self.tell(ToJail::Continue(foreground));
            }
        }
    }
}
