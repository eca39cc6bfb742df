//! How stage two tells what happened.

use std::io;
use std::os::fd::BorrowedFd;

use crate::channel::Channel;
use crate::report::{Achieved, ExecFailure, FromJail, Layer};
use crate::text::visible;

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
        FromJail::Failed(text) => eprintln!("ai-jail: {text}"),
        FromJail::Terminal
        | FromJail::Copies
        | FromJail::Mise(_)
        | FromJail::Stopped(_)
        | FromJail::Exited(_) => {}
    }
}

/// A layer that could not be applied.
fn print_shortfall((layer, achieved): &(Layer, Achieved)) {
    if let Achieved::Failed(text) = achieved {
        eprintln!("ai-jail: {} could not be applied: {text}", layer.name());
    }
}
