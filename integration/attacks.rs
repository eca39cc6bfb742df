//! Every entry of the filter's table, attacked from inside whole jails.
//!
//! The layers' own tests do the same in a process that only the filter restricts
//! (`stage2/tests/layers/seccomp.rs`); here it is the program, as users start it.

use stage2::seccomp::samples::{self, Args};
use stage2::seccomp::table::{self, Deny, Entry};
use stage2::seccomp::{Arch, calls};
use stage2::spec::Seccomp;

use crate::attempt::Way;
use crate::harness::World;
use crate::probe::Question;

/// A jail's flags and the filter it gets.
fn jails() -> [(&'static [&'static str], Seccomp); 3] {
    let guards = |abi| abi >= stage2::landlock::GUARDS_UNIX_SOCKETS;
    let is_guarded = stage2::landlock::abi().is_ok_and(guards);
    let lockdown = if is_guarded { Seccomp::Lockdown } else { Seccomp::Sealed };
    [
        (&[], Seccomp::Default),
        (&["--lockdown"], lockdown),
        (&["--lockdown", "--no-landlock"], Seccomp::Sealed),
    ]
}

/// One attack: the call, its arguments, and the entry that must deny it.
type Attack = (u32, Args, &'static Entry);

fn attacks(profile: Seccomp) -> Vec<Attack> {
    let arch = Arch::native().expect("a filter for this architecture");
    table::entries(arch, profile)
        .flat_map(|(number, entry)| {
            samples::attacks(entry).into_iter().map(move |args| (number, args, entry))
        })
        .collect()
}

fn questions(way: Way, attacks: &[Attack]) -> Vec<Question<'static>> {
    attacks.iter().map(|(number, args, _)| Question::Call(way, *number, *args)).collect()
}

/// Makes every attack inside and outside. Those that fail alike, as the kernel asks this user for
/// a privilege first, are made once more before a witness. Gives their names.
fn attack_from(flags: &[&str], profile: Seccomp) -> Vec<&'static str> {
    let world = World::new();
    let attacks = attacks(profile);
    let plain = questions(Way::Plain, &attacks);
    let (inside, outside) = (world.ask(flags, &plain), world.ask_outside(&plain));
    let mut alike = Vec::new();
    for (index, attack) in attacks.into_iter().enumerate() {
        let (_, args, entry) = attack;
        assert_eq!(inside[index], entry.deny.errno(), "{} {args:x?} inside", entry.name);
        if outside[index] == inside[index] {
            alike.push(attack);
        }
    }
    let witnessed = questions(Way::Witnessed, &alike);
    let (inside, outside) = (world.ask(flags, &witnessed), world.ask_outside(&witnessed));
    for (index, (_, args, entry)) in alike.iter().enumerate() {
        assert_eq!(inside[index], entry.deny.errno(), "{} {args:x?} inside", entry.name);
        assert_ne!(outside[index], inside[index], "{} {args:x?}", entry.name);
    }
    let mut names: Vec<&str> = alike.iter().map(|(_, _, entry)| entry.name).collect();
    names.dedup();
    names
}

#[test]
fn every_entry_is_denied_in_a_whole_jail() {
    for (flags, profile) in jails() {
        let alike = attack_from(flags, profile);
        eprintln!("{flags:?}: told apart by a witness: {alike:?}");
    }
}

/// Outside this root may do all that root may, so no errno there is for want of a privilege.
pub fn every_entry_is_denied_to_root() {
    for (flags, profile) in jails() {
        assert_eq!(attack_from(flags, profile), [""; 0], "{flags:?}");
    }
}

/// The walk above leaves out only what this architecture does not have.
#[test]
fn the_walk_is_complete() {
    let arch = Arch::native().expect("a filter for this architecture");
    let attacked = attacks(Seccomp::Sealed);
    for entry in calls::TABLE {
        let is_same = |other: &Entry| (other.name, other.why) == (entry.name, entry.why);
        let is_attacked = attacked.iter().any(|(_, _, other)| is_same(other));
        assert_eq!(is_attacked, entry.number(arch).is_some(), "{}", entry.name);
    }
}

/// With `--no-seccomp` the same calls reach the kernel, from the same jail: it was the filter.
#[test]
fn without_the_filter_every_call_reaches_the_kernel() {
    let world = World::new();
    for (flags, profile) in [
        (&["--no-seccomp"][..], Seccomp::Default),
        (&["--no-seccomp", "--lockdown"], Seccomp::Sealed),
    ] {
        let attacks = attacks(profile);
        let answers = world.ask(flags, &questions(Way::Witnessed, &attacks));
        for ((_, args, entry), answer) in attacks.iter().zip(answers) {
            assert_eq!(answer, Deny::Enosys.errno(), "{} {args:x?} {flags:?}", entry.name);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod other_entry_points {
    use super::*;
    use crate::harness::skip;

    const X32_BIT: u32 = 0x4000_0000;

    #[test]
    fn x32_does_not_go_round_the_filter() {
        let world = World::new();
        let twins = table::entries(Arch::X86_64, Seccomp::Sealed).map(|(number, _)| number);
        // Its own numbers are 512 to 547; 39 is getpid, which no table denies.
        let numbers: Vec<u32> = twins.chain(512..=547).chain([39]).collect();
        let questions: Vec<Question> = numbers
            .iter()
            .map(|number| Question::Call(Way::Plain, number | X32_BIT, [u64::MAX; 6]))
            .collect();
        for (flags, _) in jails() {
            for (number, answer) in numbers.iter().zip(world.ask(flags, &questions)) {
                assert_eq!(answer, "EPERM", "{number} {flags:?}");
            }
        }
        // A kernel without x32 has no such call; one with it answers.
        let control = world.ask_outside(&questions).pop().expect("getpid");
        assert!(["ENOSYS", "ok"].contains(&control.as_str()), "{control}");
    }

    #[test]
    fn i386_does_not_go_round_the_filter() {
        const GETPID: i32 = 20;
        let world = World::new();
        let questions = [GETPID, 36, 111].map(Question::I386);
        let control = world.ask_outside(&questions[..1]).remove(0);
        if control.parse::<i32>().is_err() {
            return skip("this kernel runs no i386 calls");
        }
        for (flags, _) in jails() {
            assert_eq!(world.ask(flags, &questions), ["SIGSYS"; 3], "{flags:?}");
        }
        let open = world.ask(&["--no-seccomp"], &questions[..1]).remove(0);
        assert!(open.parse::<i32>().is_ok_and(|pid| pid > 0), "{open}");
    }
}
