//! The first bytes that a client sends: whom do they name?

mod http;
mod tls;

use crate::name::Name;
use crate::policy::Why;

pub(crate) use http::authority;

/// More than any handshake or request head takes that servers accept.
pub const MAX_FIRST: usize = 64 * 1024;

/// Ports on which TLS comes first, by the registry of IANA.
const TLS_PORTS: &[(u16, &str)] = &[
    (443, "https"),
    (465, "submissions"),
    (563, "nntps"),
    (636, "ldaps"),
    (853, "domain-s"),
    (989, "ftps-data"),
    (990, "ftps"),
    (992, "telnets"),
    (993, "imaps"),
    (995, "pop3s"),
    (5061, "sips"),
    (5671, "amqps"),
    (8443, "pcsync-https, used for HTTPS"),
    (8883, "secure-mqtt"),
];

/// Whether TLS comes first at this port.
pub fn is_tls_port(port: u16) -> bool {
    TLS_PORTS.iter().any(|(row, _)| *row == port)
}

/// The judgement about what a client has sent so far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Judgement {
    /// It could still become either.
    More,
    /// It names the right server, or is of a kind that names none.
    Pass,
    /// It does not.
    Refuse(Why),
}

/// What a part of the protocol says about the bytes.
enum Part {
    /// They are of another protocol.
    Other,
    /// There must be more to tell.
    More,
    /// They name this server, or none.
    Names(Option<String>),
}

/// Judges the first bytes of a connection to `name` at `port`. Bytes of neither TLS nor HTTP name
/// nobody: the name was looked up, and its addresses are checked.
pub fn judge(bytes: &[u8], name: &Name, port: u16) -> Judgement {
    let is_tls = is_tls_port(port);
    if bytes.is_empty() {
        return Judgement::More;
    }
    match tls::server_name(bytes) {
        Part::More if bytes.len() < MAX_FIRST => return Judgement::More,
        Part::More => return Judgement::Refuse(Why::NoServerName),
        Part::Names(Some(named)) => {
            return compare(&named, name, |named| Why::ServerName { named });
        }
        Part::Names(None) if is_tls => return Judgement::Refuse(Why::NoServerName),
        Part::Names(None) => return Judgement::Pass,
        Part::Other => {}
    }
    match http::host(bytes) {
        http::Head::More if bytes.len() < MAX_FIRST => Judgement::More,
        http::Head::More => Judgement::Refuse(Why::NoHost),
        http::Head::Hosts(hosts) if hosts.is_empty() => Judgement::Refuse(Why::NoHost),
        http::Head::Hosts(hosts) => hosts
            .iter()
            .map(|host| compare(host, name, |named| Why::Host { named }))
            .find(|judgement| *judgement != Judgement::Pass)
            .unwrap_or(Judgement::Pass),
        http::Head::Other if is_tls => Judgement::Refuse(Why::NoTls),
        http::Head::Other => Judgement::Pass,
    }
}

fn compare(named: &str, name: &Name, why: impl FnOnce(String) -> Why) -> Judgement {
    match Name::parse(named) {
        Ok(parsed) if parsed == *name => Judgement::Pass,
        _ => Judgement::Refuse(why(named.chars().take(253).collect())),
    }
}

#[cfg(test)]
mod tests;
