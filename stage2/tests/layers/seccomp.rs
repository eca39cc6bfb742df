//! An attack per entry of the filter's table, and what must keep working beside it.

use std::os::fd::AsRawFd;
use std::process::Command;

use stage2::seccomp::samples::{self, Args};
use stage2::seccomp::table::{self, Entry};
use stage2::seccomp::{self, Arch};
use stage2::spec::Seccomp;

use crate::attempt::{Way, call};
use crate::checks::{self, enforced};
use crate::child::{self, Outcome};

const PROFILES: [Seccomp; 3] = [Seccomp::Default, Seccomp::Lockdown, Seccomp::Sealed];

/// The result of a raw call in a child: an errno's name, or `ok`.
fn attempt(filter: Option<Seccomp>, number: u32, args: Args) -> Outcome {
    attempt_in(Way::Plain, filter, number, args)
}

fn attempt_in(way: Way, filter: Option<Seccomp>, number: u32, args: Args) -> Outcome {
    child::run(move || {
        if filter.is_some() {
            enforced(seccomp::apply(filter));
        }
        call(way, number, args)
    })
}

/// Makes each call of the table with and without the filter. Gives the entries whose control
/// fails alike, because the kernel itself asks this user for a privilege first: there a
/// witness tells whose errno it is.
fn attack_each_entry(profile: Seccomp) -> Vec<&'static str> {
    let arch = Arch::native().expect("a filter for this architecture");
    let (mut told_apart, mut witnessed) = (0, Vec::new());
    for (number, entry) in table::entries(arch, profile) {
        let expected = Outcome::Said(entry.deny.errno().into());
        let attacks = samples::attacks(entry);
        assert!(!attacks.is_empty(), "{} is attacked", entry.name);
        for args in attacks {
            let inside = attempt(Some(profile), number, args);
            assert_eq!(inside, expected, "{} {args:x?} inside", entry.name);
            if attempt(None, number, args) != expected {
                told_apart += 1;
                continue;
            }
            witnessed.push(entry.name);
            let [inside, outside] = [Some(profile), None]
                .map(|filter| attempt_in(Way::Witnessed, filter, number, args));
            assert_ne!(inside, outside, "{} {args:x?}: told apart by nothing", entry.name);
            assert_eq!(inside, expected, "{} {args:x?} before a witness", entry.name);
        }
    }
    eprintln!("{profile:?}: {told_apart} attacks told apart by their control");
    witnessed.dedup();
    witnessed
}

#[test]
fn every_denied_call_gets_its_errno() {
    for profile in PROFILES {
        let witnessed = attack_each_entry(profile);
        eprintln!("{profile:?}: told apart by a witness: {witnessed:?}");
    }
}

/// A real root, whom the kernel itself refuses none of them for want of a privilege.
#[test]
fn root_every_denied_call_would_get_another_errno_outside() {
    if checks::is_root("root_every_denied_call_would_get_another_errno_outside") {
        for profile in PROFILES {
            assert_eq!(attack_each_entry(profile), [""; 0], "{profile:?}");
        }
    }
}

#[test]
fn what_the_conditions_leave_open_works_as_outside() {
    let arch = Arch::native().expect("a filter for this architecture");
    for profile in PROFILES {
        for (number, entry) in table::entries(arch, profile) {
            let same_call = |(other, _): &(u32, &Entry)| *other == number;
            for args in samples::let_through(entry) {
                let mut entries = table::entries(arch, profile).filter(same_call);
                if !entries.any(|(_, entry)| samples::describes(entry, &args)) {
                    let inside = attempt(Some(profile), number, args);
                    assert_eq!(inside, attempt(None, number, args), "{} {args:x?}", entry.name);
                }
            }
        }
    }
}

#[test]
fn lockdowns_own_entries_are_open_by_default() {
    let arch = Arch::native().expect("a filter for this architecture");
    for (number, entry) in table::entries(arch, Seccomp::Sealed) {
        if entry.profile > Seccomp::Default {
            for args in samples::denied(entry) {
                let control = attempt(None, number, args);
                let inside = attempt(Some(Seccomp::Default), number, args);
                assert_eq!(inside, control, "{}", entry.name);
            }
        }
    }
}

/// Sealed, a process can connect to nobody by a Unix socket, and still talk to its own children.
#[test]
fn a_pair_of_sockets_is_left_where_no_unix_socket_is() {
    let talk = |filter: Option<Seccomp>| {
        move || {
            if filter.is_some() {
                enforced(seccomp::apply(filter));
            }
            let alone = std::os::unix::net::UnixDatagram::unbound().map(drop);
            let alone = alone.map_or_else(|error| error.kind().to_string(), |()| "ok".into());
            let (mut one, mut other) = std::os::unix::net::UnixStream::pair().unwrap();
            std::io::Write::write_all(&mut one, b"hello").unwrap();
            let mut bytes = [0; 5];
            std::io::Read::read_exact(&mut other, &mut bytes).unwrap();
            format!("{alone} {}", String::from_utf8_lossy(&bytes))
        }
    };
    assert_eq!(checks::say(talk(None)), "ok hello");
    assert_eq!(checks::say(talk(Some(Seccomp::Lockdown))), "ok hello");
    assert_eq!(checks::say(talk(Some(Seccomp::Sealed))), "permission denied hello");
}

