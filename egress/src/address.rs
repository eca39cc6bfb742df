//! What kind of place an address is.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The kinds, as far as the filter tells them apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Anywhere on the internet.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own.
    Private,
    /// The link that the machine is on.
    LinkLocal,
    /// A service that hands out the machine's own credentials.
    Metadata,
    /// Many receivers.
    Multicast,
    /// Nothing that a connection can lead to, or a range for other uses.
    Reserved,
}

impl fmt::Display for Kind {
    fn fmt(&self, output: &mut fmt::Formatter) -> fmt::Result {
        output.write_str(match self {
            Self::Public => "a public address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "the address of a cloud's metadata service",
            Self::Multicast => "a multicast address",
            Self::Reserved => "a reserved address",
        })
    }
}

/// What is not public, and where that is written. The first row that holds an address decides.
const RANGES: &[(IpNet, Kind, &str)] = &[
    (v4([169, 254, 169, 254], 32), Kind::Metadata, "AWS, Azure, Google Cloud, Oracle and others"),
    (v4([169, 254, 170, 2], 32), Kind::Metadata, "Amazon ECS: credentials of a task"),
    (v4([169, 254, 170, 23], 32), Kind::Metadata, "Amazon EKS: pod identity"),
    (v4([100, 100, 100, 200], 32), Kind::Metadata, "Alibaba Cloud"),
    (v4([168, 63, 129, 16], 32), Kind::Metadata, "Azure's wire server"),
    (v4([192, 0, 0, 192], 32), Kind::Metadata, "Oracle Cloud, classic"),
    (v6([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254], 128), Kind::Metadata, "AWS"),
    (v6([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23], 128), Kind::Metadata, "Amazon EKS: pod identity"),
    (v6([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254], 128), Kind::Metadata, "Google Cloud"),
    (v4([0, 0, 0, 0], 8), Kind::Reserved, "RFC 1122: this network; Linux connects to itself"),
    (v4([10, 0, 0, 0], 8), Kind::Private, "RFC 1918"),
    (v4([100, 64, 0, 0], 10), Kind::Private, "RFC 6598: carriers, and VPNs such as Tailscale"),
    (v4([127, 0, 0, 0], 8), Kind::Loopback, "RFC 1122"),
    (v4([169, 254, 0, 0], 16), Kind::LinkLocal, "RFC 3927"),
    (v4([172, 16, 0, 0], 12), Kind::Private, "RFC 1918"),
    (v4([192, 0, 0, 0], 24), Kind::Reserved, "RFC 6890: protocol assignments"),
    (v4([192, 0, 2, 0], 24), Kind::Reserved, "RFC 5737: documentation"),
    (v4([192, 168, 0, 0], 16), Kind::Private, "RFC 1918"),
    (v4([198, 18, 0, 0], 15), Kind::Reserved, "RFC 2544: benchmarks; the stub's own"),
    (v4([198, 51, 100, 0], 24), Kind::Reserved, "RFC 5737: documentation"),
    (v4([203, 0, 113, 0], 24), Kind::Reserved, "RFC 5737: documentation"),
    (v4([224, 0, 0, 0], 4), Kind::Multicast, "RFC 5771"),
    (v4([240, 0, 0, 0], 4), Kind::Reserved, "RFC 1112, and the broadcast address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Kind::Reserved, "RFC 4291: unspecified"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Kind::Loopback, "RFC 4291"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Kind::Reserved, "RFC 4291: IPv4-compatible, no longer used"),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Kind::Private, "RFC 8215: translation, local"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), Kind::Reserved, "RFC 6666: discarded"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Kind::Reserved, "RFC 2928: Teredo, benchmarks, …"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Kind::Reserved, "RFC 3849: documentation"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Kind::Reserved, "RFC 9637: documentation"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Kind::Private, "RFC 4193: unique local"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Kind::LinkLocal, "RFC 4291"),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Kind::Private, "RFC 3879: site-local"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Kind::Multicast, "RFC 4291"),
];

/// `64:ff9b::/96`, RFC 6052: the last four bytes are an IPv4 address.
const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// `2002::/16`, RFC 3056: bytes 2 to 5 are an IPv4 address.
const SIX_TO_FOUR: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);

const fn v4(bytes: [u8; 4], length: u8) -> IpNet {
    let [a, b, c, d] = bytes;
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6(words: [u16; 8], length: u8) -> IpNet {
    let [w0, w1, w2, w3, w4, w5, w6, w7] = words;
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(w0, w1, w2, w3, w4, w5, w6, w7), length))
}

/// What kind of place `address` is. An address that carries another one is what that one is.
pub fn kind(address: IpAddr) -> Kind {
    let address = address.to_canonical();
    if let IpAddr::V6(v6) = address {
        let bytes = v6.octets();
        let carried = match () {
            () if NAT64.contains(&v6) => Some([bytes[12], bytes[13], bytes[14], bytes[15]]),
            () if SIX_TO_FOUR.contains(&v6) => Some([bytes[2], bytes[3], bytes[4], bytes[5]]),
            () => None,
        };
        if let Some(carried) = carried {
            return kind(IpAddr::from(carried));
        }
    }
    let row = RANGES.iter().find(|(range, ..)| range.contains(&address));
    row.map_or(Kind::Public, |(_, kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_by_its_examples() {
        for (text, expected) in [
            ("1.1.1.1", Kind::Public),
            ("2606:4700::1111", Kind::Public),
            ("127.8.9.1", Kind::Loopback),
            ("::1", Kind::Loopback),
            ("::ffff:127.0.0.1", Kind::Loopback),
            ("64:ff9b::7f00:1", Kind::Loopback),
            ("2002:7f00:1::", Kind::Loopback),
            ("64:ff9b::101:101", Kind::Public),
            ("10.1.2.3", Kind::Private),
            ("172.31.255.255", Kind::Private),
            ("172.32.0.0", Kind::Public),
            ("100.100.1.1", Kind::Private),
            ("fd12::1", Kind::Private),
            ("169.254.1.1", Kind::LinkLocal),
            ("fe80::1", Kind::LinkLocal),
            ("169.254.169.254", Kind::Metadata),
            ("::ffff:169.254.169.254", Kind::Metadata),
            ("64:ff9b::a9fe:a9fe", Kind::Metadata),
            ("fd00:ec2::254", Kind::Metadata),
            ("224.0.0.1", Kind::Multicast),
            ("0.0.0.0", Kind::Reserved),
            ("::", Kind::Reserved),
            ("::7f00:1", Kind::Reserved),
            ("255.255.255.255", Kind::Reserved),
            ("198.19.0.1", Kind::Reserved),
        ] {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(kind(address), expected, "{text}");
        }
    }

    #[test]
    fn every_row_says_where_it_is_written() {
        assert!(
            RANGES.iter().all(|(range, _, source)| !source.is_empty() && range.trunc() == *range)
        );
    }
}
