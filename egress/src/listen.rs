//! Where the filter listens: data for whoever makes the sockets.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};

use crate::dns::names::{Names, STUB};
use crate::name::Name;
use crate::policy::Policy;
use crate::rule::Target;

/// Below it, ordinary programs cannot listen: a listener on every address takes nothing from them.
pub const FIRST_UNPRIVILEGED: u16 = 1024;

/// Ports that the filter listens on whatever the rules say, so that a refusal is counted.
const ALWAYS: [u16; 3] = [22, 80, 443];

/// Each takes a descriptor.
const MAX_SOCKETS: usize = 2048;

/// What a socket is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Role {
    /// Queries as datagrams.
    Dns,
    /// Queries over streams.
    DnsStream,
    /// Connections to anywhere: the accepted socket's own address is the destination.
    Intercept,
    /// The fallback's proxies.
    Proxy,
    /// The jail's loopback listens, and this port of the host's loopback answers.
    Forward {
        /// The host's port.
        target: u16,
    },
    /// The host's loopback listens, and this port of the jail's loopback answers.
    Publish {
        /// The jail's port.
        target: u16,
    },
}

/// A socket that is bound, and listens where it is for streams.
#[derive(Debug)]
pub struct Socket {
    /// What it is for.
    pub role: Role,
    /// The socket.
    pub descriptor: OwnedFd,
}

/// A socket to make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// What it is for.
    pub role: Role,
    /// Its own address.
    pub address: SocketAddr,
}

/// A port here, and the one that answers there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Forward {
    /// Where it is listened.
    pub listen: u16,
    /// What answers.
    pub target: u16,
}

impl Forward {
    /// Reads `[LISTEN:]TARGET`.
    ///
    /// # Errors
    ///
    /// The part that is no port.
    pub fn parse(text: &str) -> Result<Self, ForwardError> {
        let (listen, target) = text.split_once(':').unwrap_or((text, text));
        let port = |part: &str| {
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            let port = part.parse().ok().filter(|port| is_number && *port != 0);
            port.ok_or_else(|| ForwardError { text: text.to_owned(), part: part.to_owned() })
        };
        Ok(Self { listen: port(listen)?, target: port(target)? })
    }
}

impl std::fmt::Display for Forward {
    fn fmt(&self, output: &mut std::fmt::Formatter) -> std::fmt::Result {
        if self.listen == self.target {
            write!(output, "{}", self.target)
        } else {
            write!(output, "{}:{}", self.listen, self.target)
        }
    }
}

/// A port that cannot be forwarded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the port {text:?} cannot be forwarded: {part:?} is no number from 1 to 65535; \
     write PORT, or LISTEN:TARGET where the two differ"
)]
pub struct ForwardError {
    /// As it was given.
    pub text: String,
    /// Which part of it.
    pub part: String,
}

/// The rules need more listeners than there can be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the network rules name so many addresses with ports above 1023 that {count} listeners would \
     be needed, and {MAX_SOCKETS} is the most; write fewer ports, or a smaller network"
)]
pub struct TooMany {
    /// How many there would be.
    pub count: usize,
}

/// The sockets of a jail with these rules.
///
/// # Errors
///
/// There would be too many.
pub fn wanted(
    policy: &Policy,
    forwards: &[Forward],
    has_ipv6: bool,
) -> Result<Vec<Wanted>, TooMany> {
    // At the loopback too: that is where programs ask that find no resolv.conf.
    let mut wanted = Vec::new();
    for address in [STUB, Ipv4Addr::LOCALHOST] {
        let address = (address, 53).into();
        wanted.extend([Role::Dns, Role::DnsStream].map(|role| Wanted { role, address }));
    }
    for forward in forwards {
        for address in loopback(has_ipv6) {
            let role = Role::Forward { target: forward.target };
            wanted.push(Wanted { role, address: (address, forward.listen).into() });
        }
    }
    let everywhere: IpAddr =
        if has_ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    let rules = || policy.entries.iter().map(|entry| &entry.rule);
    let ports: BTreeSet<u16> = rules()
        .flat_map(|rule| rule.ports.iter())
        .filter(|port| *port < FIRST_UNPRIVILEGED)
        .chain(ALWAYS)
        .collect();
    let intercept = |address| Wanted { role: Role::Intercept, address };
    wanted.extend(ports.iter().map(|port| intercept((everywhere, *port).into())));
    let mut names = Names::of(policy);
    let mut above = BTreeSet::new();
    for rule in rules() {
        let ports: Vec<u16> =
            rule.ports.iter().filter(|port| *port >= FIRST_UNPRIVILEGED).collect();
        let addresses: Box<dyn Iterator<Item = IpAddr>> = match &rule.target {
            Target::Name(name) => Box::new(
                names.addresses(name).map(|(addresses, _)| addresses).into_iter().flatten(),
            ),
            Target::Address(address) => Box::new([*address].into_iter()),
            Target::Network(network) => Box::new(network.hosts()),
            // Listeners for these come with the names.
            Target::Below(_) => Box::new([].into_iter()),
        };
        for address in addresses.filter(|address| has_ipv6 || address.is_ipv4()) {
            above.extend(ports.iter().map(|port| SocketAddr::new(address, *port)));
            if above.len() > MAX_SOCKETS {
                break;
            }
        }
    }
    wanted.extend(above.into_iter().map(intercept));
    if wanted.len() > MAX_SOCKETS { Err(TooMany { count: wanted.len() }) } else { Ok(wanted) }
}

