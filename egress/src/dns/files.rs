//! `/etc/hosts` and `/etc/resolv.conf` of the host. The static binary has no NSS, so both are read
//! here; they are read for each lookup, as a VPN may change them while the jail runs.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::name::Name;

/// glibc's own limit, `MAXNS` in `<resolv.h>`.
const MAX_SERVERS: usize = 3;

/// Where the two are.
#[derive(Clone, Debug)]
pub struct Files {
    /// `hosts(5)`.
    pub hosts: PathBuf,
    /// `resolv.conf(5)`.
    pub resolv_conf: PathBuf,
    /// The servers' port.
    pub port: u16,
}

impl Default for Files {
    fn default() -> Self {
        Self { hosts: "/etc/hosts".into(), resolv_conf: "/etc/resolv.conf".into(), port: 53 }
    }
}

impl Files {
    /// The addresses that `hosts` gives a name.
    pub fn hosts(&self, name: &Name) -> Vec<IpAddr> {
        let text = fs::read(&self.hosts).unwrap_or_default();
        hosts_of(&String::from_utf8_lossy(&text), name)
    }

    /// What `resolv.conf` says; without one, there is a resolver on this machine.
    pub fn resolv_conf(&self) -> ResolvConf {
        let text = fs::read(&self.resolv_conf).unwrap_or_default();
        ResolvConf::parse(&String::from_utf8_lossy(&text), self.port)
    }
}

fn hosts_of(text: &str, name: &Name) -> Vec<IpAddr> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let address = words.next()?.parse().ok()?;
            words.any(|word| Name::parse(word).as_ref() == Ok(name)).then_some(address)
        })
        .collect()
}

/// The servers to ask, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResolvConf {
    /// In the order in which they are asked.
    pub servers: Vec<SocketAddr>,
    /// Domains that a name without a dot is tried in.
    pub search: Vec<Name>,
    /// How long to wait for one server.
    pub timeout: Duration,
    /// How often to go round.
    pub attempts: usize,
}

impl ResolvConf {
    fn parse(text: &str, port: u16) -> Self {
        let mut conf = Self {
            servers: Vec::new(),
            search: Vec::new(),
            timeout: Duration::from_secs(5),
            attempts: 2,
        };
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    conf.servers.extend(address.map(|address| SocketAddr::new(address, port)));
                }
                Some("search" | "domain") => {
                    conf.search = words.filter_map(|word| Name::parse(word).ok()).collect();
                }
                Some("options") => words.for_each(|word| conf.option(word)),
                _ => {}
            }
        }
        conf.servers.truncate(MAX_SERVERS);
        if conf.servers.is_empty() {
            conf.servers.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port));
        }
        conf
    }

    /// Limits as in resolv.conf(5); a connection in the jail waits meanwhile.
    fn option(&mut self, word: &str) {
        let Some((name, value)) = word.split_once(':') else { return };
        match (name, value.parse::<u8>()) {
            ("timeout", Ok(value)) => self.timeout = Duration::from_secs(value.clamp(1, 30).into()),
            ("attempts", Ok(value)) => self.attempts = value.clamp(1, 5).into(),
            _ => {}
        }
    }

    /// The names to ask for, in order.
    pub fn candidates(&self, name: &Name) -> Vec<Name> {
        let mut names = Vec::new();
        if !name.as_str().contains('.') {
            let inside = |domain: &Name| Name::parse(&format!("{name}.{domain}")).ok();
            names.extend(self.search.iter().filter_map(inside));
        }
        names.push(name.clone());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect(text)
    }

    #[test]
    fn hosts_are_found_by_any_of_their_names() {
        let text = "127.0.0.1 localhost\n10.0.0.5\tdb.Internal db # the old one: db2\n\
                    fd00::5 db\nnonsense db\n";
        let both = ["10.0.0.5", "fd00::5"].map(|text| text.parse::<IpAddr>().expect("an address"));
        assert_eq!(hosts_of(text, &name("db")), both);
        assert_eq!(hosts_of(text, &name("db.internal")), both[..1]);
        assert!(hosts_of(text, &name("db2")).is_empty());
    }

    #[test]
    fn resolv_conf_is_read_as_the_c_library_does() {
        let text = "# made by hand\nnameserver 192.0.2.53\nnameserver fd00::53\nnameserver bad\n\
                    search corp.example example.org\noptions ndots:1 timeout:3 attempts:9\n";
        let conf = ResolvConf::parse(text, 53);
        assert_eq!(conf.servers.len(), 2);
        assert_eq!((conf.timeout, conf.attempts), (Duration::from_secs(3), 5));
        let candidates = conf.candidates(&name("db"));
        assert_eq!(candidates, ["db.corp.example", "db.example.org", "db"].map(name));
        assert_eq!(conf.candidates(&name("a.b")), [name("a.b")]);
    }

    #[test]
    fn without_a_server_this_machine_is_asked() {
        let servers = ResolvConf::parse("", 53).servers;
        assert_eq!(servers, ["127.0.0.1:53".parse().expect("an address")]);
    }
}
