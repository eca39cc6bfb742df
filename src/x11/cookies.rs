//! Which keys the jail gets, and under which names.
//!
//! A client looks for the entry of its own machine's name and the display's number; in the jail
//! both differ. The rules are those of libxcb (`xcb_auth.c`) and libXau (`XauGetBestAuthByAddr`).

use std::net::IpAddr;

use super::authority::{FAMILY_INTERNET, FAMILY_INTERNET6, FAMILY_LOCAL, FAMILY_WILD};
use super::{DisplayName, Entry};

/// The entries that a client on this machine, which is called `machine`, would look at.
pub fn fitting(entries: Vec<Entry>, display: &DisplayName, machine: &[u8]) -> Vec<Entry> {
    let number = display.number.to_string();
    let mut entries = entries;
    entries.retain(|entry| {
        (entry.number.is_empty() || entry.number == number.as_bytes())
            && fits_place(entry, display, machine)
    });
    entries
}

fn fits_place(entry: &Entry, display: &DisplayName, machine: &[u8]) -> bool {
    match (entry.family, &display.host) {
        (FAMILY_WILD, _) => true,
        // A machine's own name may lead to its loopback address.
        (FAMILY_LOCAL, host) => {
            let named = host.as_ref().is_some_and(|host| host.as_bytes() == machine);
            entry.address == machine && (named || display.is_of_this_machine())
        }
        (FAMILY_INTERNET | FAMILY_INTERNET6, Some(_)) => match display.address() {
            Some(IpAddr::V4(address)) => entry.address == address.octets(),
            Some(IpAddr::V6(address)) => entry.address == address.octets(),
            // What the name leads to is not known here; the number has to do.
            None => !display.is_of_this_machine(),
        },
        _ => false,
    }
}

/// The same keys for a jail that is called `machine`, in which the display has another number.
///
/// Each is there twice: under the jail's name, because not every client knows the wild form, and
/// wild, because a jail's processes may see another name. Those of addresses stay as they are.
pub fn for_jail(entries: &[Entry], machine: &str, number: u32) -> Vec<Entry> {
    let renamed = |entry: &Entry| {
        let number = number.to_string().into_bytes();
        let with = |family, address: &[u8]| Entry {
            family,
            address: address.to_vec(),
            number: number.clone(),
            ..entry.clone()
        };
        match entry.family {
            FAMILY_LOCAL | FAMILY_WILD => {
                vec![with(FAMILY_LOCAL, machine.as_bytes()), with(FAMILY_WILD, b"")]
            }
            _ => vec![entry.clone()],
        }
    };
    entries.iter().flat_map(renamed).collect()
}