/// The ports above 1023 on which a name is allowed by wildcards: sockets that can only be made
/// when the name is looked up.
pub fn later(policy: &Policy, name: &Name) -> Vec<u16> {
    let below = policy.entries.iter().filter_map(|entry| match &entry.rule.target {
        Target::Below(parent) if name.is_below(parent) => Some(entry.rule.ports.iter()),
        _ => None,
    });
    let ports: BTreeSet<u16> = below.flatten().filter(|port| *port >= FIRST_UNPRIVILEGED).collect();
    ports.into_iter().take(MAX_LATER).collect()
}

/// Ports above 1023 of one name.
const MAX_LATER: usize = 64;

/// Whether any wildcard has such a port.
pub fn has_later(policy: &Policy) -> bool {
    policy.entries.iter().any(|entry| {
        matches!(entry.rule.target, Target::Below(_))
            && entry.rule.ports.iter().any(|port| port >= FIRST_UNPRIVILEGED)
    })
}

/// The loopback addresses.
pub fn loopback(has_ipv6: bool) -> impl Iterator<Item = IpAddr> {
    let v6 = has_ipv6.then_some(Ipv6Addr::LOCALHOST.into());
    [Ipv4Addr::LOCALHOST.into()].into_iter().chain(v6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Entry, Reach};
    use crate::rule::Rule;

    fn policy(rules: &[&str]) -> Policy {
        let entry = |rule: &&str| Entry {
            rule: Rule::parse(rule).expect(rule),
            reach: Reach::AsWritten,
            from: String::new(),
        };
        Policy { entries: rules.iter().map(entry).collect() }
    }

    fn addresses(rules: &[&str], has_ipv6: bool) -> Vec<String> {
        let wanted = wanted(&policy(rules), &[], has_ipv6).expect("not too many");
        wanted.iter().skip(4).map(|wanted| wanted.address.to_string()).collect()
    }

    #[test]
    fn ports_below_1024_are_listened_at_everywhere() {
        assert_eq!(
            addresses(&["a.example:25,443"], false),
            ["0.0.0.0:22", "0.0.0.0:25", "0.0.0.0:80", "0.0.0.0:443"]
        );
        assert_eq!(addresses(&[], true), ["[::]:22", "[::]:80", "[::]:443"]);
    }

    #[test]
    fn ports_above_are_taken_from_nobody_in_the_jail() {
        let rules = [
            "a.example",
            "db.example:5432",
            "10.0.0.5:5432",
            "10.1.0.0/30:6000",
            "*.w.example:8000",
        ];
        let found = addresses(&rules, true);
        assert_eq!(
            found[3..],
            [
                "10.0.0.5:5432",
                "10.1.0.1:6000",
                "10.1.0.2:6000",
                "198.18.1.1:5432",
                "[fd61:692d:6a61:696c::2]:5432"
            ],
        );
        let name = Name::parse("x.w.example").expect("a name");
        assert_eq!(later(&policy(&rules), &name), [8000]);
        assert!(has_later(&policy(&rules)) && !has_later(&policy(&rules[..4])));
    }

    #[test]
    fn what_would_take_too_many_sockets_is_refused() {
        let all = wanted(&policy(&["a.example:1-65535"]), &[], false);
        assert!(all.is_err_and(|error| error.count > MAX_SOCKETS));
        assert!(wanted(&policy(&["10.0.0.0/8:5432"]), &[], false).is_err());
        assert!(wanted(&policy(&["10.0.0.0/8:1-1023"]), &[], false).is_ok());
    }

    #[test]
    fn a_forwarded_port_is_one_number_or_two() {
        let read =
            |text: &str| Forward::parse(text).map(|forward| (forward.listen, forward.target));
        assert_eq!(read("5432"), Ok((5432, 5432)));
        assert_eq!(read("8080:80"), Ok((8080, 80)));
        for text in ["", "0", "a", "80:", "1:2:3", "70000", "+80"] {
            assert!(read(text).is_err(), "{text}");
        }
        let said = Forward::parse("80:x").expect_err("no port").to_string();
        assert!(said.contains("\"x\" is no number"), "{said}");
    }
}
