//! The network of a jail: what the profile lets out, and what the variables tell programs.

use ai_jail::plan::EnvEdit;

use super::evaluator::Request;
use super::machine::{Jail, Mac, OWN_TEMPORARY};

/// The port that the front's proxies were given.
const PROXIES: u16 = 49_152;

/// A jail with a filter, as the front starts it.
fn filtered(mac: &Mac, words: &[&str]) -> Jail {
    let mut plan = mac.jail(words).plan;
    assert!(plan.network.filter().is_some(), "{words:?}");
    plan.fall_back_to_proxies(PROXIES);
    Jail::new(plan)
}

fn address(jail: &Jail, operation: &str, host: &'static str, port: u16) -> bool {
    jail.allows(operation, &Request { address: Some((host, port)), ..Request::default() })
}

fn looks_up(jail: &Jail, name: &'static str) -> bool {
    jail.allows("mach-lookup", &Request { name: Some(name), ..Request::default() })
}

fn value(jail: &Jail, name: &str) -> Option<String> {
    jail.plan.environment.iter().rev().find_map(|edit| match edit {
        EnvEdit::Set(known, value) if known == name => value.to_str().map(str::to_owned),
        _ => None,
    })
}

const RULE: &[&str] = &["--allow-host", "example.org"];

#[test]
fn a_filtered_one_reaches_the_proxies_and_nothing_else() {
    let mac = Mac::new();
    let (open, jail) = (mac.jail::<&str>(&[]), filtered(&mac, RULE));
    assert!(address(&jail, "network-outbound", "localhost", PROXIES));
    for (host, port) in [
        ("example.org", 443),
        ("example.org", PROXIES),
        ("localhost", PROXIES + 1),
        ("localhost", 22),
        ("169.254.169.254", 80),
    ] {
        assert!(address(&open, "network-outbound", host, port), "the control: {host}");
        assert!(!address(&jail, "network-outbound", host, port), "{host}:{port}");
    }
    for operation in ["network-bind", "network-inbound"] {
        for port in [80, PROXIES, 3000] {
            assert!(address(&open, operation, "localhost", port), "the control");
            assert!(!address(&jail, operation, "localhost", port), "{operation} {port}");
        }
    }
    assert!(!jail.allows("network-outbound", &Request::default()), "what has no address");
}

#[test]
fn names_are_resolved_by_the_filter_alone() {
    let mac = Mac::new();
    let (open, jail) = (mac.jail::<&str>(&[]), filtered(&mac, RULE));
    let resolver = "/private/var/run/mDNSResponder";
    assert!(open.connects(resolver) && !jail.connects(resolver));
    for name in [
        "com.apple.dnssd.service",
        "com.apple.networkd",
        "com.apple.SystemConfiguration.DNSConfiguration",
    ] {
        assert!(looks_up(&open, name) && !looks_up(&jail, name), "{name}");
    }
    for socket in ["AF_SYSTEM", "AF_ROUTE"] {
        let request = Request { socket: Some((socket, 2)), ..Request::default() };
        assert!(!jail.allows("system-socket", &request), "{socket}");
    }
    assert!(looks_up(&jail, "com.apple.trustd.agent"), "certificates are judged there");
    // Unix sockets are no way past it: those of the project and of the jail itself.
    assert!(jail.connects(mac.project().join("socket")));
    assert!(jail.connects(format!("{OWN_TEMPORARY}/x")) && !jail.connects("/private/tmp/x"));
}

#[test]
fn programs_are_told_of_the_proxies_and_not_of_the_hosts() {
    let mut mac = Mac::new();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        mac.set(name, "http://user:secret@proxy.example:3128");
    }
    mac.set("NO_PROXY", "internal.example");
    let jail = filtered(&mac, RULE);
    let proxy = format!("http://127.0.0.1:{PROXIES}");
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "npm_config_proxy"] {
        assert_eq!(value(&jail, name).as_deref(), Some(proxy.as_str()), "{name}");
    }
    let socks = format!("socks5h://127.0.0.1:{PROXIES}");
    assert_eq!(value(&jail, "ALL_PROXY"), Some(socks));
    for (name, word) in [
        ("NODE_USE_ENV_PROXY", "1"),
        ("JAVA_TOOL_OPTIONS", "-Dhttps.proxyPort=49152"),
        ("GIT_SSH_COMMAND", "-x 127.0.0.1:49152"),
        ("NO_PROXY", "localhost"),
    ] {
        assert!(value(&jail, name).is_some_and(|value| value.contains(word)), "{name}");
    }
    let all = format!("{:?}", jail.plan.environment);
    assert!(!all.contains("secret") && !all.contains("internal.example"), "{all}");
}

/// The loopback is the host's, so both numbers of such a port are one.
#[test]
fn ports_that_are_forwarded_and_published() {
    let mac = Mac::new();
    let words = [RULE, &["--forward-port", "5432", "--publish-port", "3000"]].concat();
    let (without, jail) = (filtered(&mac, RULE), filtered(&mac, &words));
    assert!(!address(&without, "network-outbound", "localhost", 5432), "the control");
    assert!(address(&jail, "network-outbound", "localhost", 5432));
    assert!(!address(&jail, "network-bind", "localhost", 5432));
    for operation in ["network-bind", "network-inbound"] {
        assert!(!address(&without, operation, "localhost", 3000), "the control");
        assert!(address(&jail, operation, "localhost", 3000), "{operation}");
        assert!(!address(&jail, operation, "example.org", 3000), "{operation}");
    }
    assert!(!address(&jail, "network-outbound", "localhost", 3000));
}

#[test]
fn without_a_network_nothing_is_reached() {
    let mac = Mac::new();
    let jail = mac.jail(&["--net", "none"]);
    for (host, port) in [("example.org", 443), ("localhost", PROXIES), ("localhost", 22)] {
        for operation in ["network-outbound", "network-bind", "network-inbound"] {
            assert!(!address(&jail, operation, host, port), "{operation} {host}:{port}");
        }
    }
    assert!(!jail.connects("/private/var/run/mDNSResponder"));
    assert!(!looks_up(&jail, "com.apple.dnssd.service") && value(&jail, "http_proxy").is_none());
}

/// The printed command has no front that would filter.
#[test]
fn a_printed_one_has_no_network() {
    let mac = Mac::new();
    let jail = mac.jail(RULE);
    let host = mac.host(&mac.settings(RULE));
    let builder = ai_jail::host::builder::Builder::SandboxExec("/usr/bin/sandbox-exec".into());
    let text = ai_jail::views::dry_run::command(&jail.plan, &host, &builder, "/x".as_ref());
    let text = String::from_utf8(text.expect("a builder for macOS")).expect("UTF-8");
    assert!(!text.contains("remote ip") && !text.contains("mDNSResponder"), "{text}");
}
