//! The file of keys to X11 displays, and which of them the jail gets.

use std::ffi::OsStr;

use ai_jail::x11::authority::{
    FAMILY_INTERNET, FAMILY_INTERNET6, FAMILY_LOCAL, FAMILY_WILD, encode, parse,
};
use ai_jail::x11::{DisplayName, Entry, cookies};
use pretty_assertions::assert_eq;
use proptest::collection::vec;
use proptest::prelude::*;

/// As `xauth add box/unix:7 . 00…` writes it.
const FILE: &[u8] =
    b"\x01\x00\x00\x03box\x00\x017\x00\x12MIT-MAGIC-COOKIE-1\x00\x04\xde\xad\xbe\xef";

fn key(family: u16, address: &[u8], number: &str, data: &[u8]) -> Entry {
    Entry {
        family,
        address: address.to_vec(),
        number: number.into(),
        name: b"MIT-MAGIC-COOKIE-1".to_vec(),
        data: data.to_vec(),
    }
}

fn display(name: &str) -> DisplayName {
    DisplayName::parse(OsStr::new(name)).expect("a display")
}

/// The keys of the entries that fit, on a machine called `box`.
fn fitting(name: &str, entries: &[Entry]) -> Vec<u8> {
    let fitting = cookies::fitting(entries.to_vec(), &display(name), b"box");
    fitting.into_iter().flat_map(|entry| entry.data).collect()
}

#[test]
fn a_file_as_xauth_writes_it() {
    let entry = key(FAMILY_LOCAL, b"box", "7", b"\xde\xad\xbe\xef");
    assert_eq!(encode(std::slice::from_ref(&entry)), FILE);
    assert_eq!(parse(FILE), [entry]);
}

#[test]
fn what_is_cut_off_is_left_out() {
    let two = [FILE, FILE].concat();
    for end in 0..two.len() {
        assert_eq!(parse(&two[..end]).len(), end / FILE.len(), "{end}");
    }
}

#[test]
fn a_display_of_this_machine() {
    let entries = [
        key(FAMILY_LOCAL, b"box", "7", b"a"),
        key(FAMILY_LOCAL, b"box", "8", b"b"),
        key(FAMILY_LOCAL, b"other", "7", b"c"),
        key(FAMILY_WILD, b"", "7", b"d"),
        key(FAMILY_WILD, b"", "", b"e"),
        key(FAMILY_INTERNET, &[192, 0, 2, 1], "7", b"f"),
        key(254, b"box", "7", b"g"),
    ];
    for name in [":7", ":7.1", "unix:7", "localhost:7.0", "127.0.0.1:7", "[::1]:7"] {
        assert_eq!(fitting(name, &entries), b"ade", "{name}");
    }
    assert_eq!(fitting(":8", &entries), b"be");
    assert_eq!(fitting(":77", &entries), b"e");
}

#[test]
fn a_display_of_another_machine() {
    let v6 = "2001:db8::1".parse::<std::net::Ipv6Addr>().expect("an address").octets();
    let entries = [
        key(FAMILY_LOCAL, b"box", "0", b"a"),
        key(FAMILY_INTERNET, &[192, 0, 2, 1], "0", b"b"),
        key(FAMILY_INTERNET, &[192, 0, 2, 2], "0", b"c"),
        key(FAMILY_INTERNET6, &v6, "0", b"d"),
        key(FAMILY_INTERNET, &[192, 0, 2, 1], "1", b"e"),
    ];
    assert_eq!(fitting("192.0.2.1:0", &entries), b"b");
    assert_eq!(fitting("[2001:db8::1]:0.0", &entries), b"d");
    // What a name leads to is not looked up.
    assert_eq!(fitting("far:0", &entries), b"bcd");
    // This machine by its name: it may lead to the loopback address.
    assert_eq!(fitting("box:0", &entries), b"abcd");
}

#[test]
fn the_jail_knows_itself_and_the_display_by_other_names() {
    let far = key(FAMILY_INTERNET, &[192, 0, 2, 1], "7", b"f");
    let entries =
        [key(FAMILY_LOCAL, b"box", "7", b"a"), key(FAMILY_WILD, b"", "", b"b"), far.clone()];
    let expected = [
        key(FAMILY_LOCAL, b"cell", "1007", b"a"),
        key(FAMILY_WILD, b"", "1007", b"a"),
        key(FAMILY_LOCAL, b"cell", "1007", b"b"),
        key(FAMILY_WILD, b"", "1007", b"b"),
        far,
    ];
    assert_eq!(cookies::for_jail(&entries, "cell", 1007), expected);
}

#[test]
fn a_key_is_not_shown() {
    let shown = format!("{:?}", key(FAMILY_LOCAL, b"box", "7", b"\xde\xad\xbe\xef"));
    for secret in ["222", "173", "dead", "data"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let bytes = || vec(any::<u8>(), 0..40);
    (any::<u16>(), bytes(), bytes(), bytes(), bytes()).prop_map(
        |(family, address, number, name, data)| Entry { family, address, number, name, data },
    )
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in vec(any::<u8>(), 0..2000)) {
        let entries = parse(&bytes);
        // What was understood is just how the file begins.
        prop_assert!(bytes.starts_with(&encode(&entries)));
    }

    /// Random bytes seldom make a whole entry; a file with one byte changed or cut often does.
    #[test]
    fn a_damaged_file_can_be_read(
        entries in vec(entry(), 1..6),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode(&entries);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(end.index(bytes.len() + 1));
        prop_assert!(bytes.starts_with(&encode(&parse(&bytes))));
    }

    #[test]
    fn what_is_written_is_read(entries in vec(entry(), 0..6), rest in vec(any::<u8>(), 0..2)) {
        let mut bytes = encode(&entries);
        bytes.extend(rest);
        prop_assert_eq!(parse(&bytes), entries);
    }

    #[test]
    fn any_name_can_be_read(name in "[a-z0-9:./\\[\\]]{0,12}|\\PC{0,12}") {
        if let Some(display) = DisplayName::parse(OsStr::new(&name)) {
            prop_assert_eq!(display.host.as_deref().map(str::is_empty), display.host.as_ref().map(|_| false));
            let again = display.renumbered(display.number);
            let parsed = DisplayName::parse(OsStr::new(&again)).expect("one of ours");
            prop_assert_eq!((parsed.number, parsed.screen), (display.number, display.screen));
        }
    }
}
