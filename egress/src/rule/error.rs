//! What can be wrong with a rule.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::name::NameError;

/// A rule that cannot be used: which, why, and what to write.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the network rule {rule:?} cannot be used: {wrong}")]
pub struct RuleError {
    /// As it was given.
    pub rule: String,
    /// Which part of it.
    pub wrong: Wrong,
}

/// The part that is wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Wrong {
    /// Nothing is there.
    #[error("nothing is there; write a host name such as example.com")]
    Empty,
    /// A whole address of a page.
    #[error("an address of a page is given; write its host alone: {host}")]
    Url {
        /// The part that is one.
        host: String,
    },
    /// A path behind the host.
    #[error("{rest:?} is given behind the host, and rules know hosts and ports only; write {host}")]
    Path {
        /// What to leave out.
        rest: String,
        /// What remains.
        host: String,
    },
    /// Neither 1 to 65535 nor a range of such.
    #[error(
        "{port:?} is no port; write numbers from 1 to 65535, as in :443, :22,443 or :8000-8010"
    )]
    Port {
        /// As it was given.
        port: String,
    },
    /// A range that ends before it starts.
    #[error("the ports {start}-{end} end before they start; write {end}-{start}")]
    Backwards {
        /// Its start.
        start: u16,
        /// Its end.
        end: u16,
    },
    /// Every host.
    #[error("* alone would allow every host; write --net host for the whole network")]
    Everything,
    /// A star that does not stand for the first labels.
    #[error(
        "* can only stand at the start, before a dot; write *.{rest} for the names below {rest}"
    )]
    Star {
        /// The labels behind it.
        rest: String,
    },
    /// An address in a form that programs read differently.
    #[error("{text:?} is a number that programs read differently; {}", write_address(.meant.as_ref()))]
    OddAddress {
        /// As it was given.
        text: String,
        /// As `inet_aton(3)` reads it.
        meant: Option<IpAddr>,
    },
    /// IPv6 with something behind it that is no port, or no brackets.
    #[error("{text:?} is no IPv6 address; with ports, write it in brackets: [2001:db8::1]:443")]
    Ipv6 {
        /// As it was given.
        text: String,
    },
    /// An interface behind an address.
    #[error("an interface (%{zone}) is given, and rules know none; write the address without it")]
    Zone {
        /// Its name.
        zone: String,
    },
    /// A network's prefix is out of range.
    #[error("{length:?} is no prefix length; write a number from 0 to {most}")]
    Prefix {
        /// As it was given.
        length: String,
        /// For this kind of address.
        most: u8,
    },
    /// A network's address has bits behind its prefix.
    #[error("the address has bits behind the prefix; write {network} for the whole network")]
    HostBits {
        /// The network that holds it.
        network: IpNet,
    },
    /// The jail's own loopback.
    #[error(
        "{text} is the jail itself, inside it; to reach a server of the host, \
         write --forward-port PORT"
    )]
    Loopback {
        /// As it was given.
        text: String,
    },
    /// An address that no connection can lead to.
    #[error("no connection leads to {address}, {kind}; write the server's own address")]
    Nowhere {
        /// The address.
        address: IpAddr,
        /// Its kind, in words.
        kind: String,
    },
    /// No host name.
    #[error(transparent)]
    Name(#[from] NameError),
}

fn write_address(meant: Option<&IpAddr>) -> String {
    match meant {
        Some(meant) => format!("write {meant} if that is meant"),
        None => "write four decimal numbers, as in 192.0.2.1".to_owned(),
    }
}
