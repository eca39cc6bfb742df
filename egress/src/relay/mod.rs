//! Bytes from one socket to another, and how sockets are connected and ended.

mod carrier;
pub mod connect;

use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;

use carrier::Carrier;
pub use carrier::Pipes;
use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};

/// How often one direction is filled before others have their turn.
const ROUNDS: usize = 16;

/// What a direction waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flow {
    /// A socket that is not ready.
    Waits,
    /// Nothing: its turn is over.
    More,
    /// Nothing any more: all is written, and so is the end.
    Finished,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub struct Direction {
    /// What was read before the relay began, and is written first.
    first: Vec<u8>,
    carrier: Option<Carrier>,
    is_ended: bool,
    is_finished: bool,
}

impl Direction {
    /// Bytes to write before any others.
    pub fn prepend(&mut self, bytes: Vec<u8>) {
        self.first = bytes;
    }

    /// The source has ended already.
    pub fn end(&mut self) {
        self.is_ended = true;
    }

    /// Moves what can be moved without waiting.
    ///
    /// # Errors
    ///
    /// One of the sockets was reset; the connection is over.
    pub fn pump(
        &mut self,
        from: &TcpStream,
        to: &TcpStream,
        pipes: &mut Pipes,
    ) -> io::Result<Flow> {
        if self.is_finished {
            return Ok(Flow::Finished);
        }
        if !self.write_first(to)? {
            return Ok(Flow::Waits);
        }
        for _ in 0..ROUNDS {
            if let Some(carrier) = &mut self.carrier {
                while !carrier.is_empty() {
                    match carrier.drain(to) {
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            return Ok(Flow::Waits);
                        }
                        outcome => drop(outcome?),
                    }
                }
            }
            if self.is_ended {
                self.finish(to, pipes);
                return Ok(Flow::Finished);
            }
            let carrier = self.carrier.get_or_insert_with(|| pipes.take());
            match carrier.fill(from) {
                Ok(0) => self.is_ended = true,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    // Idle connections hold no pipe.
                    self.release(pipes);
                    return Ok(Flow::Waits);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Flow::More)
    }

    /// Gives back what the direction holds.
    pub fn release(&mut self, pipes: &mut Pipes) {
        if let Some(carrier) = self.carrier.take() {
            pipes.give_back(carrier);
        }
    }

    fn write_first(&mut self, mut to: &TcpStream) -> io::Result<bool> {
        while !self.first.is_empty() {
            match to.write(&self.first) {
                Ok(length) => drop(self.first.drain(..length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The other side sees the end as its peer made it: a half-closed connection goes on in the
    /// other direction.
    fn finish(&mut self, to: &TcpStream, pipes: &mut Pipes) {
        self.release(pipes);
        self.is_finished = true;
        // A peer that is gone needs no end.
        let _ = to.shutdown(Shutdown::Write);
    }
}

/// Ends a connection with a reset when it is closed: the peer learns at once that it is over, and
/// that not all is well.
pub fn reset_on_close(socket: impl AsFd) {
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    // A socket that takes no options is gone already.
    let _ = setsockopt(&socket, sockopt::Linger, &linger);
}
