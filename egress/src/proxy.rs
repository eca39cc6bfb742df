//! The proxies of the fallback: HTTP and SOCKS5 on one port, told apart by their first byte.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::inspect::authority;
use crate::name::Name;
use crate::policy::Destination;

/// More than any request head that servers accept.
pub const MAX_HEAD: usize = 64 * 1024;

/// What a client has asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The server.
    pub destination: Destination,
    /// Its port.
    pub port: u16,
    /// How it was asked, and so how to answer.
    pub protocol: Protocol,
    /// What to send to the server first.
    pub first: Vec<u8>,
}

/// How a client asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// SOCKS5, RFC 1928.
    Socks,
    /// HTTP's CONNECT, RFC 9110 section 9.3.6.
    Tunnel,
    /// A plain request with the server in its target, RFC 9112 section 3.2.2.
    Plain,
}

/// What to do with the bytes so far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Wait for more.
    More,
    /// Send this, and forget so many bytes.
    Reply(Vec<u8>, usize),
    /// Connect.
    Connect(Request),
    /// Send this and close.
    Close(Vec<u8>),
}

/// The end of an attempt, as the client learns it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Connected.
    Open,
    /// No rule allows it.
    Refused,
    /// It could not be reached.
    Failed,
}

const SOCKS: u8 = 5;

/// Reads what a client has sent; `greeted` after SOCKS's first exchange.
pub fn read(bytes: &[u8], greeted: bool) -> Step {
    match bytes.first() {
        None => Step::More,
        Some(&SOCKS) if greeted => socks_request(bytes),
        Some(&SOCKS) => socks_greeting(bytes),
        Some(_) if bytes.len() > MAX_HEAD => Step::Close(bad_request()),
        Some(_) => http(bytes),
    }
}

/// The bytes of an answer.
pub fn answer(protocol: Protocol, answer: Answer, why: &str) -> Vec<u8> {
    let page = |status: &str| {
        let body = format!("ai-jail: {why}\n");
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .into_bytes()
    };
    match (protocol, answer) {
        (Protocol::Socks, answer) => {
            let code = match answer {
                Answer::Open => 0,
                Answer::Refused => 2,
                Answer::Failed => 4,
            };
            vec![SOCKS, code, 0, 1, 0, 0, 0, 0, 0, 0]
        }
        (Protocol::Tunnel, Answer::Open) => b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec(),
        (Protocol::Plain, Answer::Open) => Vec::new(),
        (_, Answer::Refused) => page("403 Forbidden"),
        (_, Answer::Failed) => page("502 Bad Gateway"),
    }
}

fn socks_greeting(bytes: &[u8]) -> Step {
    let Some(methods) = bytes.get(1).and_then(|count| bytes.get(2..2 + usize::from(*count))) else {
        return Step::More;
    };
    if methods.contains(&0) {
        Step::Reply(vec![SOCKS, 0], 2 + methods.len())
    } else {
        Step::Close(vec![SOCKS, 0xff])
    }
}

fn socks_request(bytes: &[u8]) -> Step {
    let close = |code: u8| Step::Close(vec![SOCKS, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    let (Some(&command), Some(&kind), Some(&first)) = (bytes.get(1), bytes.get(3), bytes.get(4))
    else {
        return Step::More;
    };
    // CONNECT is the only command; 7 says that another is not supported.
    if command != 1 {
        return close(7);
    }
    let (start, length) = match kind {
        1 => (4, 4),
        3 => (5, usize::from(first)),
        4 => (4, 16),
        _ => return close(8),
    };
    let Some(&[high, low]) = bytes.get(start + length..start + length + 2) else {
        return Step::More;
    };
    let host = &bytes[start..start + length];
    let destination = match kind {
        1 => <[u8; 4]>::try_from(host).ok().map(|host| Ipv4Addr::from(host).into()).map(address),
        4 => <[u8; 16]>::try_from(host).ok().map(|host| Ipv6Addr::from(host).into()).map(address),
        _ => std::str::from_utf8(host).ok().and_then(destination),
    };
    let Some(destination) = destination else { return close(1) };
    Step::Connect(Request {
        destination,
        port: u16::from_be_bytes([high, low]),
        protocol: Protocol::Socks,
        first: bytes[start + length + 2..].to_vec(),
    })
}

fn http(bytes: &[u8]) -> Step {
    let mut fields = [httparse::EMPTY_HEADER; 128];
    let mut request = httparse::Request::new(&mut fields);
    let end = match request.parse(bytes) {
        Ok(httparse::Status::Partial) => return Step::More,
        Ok(httparse::Status::Complete(end)) => end,
        Err(_) => return Step::Close(bad_request()),
    };
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let connect = || {
        if method == "CONNECT" {
            let (host, port) = authority(target);
            return Some(Request {
                destination: destination(host)?,
                port: port?,
                protocol: Protocol::Tunnel,
                first: bytes[end..].to_vec(),
            });
        }
        let rest = target.strip_prefix("http://")?;
        let path_at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, port) = authority(&rest[..path_at]);
        let mut first = origin_form(method, &rest[path_at..], request.headers);
        first.extend_from_slice(&bytes[end..]);
        Some(Request {
            destination: destination(host)?,
            port: port.unwrap_or(80),
            protocol: Protocol::Plain,
            first,
        })
    };
    connect().map_or_else(|| Step::Close(bad_request()), Step::Connect)
}

/// The request as the server itself would get it. The connection serves this one only: the next
/// request of the client may be for another server.
fn origin_form(method: &str, path: &str, fields: &[httparse::Header]) -> Vec<u8> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut head = format!("{method} {slash}{path} HTTP/1.1\r\n").into_bytes();
    let hop = ["connection", "proxy-connection", "proxy-authorization", "keep-alive"];
    for field in fields {
        if !hop.contains(&field.name.to_ascii_lowercase().as_str()) {
            head.extend_from_slice(&[field.name.as_bytes(), b": ", field.value, b"\r\n"].concat());
        }
    }
    head.extend_from_slice(b"Connection: close\r\n\r\n");
    head
}

