//! Real programs under all layers, with no mounts around them: what a layer takes away by
//! mistake shows here first.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use stage2::os_bytes::BytePath;
use stage2::report::Achieved;
use stage2::spec::{Landlock, PathAccess, PathRule, Rlimits, Seccomp};
use stage2::{caps, landlock, rlimits, seccomp};

use crate::checks::skipped;
use crate::real_programs::{Scenario, missing, words};

fn restrict(directory: &Path, profile: Seccomp) {
    let rule = |path: &Path, access| PathRule { path: BytePath(path.to_path_buf()), access };
    let rules = vec![
        rule(Path::new("/"), PathAccess::ReadOnly),
        rule(directory, PathAccess::ReadWrite),
        rule(Path::new("/tmp"), PathAccess::ReadWrite),
        rule(Path::new("/proc"), PathAccess::ReadWrite),
        rule(Path::new("/dev"), PathAccess::Device),
        rule(Path::new("/dev/shm"), PathAccess::ReadWrite),
    ];
    let limits = Rlimits { nproc: 4096, nofile: 65_536, core: 0 };
    let landlock = Landlock { rules, deny_tcp: false };
    for achieved in [
        rlimits::apply(&Some(limits)),
        caps::apply(),
        landlock::apply_keeping(&Some(landlock), &[0, 1, 2]),
        seccomp::apply(Some(profile)),
    ] {
        assert!(!matches!(achieved, Achieved::Failed(_)), "{achieved:?}");
    }
}

fn run(scenario: &Scenario, profile: Option<Seccomp>) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    let words = words(scenario, &directory.path().join("work"));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).stdin(std::process::Stdio::null());
    if let Some(profile) = profile {
        let directory = directory.path().to_path_buf();
        // SAFETY: the C library keeps its allocator usable after a fork.
        unsafe {
            command.pre_exec(move || {
                restrict(&directory, profile);
                Ok(())
            });
        }
    }
    result(&command.output().unwrap())
}

/// The exit status, the output, and the errors where it failed.
fn result(output: &Output) -> (Option<i32>, String) {
    let errors = if output.status.success() { &[][..] } else { &output.stderr };
    let text = [&output.stdout, errors].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

fn works(scenario: &Scenario) {
    if let Some(program) = missing(scenario) {
        return skipped(
            &format!("layers programs::{}", scenario.name),
            &format!("there is no {program}"),
        );
    }
    let outside = run(scenario, None);
    assert_eq!(outside.0, Some(0), "outside: {}", outside.1);
    for profile in [Seccomp::Default, Seccomp::Lockdown, Seccomp::Sealed] {
        assert_eq!(run(scenario, Some(profile)), outside, "{profile:?}");
    }
}

crate::scenario_tests!(works);
