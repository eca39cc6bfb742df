//! Messages on the wire, RFC 1035 section 4.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::name::{Name, NameError};

/// A, RFC 1035.
pub const A: u16 = 1;
/// AAAA, RFC 3596.
pub const AAAA: u16 = 28;
const INTERNET: u16 = 1;

const HEADER: usize = 12;
/// The first byte of a compressed name's pointer has both high bits set.
const POINTER: u8 = 0xc0;
/// A pointer to the question's name, which follows the header.
const TO_QUESTION: [u8; 2] = [POINTER, 12];

/// Response codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Code {
    /// With or without data.
    Success = 0,
    /// The query cannot be read.
    Format = 1,
    /// Not now.
    Failure = 2,
    /// There is no such name.
    NoName = 3,
    /// Not this kind of query.
    NotImplemented = 4,
}

/// A query that can be read.
#[derive(Debug, Eq, PartialEq)]
pub struct Query<'a> {
    /// Header and question as they came.
    bytes: &'a [u8],
    /// The name; one that is no host name cannot be ours.
    pub name: Result<Name, NameError>,
    /// The record type.
    pub kind: u16,
}

/// Reads a query.
///
/// # Errors
///
/// What to answer one that is none; `None` where nothing can be answered.
pub fn query(bytes: &[u8]) -> Result<Query<'_>, Option<Vec<u8>>> {
    let Some(header) = bytes.get(..HEADER) else { return Err(None) };
    let is_response = header[2] & 0x80 != 0;
    if is_response {
        return Err(None);
    }
    let bad = |code| Err(Some(head(header, code, 0, 0)));
    if header[2] & 0x78 != 0 {
        return bad(Code::NotImplemented);
    }
    if header[4..6] != [0, 1] {
        return bad(Code::Format);
    }
    let Some((labels, end)) = labels(bytes, HEADER) else { return bad(Code::Format) };
    let Some(tail) = bytes.get(end..end + 4) else { return bad(Code::Format) };
    if word(tail, 2) != Some(INTERNET) {
        return bad(Code::NotImplemented);
    }
    let kind = word(tail, 0).unwrap_or_default();
    Ok(Query { bytes: &bytes[..end + 4], name: Name::parse(&labels), kind })
}

impl Query<'_> {
    /// An answer with these addresses, or with none.
    pub fn answer(&self, code: Code, address: Option<IpAddr>, ttl: u32) -> Vec<u8> {
        let mut answer = head(self.bytes, code, 1, u8::from(address.is_some()));
        answer.extend_from_slice(&self.bytes[HEADER..]);
        if let Some(address) = address {
            answer.extend_from_slice(&TO_QUESTION);
            let (kind, data) = match address {
                IpAddr::V4(address) => (A, address.octets().to_vec()),
                IpAddr::V6(address) => (AAAA, address.octets().to_vec()),
            };
            answer.extend_from_slice(&kind.to_be_bytes());
            answer.extend_from_slice(&INTERNET.to_be_bytes());
            answer.extend_from_slice(&ttl.to_be_bytes());
            // 4 or 16.
            answer.extend_from_slice(&[0, if address.is_ipv4() { 4 } else { 16 }]);
            answer.extend_from_slice(&data);
        }
        answer
    }
}

/// The header of an answer: response, recursion available.
fn head(query: &[u8], code: Code, questions: u8, answers: u8) -> Vec<u8> {
    let flags = [0x80 | (query[2] & 0x79), 0x80 | code as u8];
    let counts = [0, questions, 0, answers, 0, 0, 0, 0];
    [&query[..2], &flags, &counts].concat()
}

