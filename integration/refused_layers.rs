//! A layer that cannot be had: fatal in lockdown where the kernel has it, else a warning; and
//! `-v` says of each layer what it achieved.

use nix::sys::prctl::set_child_subreaper;

use crate::harness::{Ended, World};
use crate::outer_filter::{Refusal, When};

/// A way to make a layer fail, and how the failure shows.
struct Case {
    layer: &'static str,
    /// The flag that switches the layer off.
    off: Option<&'static str>,
    call: libc::c_long,
    when: When,
    says: &'static str,
}

// linux/prctl.h
const PR_SET_DUMPABLE: u32 = 4;
const PR_CAP_AMBIENT: u32 = 47;

/// Calls that bubblewrap does not need, so that only the layer meets the refusal.
const CASES: [Case; 5] = [
    Case {
        layer: "rlimits",
        off: Some("--no-rlimits"),
        call: libc::SYS_prlimit64,
        when: When::ArgumentGiven(2),
        says: "cannot limit nproc",
    },
    Case {
        layer: "privileges",
        off: None,
        call: libc::SYS_prctl,
        when: When::Argument(0, PR_CAP_AMBIENT),
        says: "cannot empty the Ambient set",
    },
    Case {
        layer: "landlock",
        off: Some("--no-landlock"),
        call: libc::SYS_landlock_create_ruleset,
        when: When::Always,
        says: "cannot ask for the Landlock ABI",
    },
    Case {
        layer: "landlock",
        off: Some("--no-landlock"),
        call: libc::SYS_landlock_restrict_self,
        when: When::Always,
        says: "Operation not permitted",
    },
    Case {
        layer: "seccomp",
        off: Some("--no-seccomp"),
        call: libc::SYS_seccomp,
        when: When::Always,
        says: "cannot load the filter",
    },
];

const RAN: [&str; 3] = ["sh", "-c", "echo ran"];

/// The command ran, and this is all that was said.
fn ran(ended: &Ended) -> Vec<&str> {
    assert_eq!((ended.code(), ended.out()), (0, "ran\n"), "{ended}");
    ended.err().lines().collect()
}

#[test]
fn a_layer_that_is_refused_is_a_warning_by_default_and_fatal_in_lockdown() {
    let world = World::new();
    for case in CASES {
        let refusal = Refusal { call: case.call, when: case.when, errno: libc::EPERM };
        let run = |flags: &[&str]| world.exec_with(flags, RAN).behind(refusal).run();
        let warning = format!("ai-jail: {} could not be applied: ", case.layer);

        let ended = run(&[]);
        let [line] = ran(&ended)[..] else { panic!("one warning: {ended}") };
        assert!(line.starts_with(&warning) && line.contains(case.says), "{ended}");

        run(&["--lockdown"]).is_failure(125, &[case.layer, case.says]);

        // What was not asked for cannot be refused.
        if let Some(off) = case.off {
            for flags in [&[off][..], &["--lockdown", off]] {
                let ended = run(flags);
                assert_eq!(ran(&ended), [""; 0], "{flags:?}");
            }
        }
    }
}

#[test]
fn a_layer_that_the_kernel_does_not_have_is_no_failure() {
    let world = World::new();
    for (layer, call, errno, says) in [
        ("landlock", libc::SYS_landlock_create_ruleset, libc::ENOSYS, "the kernel has no Landlock"),
        ("landlock", libc::SYS_landlock_create_ruleset, libc::EOPNOTSUPP, "not enabled at boot"),
        ("seccomp", libc::SYS_seccomp, libc::ENOSYS, "the kernel has no seccomp filters"),
    ] {
        let refusal = Refusal { call, when: When::Always, errno };
        let run = |flags: &[&str]| world.exec_with(flags, RAN).behind(refusal).run();
        for flags in [&[][..], &["--lockdown"]] {
            let ended = run(flags);
            assert_eq!(ran(&ended), [""; 0], "{layer} {flags:?}");
        }
        let ended = run(&["--verbose"]);
        let line = ended.err().lines().find(|line| line.contains(&format!("{layer}: not applied")));
        assert!(line.is_some_and(|line| line.contains(says)), "{ended}");
    }
}

/// bubblewrap's outer process ends over this, and its inner one would wait for it for good.
#[test]
fn a_bubblewrap_that_is_refused_something_half_way_ends_with_an_error() {
    // Whatever the front leaves behind becomes a child of this process.
    set_child_subreaper(true).expect("prctl");
    let world = World::new();
    let when = When::Argument(0, PR_SET_DUMPABLE);
    let refusal = Refusal { call: libc::SYS_prctl, when, errno: libc::EPERM };
    for flags in [&[][..], &["--lockdown"]] {
        let ended = world.exec_with(flags, RAN).behind(refusal).run();
        ended.is_failure(125, &["could not be built", "dumpable"]);
        assert_eq!(children(), "", "{flags:?} leaves processes");
    }
}

/// The children of all threads of this process.
fn children() -> String {
    let threads = std::fs::read_dir("/proc/self/task").expect("/proc").flatten();
    let lists = threads.map(|thread| std::fs::read_to_string(thread.path().join("children")));
    lists.flatten().collect()
}

/// The lines of `-v` about the layers.
fn layer_lines(ended: &Ended) -> Vec<&str> {
    let layers = ["descriptors", "rlimits", "privileges", "landlock", "seccomp"];
    let words = ended.err().lines().filter_map(|line| line.strip_prefix("ai-jail: "));
    words
        .filter(|line| layers.iter().any(|layer| line.starts_with(&format!("{layer}: "))))
        .collect()
}

#[test]
fn verbose_says_what_each_layer_achieved() {
    let world = World::new();
    for flags in [&["-v"][..], &["-v", "--lockdown"]] {
        let ended = world.exec_with(flags, RAN).run();
        let lines = layer_lines(&ended);
        let starts = [
            "descriptors: enforced (",
            "rlimits: enforced (nproc ",
            "privileges: enforced (no_new_privs",
            "landlock: enforced",
            "seccomp: enforced (",
        ];
        assert_eq!(lines.len(), starts.len(), "{ended}");
        for (line, start) in lines.into_iter().zip(starts) {
            assert!(line.starts_with(start), "{line} in {ended}");
        }
    }
    let switches = ["--no-landlock", "--no-seccomp", "--no-rlimits"];
    let ended = world.exec_with(["-v"].iter().chain(&switches), RAN).run();
    let off =
        layer_lines(&ended).into_iter().filter(|line| line.ends_with("(switched off)")).count();
    assert_eq!(off, 3, "{ended}");
    let ended = world.exec(RAN).run();
    assert_eq!(ran(&ended), [""; 0], "without -v nothing is said");
}

/// Before Linux 5.9 there is no `close_range(2)`.
#[test]
fn descriptors_are_closed_on_an_old_kernel_too() {
    let world = World::new();
    world.file("home/private/secret", "secret");
    let refusal = Refusal { call: libc::SYS_close_range, when: When::Always, errno: libc::ENOSYS };
    let list = "exec 5<\"$HOME/private\" 9<\"$HOME/private\"; exec \"$0\" --exec -- sh -c 'ls /proc/$$/fd'";
    let ended = world.caller(list).behind(refusal).run();
    assert_eq!(ended.ok(), "0\n1\n2\n");
}
