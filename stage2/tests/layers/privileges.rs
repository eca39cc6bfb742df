//! Privileges as the kernel keeps them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sys::stat::{Mode, umask};
use nix::unistd::Uid;
use stage2::caps;
use stage2::report::Achieved;

use crate::checks::{is_root, say, skipped};
use crate::child::errno;

/// The value of a field in a text like `/proc/self/status`.
fn field<'a>(status: &'a str, name: &str) -> &'a str {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(":"))
        .unwrap_or_else(|| panic!("no {name}"))
        .trim()
}

fn status() -> String {
    fs::read_to_string("/proc/self/status").unwrap()
}

const NO_CAPABILITY: &str = "0000000000000000";

#[test]
fn no_capability_is_left_and_none_can_come_back() {
    let said = say(|| {
        assert!(!matches!(caps::apply(), Achieved::Failed(_)));
        status()
    });
    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
        assert_eq!(field(&said, set), NO_CAPABILITY, "{set}");
    }
    assert_eq!(field(&said, "NoNewPrivs"), "1");
}

/// An ordinary user's bubblewrap has emptied the bounding set; outside it only root can.
#[test]
fn an_unemptied_bounding_set_is_reported() {
    let said = say(|| {
        let achieved = caps::apply();
        let left = field(&status(), "CapBnd") != NO_CAPABILITY;
        assert_eq!(left, matches!(achieved, Achieved::Partial(_)), "{achieved:?}");
        "consistent".into()
    });
    assert_eq!(said, "consistent");
}

#[test]
fn root_every_set_is_empty_also_after_an_exec_as_root() {
    if !is_root("root_every_set_is_empty_also_after_an_exec_as_root") {
        return;
    }
    let exec = || {
        let output = Command::new("cat").arg("/proc/self/status").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_ne!(field(&say(exec), "CapEff"), NO_CAPABILITY, "control");
    let inside = say(move || {
        assert!(matches!(caps::apply(), Achieved::Enforced(_)));
        exec()
    });
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(field(&inside, set), NO_CAPABILITY, "{set}");
    }
    assert!(field(&inside, "Uid").starts_with('0'));
}

#[test]
fn root_a_setuid_program_gives_nothing() {
    const NAME: &str = "root_a_setuid_program_gives_nothing";
    if !is_root(NAME) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("id");
    fs::copy("/usr/bin/id", &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o4755)).unwrap();
    let effective_user = move || {
        let mut command = Command::new(&program);
        let output = command.arg("-u").uid(65534).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    if say(&effective_user) != "0" {
        return skipped(NAME, "the temporary directory ignores setuid bits");
    }
    let inside = say(|| {
        // As in a jail: first an ordinary user, then the layer, then the program.
        nix::unistd::setresuid(Uid::from_raw(65534), Uid::from_raw(65534), Uid::from_raw(65534))
            .unwrap();
        assert!(!matches!(caps::apply(), Achieved::Failed(_)));
        effective_user()
    });
    assert_eq!(inside, "65534");
}

#[test]
fn nobody_can_attach_until_the_command_starts() {
    let said = say(|| {
        assert!(!matches!(caps::apply(), Achieved::Failed(_)));
        format!("{}", nix::sys::prctl::get_dumpable().unwrap())
    });
    assert_eq!(said, "false");
}

#[test]
fn the_umask_is_kept() {
    let said = say(|| {
        umask(Mode::from_bits_retain(0o027));
        assert!(!matches!(caps::apply(), Achieved::Failed(_)));
        format!("{:o}", umask(Mode::empty()).bits())
    });
    assert_eq!(said, "27");
}

#[test]
fn root_privileged_calls_are_refused() {
    if !is_root("root_privileged_calls_are_refused") {
        return;
    }
    // Setting the name to what it is: harmless outside, refused without CAP_SYS_ADMIN.
    let attack = || {
        let name = nix::unistd::gethostname().unwrap();
        errno(nix::unistd::sethostname(name))
    };
    assert_eq!(say(attack), "ok");
    let inside = say(move || {
        assert!(!matches!(caps::apply(), Achieved::Failed(_)));
        attack()
    });
    assert_eq!(inside, "EPERM");
}
