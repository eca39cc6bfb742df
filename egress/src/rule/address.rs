//! Addresses in the forms that rules take, and in those that they do not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::Wrong;
use crate::address::{Kind, kind};

/// Reads an IPv6 address; one that carries an IPv4 address becomes that.
pub fn ipv6(text: &str) -> Result<IpAddr, Wrong> {
    if let Some((_, zone)) = text.split_once('%') {
        return Err(Wrong::Zone { zone: zone.to_owned() });
    }
    let address: Ipv6Addr = text.parse().map_err(|_| Wrong::Ipv6 { text: text.to_owned() })?;
    Ok(IpAddr::V6(address).to_canonical())
}

/// Reads an IPv4 address, if this is meant to be one: browsers, and with them the URL standard,
/// take every host for one whose last label is a number.
pub fn ipv4(text: &str) -> Result<Option<IpAddr>, Wrong> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let last = bare.rsplit('.').next().unwrap_or_default();
    let is_number = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit())
            || label.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"))
                && label[2..].bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if !is_number(last) {
        return Ok(None);
    }
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Ok(Some(IpAddr::V4(address))),
        Err(_) => Err(Wrong::OddAddress { text: text.to_owned(), meant: inet_aton(bare) }),
    }
}

/// As `inet_aton(3)` reads it: one to four numbers, decimal, octal or hexadecimal; the last one
/// fills what is left.
fn inet_aton(text: &str) -> Option<IpAddr> {
    let parts = text.split('.').map(number).collect::<Option<Vec<u32>>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 || first.iter().any(|part| *part > 255) {
        return None;
    }
    let left = 32 - 8 * u32::try_from(first.len()).ok()?;
    if left < 32 && *last >= 1 << left {
        return None;
    }
    let high = first.iter().zip([24, 16, 8]).map(|(part, shift)| part << shift).sum::<u32>();
    Some(IpAddr::V4(Ipv4Addr::from(high | last)))
}

fn number(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if lower.len() > 1 && lower.starts_with('0') => (&lower[1..], 8),
        None => (lower.as_str(), 10),
    };
    u32::from_str_radix(digits, radix).ok()
}

/// A network of this address and prefix length.
pub fn network(address: IpAddr, length: &str) -> Result<IpNet, Wrong> {
    let most = if address.is_ipv4() { 32 } else { 128 };
    let wrong = || Wrong::Prefix { length: length.to_owned(), most };
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let network = IpNet::new(address, length.parse().map_err(|_| wrong())?).map_err(|_| wrong())?;
    if network.trunc() != network {
        return Err(Wrong::HostBits { network: network.trunc() });
    }
    Ok(network)
}

/// An address that a rule can be about: the jail's connections to its own loopback never arrive
/// at the filter.
pub fn reachable(address: IpAddr) -> Result<IpAddr, Wrong> {
    match kind(address) {
        Kind::Loopback => Err(Wrong::Loopback { text: address.to_string() }),
        kind @ Kind::Multicast => Err(Wrong::Nowhere { address, kind: kind.to_string() }),
        kind if address.is_unspecified() => Err(Wrong::Nowhere { address, kind: kind.to_string() }),
        _ => Ok(address),
    }
}
