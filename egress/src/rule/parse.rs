//! How a rule is read.

use super::{Ports, Rule, Target, Wrong, address};
use crate::name::Name;

/// Reads a whole rule.
pub fn rule(text: &str) -> Result<Rule, Wrong> {
    if text.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some((_, rest)) = text.split_once("://") {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let host = rest[..end].rsplit('@').next().unwrap_or_default();
        return Err(Wrong::Url { host: host.to_owned() });
    }
    if let Some(inner) = text.strip_prefix('[') {
        return bracketed(inner, text);
    }
    if text.matches(':').count() > 1 {
        return ipv6(text);
    }
    let (host, ports) = split_ports(text)?;
    Ok(Rule {
        target: target(host, ports.is_none().then_some(text))?,
        ports: ports.unwrap_or_default(),
    })
}

/// `[2001:db8::1]:443`, and `[2001:db8::]/32` or `[2001:db8::/32]` with or without ports.
fn bracketed(inner: &str, text: &str) -> Result<Rule, Wrong> {
    let wrong = || Wrong::Ipv6 { text: text.to_owned() };
    let (address, rest) = inner.split_once(']').ok_or_else(wrong)?;
    let (length, ports) = match rest.split_once(':') {
        Some((length, ports)) => (length, Some(ports)),
        None => (rest, None),
    };
    let ports = ports.map(Ports::parse).transpose()?.unwrap_or_default();
    let target = match (address.split_once('/'), length.strip_prefix('/')) {
        (None, None) if length.is_empty() => {
            Target::Address(address::reachable(address::ipv6(address)?)?)
        }
        (Some((address, length)), None) => network(address, length)?,
        (None, Some(length)) => network(address, length)?,
        _ => return Err(wrong()),
    };
    Ok(Rule { target, ports })
}

/// Without brackets: an address, or a network, behind which ports can be told.
fn ipv6(text: &str) -> Result<Rule, Wrong> {
    let Some((address, rest)) = text.split_once('/') else {
        let address = address::reachable(address::ipv6(text)?)?;
        return Ok(Rule { target: Target::Address(address), ports: Ports::default() });
    };
    let (length, ports) = split_ports(rest)?;
    Ok(Rule { target: network(address, length)?, ports: ports.unwrap_or_default() })
}

/// An IPv6 network.
fn network(address: &str, length: &str) -> Result<Target, Wrong> {
    address::network(address::ipv6(address)?, length).map(Target::Network)
}

fn split_ports(text: &str) -> Result<(&str, Option<Ports>), Wrong> {
    match text.split_once(':') {
        Some((host, ports)) => Ok((host, Some(Ports::parse(ports)?))),
        None => Ok((text, None)),
    }
}

/// A name, a wildcard, or IPv4; `whole` is the rule where there are no ports.
fn target(host: &str, whole: Option<&str>) -> Result<Target, Wrong> {
    if let Some((address, length)) = host.split_once('/') {
        return match address::ipv4(address)? {
            Some(address) => address::network(address, length).map(Target::Network),
            None => Err(Wrong::Path {
                rest: whole.unwrap_or(host)[address.len()..].to_owned(),
                host: address.to_owned(),
            }),
        };
    }
    if let Some(address) = address::ipv4(host)? {
        return address::reachable(address).map(Target::Address);
    }
    if host == "*" || host == "*." {
        return Err(Wrong::Everything);
    }
    let (is_wildcard, name) = match host.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, host),
    };
    if let Some((_, rest)) = name.rsplit_once('*') {
        let rest = rest.trim_start_matches(|letter| letter != '.').trim_matches('.');
        let rest = if rest.is_empty() { "example.com" } else { rest };
        return Err(Wrong::Star { rest: rest.to_owned() });
    }
    let name = Name::parse(name)?;
    if name.is_localhost() {
        return Err(Wrong::Loopback { text: host.to_owned() });
    }
    Ok(if is_wildcard { Target::Below(name) } else { Target::Name(name) })
}
