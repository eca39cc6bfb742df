//! The command's own status comes out.

use crate::harness::{Run, World, program};

pub fn exit_codes_come_out() {
    let world = World::new();
    for code in [0, 1, 2, 7, 64, 71, 124, 125, 126, 127, 128, 129, 137, 200, 254, 255] {
        let ended = world.sh(&format!("exit {code}")).run();
        assert_eq!(ended.code(), code, "{ended}");
        assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{ended}");
    }
}

pub fn signals_come_out_as_128_and_themselves() {
    let world = World::new();
    // The same numbers everywhere.
    for (name, number) in [
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("ABRT", 6),
        ("FPE", 8),
        ("KILL", 9),
        ("SEGV", 11),
        ("PIPE", 13),
        ("ALRM", 14),
        ("TERM", 15),
    ] {
        let ended = world.sh(&format!("kill -{name} $$")).run();
        assert_eq!(ended.code(), 128 + number, "{ended}");
        assert!(ended.stdout.is_empty() && ended.stderr.is_empty(), "{ended}");
    }
}

pub fn what_is_not_there_and_what_cannot_be_executed() {
    let world = World::new();
    world.exec(["no-such-program"]).run().is_failure(127, &["not found in the jail", "looked in"]);
    world.file("home/project/script", "#!/bin/sh\nexit 0\n");
    world.exec(["./script"]).run().is_failure(126, &["no execute permission"]);
    world.script("home/project/odd", "#!/no/such/interpreter\n");
    world.exec(["./odd"]).run().is_failure(126, &["interpreter"]);
}

pub fn stage_two_by_hand_says_that_it_is_internal() {
    let world = World::new();
    for words in
        [&["__stage2"][..], &["__stage2", "77"], &["__stage2", "x"], &["__stage2", "0", "1"]]
    {
        let this = if cfg!(target_os = "macos") {
            program()
        } else {
            std::env::current_exe().expect("this")
        };
        let ended = Run::new(this, words, &world.home(), world.project()).run();
        ended.is_failure(125, &["__stage2 is internal"]);
    }
}
