//! The way of the sockets from the jail's network to the filter: descriptors over a channel.

use std::io::{self, ErrorKind};
use std::os::fd::AsFd;

use serde::{Deserialize, Serialize};
use stage2::channel::Channel;

use crate::listen::{Role, Socket};

/// The jail's network, as far as the filter needs it.
#[derive(Debug)]
pub struct Network {
    /// Where it listens.
    pub sockets: Vec<Socket>,
    /// Whether there is IPv6.
    pub has_ipv6: bool,
}

#[derive(Debug, Deserialize, Serialize)]
enum Message {
    /// A socket comes with it.
    Socket(Role),
    /// That was the last.
    Ready { has_ipv6: bool },
    /// There is no network to hand over.
    Failed(String),
}

/// Hands a network over.
///
/// # Errors
///
/// The other side is gone.
pub fn send(channel: &Channel, network: &Network) -> io::Result<()> {
    for socket in &network.sockets {
        channel.send_with(&Message::Socket(socket.role), socket.descriptor.as_fd())?;
    }
    channel.send(&Message::Ready { has_ipv6: network.has_ipv6 })
}

/// Says that there is none, and why.
///
/// # Errors
///
/// The other side is gone.
pub fn send_failure(channel: &Channel, why: &str) -> io::Result<()> {
    channel.send(&Message::Failed(why.to_owned()))
}

/// Takes a network over.
///
/// # Errors
///
/// The other side is gone or could set nothing up, in its words.
pub fn receive(channel: &Channel) -> io::Result<Network> {
    let mut sockets = Vec::new();
    loop {
        match channel.receive_with()? {
            Some((Message::Socket(role), Some(descriptor))) => {
                sockets.push(Socket { role, descriptor });
            }
            Some((Message::Ready { has_ipv6 }, _)) => return Ok(Network { sockets, has_ipv6 }),
            Some((Message::Failed(why), _)) => return Err(io::Error::other(why)),
            Some((Message::Socket(_), None)) => return Err(ErrorKind::InvalidData.into()),
            None => return Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}
