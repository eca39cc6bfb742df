//! What the loop waits for.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv};

use super::connection::Connection;
use super::lookups::Waiting;
use super::stub::Client;
use crate::listen::Role;

/// One of them, and when it has its turn in any case.
pub struct Slot {
    pub source: Source,
    pub deadline: Option<Instant>,
}

/// What may be ready.
pub enum Source {
    /// Nothing: it has its turn.
    Taken,
    /// The front's end of the run.
    Control(OwnedFd),
    /// The stub's datagrams.
    Dns(UdpSocket),
    /// A client of the stub's stream.
    DnsClient(Client),
    /// A listener.
    Listener(TcpListener, Role),
    /// A question to the host's resolver.
    Lookup(Box<Waiting>),
    /// A connection with everything that belongs to it.
    Connection(Box<Connection>),
}

/// What a turn leaves to do.
pub enum Next {
    /// Wait for an event, or until then.
    Wait(Option<Instant>),
    /// Go on when others had their turn.
    Again,
    /// It is over.
    End,
}

/// Whether the other end of the control socket is gone; there is nothing to read from it.
pub fn is_closed(control: &OwnedFd) -> bool {
    match recv(control.as_raw_fd(), &mut [0; 1], MsgFlags::MSG_DONTWAIT) {
        Ok(length) => length == 0,
        Err(Errno::EINTR) => false,
        Err(errno) => io::Error::from(errno).kind() != ErrorKind::WouldBlock,
    }
}
