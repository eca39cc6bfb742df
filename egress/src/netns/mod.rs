//! The jail's own network: every address is local, and the filter listens.
//!
//! All of this happens in a network namespace that the caller has made, with `CAP_NET_ADMIN` in the
//! user namespace that owns it, before the command exists. Afterwards no capability is needed.

mod netlink;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::{fs, io};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::dns::names::{REFUSED_V4, REFUSED_V6};
use crate::handover::Network;
use crate::listen::{self, Forward, TooMany};
use crate::policy::Policy;
use crate::sockets;
use netlink::{Netlink, Route};

/// `default`.
const ALL_V4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0);
const ALL_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0);

/// How senders of this namespace pace themselves, and the simplest way, which every kernel has. Nothing is lost
/// between two sockets of one machine; BBR, which some hosts have for the wide network, sends less at a time there,
/// and the relay works twice as long for it. docs/benchmarks.md has figures.
const CONGESTION: (&str, &str) = ("/proc/sys/net/ipv4/tcp_congestion_control", "reno");

/// What could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum NetnsError {
    /// The kernel or a policy refuses.
    #[error("{what}: {error}")]
    Refused {
        /// Which step.
        what: String,
        /// Why.
        error: io::Error,
    },
    /// There would be too many sockets.
    #[error(transparent)]
    TooMany(#[from] TooMany),
}

/// Makes every address of this network namespace local and listens as the rules say.
///
/// # Errors
///
/// A step that the kernel refuses. IPv6 alone may be missing.
pub fn set_up(policy: &Policy, forwards: &[Forward]) -> Result<Network, NetnsError> {
    let refused = |what: &str| {
        let what = what.to_owned();
        |error| NetnsError::Refused { what, error }
    };
    // It is slower without, and no less right: `/proc/sys` may be read-only.
    let _ = fs::write(CONGESTION.0, CONGESTION.1);
    let mut netlink = Netlink::open().map_err(refused("a netlink socket"))?;
    netlink.bring_loopback_up().map_err(refused("bringing lo up"))?;
    netlink
        .add(IpNet::V4(ALL_V4), Route::Local)
        .and_then(|()| netlink.add(IpNet::V4(REFUSED_V4), Route::Prohibit))
        .map_err(refused("routes that make every address local"))?;
    let has_ipv6 = netlink
        .add(IpNet::V6(ALL_V6), Route::Local)
        .and_then(|()| netlink.add(IpNet::V6(REFUSED_V6), Route::Prohibit))
        .is_ok()
        && std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    let made = listen::wanted(policy, forwards, has_ipv6)?.into_iter().map(|wanted| {
        let refused = |error| {
            let what = format!("listening at {} in the jail", wanted.address);
            NetnsError::Refused { what, error }
        };
        sockets::make(wanted).map_err(refused)
    });
    Ok(Network { sockets: made.collect::<Result<_, _>>()?, has_ipv6 })
}
