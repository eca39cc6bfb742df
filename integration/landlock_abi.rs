//! Every Landlock ABI up to this kernel's, in whole jails: each gives what it has and says what it
//! lacks.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::harness::{Ended, World, skip};
use crate::probe::Question;

/// The line of `-v` about Landlock.
fn line(ended: &Ended) -> &str {
    let line = ended.err().lines().find(|line| line.starts_with("ai-jail: landlock: "));
    line.unwrap_or_else(|| panic!("no line about Landlock: {ended}"))
}

/// The ABIs that can be shown here.
fn abis() -> std::ops::RangeInclusive<i32> {
    let own = stage2::landlock::abi().unwrap_or(0);
    if own < 7 {
        skip(&format!("this kernel's Landlock has ABI {own}, so newer ones cannot be shown"));
    }
    1..=own
}

#[test]
fn each_abi_says_what_it_lacks() {
    let lacks = [
        (2, "renames and hard links between directories"),
        (3, "limits on truncating files"),
        (4, "denial of TCP"),
        (5, "limits on device ioctls"),
        (6, "scopes for signals and abstract Unix sockets"),
    ];
    let world = World::new();
    for abi in abis() {
        for flags in [&["-v"][..], &["-v", "--lockdown"]] {
            let lockdown = flags.contains(&"--lockdown");
            let ended = world.exec_with(flags, ["echo", "ran"]).with_landlock_abi(abi).run();
            // Never fatal: the kernel does not have the rest.
            assert_eq!((ended.code(), ended.out()), (0, "ran\n"), "{ended}");
            let line = line(&ended);
            let kind = if abi < 6 { "enforced in part (" } else { "enforced (" };
            assert!(line.contains(&format!("{kind}Landlock ABI {abi}")), "{line}");
            for (since, what) in lacks {
                let expected = abi < since && (lockdown || what != "denial of TCP");
                assert_eq!(line.contains(what), expected, "{abi}: {what} in {line}");
            }
        }
    }
}

#[test]
fn each_abi_gives_what_it_has() {
    let world = World::new();
    let socket = format!("ai-jail-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&socket).expect("a name");
    let _listener = UnixListener::bind_addr(&address).expect("an abstract socket");
    let if_since = |abi: i32, since: i32, then: &str, before: &str| {
        if abi >= since { then } else { before }.to_owned()
    };
    for abi in abis() {
        let ask = |flags: &[&str], questions: &[Question]| {
            world.ask_through(flags, questions, |run| run.with_landlock_abi(abi))
        };
        let questions = [Question::Create("/new"), Question::Abstract(&socket), Question::Listen];
        let scoped = if_since(abi, 6, "EPERM", "ok");
        assert_eq!(ask(&[], &questions), ["EACCES", &scoped, "ok"], "ABI {abi}");
        let tcp = if_since(abi, 4, "EACCES", "ok");
        assert_eq!(ask(&["--lockdown"], &[Question::Listen]), [tcp], "ABI {abi}");

        // The first ABI refuses every move between directories, as `-v` says.
        let script = "rm -rf a b; mkdir a b; echo x > a/file; ln a/file b/file && echo linked";
        let ended = world.sh(script).with_landlock_abi(abi).run();
        assert_eq!(ended.out(), if_since(abi, 2, "linked\n", ""), "ABI {abi}: {ended}");
    }
}
