//! The remedies: one fits each failure, and each has its section in docs/troubleshooting.md.

use std::fs;
use std::path::Path;

use ai_jail::host::machine::{Container, Landlock, Machine};
use ai_jail::remedies::{self, REMEDIES, Remedy, anchor, for_words};
use pretty_assertions::assert_eq;

/// A machine that has nothing against jails.
pub fn machine() -> Machine {
    Machine {
        kernel: "6.12.0".into(),
        root: false,
        inside_jail: false,
        sandboxed: false,
        chroot: false,
        user_namespaces: true,
        apparmor_restricts: None,
        userns_clone: None,
        forbidden: Vec::new(),
        covered_proc: false,
        container: None,
        wsl: None,
        landlock: Landlock::Abi(6),
        seccomp: true,
    }
}

/// What bubblewrap says, by the versions of many distributions.
const UID_MAP: &str = "setting up uid map: Permission denied";
const LOOPBACK: &str = "loopback: Failed RTM_NEWADDR: Operation not permitted";
const NO_PERMISSIONS: &str = "No permissions to create new namespace, likely because the kernel \
                              does not allow non-privileged user namespaces.";
const PROC: &str = "Can't mount proc on /newroot/proc: Operation not permitted";
const LIMIT: &str = "Creating new namespace failed: nesting depth or \
                     /proc/sys/user/max_*_namespaces exceeded (ENOSPC)";
const UNSUPPORTED: &str = "Creating new namespace failed, likely because the kernel does not \
                           support user namespaces.  bwrap must be installed setuid on such systems.";

#[test]
fn each_failure_has_its_remedy() {
    let with = |edit: fn(&mut Machine)| {
        let mut machine = machine();
        edit(&mut machine);
        machine
    };
    let docker = with(|machine| machine.container = Some(Container::Docker));
    let masked = with(|machine| {
        machine.container = Some(Container::Podman);
        machine.covered_proc = true;
    });
    let flatpak = with(|machine| machine.container = Some(Container::Flatpak));
    let ubuntu = with(|machine| machine.apparmor_restricts = Some(1));
    let in_jail = with(|machine| {
        machine.inside_jail = true;
        machine.apparmor_restricts = Some(1);
    });
    let debian = with(|machine| machine.userns_clone = Some(0));
    let wsl = with(|machine| machine.wsl = Some(1));
    let chroot = with(|machine| machine.chroot = true);
    let without = with(|machine| machine.user_namespaces = false);
    let cases: &[(&Machine, &str, &Remedy)] = &[
        (&ubuntu, UID_MAP, &remedies::APPARMOR),
        (&ubuntu, LOOPBACK, &remedies::APPARMOR),
        (&debian, NO_PERMISSIONS, &remedies::FORBIDDEN),
        (&docker, NO_PERMISSIONS, &remedies::CONTAINER),
        (&docker, PROC, &remedies::CONTAINER),
        (&masked, PROC, &remedies::COVERED_PROC),
        (&masked, NO_PERMISSIONS, &remedies::CONTAINER),
        (&flatpak, NO_PERMISSIONS, &remedies::FLATPAK),
        (&in_jail, NO_PERMISSIONS, &remedies::NESTED),
        (&in_jail, LIMIT, &remedies::NESTED),
        (&chroot, NO_PERMISSIONS, &remedies::CHROOT),
        (&wsl, "Creating new namespace failed: Invalid argument", &remedies::WSL1),
        (&without, UNSUPPORTED, &remedies::NO_NAMESPACES),
        (&machine(), LIMIT, &remedies::LIMITED),
        (&machine(), "Unknown option --perms", &remedies::OLD),
        (&machine(), "Exceeded maximum number of arguments 9000", &remedies::MANY),
        (&machine(), "setuid use of bubblewrap is not supported in this build", &remedies::SETUID),
        (&machine(), NO_PERMISSIONS, &remedies::OTHER),
        (&ubuntu, "Can't find source path /x: No such file or directory", &remedies::OTHER),
    ];
    for (machine, said, remedy) in cases {
        assert_eq!(for_words(said, machine).name, remedy.name, "{said} on {machine:?}");
    }
}

#[test]
fn what_restricts_others_is_not_told_to_root() {
    let mut machine = machine();
    (machine.root, machine.apparmor_restricts, machine.userns_clone) = (true, Some(1), Some(0));
    assert_eq!(for_words(UID_MAP, &machine).name, remedies::OTHER.name);
}

#[test]
fn the_path_of_bubblewrap_is_in_what_is_to_be_typed() {
    let advice = remedies::APPARMOR.at(Path::new("/opt/my bwrap")).to_string();
    assert!(
        advice.contains("profile ai-jail-bwrap \"/opt/my bwrap\" flags=(unconfined)"),
        "{advice}"
    );
    assert!(!advice.contains('{') || advice.contains("(unconfined) {"), "{advice}");
    for remedy in REMEDIES {
        let advice = remedy.at(Path::new("/usr/bin/bwrap")).to_string();
        assert!(!advice.contains("{bwrap}"), "{advice}");
        assert!(advice.lines().skip(1).all(|line| line.starts_with("  ")), "{advice}");
    }
}

#[test]
fn each_remedy_has_a_section_that_ends_with_what_to_type() {
    // At run time: the tests may run elsewhere than they were built.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo");
    let text = fs::read_to_string(Path::new(&root).join("docs/troubleshooting.md")).expect("page");
    let mut sections: Vec<(String, &str)> = text
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').expect("a heading has a line of its own"))
        .map(|(heading, body)| (anchor(heading), body))
        .collect();
    for remedy in REMEDIES {
        let index = sections.iter().position(|(anchor, _)| anchor == remedy.name);
        let (_, body) = sections.remove(index.unwrap_or_else(|| panic!("no {}", remedy.name)));
        let (explanation, block) = body.split_once("```sh\n").expect("a block");
        assert!(explanation.trim().len() > 60, "{} says too little", remedy.name);
        let steps = remedy.at(Path::new("/usr/bin/bwrap")).steps;
        let (_, typed) = steps.split_once('\n').expect("a sentence, then what to type");
        assert_eq!(block.trim_end(), format!("{typed}\n```"), "{}", remedy.name);
    }
    assert_eq!(sections, [], "sections without a remedy");
}

#[test]
fn each_failure_of_sandbox_exec_has_its_remedy() {
    let nested = "sandbox_apply: Operation not permitted";
    let mut in_jail = machine();
    in_jail.inside_jail = true;
    let unknown = "<input string>:1:2: unbound variable: jail-pass";
    let large = "pattern serialization length 68639 exceeds maximum (65535)";
    let unreadable = "execvp() of '/x/ai-jail' failed: Operation not permitted";
    let cases: &[(&Machine, &str, &Remedy)] = &[
        (&machine(), nested, &remedies::SANDBOXED),
        (&in_jail, nested, &remedies::NESTED),
        (&machine(), unknown, &remedies::PROFILE_REFUSED),
        (&machine(), large, &remedies::PROFILE_TOO_LARGE),
        (&machine(), unreadable, &remedies::OURSELVES_UNREADABLE),
        (&machine(), "something new", &remedies::OTHER),
    ];
    for (machine, said, remedy) in cases {
        let found = remedies::for_words_of_sandbox_exec(said, machine);
        assert_eq!(found.name, remedy.name, "{said} on {machine:?}");
    }
    // What bubblewrap says has no remedy of the other's.
    assert_eq!(for_words("Invalid argument <input", &machine()).name, remedies::OTHER.name);
    assert_eq!(for_words(nested, &machine()).name, remedies::OTHER.name);
}
