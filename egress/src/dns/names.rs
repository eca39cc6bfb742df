//! Which address stands for which name in the jail.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::name::Name;
use crate::policy::Policy;
use crate::rule::Target;

/// The stub's own address. 198.18.0.0/15 is for benchmarks, RFC 2544: no host of any network has
/// an address of it.
pub const STUB: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

/// Addresses that stand for names.
const FIRST: u32 = u32::from_be_bytes([198, 18, 1, 0]);

/// `fd61:692d:6a61:696c::/64`, unique local (RFC 4193): programs that sort addresses as RFC 6724
/// says try IPv4 first then.
const V6: [u8; 8] = *b"\xfdai-jail";

/// Names that the jail may have addresses for; a wildcard lets it make up any number.
const MAX_NAMES: usize = 16_384;

/// What names that are refused lead to: routes of the kind `prohibit`, at which `connect(2)` fails
/// with `EACCES`.
pub const REFUSED_V4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(198, 19, 240, 0), 20);

/// The same for IPv6.
pub const REFUSED_V6: Ipv6Net =
    Ipv6Net::new_assert(Ipv6Addr::new(0xfd61, 0x692d, 0x6a61, 0x696d, 0, 0, 0, 0), 64);

/// The addresses that have been handed out; they stay for the run.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Name, u32>,
    names: Vec<Name>,
}

impl Names {
    /// Addresses for the exact names of the rules, in their order: both sides of the jail's
    /// network can say in advance which those are.
    pub fn of(policy: &Policy) -> Self {
        let mut names = Self::default();
        for entry in &policy.entries {
            if let Target::Name(name) = &entry.rule.target {
                names.number(name);
            }
        }
        names
    }

    /// The addresses of a name; handed out where it has none yet, and then `true`. `None` where
    /// there is none left.
    pub fn addresses(&mut self, name: &Name) -> Option<([IpAddr; 2], bool)> {
        let is_new = !self.numbers.contains_key(name);
        let number = self.number(name)?;
        Some(([v4(number).into(), v6(number).into()], is_new))
    }

    /// The name that an address stands for.
    pub fn name(&self, address: IpAddr) -> Option<&Name> {
        let number = match address.to_canonical() {
            IpAddr::V4(address) => u32::from(address).checked_sub(FIRST)?,
            IpAddr::V6(address) => {
                let bytes = address.octets();
                let (prefix, rest) = bytes.split_at(12);
                if prefix[..8] != V6 || prefix[8..] != [0; 4] {
                    return None;
                }
                u32::from_be_bytes(rest.try_into().ok()?).checked_sub(1)?
            }
        };
        self.names.get(usize::try_from(number).ok()?)
    }

    fn number(&mut self, name: &Name) -> Option<u32> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        if self.names.len() >= MAX_NAMES {
            return None;
        }
        let number = u32::try_from(self.names.len()).ok()?;
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), number);
        Some(number)
    }
}

/// Whether an address is one that the stub could hand out.
pub fn is_stubs(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            first == 198 && second & 0xfe == 18
        }
        IpAddr::V6(address) => address.octets()[..8] == V6 || REFUSED_V6.contains(&address),
    }
}

/// The address that a refused name has.
pub fn refused() -> [IpAddr; 2] {
    let v6 = Ipv6Addr::from(u128::from(REFUSED_V6.addr()) | 1);
    [Ipv4Addr::from(u32::from(REFUSED_V4.addr()) | 1).into(), v6.into()]
}

fn v4(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(FIRST + number)
}

fn v6(number: u32) -> Ipv6Addr {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&V6);
    bytes[12..].copy_from_slice(&(number + 1).to_be_bytes());
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_stable_and_leads_back_to_its_name() {
        let mut names = Names::default();
        let given: Vec<_> = (0..MAX_NAMES)
            .map(|number| Name::parse(&format!("n{number}.example")).expect("a name"))
            .map(|name| (names.addresses(&name).expect("an address").0, name))
            .collect();
        for (addresses, name) in &given {
            assert_eq!(names.addresses(name), Some((*addresses, false)));
            for address in addresses {
                assert!(is_stubs(*address));
                assert_eq!(names.name(*address), Some(name));
                let IpAddr::V4(address) = address else { continue };
                assert!(!REFUSED_V4.contains(address) && *address != STUB);
            }
        }
        assert_eq!(names.addresses(&Name::parse("one.too.many").expect("a name")), None);
    }

    #[test]
    fn what_was_not_handed_out_has_no_name() {
        let names = Names::default();
        for text in
            ["198.18.1.0", "198.18.0.1", "198.19.255.1", "10.0.0.1", "fd61:692d:6a61:696c::1", "::"]
        {
            assert_eq!(names.name(text.parse().expect("an address")), None, "{text}");
        }
        assert!(
            refused().iter().all(|address| is_stubs(*address) && names.name(*address).is_none())
        );
    }
}
