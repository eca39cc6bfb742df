//! The network namespace that the jail will have.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use super::{Front, Handed};

/// Hands the network namespace to the front: sockets of the jail's network are made there, and
/// whoever holds the user namespace that owns it may enter, `setns(2)`.
pub fn set_up(front: &Front) -> io::Result<()> {
    let namespace = File::open("/proc/self/ns/net")?;
    front.hand(Handed::NetworkNamespace, namespace.as_fd())
}