/// A socket's type shares its word with two flags, which must not hide it.
#[test]
fn raw_sockets_are_denied_with_any_flags() {
    let arch = Arch::native().expect("a filter for this architecture");
    let (socket, _) =
        table::entries(arch, Seccomp::Default).find(|(_, entry)| entry.name == "socket").unwrap();
    for flags in [0, libc::SOCK_CLOEXEC, libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC] {
        for family in [libc::AF_INET, libc::AF_INET6] {
            let kind = u64::try_from(libc::SOCK_RAW | flags).unwrap();
            // No such protocol: outside this is refused before any privilege is asked for.
            let args = [u64::try_from(family).unwrap(), kind, u64::MAX, 0, 0, 0];
            assert_eq!(attempt(None, socket, args), Outcome::Said("EINVAL".into()));
            let inside = attempt(Some(Seccomp::Default), socket, args);
            assert_eq!(inside, Outcome::Said("EPERM".into()));
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod other_entry_points {
    use super::*;
    use crate::attempt::int_0x80;
    use nix::sys::signal::Signal;

    const X32_BIT: u32 = 0x4000_0000;

    /// Every denied call's twin, and the numbers that only x32 has (512 to 547).
    #[test]
    fn x32_does_not_go_round_the_filter() {
        let twins = table::entries(Arch::X86_64, Seccomp::Sealed).map(|(number, _)| number);
        for number in twins.chain(512..=547) {
            let number = number | X32_BIT;
            let inside = attempt(Some(Seccomp::Default), number, [u64::MAX; 6]);
            assert_eq!(inside, Outcome::Said("EPERM".into()), "{number:#x}");
        }
        // Told apart by a call that is not denied under its own number: getpid. A kernel
        // without x32 has no such number.
        let getpid = u32::try_from(libc::SYS_getpid).unwrap() | X32_BIT;
        let outside = attempt(None, getpid, [0; 6]);
        let inside = attempt(Some(Seccomp::Default), getpid, [0; 6]);
        assert_ne!(outside, inside);
        assert_eq!(inside, Outcome::Said("EPERM".into()));
    }

    #[test]
    fn i386_does_not_go_round_the_filter() {
        const GETPID: i32 = 20;
        const SYNC: i32 = 36;
        const VHANGUP: i32 = 111;
        let probe = |number| move || int_0x80(number).to_string();
        match child::run(probe(GETPID)) {
            Outcome::Said(pid) => assert!(pid.parse::<i32>().unwrap() > 0),
            Outcome::Died(_) => {
                return checks::skipped(
                    "i386_does_not_go_round_the_filter",
                    "this kernel runs no i386 calls",
                );
            }
        }
        for number in [GETPID, SYNC, VHANGUP] {
            let inside = child::run(move || {
                enforced(seccomp::apply(Some(Seccomp::Default)));
                probe(number)()
            });
            assert_eq!(inside, Outcome::Died(Signal::SIGSYS));
        }
    }
}

/// `clone3` is refused and `clone` is looked at: both on the way of every new thread.
#[test]
fn threads_and_processes_still_start() {
    let said = checks::say(|| {
        enforced(seccomp::apply(Some(Seccomp::Lockdown)));
        let threads: Vec<_> = (0..4).map(|n| std::thread::spawn(move || n)).collect();
        let sum: i32 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        let output = Command::new("sh").args(["-c", "(echo $$) | wc -l"]).output().unwrap();
        format!("{sum} {}", String::from_utf8(output.stdout).unwrap().trim())
    });
    assert_eq!(said, "6 1");
}

/// The attack of CVE-2017-5226, on a terminal that is really ours.
#[test]
fn nothing_is_typed_into_the_terminal() {
    let attack = |filter: Option<Seccomp>| {
        move || {
            let pty = nix::pty::openpty(None, None).unwrap();
            let terminal = pty.slave.as_raw_fd();
            // Closing the other side would hang up the child before it has answered.
            std::mem::forget(pty);
            // SAFETY: this process leads a session without a terminal, and takes this one.
            let taken = unsafe { libc::ioctl(terminal, libc::TIOCSCTTY, 0) };
            assert_eq!(taken, 0);
            if filter.is_some() {
                enforced(seccomp::apply(filter));
            }
            // SAFETY: the kernel reads one byte.
            let result = unsafe { libc::ioctl(terminal, libc::TIOCSTI, b"x".as_ptr()) };
            child::errno(nix::errno::Errno::result(result))
        }
    };
    // EIO: the kernel itself refuses it to everybody (dev.tty.legacy_tiocsti, Linux 6.2).
    let outside = checks::say(attack(None));
    assert!(["ok", "EIO"].contains(&outside.as_str()), "{outside}");
    assert_eq!(checks::say(attack(Some(Seccomp::Default))), "EPERM");
}

#[test]
fn switched_off_is_skipped_and_loads_nothing() {
    let said = checks::say(|| {
        let achieved = seccomp::apply(None);
        assert!(matches!(achieved, stage2::report::Achieved::Skipped(_)));
        std::fs::read_to_string("/proc/self/status").unwrap()
    });
    let outside = std::fs::read_to_string("/proc/self/status").unwrap();
    let mode = |status: &str| status.lines().find(|l| l.starts_with("Seccomp:")).map(str::to_owned);
    assert_eq!(mode(&said), mode(&outside));
}
