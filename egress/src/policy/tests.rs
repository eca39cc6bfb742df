//! Decisions.

use super::*;

fn entry(rule: &str, reach: Reach) -> Entry {
    Entry { rule: Rule::parse(rule).expect(rule), reach, from: "--allow-host".to_owned() }
}

fn policy() -> Policy {
    Policy {
        entries: vec![
            entry("exact.example", Reach::AsWritten),
            entry("*.wild.example", Reach::AsWritten),
            entry("preset.example:443", Reach::Public),
            entry("10.1.0.0/16:5432", Reach::AsWritten),
            entry("169.254.0.0/16", Reach::AsWritten),
            entry("10.9.0.0/16", Reach::Public),
        ],
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect(text)
}

fn decide_on(text: &str, port: u16) -> Decision {
    let destination = match text.parse() {
        Ok(address) => Destination::Address(address),
        Err(_) => Destination::Name(name(text)),
    };
    policy().decide(&destination, port)
}

#[test]
fn a_destination_is_allowed_by_the_rule_about_it() {
    assert_eq!(decide_on("exact.example", 443), Decision::Allowed { by: 0 });
    assert_eq!(decide_on("a.wild.example", 80), Decision::Allowed { by: 1 });
    assert_eq!(decide_on("10.1.2.3", 5432), Decision::Allowed { by: 3 });
    assert_eq!(decide_on("::ffff:10.1.2.3", 5432), Decision::Allowed { by: 3 });
}

#[test]
fn what_no_rule_is_about_is_refused() {
    let refused = |why| Decision::Refused(why);
    assert_eq!(decide_on("wild.example", 443), refused(Why::NoRule));
    assert_eq!(decide_on("sub.exact.example", 443), refused(Why::NoRule));
    assert_eq!(decide_on("exact.example", 22), refused(Why::Port { ports: "80,443".into() }));
    assert_eq!(decide_on("10.2.0.1", 5432), refused(Why::NoRule));
    assert_eq!(decide_on("127.0.0.1", 443), refused(Why::Loopback));
    assert_eq!(decide_on("::ffff:127.0.0.1", 443), refused(Why::Loopback));
}

#[test]
fn a_metadata_service_takes_its_own_address() {
    assert_eq!(decide_on("169.254.169.254", 80), Decision::Refused(Why::Metadata));
    assert_eq!(decide_on("169.254.1.1", 80), Decision::Allowed { by: 4 });
    let literal = Policy { entries: vec![entry("169.254.169.254", Reach::AsWritten)] };
    let metadata = Destination::Address("169.254.169.254".parse().expect("an address"));
    assert_eq!(literal.decide(&metadata, 80), Decision::Allowed { by: 0 });
}

#[test]
fn only_the_users_own_exact_name_leads_to_addresses_that_are_not_public() {
    let dial = |text: &str, port, address: &str| {
        policy().dialable(&name(text), port, &[address.parse().expect(address)]).is_ok()
    };
    for address in ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fe80::9", "fd00::1"] {
        assert!(dial("exact.example", 443, address), "{address}");
        assert!(!dial("preset.example", 443, address), "{address}");
    }
    for address in ["127.0.0.1", "10.0.0.1", "::ffff:192.168.1.1", "0.0.0.0"] {
        assert!(!dial("a.wild.example", 443, address), "{address}");
    }
    for nowhere in ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "::", "224.0.0.1"] {
        assert!(!dial("exact.example", 443, nowhere), "{nowhere}");
    }
    assert!(dial("preset.example", 443, "1.1.1.1"));
}

#[test]
fn an_address_that_has_its_own_rule_may_stand_behind_a_wildcard() {
    let address = ["10.1.2.3".parse().expect("an address")];
    let mut policy = policy();
    policy.entries.push(entry("*.wild.example:5432", Reach::AsWritten));
    assert!(policy.dialable(&name("db.wild.example"), 5432, &address).is_ok());
    assert!(policy.dialable(&name("db.wild.example"), 443, &address).is_err());
}

#[test]
fn of_a_lying_answer_only_what_may_be_dialled_is_left() {
    let addresses = ["127.0.0.1", "1.1.1.1"].map(|text| text.parse().expect("an address"));
    let left = policy().dialable(&name("preset.example"), 443, &addresses);
    assert_eq!(left, Ok(vec![addresses[1]]));
    assert_eq!(policy().dialable(&name("preset.example"), 443, &[]), Ok(vec![]));
}
