//! As root, as in a container of CI: runs work, and the jail is no less of one.

use std::fs;

use crate::harness::{Seen, World, is_root};

#[test]
fn a_run_works() {
    assert!(is_root(), "integration/test runs this as root");
    let world = World::new();
    let ended = world.sh("id -u; echo x > file; exit 42").run();
    assert_eq!((ended.code(), ended.out(), ended.err()), (42, "0\n", ""), "{ended}");
    assert_eq!(fs::read(world.project().join("file")).expect("it arrived"), b"x\n");
    assert_eq!(world.sh("kill -KILL $$").run().code(), 137);
    assert_eq!(world.exec(["no-such-program"]).run().code(), 127);
}

#[test]
fn lockdown_works() {
    let world = World::new();
    let ended = world.sh_with(["--lockdown"], "echo x > file; exit 3").run();
    assert_eq!((ended.code(), ended.out()), (3, ""), "{ended}");
    assert!(!world.project().join("file").exists());
}

#[test]
fn there_are_no_capabilities() {
    let world = World::new();
    for flags in [&[][..], &["--lockdown"]] {
        let show = "grep -E '^Cap|NoNewPrivs' /proc/self/status";
        let zero = "0".repeat(16);
        let expected = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]
            .map(|set| format!("{set}:\t{zero}\n"))
            .concat();
        let ended = world.sh_with(flags, show).run();
        assert_eq!(ended.ok(), format!("{expected}NoNewPrivs:\t1\n"), "{flags:?}");
    }
}

#[test]
fn hidden_places_are_hidden_from_root_too() {
    let world = World::new();
    let key = world.file("home/.ssh/key", "secret");
    let tool = world.file("home/.tool/settings", "x");
    let read_only = Seen::File { readable: true, writable: false };
    assert_eq!(world.look([key, tool]), [Seen::Absent, read_only]);
}

#[test]
fn files_of_other_users_keep_their_protection() {
    // Without capabilities root is bound by permissions like everybody.
    let world = World::new();
    let file = world.file("home/project/theirs", "x");
    let outside =
        ["sh", "-c", "chown 12345:12345 \"$0\" && chmod 600 \"$0\"", file.to_str().expect("plain")];
    assert_eq!(world.outside(outside).run().code(), 0);
    assert_eq!(world.outside(["cat", "theirs"]).run().ok(), "x");
    assert_ne!(world.exec(["cat", "theirs"]).run().code(), 0);
}

#[test]
fn every_entry_of_the_filter_is_denied() {
    crate::attacks::every_entry_is_denied_to_root();
}

#[test]
fn each_switch_changes_only_its_own_layer() {
    crate::layers::every_combination_is_what_was_asked_for();
}

mod programs {
    crate::scenario_tests!(crate::programs::works_in_every_jail);
}

#[test]
fn landlock_takes_nothing_that_the_mounts_give() {
    crate::landlock::the_layers_agree();
}

#[test]
fn kernel_settings_cannot_be_written() {
    // Their permissions ask for the user root and for no capability, so a user namespace does not
    // take this away; core_pattern names a program that the host runs as root. Opening is enough
    // to know, and changes nothing.
    let open = |path: &str| ["sh".into(), "-c".into(), format!(": >> {path}")];
    let world = World::new();
    let mut checked = 0;
    for path in ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/mtrr"] {
        if world.outside(open(path)).run().code() != 0 {
            continue;
        }
        for flags in [&[][..], &["--lockdown"], &["--no-landlock", "--no-seccomp"]] {
            let ended = world.exec_with(flags, open(path)).run();
            assert_ne!(ended.code(), 0, "{flags:?} {path}");
            assert!(ended.err().contains("Read-only file system"), "{flags:?} {path}: {ended}");
        }
        checked += 1;
    }
    if checked == 0 {
        crate::harness::skip("root may not write kernel settings here");
    }
}

#[test]
fn nothing_of_the_kernel_can_be_written_but_what_concerns_the_jail() {
    // The masks of two files are `/dev/null`, which keeps nothing.
    let find = "find /proc /sys -writable ! -type l ! -path '/proc/[0-9]*' ! -path '/proc/self*' \
        ! -path '/proc/thread-self*' ! -path '/proc/pressure*' \
        ! -path /proc/keys ! -path /proc/key-users 2> /dev/null || true";
    let world = World::new();
    assert_ne!(world.outside(["sh", "-c", find]).run().out(), "", "the control");
    assert_eq!(world.sh(find).run().out(), "");
}
