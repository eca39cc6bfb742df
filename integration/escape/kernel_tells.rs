//! What the kernel tells of the host through doors that no namespace closes: netlink's protocols,
//! and the files that list the keys of users.

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_LANDLOCK, NO_SECCOMP, found};
use crate::harness::{World, skip};

const KEYS: &[&str] = &["/proc/keys", "/proc/key-users"];

#[test]
fn netlink_protocols() {
    let world = World::new();
    let title = "events and sockets of the host, by netlink";
    let attack = Attack::new(&world, title, include_str!("probes/netlink.py"));
    let control = attack.outcome(None);
    let opened: Vec<&str> =
        control.split(' ').filter_map(|word| word.strip_suffix("=ok")).collect();
    // 0 is NETLINK_ROUTE, 4 NETLINK_SOCK_DIAG, 15 NETLINK_KOBJECT_UEVENT.
    assert!(["0", "4", "15"].iter().all(|number| opened.contains(number)), "{control}");
    assert_eq!(attack.outcome(Some(NO_SECCOMP)), control, "only the filter closes them");
    for flags in [ALL, NO_LANDLOCK, LOCKDOWN] {
        let inside = attack.outcome(Some(flags));
        let is_closed = |word: &str| word == "0=ok" || word.ends_with("=EPERM");
        assert!(inside.split(' ').all(is_closed), "{flags:?}: {inside}");
        found(title, flags, "EPERM, but for routes");
    }
}

#[test]
fn keys_of_the_hosts_users() {
    let world = World::new();
    let count = |path: &str| format!("wc -c < {path}");
    for path in KEYS {
        let control = world.outside(["sh", "-c", &count(path)]).run();
        if control.ok() == "0\n" {
            skip(&format!("the kernel keeps nothing for this user in {path}"));
            continue;
        }
        for flags in [ALL, NO_SECCOMP, BARE, LOCKDOWN] {
            assert_eq!(world.sh_with(flags, &count(path)).run().ok(), "0\n", "{flags:?}: {path}");
            found("names of the user's keys", flags, "empty");
        }
    }
}
