//! The filters of both architectures, run on a small interpreter of classic BPF, on any system.

use super::program::{self, Instruction};
use super::samples::{self, Args};
use super::table::{self, Deny};
use super::{Arch, calls};
use crate::spec::Seccomp;

const PROFILES: [Seccomp; 3] = [Seccomp::Default, Seccomp::Lockdown, Seccomp::Sealed];

/// What the kernel would do: the return value of the filter for one call.
fn run(filter: &[Instruction], audit_arch: u32, number: u32, args: &Args) -> u32 {
    let mut data = [0_u8; 64];
    data[0..4].copy_from_slice(&number.to_le_bytes());
    data[4..8].copy_from_slice(&audit_arch.to_le_bytes());
    for (index, arg) in args.iter().enumerate() {
        data[16 + 8 * index..24 + 8 * index].copy_from_slice(&arg.to_le_bytes());
    }
    let mut accumulator = 0_u32;
    let mut next = 0;
    loop {
        let Instruction { code, jt, jf, k } = filter[next];
        next += 1;
        let branch = |holds: bool| usize::from(if holds { jt } else { jf });
        match code {
            program::LOAD => {
                let word = &data[k as usize..k as usize + 4];
                accumulator = u32::from_le_bytes(word.try_into().unwrap());
            }
            program::AND => accumulator &= k,
            program::JUMP => next += k as usize,
            program::JUMP_EQ => next += branch(accumulator == k),
            program::JUMP_GE => next += branch(accumulator >= k),
            program::RETURN => return k,
            _ => panic!("not an instruction of ours: {code:#x}"),
        }
    }
}

fn each_filter() -> impl Iterator<Item = (Arch, Seccomp, Vec<Instruction>)> {
    Arch::ALL
        .into_iter()
        .flat_map(|arch| PROFILES.map(|profile| (arch, profile, program::assemble(arch, profile))))
}

#[test]
fn every_entry_denies_what_it_describes() {
    for (arch, profile, filter) in each_filter() {
        for (number, entry) in table::entries(arch, profile) {
            let attacks = samples::attacks(entry);
            assert!(!attacks.is_empty(), "{} is attacked", entry.name);
            for args in attacks {
                assert_eq!(
                    run(&filter, arch.audit(), number, &args),
                    entry.deny.action(),
                    "{} {arch:?} {profile:?} {args:x?}",
                    entry.name
                );
            }
        }
    }
}

/// Each number that a condition lists is tried, on both sides of the condition.
#[test]
fn the_attacks_reach_every_listed_value() {
    for entry in calls::TABLE {
        for test in entry.when {
            let passed = |lists: &[Args]| -> Vec<u64> {
                let masked = |args: &Args| args[usize::from(test.arg)] & u64::from(test.mask);
                lists.iter().map(masked).collect()
            };
            let (denied, open) =
                (passed(&samples::attacks(entry)), passed(&samples::let_through(entry)));
            let (hit, miss) = if test.values.negated() { (open, denied) } else { (denied, open) };
            for value in test.values.values().into_iter().map(u64::from) {
                assert!(hit.contains(&value), "{}: {value:#x} is not tried", entry.name);
            }
            assert!(miss.len() >= 7, "{}: only {} others are tried", entry.name, miss.len());
        }
    }
}

#[test]
fn what_no_entry_describes_is_allowed() {
    for (arch, profile, filter) in each_filter() {
        for (number, entry) in table::entries(arch, profile) {
            let same_call = || table::entries(arch, profile).filter(|(n, _)| *n == number);
            for args in samples::let_through(entry) {
                if !same_call().any(|(_, entry)| samples::describes(entry, &args)) {
                    assert_eq!(
                        run(&filter, arch.audit(), number, &args),
                        program::ALLOW,
                        "{} {arch:?} {profile:?} {args:x?}",
                        entry.name
                    );
                }
            }
        }
    }
}

/// The kernel's own fast path (and thus the cost per call) rests on this.
#[test]
fn a_call_outside_the_table_is_allowed_whatever_its_arguments() {
    for (arch, profile, filter) in each_filter() {
        let listed: Vec<u32> = table::entries(arch, profile).map(|(n, _)| n).collect();
        for number in (0..1024).filter(|number| !listed.contains(number)) {
            for args in [[0; 6], [u64::MAX; 6]] {
                assert_eq!(run(&filter, arch.audit(), number, &args), program::ALLOW);
            }
        }
    }
}

#[test]
fn x32_twins_and_x32s_own_numbers_are_denied() {
    for profile in PROFILES {
        let filter = program::assemble(Arch::X86_64, profile);
        for number in (0..1024).chain([u32::MAX - program::X32_BIT]) {
            assert_eq!(
                run(&filter, Arch::X86_64.audit(), number + program::X32_BIT, &[0; 6]),
                Deny::Eperm.action()
            );
        }
    }
}

