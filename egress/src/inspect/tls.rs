//! The server name of a TLS handshake, RFC 8446 section 4.1.2 and RFC 6066 section 3.

use super::Part;

/// Record type and handshake type of a `ClientHello`.
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
/// The extension, and its one name type.
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;
/// The longest fragment of a record.
const MAX_FRAGMENT: usize = 16_384;

/// The server name of what could be the start of a TLS connection.
pub fn server_name(bytes: &[u8]) -> Part {
    match bytes {
        [HANDSHAKE] | [HANDSHAKE, 3] => return Part::More,
        [HANDSHAKE, 3, ..] => {}
        _ => return Part::Other,
    }
    let Some((handshake, is_whole)) = fragments(bytes) else { return Part::Other };
    match handshake.first() {
        None if is_whole => return Part::Other,
        Some(&CLIENT_HELLO) => {}
        None => return Part::More,
        Some(_) => return Part::Other,
    }
    let Some(&[a, b, c]) = handshake.get(1..4) else { return Part::More };
    let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
    match handshake.get(4..4 + length) {
        Some(hello) => Part::Names(name_in(hello)),
        None => Part::More,
    }
}

/// The handshake's bytes out of their records, and whether more cannot come. `None` for what is
/// no record.
fn fragments(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut handshake = Vec::new();
    let mut rest = bytes;
    loop {
        let [kind, version, _, high, low, tail @ ..] = rest else {
            return Some((handshake, false));
        };
        if *kind != HANDSHAKE || *version != 3 {
            // Something else follows the handshake.
            return Some((handshake, true));
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length == 0 || length > MAX_FRAGMENT {
            return None;
        }
        handshake.extend_from_slice(&tail[..length.min(tail.len())]);
        match tail.get(length..) {
            Some(tail) => rest = tail,
            None => return Some((handshake, false)),
        }
    }
}

/// The name in a whole `ClientHello`; `None` where there is none, or where it cannot be read: a
/// server could read such a handshake otherwise.
fn name_in(hello: &[u8]) -> Option<String> {
    let mut hello = Reader(hello);
    hello.take(2 + 32)?;
    hello.vector(1)?;
    hello.vector(2)?;
    hello.vector(1)?;
    let mut extensions = Reader(hello.vector(2)?);
    let mut found = None;
    while !extensions.0.is_empty() {
        let kind = extensions.number(2)?;
        let data = extensions.vector(2)?;
        if kind != usize::from(SERVER_NAME) {
            continue;
        }
        if found.is_some() {
            return None;
        }
        found = Some(host_name(data)?);
    }
    found
}

/// A list of exactly one name.
fn host_name(data: &[u8]) -> Option<String> {
    let mut data = Reader(data);
    let mut list = Reader(data.vector(2)?);
    let kind = list.number(1)?;
    let name = list.vector(2)?;
    let is_alone = kind == usize::from(HOST_NAME) && list.0.is_empty() && data.0.is_empty();
    if !is_alone || name.is_empty() {
        return None;
    }
    String::from_utf8(name.to_vec()).ok()
}

/// Bytes that are read from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// Bytes behind their length.
    fn vector(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let length = self.number(bytes)?;
        self.take(length)
    }
}
