//! How stage two talks with the front.

use std::io;
use std::os::fd::BorrowedFd;
use std::thread::sleep;
use std::time::Duration;

use nix::libc::{ENOBUFS, ENOMEM};

use crate::channel::{Channel, ReceiveError};
use crate::report::{Achieved, ExecFailure, FromJail, Layer, MAX_TEXT, ToJail};
use crate::text::visible;

/// How long to leave the kernel alone when it is short of memory.
pub const PAUSE: Duration = Duration::from_millis(10);

/// What the front asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    /// This.
    For(ToJail),
    /// A message came that is passed over, or none could be received now.
    Nothing,
    /// The front is gone.
    Gone,
}

/// Tells the front, or, where a person pasted the output of `--dry-run`, that person.
#[derive(Debug)]
pub struct Reporter(pub Option<Channel>);

impl Reporter {
    /// Sends one message. A front that is gone cannot be told; the loop notices that by itself.
    pub fn send(&self, message: &FromJail) {
        match &self.0 {
            Some(control) => {
                let _ = control.send(message);
            }
            None => print(message),
        }
    }

    /// Sends one message that brings the front a descriptor.
    ///
    /// # Errors
    ///
    /// There is no front, or it is gone.
    pub fn send_with(&self, message: &FromJail, descriptor: BorrowedFd) -> io::Result<()> {
        let control = self.0.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        control.send_with(message, descriptor)
    }

    /// Takes the front's next message. One that nobody understands is passed over, and the front
    /// is told.
    ///
    /// # Errors
    ///
    /// The channel is broken: the front cannot be heard any more.
    pub fn take_request(&self) -> io::Result<Asked> {
        let Some(control) = &self.0 else { return Ok(Asked::Nothing) };
        match control.receive() {
            Ok(Some(request)) => Ok(Asked::For(request)),
            Ok(None) => Ok(Asked::Gone),
            Err(ReceiveError::Malformed(error)) => {
                let what = format!("a message of the front was not understood: {error}");
                self.send(&FromJail::Warning(what.chars().take(MAX_TEXT).collect()));
                Ok(Asked::Nothing)
            }
            Err(ReceiveError::Channel(error)) => match error.raw_os_error() {
                Some(ENOMEM | ENOBUFS) => {
                    sleep(PAUSE);
                    Ok(Asked::Nothing)
                }
                _ => Err(error),
            },
        }
    }
}

/// Only what a person must know.
fn print(message: &FromJail) {
    match message {
        FromJail::Started(layers) => layers.iter().for_each(print_shortfall),
        FromJail::ExecFailed(ExecFailure { program, looked, found: None }) => {
            let (program, looked) = (visible(program), visible(looked));
            eprintln!("ai-jail: {program}: not found in the jail; looked in {looked}");
        }
        FromJail::ExecFailed(ExecFailure { program, found: Some(found), .. }) => {
            let (program, file) = (visible(program), visible(&found.file));
            eprintln!("ai-jail: {program}: cannot execute {file}: {}", found.why);
        }
        FromJail::Mise(Achieved::Failed(why)) => eprintln!("ai-jail: mise: {why}"),
        FromJail::Failed(text) | FromJail::Warning(text) => eprintln!("ai-jail: {text}"),
        FromJail::Terminal
        | FromJail::Copies
        | FromJail::Listener(_)
        | FromJail::Mise(_)
        | FromJail::Stopped(_)
        | FromJail::Killed(_)
        | FromJail::Exited(_) => {}
    }
}

/// A layer that could not be applied.
fn print_shortfall((layer, achieved): &(Layer, Achieved)) {
    if let Achieved::Failed(text) = achieved {
        eprintln!("ai-jail: {} could not be applied: {text}", layer.name());
    }
}