/// A query of our own.
pub fn ask(id: u16, name: &Name, kind: u16) -> Vec<u8> {
    let mut bytes = id.to_be_bytes().to_vec();
    // Recursion desired; one question.
    bytes.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.as_str().split('.') {
        // Labels of a name are 63 bytes at most.
        bytes.push(u8::try_from(label.len()).unwrap_or_default());
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(&kind.to_be_bytes());
    bytes.extend_from_slice(&INTERNET.to_be_bytes());
    bytes
}

/// What a server answered.
#[derive(Debug, Eq, PartialEq)]
pub enum Reply {
    /// The addresses of the name; none where it has none of this type.
    Addresses(Vec<IpAddr>),
    /// There is no such name.
    NoName,
    /// The answer is too long for a datagram.
    Truncated,
    /// The server cannot or will not say.
    Failure,
}

/// Reads the answer to [`ask`]; `None` for what is not that answer.
pub fn reply(bytes: &[u8], id: u16, name: &Name, kind: u16) -> Option<Reply> {
    let header = bytes.get(..HEADER)?;
    if header[..2] != id.to_be_bytes() || header[2] & 0x80 == 0 {
        return None;
    }
    let (asked, end) = labels(bytes, HEADER)?;
    let is_ours = word(bytes, 4)? == 1
        && Name::parse(&asked).as_ref() == Ok(name)
        && word(bytes, end)? == kind
        && word(bytes, end + 2)? == INTERNET;
    if !is_ours {
        return None;
    }
    match header[3] & 0x0f {
        _ if header[2] & 0x02 != 0 => Some(Reply::Truncated),
        0 => Some(
            addresses(bytes, end + 4, word(bytes, 6)?, kind)
                .map_or(Reply::Failure, Reply::Addresses),
        ),
        3 => Some(Reply::NoName),
        _ => Some(Reply::Failure),
    }
}

/// The addresses of the answer section. The server that was asked follows aliases, so all of them
/// are the name's.
fn addresses(bytes: &[u8], start: usize, count: u16, kind: u16) -> Option<Vec<IpAddr>> {
    let mut found = Vec::new();
    let mut at = start;
    for _ in 0..count {
        at = skip_name(bytes, at)?;
        let (record, length) = (word(bytes, at)?, usize::from(word(bytes, at + 8)?));
        let data = bytes.get(at + 10..at + 10 + length)?;
        if record == kind {
            found.extend(address(data));
        }
        at += 10 + length;
    }
    Some(found)
}

fn address(data: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(data) {
        return Some(Ipv4Addr::from(bytes).into());
    }
    <[u8; 16]>::try_from(data).ok().map(|bytes| Ipv6Addr::from(bytes).into())
}

/// The labels of a name that is not compressed, with dots between them, and where it ends.
fn labels(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = start;
    loop {
        let length = usize::from(*bytes.get(at)?);
        if length == 0 {
            return Some((text, at + 1));
        }
        if length >= usize::from(POINTER) >> 1 {
            return None;
        }
        let label = bytes.get(at + 1..at + 1 + length)?;
        if !text.is_empty() {
            text.push('.');
        }
        // A dot inside a label is another name than two labels; no host name has one.
        text.extend(label.iter().map(|byte| if *byte == b'.' { '\\' } else { char::from(*byte) }));
        at += 1 + length;
        if at - start > 255 {
            return None;
        }
    }
}

/// Where a name ends, compressed or not.
fn skip_name(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length if length & POINTER == POINTER => return Some(at + 2),
            length if length & POINTER != 0 => return None,
            length => at += 1 + usize::from(length),
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([pair[0], pair[1]]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn a_query_is_read_as_it_was_asked() {
        let name = name("api.example.com");
        let bytes = ask(7, &name, AAAA);
        let query = query(&bytes).expect("a query");
        assert_eq!((query.name.as_ref(), query.kind), (Ok(&name), AAAA));
    }

    #[test]
    fn an_answer_is_read_as_it_was_given() {
        let name = name("api.example.com");
        for (kind, text) in [(A, "192.0.2.1"), (AAAA, "2001:db8::1")] {
            let address: IpAddr = text.parse().expect("an address");
            let bytes = ask(7, &name, kind);
            let answer = query(&bytes).expect("a query").answer(Code::Success, Some(address), 60);
            assert_eq!(reply(&answer, 7, &name, kind), Some(Reply::Addresses(vec![address])));
        }
        let bytes = ask(7, &name, A);
        let none = query(&bytes).expect("a query").answer(Code::NoName, None, 0);
        assert_eq!(reply(&none, 7, &name, A), Some(Reply::NoName));
    }

    #[test]
    fn the_answer_to_another_question_is_none() {
        let name = name("api.example.com");
        let bytes = ask(7, &name, A);
        let answer = query(&bytes).expect("a query").answer(Code::Success, None, 60);
        assert_eq!(reply(&answer, 8, &name, A), None);
        assert_eq!(reply(&answer, 7, &name, AAAA), None);
        assert_eq!(reply(&answer, 7, &self::name("other.example"), A), None);
        assert_eq!(reply(&bytes, 7, &name, A), None);
    }

    #[test]
    fn aliases_and_compressed_names_are_followed() {
        let name = name("www.example.com");
        let mut bytes = ask(9, &name, A);
        bytes[2] |= 0x80;
        bytes[7] = 2;
        // www CNAME www (compressed), then an A record of the same name.
        bytes.extend_from_slice(&[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12]);
        bytes.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 9]);
        let expected = vec!["192.0.2.9".parse().expect("an address")];
        assert_eq!(reply(&bytes, 9, &name, A), Some(Reply::Addresses(expected)));
    }

    #[test]
    fn a_dot_inside_a_label_does_not_make_another_name() {
        let mut bytes = ask(7, &name("evilxexample.com"), A);
        let dot = bytes.iter().position(|byte| *byte == b'x').expect("an x");
        bytes[dot] = b'.';
        assert!(query(&bytes).expect("a query").name.is_err());
    }

    #[test]
    fn what_cannot_be_read_is_answered_with_why() {
        let mut bytes = ask(7, &name("a.b"), A);
        bytes[5] = 2;
        let Err(Some(answer)) = query(&bytes) else { panic!("two questions are none") };
        assert_eq!(answer[3] & 0x0f, Code::Format as u8);
        assert_eq!(query(&[0; 11]), Err(None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(query) = query(&bytes) {
                let _ = query.answer(Code::Success, None, 0);
            }
            let _ = reply(&bytes, 0, &name("a"), A);
        }

        #[test]
        fn a_damaged_answer_is_survived(at in 0_usize..60, value: u8) {
            let name = name("www.example.com");
            let bytes = ask(7, &name, A);
            let address = Some("192.0.2.1".parse().expect("an address"));
            let mut answer = query(&bytes).expect("a query").answer(Code::Success, address, 60);
            let at = at % answer.len();
            answer[at] = value;
            let _ = reply(&answer, 7, &name, A);
        }
    }
}
