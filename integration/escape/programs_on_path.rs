//! Programs that the host finds along its `PATH`: what a jail leaves there is held or told, whatever
//! links the path and its programs go through.

use std::fmt::Write as _;
use std::path::Path;

use super::attack::{ALL, Attack, BARE, OWN_HOME, found};
use crate::harness::World;

const LINKED: &str = "what a program on PATH is a link to";
const DIRECTORY: &str = "a directory of PATH that a jail may write";
const SHADOWING: &str = "a program in the project that is on PATH before the system's";

const INSTALLS: &str = "home/.local/share/mise/installs";

/// A run that is not `--exec`, and so reports; with these directories before the system's.
fn report(world: &World, path: &[&str], script: &str) -> String {
    let path = format!("{}:/usr/bin:/bin", path.join(":"));
    let ended = world.jail(["--no-mise", "sh", "-c", script]).env("PATH", path).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let lines = ended.err().lines().filter(|line| line.contains(" in this run"));
    lines.fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{line}");
        all
    })
}

/// With this directory on `PATH`, what a script does to a place is told; the control does nothing.
fn is_told(world: &World, bin: &Path, script: &str, place: &Path, what: &str) {
    assert_eq!(report(world, &[text(bin)], "true"), "", "the control");
    let said = report(world, &[text(bin)], script);
    assert!(said.contains(&format!("{} {what} in this run", place.display())), "{said}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("plain")
}

/// The layout of installers that keep versions: `~/.local/bin` leads to the newest.
#[test]
fn what_a_link_leads_to_is_held() {
    let world = World::new();
    let program = world.script("home/.cache/tool/1/program", "#!/bin/sh\n");
    world.link("../../.cache/tool/current/program", "home/.local/bin/program");
    let current = world.link("1", "home/.cache/tool/current");
    let path = format!("{}:/usr/bin:/bin", world.home().join(".local/bin").display());
    let version = world.home().join(".cache/tool/1");
    let aside = world.home().join(".cache/tool/aside");
    let acts = ["append", text(&program), "--", "rename", text(&version), text(&aside)];
    Attack::new(&world, LINKED, include_str!("probes/files.py"))
        .with(acts)
        .prepared(|run| run.env("PATH", &path))
        .gives(ALL, "EROFS EBUSY")
        .gives(BARE, "EROFS EBUSY")
        .gives(OWN_HOME, "ENOENT ENOENT")
        .works("ok ok");
    std::fs::rename(&aside, &version).expect("back");
    // A link on the way there can be another, and that is told.
    let bin = world.home().join(".local/bin");
    let script = "cd ~/.cache/tool && mkdir 2 && ln -sfn 2 current";
    is_told(&world, &bin, script, &current, "changed");
}

/// Where the jail may replace the link, nothing is won by holding the file: package managers work, and
/// both are told.
#[test]
fn what_a_writable_link_leads_to_is_told() {
    let world = World::new();
    let program = world.script(format!("{INSTALLS}/x/lib/program"), "#!/bin/sh\n");
    let link = world.link("../lib/program", format!("{INSTALLS}/x/bin/program"));
    let bin = link.parent().expect("bin");
    let script = format!("echo evil >> {}", program.display());
    is_told(&world, bin, &script, &program, "changed");
    found(LINKED, &["a link that the jail may replace"], "reported");
}

#[test]
fn a_directory_behind_a_link_that_a_jail_may_replace() {
    let world = World::new();
    for version in ["1", "2"] {
        world.script(format!("{INSTALLS}/x/{version}/bin/program"), "#!/bin/sh\n");
    }
    let latest = world.link("1", format!("{INSTALLS}/x/latest"));
    let bin = latest.join("bin");
    let script = format!("ln -sfn 2 {}", latest.display());
    is_told(&world, &bin, &script, &latest, "changed");
    found(DIRECTORY, &["behind a link"], "reported");
}

#[test]
fn a_directory_that_is_not_there_yet() {
    let world = World::new();
    let installs = world.directory(INSTALLS);
    let bin = installs.join("y/bin");
    let script = format!("mkdir -p {0}; : > {0}/git", bin.display());
    is_told(&world, &bin, &script, &bin.join("git"), "appeared");
    found(DIRECTORY, &["not there yet"], "reported");
}

#[test]
fn a_directory_with_very_many_programs() {
    let world = World::new();
    let bin = world.directory(format!("{INSTALLS}/z/bin"));
    for number in 0..1500 {
        std::fs::write(bin.join(number.to_string()), "").expect("a program");
    }
    // The directory itself shows no sign of that.
    let script = format!("echo evil > {}/700", bin.display());
    is_told(&world, &bin, &script, &bin.join("700"), "changed");
    found(DIRECTORY, &["1500 programs"], "reported");
}

/// An environment that is activated, and the programs of a project's packages.
#[test]
fn a_program_of_the_project_that_shadows_a_later_one() {
    for (named, bin) in [(".venv/bin", ".venv/bin"), ("./node_modules/.bin", "node_modules/.bin")] {
        let world = World::new();
        world.script(format!("home/project/{bin}/sort"), "#!/bin/sh\n");
        assert_eq!(report(&world, &[named], "true"), "", "the control");
        let own = format!("echo x > {bin}/name-of-its-own; echo x > {bin}/another");
        assert_eq!(report(&world, &[named], &own), "", "the control: nothing else has the name");
        let said = report(&world, &[named], &format!("echo x > {bin}/ls"));
        let line = format!(
            "{}/{bin}/ls appeared in this run: it is on PATH before another program of this name",
            world.project().display()
        );
        assert!(said.contains(&line), "{said}");
        let said = report(&world, &[named], &format!("echo evil >> {bin}/sort"));
        assert!(said.contains(&format!("{bin}/sort changed in this run")), "{said}");
        // Behind the system's directories it shadows nothing.
        let path = format!("/usr/bin:/bin:{named}");
        let script = format!("echo x > {bin}/cat");
        let ended = world.jail(["--no-mise", "sh", "-c", &script]).env("PATH", path).run();
        assert!(!ended.err().contains(" in this run"), "{ended}");
    }
    found(SHADOWING, ALL, "reported");
}
