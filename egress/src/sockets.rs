//! How the filter's sockets are made.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, setsockopt, socket,
    sockopt,
};

use crate::listen::{Role, Socket, Wanted};

/// Connections that wait to be accepted: as many as the kernel allows by default (`somaxconn`), so
/// that thousands at once need not try again after a second.
const BACKLOG: i32 = 4096;

/// Makes a socket in the network of this process.
///
/// # Errors
///
/// The error of `socket(2)`, `bind(2)` or `listen(2)`.
pub fn make(wanted: Wanted) -> io::Result<Socket> {
    let descriptor = match wanted.role {
        Role::Dns => UdpSocket::bind(wanted.address)?.into(),
        // A port of the host is nobody else's, not even another jail's.
        Role::Publish { .. } => TcpListener::bind(wanted.address)?.into(),
        _ => listener(wanted.address)?,
    };
    Ok(Socket { role: wanted.role, descriptor })
}

/// A listener. An IPv6 one at all addresses takes IPv4 too; a forwarded port shares its number
/// with a listener at all addresses, which takes `SO_REUSEPORT` at both.
pub fn listener(address: SocketAddr) -> io::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let descriptor = socket(family, SockType::Stream, SockFlag::empty(), None)?;
    stage2::sys::close_on_exec(descriptor.as_raw_fd())?;
    setsockopt(&descriptor, sockopt::ReuseAddr, &true)?;
    setsockopt(&descriptor, sockopt::ReusePort, &true)?;
    // The addresses of the jail's network are routed to it, and no interface has them: binding to
    // one takes this for IPv6. There is no such option elsewhere, nor such a network.
    #[cfg(target_os = "linux")]
    setsockopt(&descriptor, sockopt::IpFreebind, &true)?;
    if address.is_ipv6() {
        setsockopt(&descriptor, sockopt::Ipv6V6Only, &!address.ip().is_unspecified())?;
    }
    bind(descriptor.as_raw_fd(), &SockaddrStorage::from(address))?;
    listen(&descriptor, Backlog::new(BACKLOG)?)?;
    Ok(descriptor)
}
