//! The command's own status comes out, whatever it is; one that died of signal n gives 128 + n.

use std::fs;

use crate::harness::{World, has_program};

/// Signals that end a process unless it does something about them, `signal(7)`; 32 and 33 are the
/// C library's own, which its `posix_spawn(3)` leaves ignored.
fn fatal_signals() -> impl Iterator<Item = i32> {
    const NOT_FATAL: [i32; 8] = [17, 18, 19, 20, 21, 22, 23, 28];
    (1..=64).filter(|signal| !NOT_FATAL.contains(signal))
}

#[test]
fn every_exit_code_comes_out() {
    let world = World::new();
    // Four at a time: most of a launch is waiting.
    std::thread::scope(|scope| {
        for quarter in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for code in quarter * 64..(quarter + 1) * 64 {
                    let ended = world.sh(&format!("exit {code}")).run();
                    assert_eq!(ended.code(), code, "{ended}");
                    assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{ended}");
                }
            });
        }
    });
}

#[test]
fn every_fatal_signal_comes_out_as_128_and_itself() {
    let world = World::new();
    for signal in fatal_signals() {
        let ended = world.sh(&format!("kill -{signal} $$")).run();
        assert_eq!(ended.code(), 128 + signal, "{ended}");
        assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{ended}");
    }
}

#[test]
fn a_signal_that_ends_nothing_ends_nothing() {
    let world = World::new();
    for signal in [17, 18, 23, 28] {
        let ended = world.sh(&format!("kill -{signal} $$; exit 7")).run();
        assert_eq!(ended.code(), 7, "{ended}");
    }
}

#[test]
fn a_caller_that_ignores_what_becomes_of_children_hears_of_it() {
    // dash keeps this signal to itself.
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let caller =
        |then: &str| world.caller(&format!("exec bash -c \"trap '' CHLD; exec {then}\" \"$0\""));
    let ended = caller("grep SigIgn /proc/self/status").run();
    let mask = ended.out().split_whitespace().last().map(str::to_owned).expect("a mask");
    assert_ne!(u64::from_str_radix(&mask, 16).expect("a mask") & 1 << 16, 0, "{ended}");
    let ended = caller("\\$0 --exec -- sh -c 'exit 9'").run();
    assert_eq!(ended.code(), 9, "{ended}");
    assert_eq!(ended.err(), "");
}

#[test]
fn a_status_of_128_and_more_needs_no_signal() {
    let world = World::new();
    // A shell passes on what happened to its child; that is an exit, not a signal.
    let ended = world.sh("sh -c 'kill -TERM $$'; exit $?").run();
    assert_eq!(ended.code(), 143, "{ended}");
}

#[test]
fn a_crash_leaves_no_core_file() {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    if pattern.contains('/') || pattern.starts_with('|') {
        crate::harness::skip("core files do not land in the working directory here");
        return;
    }
    let world = World::new();
    let crash = "ulimit -c unlimited 2>/dev/null; kill -SEGV $$";
    let cores = || {
        let entries = fs::read_dir(world.project()).expect("the project").flatten();
        entries
            .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"core"))
            .map(|entry| fs::remove_file(entry.path()).expect("a core file"))
            .count()
    };

    world.outside(["sh", "-c", crash]).run();
    if cores() == 0 {
        crate::harness::skip("this machine writes no core files");
        return;
    }
    assert_eq!(world.sh(crash).run().code(), 139);
    assert_eq!(cores(), 0);
}