#[test]
fn a_foreign_architecture_is_killed() {
    const I386: u32 = 0x4000_0003;
    const ARM: u32 = 0x4000_0028;
    for (arch, _, filter) in each_filter() {
        let others = Arch::ALL.into_iter().filter(|other| *other != arch);
        for foreign in others.map(Arch::audit).chain([I386, ARM, 0]) {
            for number in 0..1024 {
                assert_eq!(run(&filter, foreign, number, &[0; 6]), program::KILL_PROCESS);
            }
        }
    }
}

/// `BPF_MAXINSNS` is 4096; the search keeps the way to any verdict short.
#[test]
fn the_programs_are_small() {
    for (_, _, filter) in each_filter() {
        assert!(filter.len() < 1024, "{} instructions", filter.len());
    }
}

#[test]
fn each_profile_only_adds() {
    for arch in Arch::ALL {
        for pair in PROFILES.windows(2) {
            let less: Vec<_> = table::entries(arch, pair[0]).collect();
            let more: Vec<_> = table::entries(arch, pair[1]).collect();
            assert!(less.len() < more.len());
            for (number, entry) in less {
                assert!(more.iter().any(|(n, e)| *n == number && e.name == entry.name));
            }
        }
    }
}

#[test]
fn every_entry_has_a_reason_and_is_on_some_architecture() {
    for entry in calls::TABLE {
        assert!(!entry.why.is_empty(), "{} lacks its reason", entry.name);
        assert!(entry.x86_64.or(entry.aarch64).is_some(), "{}", entry.name);
    }
}

/// An entry without conditions ends its call's verdict, so another one would never be asked.
#[test]
fn no_call_is_listed_twice_without_conditions() {
    for (index, entry) in calls::TABLE.iter().enumerate() {
        for other in &calls::TABLE[index + 1..] {
            assert!(
                entry.name != other.name || !(entry.when.is_empty() || other.when.is_empty()),
                "{}",
                entry.name
            );
        }
    }
}

/// Against the lists of the `syscalls` crate, made from the kernel's tables: an entry is on
/// each architecture under its number, or the architecture really has no such call.
#[cfg(target_os = "linux")]
#[test]
fn every_number_is_the_kernels() {
    use syscalls::{aarch64, x86_64};
    for entry in calls::TABLE {
        let on_x86 = entry.name.parse::<x86_64::Sysno>().ok();
        let on_arm = entry.name.parse::<aarch64::Sysno>().ok();
        let number = |n: i32| u32::try_from(n).unwrap();
        if on_x86.is_none() && entry.x86_64 > Some(number(x86_64::Sysno::last().id())) {
            // Newer than the crate's lists; such calls have one number everywhere.
            assert_eq!(entry.x86_64, entry.aarch64, "{}", entry.name);
            continue;
        }
        assert_eq!(entry.x86_64, on_x86.map(|n| number(n.id())), "{} on x86-64", entry.name);
        assert_eq!(entry.aarch64, on_arm.map(|n| number(n.id())), "{} on arm64", entry.name);
    }
}

/// The values of the conditions, against the C library's on the running architecture.
#[cfg(target_os = "linux")]
#[test]
fn every_listed_value_is_the_kernels() {
    use nix::libc;
    let number = |value: libc::c_int| u32::try_from(value).unwrap();
    let names = [
        ("AF_UNIX", number(libc::AF_UNIX)),
        ("AF_INET", number(libc::AF_INET)),
        ("AF_INET6", number(libc::AF_INET6)),
        ("AF_NETLINK", number(libc::AF_NETLINK)),
        ("SOCK_RAW", number(libc::SOCK_RAW)),
        ("NETLINK_ROUTE", number(libc::NETLINK_ROUTE)),
        ("ADDR_NO_RANDOMIZE", number(libc::ADDR_NO_RANDOMIZE)),
        ("F_SETLEASE", number(libc::F_SETLEASE)),
        ("TIOCSTI", libc::TIOCSTI.try_into().unwrap()),
        ("TIOCLINUX", libc::TIOCLINUX.try_into().unwrap()),
    ];
    let values = calls::TABLE.iter().flat_map(|entry| entry.when).flat_map(|test| {
        let (table::Values::In(values) | table::Values::NotIn(values)) = test.values;
        values
    });
    for (name, real) in names {
        let mut listed = values.clone().filter(|(_, text)| {
            text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        let (number, _) = listed.next().unwrap_or_else(|| panic!("{name} is not listed"));
        assert_eq!(*number, real, "{name}");
        assert!(listed.all(|(number, _)| *number == real), "{name}");
    }
    let namespaces = libc::CLONE_NEWNS
        | libc::CLONE_NEWCGROUP
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUSER
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNET;
    let clone = calls::TABLE.iter().find(|entry| entry.name == "clone").unwrap();
    assert_eq!(clone.when[0].mask, number(namespaces));
}
