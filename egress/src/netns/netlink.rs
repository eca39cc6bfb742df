//! Three messages of rtnetlink(7): a link that comes up, and routes of two kinds.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use ipnet::IpNet;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};

/// `lo` is the first interface of every network namespace, `LOOPBACK_IFINDEX` in
/// `<net/flow.h>`.
const LOOPBACK: i32 = 1;

/// Message types, `<linux/rtnetlink.h>`.
const NEW_LINK: u16 = libc::RTM_NEWLINK;
const NEW_ROUTE: u16 = libc::RTM_NEWROUTE;

/// A request whose outcome is answered.
#[allow(clippy::cast_possible_truncation, reason = "flags are sixteen bits, netlink(7)")]
const ASK: u16 = (libc::NLM_F_REQUEST | libc::NLM_F_ACK) as u16;
#[allow(clippy::cast_possible_truncation, reason = "flags are sixteen bits, netlink(7)")]
const CREATE: u16 = (libc::NLM_F_CREATE | libc::NLM_F_EXCL) as u16;

/// The answer's type, `NLMSG_ERROR`: an errno, 0 for success.
#[allow(clippy::cast_possible_truncation, reason = "types are sixteen bits, netlink(7)")]
const ERROR: u16 = libc::NLMSG_ERROR as u16;

/// Bytes of a message's header, and of the errno behind it.
const HEADER: usize = 16;

/// A kind of route.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    /// The address is this machine's own: a connection reaches a listener here.
    Local,
    /// `connect(2)` fails with `EACCES`.
    Prohibit,
}

/// A socket for the routing tables of this process's network.
pub struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

impl Netlink {
    pub fn open() -> io::Result<Self> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        )?;
        Ok(Self { socket, sequence: 0 })
    }

    /// `ip link set lo up`.
    pub fn bring_loopback_up(&mut self) -> io::Result<()> {
        let up = libc::IFF_UP.to_ne_bytes();
        // struct ifinfomsg: family and type, the interface, its flags, and which of them change.
        let body = [[0; 4], LOOPBACK.to_ne_bytes(), up, up].concat();
        self.request(NEW_LINK, ASK, &body)
    }

    /// `ip route add local|prohibit NETWORK`, in the table `local`, which is asked first.
    pub fn add(&mut self, network: IpNet, route: Route) -> io::Result<()> {
        let (kind, scope) = match route {
            Route::Local => (libc::RTN_LOCAL, libc::RT_SCOPE_HOST),
            Route::Prohibit => (libc::RTN_PROHIBIT, libc::RT_SCOPE_UNIVERSE),
        };
        let (family, address) = match network.addr() {
            IpAddr::V4(address) => (libc::AF_INET, address.octets().to_vec()),
            IpAddr::V6(address) => (libc::AF_INET6, address.octets().to_vec()),
        };
        let family = u8::try_from(family).unwrap_or_default();
        // struct rtmsg: family, lengths of destination and source, TOS, table, protocol, scope,
        // type, flags.
        let fields = [
            family,
            network.prefix_len(),
            0,
            0,
            libc::RT_TABLE_LOCAL,
            libc::RTPROT_STATIC,
            scope,
            kind,
        ];
        let mut body = [&fields[..], &[0; 4]].concat();
        body.extend(attribute(libc::RTA_DST, &address));
        if matches!(route, Route::Local) {
            body.extend(attribute(libc::RTA_OIF, &LOOPBACK.to_ne_bytes()));
        }
        self.request(NEW_ROUTE, ASK | CREATE, &body)
    }

    fn request(&mut self, kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
        self.sequence += 1;
        let length = u32::try_from(HEADER + body.len()).unwrap_or_default();
        let mut message = length.to_ne_bytes().to_vec();
        message.extend(kind.to_ne_bytes());
        message.extend(flags.to_ne_bytes());
        message.extend(self.sequence.to_ne_bytes());
        // The kernel knows the sender.
        message.extend([0; 4]);
        message.extend(body);
        send(self.socket.as_raw_fd(), &message, MsgFlags::empty())?;
        let mut answer = [0; 4096];
        let length = recv(self.socket.as_raw_fd(), &mut answer, MsgFlags::empty())?;
        outcome(&answer[..length], self.sequence)
    }
}

/// What the kernel answered.
fn outcome(answer: &[u8], sequence: u32) -> io::Result<()> {
    let word = |at: usize| answer.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    let is_ours = answer.get(4..6) == Some(&ERROR.to_ne_bytes())
        && word(8).map(u32::from_ne_bytes) == Some(sequence);
    match word(HEADER).map(i32::from_ne_bytes) {
        Some(0) if is_ours => Ok(()),
        Some(errno) if is_ours => Err(io::Error::from_raw_os_error(-errno)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// A length, a type, and data that is padded to four bytes. Ours need no padding.
fn attribute(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + data.len()).unwrap_or_default();
    [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), data].concat()
}
