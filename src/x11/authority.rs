//! The file of keys to displays, `~/.Xauthority`.
//!
//! It is a row of entries: the family of an address in two bytes, then four strings, each with
//! its length in two bytes before it; all numbers have their high byte first. The README of libXau
//! describes it under "The .Xauthority file", `Xauth.h` has the families.

use std::fmt;

/// The address is a host name: a socket of that machine.
pub const FAMILY_LOCAL: u16 = 256;
/// Fits every address.
pub const FAMILY_WILD: u16 = 65535;
/// The address has four bytes.
pub const FAMILY_INTERNET: u16 = 0;
/// The address has sixteen bytes.
pub const FAMILY_INTERNET6: u16 = 6;

/// A key and what it opens.
#[derive(Clone, Eq, PartialEq)]
pub struct Entry {
    /// What kind of address it has.
    pub family: u16,
    /// The machine.
    pub address: Vec<u8>,
    /// The display's number, in digits; empty fits every display.
    pub number: Vec<u8>,
    /// The protocol, such as `MIT-MAGIC-COOKIE-1`.
    pub name: Vec<u8>,
    /// The key itself: never shown.
    pub data: Vec<u8>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("family", &self.family)
            .field("number", &String::from_utf8_lossy(&self.number))
            .finish_non_exhaustive()
    }
}

/// The entries of a file. What follows the last whole one is left out, as libXau does.
pub fn parse(bytes: &[u8]) -> Vec<Entry> {
    let mut rest = bytes;
    std::iter::from_fn(|| entry(&mut rest)).collect()
}

fn entry(rest: &mut &[u8]) -> Option<Entry> {
    Some(Entry {
        family: number(rest)?,
        address: string(rest)?,
        number: string(rest)?,
        name: string(rest)?,
        data: string(rest)?,
    })
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u16::from_be_bytes(*bytes))
}

fn string(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = number(rest)?.into();
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes.to_vec())
}

/// A file with these entries. One with a string that is longer than its length can say is left
/// out; none that was read from a file is.
pub fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let strings = [&entry.address, &entry.number, &entry.name, &entry.data];
        let lengths = strings.map(|string| u16::try_from(string.len()));
        if lengths.iter().any(Result::is_err) {
            continue;
        }
        bytes.extend(entry.family.to_be_bytes());
        for (length, string) in lengths.into_iter().flatten().zip(strings) {
            bytes.extend(length.to_be_bytes());
            bytes.extend(string);
        }
    }
    bytes
}
