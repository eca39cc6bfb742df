//! The host's own proxy, which the filter uses and the jail does not see.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::event::at;
use crate::inspect::authority;
use crate::name::Name;
use crate::policy::Destination;

/// A proxy that takes HTTP's CONNECT.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upstream {
    /// Its name or address on the host.
    pub host: String,
    /// Its port.
    pub port: u16,
    credentials: Credentials,
    direct: Vec<Direct>,
}

/// What the proxy wants to know, never to be printed.
#[derive(Clone, Eq, PartialEq)]
struct Credentials(Option<String>);

impl fmt::Debug for Credentials {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        output.write_str(if self.0.is_some() { "given" } else { "none" })
    }
}

/// What is reached without the proxy, an item of `NO_PROXY`.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Direct {
    Everything,
    /// The name and the names below it.
    Name(Name),
    Network(IpNet),
}

/// A proxy that the filter cannot use.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UpstreamError {
    /// It speaks something else.
    #[error("it is reached by {scheme}://, and only http:// proxies can be used here")]
    Scheme {
        /// What its address begins with.
        scheme: String,
    },
    /// There is no host in it.
    #[error("it names no host; write it as in http://proxy.example:3128")]
    NoHost,
}

impl Upstream {
    /// Reads the value of a variable such as `HTTPS_PROXY`, and of `NO_PROXY`.
    ///
    /// # Errors
    ///
    /// The value is no proxy that takes CONNECT.
    pub fn parse(value: &str, no_proxy: &str) -> Result<Self, UpstreamError> {
        let rest = match value.split_once("://") {
            Some(("http", rest)) => rest,
            Some((scheme, _)) => return Err(UpstreamError::Scheme { scheme: scheme.to_owned() }),
            None => value,
        };
        let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let user = rest.rsplit_once('@').map(|(user, _)| user);
        let (host, port) = authority(rest);
        if host.is_empty() {
            return Err(UpstreamError::NoHost);
        }
        Ok(Self {
            host: host.to_owned(),
            port: port.unwrap_or(80),
            credentials: Credentials(user.map(|user| base64(&percent_decoded(user)))),
            direct: no_proxy.split(',').filter_map(|item| direct(item.trim())).collect(),
        })
    }

    /// Whether a destination is reached without the proxy.
    pub fn is_bypassed(&self, destination: &Destination) -> bool {
        self.direct.iter().any(|item| match (item, destination) {
            (Direct::Everything, _) => true,
            (Direct::Name(parent), Destination::Name(name)) => {
                name == parent || name.is_below(parent)
            }
            (Direct::Network(network), Destination::Address(address)) => network.contains(address),
            _ => false,
        })
    }

    /// The request that opens a tunnel.
    pub fn request(&self, destination: &Destination, port: u16) -> Vec<u8> {
        let authority = at(destination, port);
        let credentials = match &self.credentials.0 {
            Some(credentials) => format!("Proxy-Authorization: Basic {credentials}\r\n"),
            None => String::new(),
        };
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{credentials}\r\n")
            .into_bytes()
    }
}

/// Reads the proxy's answer: how long its head is; `None` while there must be more.
///
/// # Errors
///
/// The proxy refuses, or what came is no answer.
pub fn opened(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(bytes) {
        Ok(httparse::Status::Partial) if bytes.len() < crate::proxy::MAX_HEAD => Ok(None),
        Ok(httparse::Status::Complete(end)) => match response.code {
            Some(200..300) => Ok(Some(end)),
            code => Err(format!(
                "the host's proxy answered {} {}",
                code.unwrap_or_default(),
                response.reason.unwrap_or_default()
            )),
        },
        _ => Err("the host's proxy does not speak HTTP".to_owned()),
    }
}

fn direct(item: &str) -> Option<Direct> {
    if item == "*" {
        return Some(Direct::Everything);
    }
    if let Ok(network) = item.parse() {
        return Some(Direct::Network(network));
    }
    if let Ok(address) = item.parse::<IpAddr>() {
        return Some(Direct::Network(address.into()));
    }
    let bare = item.strip_prefix('*').unwrap_or(item);
    Name::parse(bare.strip_prefix('.').unwrap_or(bare)).ok().map(Direct::Name)
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        decoded.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        let number = number << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[number >> (18 - 6 * place) & 63]);
            text.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Destination {
        Destination::Name(Name::parse(text).expect("a name"))
    }

    #[test]
    fn a_proxy_is_read_as_curl_does() {
        let proxy = Upstream::parse("http://me:p%40ss@proxy.example:3128/", "").expect("a proxy");
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        let request = proxy.request(&name("api.example"), 443);
        let expected = "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\
                        Proxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&request), expected);
        assert!(!format!("{proxy:?}").contains("bWU6"), "no secret is printed");
        assert_eq!(Upstream::parse("proxy:8080", "").expect("a proxy").port, 8080);
        assert!(Upstream::parse("socks5://proxy", "").is_err());
        assert!(Upstream::parse("http://", "").is_err());
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn what_no_proxy_names_is_reached_directly() {
        let proxy =
            Upstream::parse("http://p", ".corp.example, intra,10.0.0.0/8").expect("a proxy");
        assert!(proxy.is_bypassed(&name("a.corp.example")) && proxy.is_bypassed(&name("intra")));
        assert!(proxy.is_bypassed(&Destination::Address("10.1.2.3".parse().expect("an address"))));
        assert!(!proxy.is_bypassed(&name("example")));
    }

    #[test]
    fn the_answer_must_open_the_tunnel() {
        assert_eq!(opened(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"), Ok(Some(25)));
        assert_eq!(opened(b"HTTP/1.1 200 OK\r\n"), Ok(None));
        assert!(opened(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").is_err());
        assert!(opened(b"SSH-2.0\r\n").is_err());
    }
}
