//! Sockets of the jail's network that can only be made while the jail runs: listeners for names
//! that a wildcard allows, and connections to a published port. A process in that network makes
//! them on request and hands them over; whose network a socket is of was decided when it was made.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use serde::{Deserialize, Serialize};
use stage2::channel::Channel;

use crate::sockets;

#[derive(Debug, Deserialize, Serialize)]
enum Request {
    /// A listener at this address.
    Listen(SocketAddr),
    /// A socket that can be connected.
    Connect {
        /// With IPv6.
        is_ipv6: bool,
    },
}

#[derive(Debug, Deserialize, Serialize)]
enum Answer {
    Made,
    Failed(i32),
}

/// The filter's end.
#[derive(Debug)]
pub struct Maker(Channel);

impl Maker {
    /// Speaks with the process at the other end of a channel.
    pub fn over(channel: Channel) -> Self {
        Self(channel)
    }

    /// A listener of the jail's network.
    ///
    /// # Errors
    ///
    /// The other side's error, or that it is gone.
    pub fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        self.ask(&Request::Listen(address)).map(TcpListener::from)
    }

    /// A socket of the jail's network, for a connection to an address of this kind.
    ///
    /// # Errors
    ///
    /// As for [`Self::listen`].
    pub fn socket(&self, address: SocketAddr) -> io::Result<OwnedFd> {
        self.ask(&Request::Connect { is_ipv6: address.is_ipv6() })
    }

    fn ask(&self, request: &Request) -> io::Result<OwnedFd> {
        self.0.send(request)?;
        match self.0.receive_with()? {
            Some((Answer::Made, Some(descriptor))) => Ok(descriptor),
            Some((Answer::Failed(errno), _)) => Err(io::Error::from_raw_os_error(errno)),
            _ => Err(ErrorKind::BrokenPipe.into()),
        }
    }
}

/// The other end: makes what is asked for until the filter is gone. The process is in the jail's
/// network and needs no privilege for it.
pub fn serve(channel: &Channel) {
    while let Ok(Some(request)) = channel.receive() {
        let made = match request {
            Request::Listen(address) => sockets::listener(address),
            Request::Connect { is_ipv6 } => {
                let family = if is_ipv6 { AddressFamily::Inet6 } else { AddressFamily::Inet };
                socket(family, SockType::Stream, SockFlag::empty(), None).map_err(io::Error::from)
            }
        };
        let sent = match made {
            Ok(descriptor) => channel.send_with(&Answer::Made, descriptor.as_fd()),
            Err(error) => channel.send(&Answer::Failed(error.raw_os_error().unwrap_or_default())),
        };
        if sent.is_err() {
            return;
        }
    }
}
