//! What the jail's queries are answered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::message::{self, A, AAAA, Code, Query};
use super::names::{self, Names};
use crate::name::Name;
use crate::policy::Policy;

/// Seconds that an answer may be kept: addresses are stable, and asking is cheap.
const TTL: u32 = 60;

/// An answer, and what there is to say about it.
#[derive(Debug, Eq, PartialEq)]
pub struct Answer {
    /// What to send; nothing for what is no query.
    pub bytes: Option<Vec<u8>>,
    /// What became of the name.
    pub outcome: Outcome,
}

/// What became of a query's name.
#[derive(Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Nothing to tell.
    Quiet,
    /// The name has these addresses from now on.
    HandedOut(Name, [IpAddr; 2]),
    /// No rule is about the name.
    Refused(Name),
    /// There is no address left for a name that a rule is about.
    Exhausted,
}

/// The stub.
#[derive(Debug)]
pub struct Stub {
    names: Names,
    /// The jail has IPv6.
    has_ipv6: bool,
}

impl Stub {
    /// A stub for these rules.
    pub fn new(policy: &Policy, has_ipv6: bool) -> Self {
        Self { names: Names::of(policy), has_ipv6 }
    }

    /// The name that an address stands for.
    pub fn name(&self, address: IpAddr) -> Option<&Name> {
        self.names.name(address)
    }

    /// Answers one query: A and AAAA with addresses that stand for the name, or that refuse; any
    /// other type with no data. Nothing is asked on the host, so that looking names up tells
    /// nobody anything.
    pub fn answer(&mut self, bytes: &[u8], policy: &Policy) -> Answer {
        let query = match message::query(bytes) {
            Ok(query) => query,
            Err(bytes) => return Answer { bytes, outcome: Outcome::Quiet },
        };
        let quiet = |bytes| Answer { bytes: Some(bytes), outcome: Outcome::Quiet };
        let name = match &query.name {
            Ok(name) if !is_reverse(name) => name,
            _ => return quiet(query.answer(Code::NoName, None, TTL)),
        };
        if name.is_localhost() {
            let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            return quiet(self.of_kind(&query, loopback));
        }
        if !policy.knows(name) {
            // Of the two queries that programs send for a name, one is counted.
            let outcome =
                if query.kind == A { Outcome::Refused(name.clone()) } else { Outcome::Quiet };
            return Answer { bytes: Some(self.of_kind(&query, names::refused())), outcome };
        }
        let Some((addresses, is_new)) = self.names.addresses(name) else {
            let bytes = Some(query.answer(Code::Failure, None, 0));
            return Answer { bytes, outcome: Outcome::Exhausted };
        };
        let outcome =
            if is_new { Outcome::HandedOut(name.clone(), addresses) } else { Outcome::Quiet };
        Answer { bytes: Some(self.of_kind(&query, addresses)), outcome }
    }

    /// The address of the type that was asked for.
    fn of_kind(&self, query: &Query, [v4, v6]: [IpAddr; 2]) -> Vec<u8> {
        let address = match query.kind {
            A => Some(v4),
            AAAA if self.has_ipv6 => Some(v6),
            _ => None,
        };
        query.answer(Code::Success, address, TTL)
    }
}

/// Names of addresses: the stub's own have none.
fn is_reverse(name: &Name) -> bool {
    [".in-addr.arpa", ".ip6.arpa"].iter().any(|zone| name.as_str().ends_with(zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::message::{Reply, ask, reply};
    use crate::policy::{Entry, Reach};
    use crate::rule::Rule;

    const TXT: u16 = 16;

    fn policy() -> Policy {
        let entry = |rule: &str| Entry {
            rule: Rule::parse(rule).expect(rule),
            reach: Reach::AsWritten,
            from: String::new(),
        };
        Policy { entries: vec![entry("api.example"), entry("*.wild.example")] }
    }

    fn look_up(stub: &mut Stub, text: &str, kind: u16) -> (Reply, Outcome) {
        let name = Name::parse(text).expect(text);
        let answer = stub.answer(&ask(3, &name, kind), &policy());
        let bytes = answer.bytes.expect("an answer");
        (reply(&bytes, 3, &name, kind).expect("to this query"), answer.outcome)
    }

    fn addresses(text: &str) -> Reply {
        Reply::Addresses(vec![text.parse().expect("an address")])
    }

    #[test]
    fn names_of_rules_have_addresses() {
        let mut stub = Stub::new(&policy(), true);
        assert_eq!(look_up(&mut stub, "api.example", A), (addresses("198.18.1.0"), Outcome::Quiet));
        assert_eq!(look_up(&mut stub, "api.example", AAAA).0, addresses("fd61:692d:6a61:696c::1"));
        let (reply, outcome) = look_up(&mut stub, "a.wild.example", A);
        assert_eq!(reply, addresses("198.18.1.1"));
        assert!(matches!(outcome, Outcome::HandedOut(..)));
        assert_eq!(look_up(&mut stub, "a.wild.example", A), (reply, Outcome::Quiet));
        assert_eq!(look_up(&mut stub, "api.example", TXT).0, Reply::Addresses(vec![]));
    }

    #[test]
    fn other_names_lead_where_connecting_fails() {
        let mut stub = Stub::new(&policy(), true);
        let (reply, outcome) = look_up(&mut stub, "evil.example", A);
        assert_eq!(reply, addresses("198.19.240.1"));
        assert!(matches!(outcome, Outcome::Refused(_)));
        assert_eq!(look_up(&mut stub, "wild.example", AAAA).0, addresses("fd61:692d:6a61:696d::1"));
        assert_eq!(look_up(&mut stub, "1.0.0.10.in-addr.arpa", A).0, Reply::NoName);
    }

    #[test]
    fn localhost_is_the_jail_and_ipv6_is_there_only_where_the_jail_has_it() {
        let mut stub = Stub::new(&policy(), false);
        assert_eq!(look_up(&mut stub, "localhost", A).0, addresses("127.0.0.1"));
        assert_eq!(look_up(&mut stub, "a.localhost", AAAA).0, Reply::Addresses(vec![]));
        assert_eq!(look_up(&mut stub, "api.example", AAAA).0, Reply::Addresses(vec![]));
    }

    #[test]
    fn names_without_end_fail_when_there_is_no_address_left() {
        let mut stub = Stub::new(&policy(), true);
        let outcomes =
            (0..20_000).map(|number| look_up(&mut stub, &format!("{number}.wild.example"), A).1);
        assert!(outcomes.last() == Some(Outcome::Exhausted));
        assert_eq!(look_up(&mut stub, "0.wild.example", A).0, addresses("198.18.1.1"));
    }
}
