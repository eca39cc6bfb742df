//! The decision: pure, from rules and a destination.

use std::fmt;
use std::net::IpAddr;

use crate::address::{Kind, kind};
use crate::name::Name;
use crate::rule::{Ports, Rule, Target};

/// How far a rule may lead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// Wherever an exact name or address leads: the user wrote it.
    AsWritten,
    /// To public addresses only: a preset, or what an agent brings.
    Public,
}

/// A rule, and where it comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The rule.
    pub rule: Rule,
    /// How far it may lead.
    pub reach: Reach,
    /// What brought it, in words for the user: a flag, a file, a preset.
    pub from: String,
}

/// What a program in the jail wants to reach.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Destination {
    /// A name that was looked up.
    Name(Name),
    /// An address that was not.
    Address(IpAddr),
}

impl fmt::Display for Destination {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Name(name) => write!(output, "{name}"),
            Self::Address(address) => write!(output, "{address}"),
        }
    }
}

/// The answer about a destination.
#[must_use]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// It may be dialled, as far as its addresses are allowed too.
    Allowed {
        /// The entry that says so.
        by: usize,
    },
    /// It may not.
    Refused(Why),
}

/// Why a connection is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Why {
    /// No rule is about it.
    #[error("no rule allows it")]
    NoRule,
    /// The rules about it name other ports.
    #[error("the rules for it allow the ports {ports} only")]
    Port {
        /// Theirs.
        ports: String,
    },
    /// Its addresses are not allowed.
    #[error("its name leads to {address}, {kind}")]
    LeadsTo {
        /// The first of them.
        address: IpAddr,
        /// What that is.
        kind: Kind,
    },
    /// The jail's own loopback, at a port that the filter listens on.
    #[error("it is the jail's own loopback, where nothing listens")]
    Loopback,
    /// A metadata service that is not allowed by its literal address.
    #[error(
        "it is the address of a cloud's metadata service, which takes a rule of exactly that address"
    )]
    Metadata,
    /// An address of the stub's that it has not handed out.
    #[error("no name was looked up for the address")]
    Unknown,
    /// The server name in the TLS handshake is another one.
    #[error("the TLS handshake names the server {named:?}")]
    ServerName {
        /// That name.
        named: String,
    },
    /// There is no server name in the handshake.
    #[error("the TLS handshake names no server")]
    NoServerName,
    /// What came is no TLS handshake, at a port where there must be one.
    #[error("the connection does not begin with TLS, nor with HTTP for its name")]
    NoTls,
    /// The HTTP request is for another host.
    #[error("the HTTP request is for the host {named:?}")]
    Host {
        /// That host.
        named: String,
    },
    /// The HTTP request names no host.
    #[error("the HTTP request names no host")]
    NoHost,
    /// Nothing that can be checked came in time.
    #[error("the client sent no whole handshake in time")]
    Silent,
}

/// All rules of a jail.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Policy {
    /// In the order in which they were given.
    pub entries: Vec<Entry>,
}

impl Policy {
    /// Whether any rule is about this name, whatever the port: the name has an address then.
    pub fn knows(&self, name: &Name) -> bool {
        self.about_name(name).next().is_some()
    }

    /// Decides about a destination.
    pub fn decide(&self, destination: &Destination, port: u16) -> Decision {
        match destination {
            Destination::Name(name) => decide(self.about_name(name), port, Why::NoRule),
            Destination::Address(address) => {
                let address = address.to_canonical();
                let why = match kind(address) {
                    Kind::Loopback => return Decision::Refused(Why::Loopback),
                    Kind::Metadata => Why::Metadata,
                    _ => Why::NoRule,
                };
                decide(self.about_address(address), port, why)
            }
        }
    }

    /// Of the addresses that a name leads to, those that may be dialled.
    ///
    /// # Errors
    ///
    /// None of them may.
    pub fn dialable(
        &self,
        name: &Name,
        port: u16,
        addresses: &[IpAddr],
    ) -> Result<Vec<IpAddr>, Why> {
        let is_written = |(_, entry): (usize, &Entry)| {
            entry.reach == Reach::AsWritten && matches!(entry.rule.target, Target::Name(_))
        };
        let with_port = |(_, entry): &(usize, &Entry)| entry.rule.ports.contain(port);
        let is_written = self.about_name(name).filter(with_port).any(is_written);
        let may = |address: &IpAddr| match kind(*address) {
            Kind::Public => true,
            Kind::Metadata | Kind::Multicast => false,
            _ if address.is_unspecified() => false,
            Kind::Loopback => is_written,
            _ => {
                is_written
                    || self.about_address(*address).any(|(_, entry)| entry.rule.ports.contain(port))
            }
        };
        let addresses: Vec<_> = addresses.iter().map(IpAddr::to_canonical).collect();
        let allowed: Vec<_> = addresses.iter().copied().filter(may).collect();
        match addresses.first() {
            Some(first) if allowed.is_empty() => {
                Err(Why::LeadsTo { address: *first, kind: kind(*first) })
            }
            _ => Ok(allowed),
        }
    }

    fn about_name(&self, name: &Name) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().filter(move |(_, entry)| match &entry.rule.target {
            Target::Name(exact) => exact == name,
            Target::Below(parent) => name.is_below(parent),
            Target::Address(_) | Target::Network(_) => false,
        })
    }

    /// An exact address is what its rule says; a network holds no metadata service, and one that
    /// the user did not write holds public addresses only.
    fn about_address(&self, address: IpAddr) -> impl Iterator<Item = (usize, &Entry)> {
        let kind = kind(address);
        self.entries.iter().enumerate().filter(move |(_, entry)| {
            let may = entry.reach == Reach::AsWritten || kind == Kind::Public;
            may && match &entry.rule.target {
                Target::Address(exact) => *exact == address,
                Target::Network(network) => kind != Kind::Metadata && network.contains(&address),
                Target::Name(_) | Target::Below(_) => false,
            }
        })
    }
}

/// The first entry with the port decides.
fn decide<'a>(
    about: impl Iterator<Item = (usize, &'a Entry)>,
    port: u16,
    otherwise: Why,
) -> Decision {
    let mut others: Vec<&Ports> = Vec::new();
    for (by, entry) in about {
        if entry.rule.ports.contain(port) {
            return Decision::Allowed { by };
        }
        others.push(&entry.rule.ports);
    }
    if others.is_empty() {
        return Decision::Refused(otherwise);
    }
    let ports = others.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    Decision::Refused(Why::Port { ports })
}

#[cfg(test)]
mod tests;
