//! Real programs in whole jails: the same result inside and outside.

use std::path::{Path, PathBuf};

use crate::harness::{Run, World, skip};
use crate::real_programs::{Scenario, missing, words};

/// The exit status, the output, and the errors where it failed.
type Found = (i32, String);

fn found(run: Run) -> Found {
    let ended = run.run();
    let errors = if ended.code() == 0 { "" } else { ended.err() };
    (ended.code(), format!("{}{errors}", ended.out()))
}

/// The tests' own home and search path, where a Rust toolchain is.
fn as_user(run: Run) -> Run {
    let variable = |name| std::env::var_os(name).expect("integration/test sets it");
    run.env("HOME", variable("HOME")).env("PATH", variable("PATH"))
}

/// Where to start in lockdown. All of the user's is out of reach there but the project itself, so
/// for cargo the user's toolchain is that project; the system's is in every jail.
fn lockdown_project(scenario: &Scenario, world: &World) -> PathBuf {
    if !scenario.needs.contains(&"cargo") {
        return world.project().to_owned();
    }
    let sysroot = as_user(world.outside(["rustc", "--print", "sysroot"])).run();
    let sysroot = Path::new(sysroot.ok().trim());
    if sysroot.starts_with("/usr") { world.project().to_owned() } else { sysroot.to_owned() }
}

/// With the project's own programs first.
fn with_project_bin(run: Run, project: &Path) -> Run {
    let path = std::env::var("PATH").expect("integration/test sets it");
    run.env("PATH", format!("{}/bin:{path}", project.display()))
}

/// Runs a scenario outside, in a jail and in lockdown.
pub fn works_in_every_jail(scenario: &Scenario) {
    if let Some(program) = missing(scenario) {
        return skip(&format!("there is no {program} here"));
    }
    let world = World::new();
    let outside = found(as_user(world.outside(words(scenario, &world.root().join("outside")))));
    assert_eq!(outside.0, 0, "outside: {}", outside.1);

    let inside = found(as_user(world.exec(words(scenario, &world.project().join("inside")))));
    assert_eq!(inside, outside, "in a jail");

    let project = lockdown_project(scenario, &world);
    let run = world.exec_with(["--lockdown"], words(scenario, Path::new("/tmp/work")));
    let inside = found(with_project_bin(as_user(run), &project).at(&project));
    match scenario.not_in_lockdown {
        None => assert_eq!(inside, outside, "in lockdown"),
        Some(why) => assert_ne!(inside, outside, "it works in lockdown, although {why}"),
    }
}

crate::scenario_tests!(works_in_every_jail);
