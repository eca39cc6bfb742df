//! The layers in whole jails, in every combination: each switch changes its own layer and no other.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::attempt::Way;
use crate::harness::{World, has_program, skip};
use crate::probe::Question;

const LOCKDOWN: &str = "--lockdown";
const NO_LANDLOCK: &str = "--no-landlock";
const NO_SECCOMP: &str = "--no-seccomp";
const NO_RLIMITS: &str = "--no-rlimits";

/// All subsets of the four flags.
fn settings() -> impl Iterator<Item = Vec<&'static str>> {
    let flags = [LOCKDOWN, NO_LANDLOCK, NO_SECCOMP, NO_RLIMITS];
    (0..16_usize)
        .map(move |bits| (0..4).filter(|bit| bits >> bit & 1 != 0).map(|bit| flags[bit]).collect())
}

/// Capability sets: no switch touches them.
const CAPABILITIES: [&str; 5] = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

const NO_CAPABILITY: &str = "0000000000000000";

/// Lines of `/proc/self/limits`, with the limit in default mode and in lockdown.
const LIMITS: [(&str, u64, u64); 3] =
    [("Max processes", 4096, 1024), ("Max open files", 65536, 4096), ("Max core file size", 0, 0)];

/// A limit of the host as the jail shall have it: lowered, never raised.
fn lowered(host: &str, limit: u64) -> String {
    let lower = |value: &str| match value.parse::<u64>() {
        Ok(value) => value.min(limit).to_string(),
        Err(_) => limit.to_string(),
    };
    host.split(' ').map(lower).collect::<Vec<_>>().join(" ")
}

/// Invalid to the kernel, but only after any filter.
fn invalid_call(number: libc::c_long) -> Question<'static> {
    Question::Call(Way::Plain, number.try_into().expect("a call"), [u64::MAX; 6])
}

/// What is asked, what the layers must have made of it, and what it is where none applies.
type Case<'a> = (Question<'a>, String);

/// Everything to look at in a jail, with what must be found.
fn cases<'a>(flags: &[&str], socket: &'a str, host_limits: &[String]) -> Vec<Case<'a>> {
    let has = |flag| flags.contains(&flag);
    let mut cases: Vec<Case> =
        CAPABILITIES.map(|set| (Question::Status(set), NO_CAPABILITY.into())).into();
    cases.push((Question::Status("NoNewPrivs"), "1".into()));

    let filter = |with: &str, without: &str| if has(NO_SECCOMP) { without } else { with }.into();
    cases.push((Question::Status("Seccomp"), filter("2", "0")));
    cases.push((invalid_call(libc::SYS_unshare), filter("EPERM", "EINVAL")));
    cases.push((invalid_call(libc::SYS_clone3), filter("ENOSYS", "E2BIG")));

    for ((name, default, lockdown), host) in LIMITS.into_iter().zip(host_limits) {
        let limit = if has(LOCKDOWN) { lockdown } else { default };
        let expected = if has(NO_RLIMITS) { host.clone() } else { lowered(host, limit) };
        cases.push((Question::Limit(name), expected));
    }

    // What only Landlock denies. The network is shared in default mode, and with it the abstract
    // sockets; the root of the jail is a tmpfs of the user's own. Lockdown has neither, but an
    // own loopback interface.
    let landlock = |with: &str| if has(NO_LANDLOCK) { "ok" } else { with }.into();
    if has(LOCKDOWN) {
        cases.push((Question::Listen, landlock("EACCES")));
    } else {
        cases.push((Question::Abstract(socket), landlock("EPERM")));
        cases.push((Question::Create("/new"), landlock("EACCES")));
        cases.push((Question::Listen, "ok".into()));
    }
    cases
}

