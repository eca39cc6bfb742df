//! Programs that give privileges: none does.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::attack::{ALL, Attack, BARE, LOCKDOWN, found};
use crate::harness::{World, has_program, is_root, skip};

/// What a program run in a jail finds of privileges: `sudo`, `su` and the like start there, but
/// as nobody else. Flags of the mounts, of the process, and the bit itself.
#[test]
fn setuid_programs_of_the_system() {
    let world = World::new();
    let candidates = ["/usr/bin/su", "/usr/bin/passwd", "/usr/bin/newgrp", "/usr/bin/sudo"];
    let is_setuid = |path: &&&str| {
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o4000 != 0)
    };
    let Some(program) = candidates.iter().find(is_setuid) else {
        return skip("this system has no setuid program");
    };
    let words = [
        "sh",
        "-c",
        "findmnt -no OPTIONS -T \"$0\" | tr , '\\n' | grep -c nosuid; grep NoNewPrivs /proc/self/status | cut -f 2",
        program,
    ];
    if !has_program("findmnt") {
        return;
    }
    for flags in [ALL, BARE, LOCKDOWN] {
        let ended = world.exec_with(flags, words).run();
        assert_eq!(ended.ok(), "1\n1\n", "{flags:?}");
        found("setuid programs of the system", flags, "nosuid, no_new_privs");
    }
}

/// One that works outside: a copy of `id` that belongs to root, in the project of another user.
#[test]
fn root_a_setuid_program_in_the_project() {
    assert!(is_root(), "integration/test runs this as root");
    let world = World::new();
    let program = world.project().join("id");
    fs::copy("/usr/bin/id", &program).expect("a copy");
    fs::set_permissions(&program, Permissions::from_mode(0o4755)).expect("chmod");
    let all = |path: &std::path::Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("chmod");
    };
    for directory in [world.root(), &world.home(), world.project()] {
        all(directory, 0o777);
    }
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let jail = crate::harness::program();
    let run = |words: &[&str]| {
        let words = nobody.iter().chain(words).map(std::ffi::OsStr::new);
        world.outside(words).run()
    };
    let control = run(&["./id", "-u"]);
    if control.ok() != "0\n" {
        return skip("the temporary directory ignores setuid bits");
    }
    let jail = jail.to_str().expect("plain");
    for flags in [&[][..], &["--no-landlock", "--no-seccomp"]] {
        let words: Vec<&str> = [jail, "--exec"]
            .into_iter()
            .chain(flags.iter().copied())
            .chain(["--", "./id", "-u"])
            .collect();
        let ended = run(&words);
        assert_eq!(ended.ok(), "65534\n", "{flags:?}");
        found("a setuid program of root's in the project", flags, "no privilege");
    }
}

/// What is open: the bit itself can be set, on files of the user's own. Whoever runs such a file
/// afterwards, outside, becomes this user.
#[test]
fn the_bit_can_be_set_on_the_users_own_files() {
    let world = World::new();
    let file = world.script("home/project/tool", "#!/bin/sh\n");
    let words = ["sh", "-c", "chmod 4755 tool && echo ok"];
    Attack::by(&world, "leaving a setuid program of the user's own", words).gives(ALL, "ok");
    let mode = fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o4755);
    let ended = world.exec_with(LOCKDOWN, ["chmod", "755", "tool"]).run();
    assert!(ended.err().contains("Read-only file system"), "{ended}");
}