fn destination(host: &str) -> Option<Destination> {
    match host.parse::<IpAddr>() {
        Ok(found) => Some(address(found)),
        Err(_) => Name::parse(host).ok().map(Destination::Name),
    }
}

fn address(address: IpAddr) -> Destination {
    Destination::Address(address.to_canonical())
}

fn bad_request() -> Vec<u8> {
    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Destination {
        Destination::Name(Name::parse(text).expect("a name"))
    }

    #[test]
    fn a_tunnel_is_asked_for_by_name_and_port() {
        let text = b"CONNECT api.example:443 HTTP/1.1\r\nHost: x\r\n\r\nhello";
        let request = Request {
            destination: name("api.example"),
            port: 443,
            protocol: Protocol::Tunnel,
            first: b"hello".to_vec(),
        };
        assert_eq!(read(text, false), Step::Connect(request));
        for end in 1..text.len() - 5 {
            assert_eq!(read(&text[..end], false), Step::More, "{end}");
        }
    }

    #[test]
    fn a_plain_request_reaches_the_server_in_the_form_of_its_own() {
        let text = b"GET http://api.example:8000/a?b HTTP/1.1\r\nHost: api.example:8000\r\n\
                     Proxy-Connection: keep-alive\r\nAccept: */*\r\n\r\n";
        let Step::Connect(request) = read(text, false) else { panic!("a request") };
        assert_eq!((request.destination, request.port), (name("api.example"), 8000));
        let expected = "GET /a?b HTTP/1.1\r\nHost: api.example:8000\r\nAccept: */*\r\n\
                        Connection: close\r\n\r\n";
        assert_eq!(String::from_utf8_lossy(&request.first), expected);
    }

    #[test]
    fn socks_asks_in_two_steps() {
        assert_eq!(read(&[5, 2, 0, 1], false), Step::Reply(vec![5, 0], 4));
        assert_eq!(read(&[5, 1, 2], false), Step::Close(vec![5, 0xff]));
        let by_name = [&[5, 1, 0, 3, 11][..], b"api.example", &[1, 187]].concat();
        let Step::Connect(request) = read(&by_name, true) else { panic!("a request") };
        assert_eq!((request.destination, request.port), (name("api.example"), 443));
        let mapped: Ipv6Addr = "::ffff:10.0.0.1".parse().expect("an address");
        let by_address = [&[5, 1, 0, 4][..], &mapped.octets(), &[0, 80]].concat();
        let Step::Connect(request) = read(&by_address, true) else { panic!("a request") };
        assert_eq!(request.destination.to_string(), "10.0.0.1");
        let Step::Close(refused) = read(&[5, 3, 0, 1, 0, 0, 0, 0, 0, 0], true) else {
            panic!("UDP is refused")
        };
        assert_eq!(refused[1], 7);
    }

    #[test]
    fn what_is_no_request_is_closed() {
        for text in ["GET / HTTP/1.1\r\n\r\n", "CONNECT api.example HTTP/1.1\r\n\r\n", "\0\0"] {
            assert_eq!(read(text.as_bytes(), false), Step::Close(bad_request()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), greeted: bool) {
            let _ = read(&bytes, greeted);
            let socks = [vec![5], bytes].concat();
            let _ = read(&socks, greeted);
        }
    }
}
