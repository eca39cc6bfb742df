//! Other names of what a jail must not change: code that counts as compiled from it, locks, and what
//! a dot entry of the home leads to.

use std::fs;

use super::attack::{ALL, Attack, BARE, OWN_HOME, found};
use crate::harness::World;

const COMPILED: &str = "compiled code beside what a shell reads";
const LINKED: &str = "what a dot entry of the home leads to";

/// A run that is not `--exec`, and so reports.
fn report(world: &World, script: &str) -> String {
    let ended = world.jail(["--no-mise", "sh", "-c", script]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    ended.err().to_owned()
}

#[test]
fn compiled_code_that_is_there_is_held() {
    let world = World::new();
    world.file("home/.cargo/env", "x");
    let twin = world.file("home/.cargo/env.zwc", "x").display().to_string();
    let aside = world.home().join(".cargo/aside").display().to_string();
    let acts = ["append", &twin, "--", "unlink", &twin, "--", "rename", &twin, &aside];
    Attack::new(&world, COMPILED, include_str!("probes/files.py"))
        .with(acts)
        .gives(ALL, "EROFS EBUSY EBUSY")
        .gives(BARE, "EROFS EBUSY EBUSY")
        .gives(OWN_HOME, "EROFS EBUSY EBUSY")
        .works("ok ok ENOENT");
}

#[test]
fn compiled_code_that_appears_is_reported() {
    let world = World::new();
    world.file("home/.cargo/env", "x");
    world.file("home/project/.git/config", "[core]\n\tbare = false\n");
    world.file("home/project/.git/HEAD", "ref: refs/heads/main\n");
    world.directory("home/project/.git/objects");
    world.directory("home/project/.git/refs");
    assert_eq!(report(&world, "true"), "", "the control");
    let said = report(&world, "echo x > ~/.cargo/env.zwc; echo x > .git/config.lock");
    for (name, why) in [(".cargo/env.zwc", "compiled"), (".git/config.lock", "git changes")] {
        let line = said.lines().find(|line| line.contains(name)).unwrap_or_default();
        assert!(line.contains("appeared in this run") && line.contains(why), "{name}: {said}");
    }
    found(COMPILED, &["new"], "reported");
}

#[test]
fn what_a_dot_entry_leads_to_is_held() {
    let world = World::new();
    let file = world.file("home/.config/dots/bashrc", "x");
    let directory = world.directory("home/.cache/dots/vim");
    world.link(".config/dots/bashrc", "home/.bashrc");
    world.link(&directory, "home/.vim");
    let inside = directory.join("vimrc").display().to_string();
    let file = file.display().to_string();
    let dots = world.home().join(".config/dots").display().to_string();
    let aside = world.home().join(".config/aside").display().to_string();
    let acts = ["append", &file, "--", "create", &inside, "--", "rename", &dots, &aside];
    Attack::new(&world, LINKED, include_str!("probes/files.py"))
        .with(acts)
        .gives(ALL, "EROFS EROFS EBUSY")
        .gives(BARE, "EROFS EROFS EBUSY")
        .gives(OWN_HOME, "EROFS EROFS EBUSY")
        .works("ok ok ok");
}

/// Whoever works on the repository of the dot entries changes them, and is told.
#[test]
fn what_a_dot_entry_leads_to_in_the_project_is_reported() {
    let world = World::with_project(&std::env::temp_dir(), "home/dotfiles");
    let file = world.file("home/dotfiles/bashrc", "x\n");
    world.link("dotfiles/bashrc", "home/.bashrc");
    assert_eq!(report(&world, "true"), "", "the control");
    let said = report(&world, "echo evil >> bashrc");
    assert!(said.contains("dotfiles/bashrc changed in this run"), "{said}");
    assert_eq!(fs::read_to_string(file).expect("it is there"), "x\nevil\n");
    found(LINKED, &["project"], "reported");
}
