//! Handshakes and requests, whole, in pieces and damaged.

use proptest::prelude::*;

use super::*;

fn name() -> Name {
    Name::parse("api.example.com").expect("a name")
}

fn vector(length: usize, data: &[u8]) -> Vec<u8> {
    let bytes = u32::try_from(data.len()).expect("a short vector").to_be_bytes();
    [&bytes[4 - length..], data].concat()
}

/// A hello with these extensions, in records of at most `fragment` bytes.
fn hello_of(extensions: &[u8], fragment: usize) -> Vec<u8> {
    let body = [
        vec![3, 3],
        vec![7; 32],
        vector(1, &[9; 32]),
        vector(2, &[0x13, 1, 0x13, 2]),
        vector(1, &[0]),
        vector(2, extensions),
    ]
    .concat();
    let message = [vec![1], vector(3, &body)].concat();
    message.chunks(fragment).flat_map(|chunk| [vec![22, 3, 1], vector(2, chunk)].concat()).collect()
}

fn server_name(name: &str) -> Vec<u8> {
    let list = [vec![0], vector(2, name.as_bytes())].concat();
    [vec![0, 0], vector(2, &vector(2, &list))].concat()
}

/// As a browser sends it: something before, something behind.
fn hello(name: Option<&str>) -> Vec<u8> {
    let alpn = [vec![0, 16], vector(2, &[0, 3, 2, b'h', b'2'])].concat();
    let named = name.map(server_name).unwrap_or_default();
    hello_of(&[alpn.clone(), named, alpn].concat(), 16_384)
}

#[test]
fn the_server_name_of_a_handshake_must_be_the_name() {
    assert_eq!(judge(&hello(Some("api.example.com")), &name(), 443), Judgement::Pass);
    assert_eq!(judge(&hello(Some("API.example.COM")), &name(), 443), Judgement::Pass);
    for other in ["evil.example", "example.com", "api.example.com.evil.example", "1.2.3.4"] {
        let named = other.to_owned();
        let refused = Judgement::Refuse(Why::ServerName { named });
        assert_eq!(judge(&hello(Some(other)), &name(), 443), refused);
        assert_eq!(judge(&hello(Some(other)), &name(), 5432), refused);
    }
}

#[test]
fn a_handshake_without_a_name_passes_only_where_tls_need_not_come_first() {
    assert_eq!(judge(&hello(None), &name(), 443), Judgement::Refuse(Why::NoServerName));
    assert_eq!(judge(&hello(None), &name(), 8000), Judgement::Pass);
}

#[test]
fn two_names_are_as_good_as_none() {
    let both = [server_name("api.example.com"), server_name("evil.example")].concat();
    let refused = Judgement::Refuse(Why::NoServerName);
    assert_eq!(judge(&hello_of(&both, 16_384), &name(), 443), refused);
}

#[test]
fn a_handshake_in_pieces_of_a_byte_waits_for_the_last() {
    for fragment in [16_384, 50, 1] {
        let whole = hello_of(&server_name("api.example.com"), fragment);
        for end in 1..whole.len() {
            assert_eq!(judge(&whole[..end], &name(), 443), Judgement::More, "{end} of {fragment}");
        }
        assert_eq!(judge(&whole, &name(), 443), Judgement::Pass);
    }
}

#[test]
fn a_handshake_without_end_is_refused() {
    let mut bytes = Vec::new();
    while bytes.len() < MAX_FIRST {
        bytes.extend_from_slice(&[22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff]);
    }
    assert_eq!(judge(&bytes, &name(), 443), Judgement::Refuse(Why::NoServerName));
}

#[test]
fn a_request_must_be_for_the_host() {
    let judge = |text: &str| judge(text.as_bytes(), &name(), 80);
    assert_eq!(judge("GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n"), Judgement::Pass);
    assert_eq!(
        judge("POST /x HTTP/1.1\r\nA: b\r\nhOsT:  API.example.com:80 \r\n\r\nbody"),
        Judgement::Pass
    );
    for text in [
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: api.example.com\r\nHost: evil.example\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
    ] {
        let refused = Judgement::Refuse(Why::Host { named: "evil.example".to_owned() });
        assert_eq!(judge(text), refused, "{text}");
    }
    for text in ["GET / HTTP/1.0\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"] {
        assert_eq!(judge(text), Judgement::Refuse(Why::NoHost), "{text}");
    }
}

#[test]
fn a_request_in_pieces_of_a_byte_waits_for_its_head() {
    let text = b"GET /path HTTP/1.1\r\nAccept: */*\r\nHost: api.example.com\r\n\r\n";
    for end in 1..text.len() {
        assert_eq!(judge(&text[..end], &name(), 80), Judgement::More, "{end}");
        assert_eq!(judge(&text[..end], &name(), 443), Judgement::More, "{end}");
    }
    assert_eq!(judge(text, &name(), 443), Judgement::Pass);
}

#[test]
fn other_protocols_pass_at_once_but_not_where_tls_comes_first() {
    for bytes in [
        b"SSH-2.0-OpenSSH_9.2\r\n".as_slice(),
        b"\0\0\0\x08\x04\xd2\x16\x2f",
        b"PRI * HTTP/2.0\r\n",
        b"EHLO a\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b"GETX",
    ] {
        assert_eq!(judge(bytes, &name(), 22), Judgement::Pass);
        assert_eq!(judge(bytes, &name(), 443), Judgement::Refuse(Why::NoTls));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..600), port: u16) {
        let _ = judge(&bytes, &name(), port);
    }

    /// Damage never makes another name pass: what passes has the name in it.
    #[test]
    fn a_damaged_handshake_for_another_server_never_passes(
        at in 0_usize..200, value: u8, cut in 0_usize..200,
    ) {
        let mut bytes = hello(Some("evil.example.org"));
        let (at, cut) = (at % bytes.len(), cut % bytes.len());
        bytes[at] = value;
        bytes.truncate(bytes.len() - cut);
        prop_assert_ne!(judge(&bytes, &name(), 443), Judgement::Pass);
    }
}
