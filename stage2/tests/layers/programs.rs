//! Real programs under all layers, with no mounts around them: what a layer takes away by
//! mistake shows here first.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use stage2::os_bytes::BytePath;
use stage2::report::Achieved;
use stage2::spec::{Landlock, PathAccess, PathRule, Rlimits, Seccomp};
use stage2::{caps, landlock, rlimits, seccomp};

use crate::checks::skipped;
use crate::real_programs::{SCENARIOS, Scenario, missing, result, shell};

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
    let mut command: Command = shell(scenario, directory.path());
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

#[test]
fn real_programs_work_under_all_layers() {
    let mut failed = Vec::new();
    for scenario in SCENARIOS {
        if let Some(program) = missing(scenario) {
            let test = format!("real_programs_work_under_all_layers ({})", scenario.name);
            skipped(&test, &format!("{program} is not installed"));
            continue;
        }
        let outside = run(scenario, None);
        assert_eq!(outside.0, Some(0), "{} outside: {}", scenario.name, outside.1);
        for profile in [Seccomp::Default, Seccomp::Lockdown] {
            let inside = run(scenario, Some(profile));
            if inside != outside {
                failed.push(format!("{} {profile:?}: {inside:?}, not {outside:?}", scenario.name));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