/// Looks at a jail of each setting.
pub fn every_combination_is_what_was_asked_for() {
    if stage2::landlock::abi().unwrap_or(0) < 6 {
        return skip("needs Landlock ABI 6, as of Linux 6.12");
    }
    let world = World::new();
    let socket = format!("ai-jail-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&socket).expect("a name");
    let _listener = UnixListener::bind_addr(&address).expect("an abstract socket");
    let host_limits = world.ask_outside(&LIMITS.map(|(name, ..)| Question::Limit(name)));

    for flags in settings() {
        let (questions, expected): (Vec<Question>, Vec<String>) =
            cases(&flags, &socket, &host_limits).into_iter().unzip();
        let found = world.ask(&flags, &questions);
        for ((question, found), expected) in questions.iter().zip(found).zip(expected) {
            assert_eq!(found, expected, "{question:?} with {flags:?}");
        }
    }

    // The control: outside, none of it is denied.
    let open = [Question::Abstract(&socket), Question::Listen];
    assert_eq!(world.ask_outside(&open), ["ok", "ok"]);
    let calls = [libc::SYS_unshare, libc::SYS_clone3].map(invalid_call);
    assert_eq!(world.ask_outside(&calls), ["EINVAL", "E2BIG"]);
}

#[test]
fn each_switch_changes_only_its_own_layer() {
    every_combination_is_what_was_asked_for();
}

#[test]
fn a_lower_limit_of_the_host_is_kept() {
    let world = World::new();
    let show = "ulimit -Sn; ulimit -Hn; ulimit -Su; ulimit -Hu; ulimit -Sc; ulimit -Hc";
    if !has_program("bash") {
        return;
    }
    let program = crate::harness::program();
    let program = program.to_str().expect("plain");
    let limited = |flags: &str| {
        let caller = format!(
            "ulimit -Sn 100; ulimit -Hn 200; ulimit -Su 900; ulimit -Hu 1000; ulimit -c 0; \
             exec \"$0\" --exec {flags} -- bash -c '{show}'"
        );
        world.outside(["bash", "-c", &caller, program]).run().ok().replace('\n', " ")
    };
    for flags in ["", "--lockdown", "--no-rlimits", "--lockdown --no-rlimits"] {
        assert_eq!(limited(flags), "100 200 900 1000 0 0 ", "{flags}");
    }
}

#[test]
fn a_limit_cannot_be_raised_again() {
    let world = World::new();
    // Each is fine outside: the hard limits there are higher.
    for (flags, raise) in [
        (&[][..], "ulimit -S -c 1"),
        (&[LOCKDOWN], "ulimit -S -c 1"),
        (&[LOCKDOWN], "ulimit -S -n 4097"),
    ] {
        let control = world.outside(["sh", "-c", raise]).run();
        if control.code() != 0 {
            skip(&format!("the limits are lower here: {raise}"));
            continue;
        }
        let ended = world.sh_with(flags, raise).run();
        assert_ne!(ended.code(), 0, "{raise} with {flags:?}: {ended}");
        let ended = world.sh_with([flags, &[NO_RLIMITS]].concat(), raise).run();
        assert_eq!(ended.code(), 0, "{raise} without the layer: {ended}");
    }
}

#[test]
fn the_page_says_the_limits() {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
    let page = std::path::Path::new(&root).join("docs/layers.md");
    let page = std::fs::read_to_string(page).expect("the page");
    for (name, default, lockdown) in LIMITS {
        let row = format!(") | {default} | {lockdown} | ");
        assert_eq!(page.matches(&row).count(), 1, "{name}: {row}");
    }
}

/// Alone, because the limit counts all processes of the user.
mod serial {
    use super::*;

    /// Linux does not count the processes of the machine's root, so this is for ordinary users only.
    #[test]
    fn a_fork_bomb_ends_at_the_limit() {
        if !has_program("python3") {
            return;
        }
        let world = World::new();
        // The last of them ends the jail, and with it all the others.
        let bomb = "
import os, sys, time
count = 0
while count < 2000:
    try: child = os.fork()
    except BlockingIOError: break
    if child == 0: time.sleep(60); os._exit(0)
    count += 1
print(count < 1024, count)
";
        let ended = world.exec_with([LOCKDOWN], ["python3", "-c", bomb]).run();
        assert!(ended.ok().starts_with("True"), "{ended}");
        let ended = world.exec_with([LOCKDOWN, NO_RLIMITS], ["python3", "-c", bomb]).run();
        assert_eq!(ended.ok(), "False 2000\n", "the control");
    }
}
