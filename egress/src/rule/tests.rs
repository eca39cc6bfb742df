//! Rules in all the forms that people write.

use proptest::prelude::*;

use super::Rule;

/// The normal form, or what is wrong.
fn read(text: &str) -> String {
    match Rule::parse(text) {
        Ok(rule) => rule.to_string(),
        Err(error) => format!("error: {}", error.wrong),
    }
}

#[test]
fn each_form_has_a_normal_one() {
    for (text, normal) in [
        ("example.com", "example.com"),
        ("Example.COM.", "example.com"),
        ("example.com:443,80", "example.com"),
        ("example.com:443", "example.com:443"),
        ("example.com:22,443", "example.com:22,443"),
        ("example.com:8005-8010,8000-8004,9", "example.com:9,8000-8010"),
        ("*.example.com", "*.example.com"),
        ("db", "db"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:5432", "192.0.2.7:5432"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.0/24:22", "192.0.2.0/24:22"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("[2001:db8::1]:22", "[2001:db8::1]:22"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("[2001:db8::]/32:22", "2001:db8::/32:22"),
        ("[2001:db8::/32]:22", "2001:db8::/32:22"),
        ("2001:db8::/32:22", "2001:db8::/32:22"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
        ("169.254.169.254", "169.254.169.254"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ] {
        assert_eq!(read(text), normal, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_what_to_write() {
    for (text, said) in [
        ("", "write a host name such as example.com"),
        ("https://user@example.com:8443/x?y", "write its host alone: example.com:8443"),
        (
            "example.com/path",
            "\"/path\" is given behind the host, and rules know hosts and ports only; write example.com",
        ),
        ("example.com:", "\"\" is no port"),
        ("example.com:http", "\"http\" is no port"),
        ("example.com:0", "\"0\" is no port"),
        ("example.com:65536", "\"65536\" is no port"),
        ("example.com:+80", "\"+80\" is no port"),
        ("example.com:90-80", "write 80-90"),
        ("*", "write --net host for the whole network"),
        ("*:443", "write --net host for the whole network"),
        ("a.*.example.com", "write *.example.com for the names below example.com"),
        ("*example.com", "write *.com for the names below com"),
        ("*.*.example.com", "write *.example.com"),
        ("0x7f.1", "write 127.0.0.1 if that is meant"),
        ("2130706433", "write 127.0.0.1 if that is meant"),
        ("010.0.0.1", "write 8.0.0.1 if that is meant"),
        ("1.2.3.4.", "write 1.2.3.4 if that is meant"),
        ("1.2.3.4.5", "write four decimal numbers"),
        ("256.1.1.1", "write four decimal numbers"),
        ("2001:db8::1:443x", "write it in brackets"),
        ("[2001:db8::1", "write it in brackets"),
        ("fe80::1%eth0", "write the address without it"),
        ("10.0.0.0/33", "write a number from 0 to 32"),
        ("10.0.0.1/8", "write 10.0.0.0/8 for the whole network"),
        ("127.0.0.1:5432", "write --forward-port PORT"),
        ("[::1]:5432", "write --forward-port PORT"),
        ("localhost:3000", "write --forward-port PORT"),
        ("*.localhost", "write --forward-port PORT"),
        ("0.0.0.0", "write the server's own address"),
        ("224.0.0.1", "write the server's own address"),
        ("a..b", "nothing between two dots"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("exa mple.com", "letter 4"),
    ] {
        let read = read(text);
        assert!(read.starts_with("error: ") && read.contains(said), "{text}: {read}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_rule_or_an_error(text in ".{0,80}") {
        let _ = Rule::parse(&text);
    }

    #[test]
    fn the_normal_form_is_read_as_itself(text in "(\\*\\.)?[a-zA-Z0-9.:/\\[\\],-]{1,30}") {
        if let Ok(rule) = Rule::parse(&text) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }
    }
}
