//! A home of the jails' own: whatever a jail leaves in the home, nothing of the host's differs
//! afterwards, byte for byte and inode for inode.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::attack::{OWN_HOME, found};
use crate::harness::World;

const TITLE: &str = "files in a writable place of the home, for the host to run";

/// Places that a shell, a session, an editor or a tool of the host reads by itself.
const CANDIDATES: &str = include_str!("candidates/home");

fn candidates() -> impl Iterator<Item = &'static str> {
    let lines = CANDIDATES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split('|').next())
}

fn identities(world: &World) -> BTreeMap<PathBuf, [i64; 4]> {
    crate::harness::identities(&world.home(), &[world.project().to_path_buf()])
}

/// A home in which every tool keeps something.
fn lived_in() -> World {
    let world = World::new();
    for file in [
        ".config/tool/settings",
        ".config/git/config",
        ".cargo/bin/tool",
        ".cargo/env",
        ".cache/zsh/dump",
        ".local/state/app/log",
        ".local/share/mise/installs/node/22/bin/node",
        ".local/share/uv/tools/x/bin/x",
        ".rustup/settings.toml",
        ".claude/settings.json",
        ".claude.json",
        ".codex/config.toml",
        ".docker/config.json",
        ".npm/x",
        ".bun/install/global/x",
    ] {
        world.file(format!("home/{file}"), "{}");
    }
    world
}

/// Writes every candidate, appends to what is there, and puts another file in its place.
fn attack() -> String {
    let mut script = String::from("exec 2>/dev/null\ncd\n");
    for path in candidates() {
        let _ = writeln!(
            script,
            "mkdir -p \"$(dirname '{path}')\" ; echo evil >> '{path}' && echo '{path}'"
        );
    }
    script.push_str(
        "find . -type f -not -path './project/*' | while read -r file; do\n\
         echo evil >> \"$file\"; echo evil > \"$file.new\" && mv \"$file.new\" \"$file\"\n\
         rm -f \"$file\"; done; true\n",
    );
    script
}

#[test]
fn nothing_of_the_host_differs_afterwards() {
    let control = lived_in();
    let before = identities(&control);
    let written = control.sh_with(["--no-own-home"], &attack()).run();
    assert!(written.ok().lines().count() > 20, "the control writes: {written}");
    assert_ne!(before, identities(&control), "the control reaches the host's home");

    let world = lived_in();
    // What ai-jail makes itself is there before.
    world.sh_with(["--own-home"], "true").run().ok();
    let before = identities(&world);
    let written = world.sh_with(["--own-home"], &attack()).run();
    assert!(written.ok().lines().count() > 20, "a jail can write in its home: {written}");
    assert_eq!(before, identities(&world));
    found(TITLE, OWN_HOME, "the jails' own");
}

#[test]
fn what_a_jail_writes_is_there_for_the_next_of_its_project_and_for_no_other() {
    let world = lived_in();
    let write = "echo kept > ~/.cache/kept && echo kept > ~/.config/kept";
    world.sh_with(["--own-home"], write).run().ok();
    let read = "cat ~/.cache/kept ~/.config/kept";
    assert_eq!(world.sh_with(["--own-home"], read).run().ok(), "kept\nkept\n");
    // Another project has another home, and a jail without the flag has the host's.
    let other = world.directory("home/other");
    let look = "ls ~/.cache/kept";
    assert_ne!(world.sh_with(["--own-home"], look).at(&other).run().code(), 0);
    assert_ne!(world.sh_with(["--no-own-home"], look).run().code(), 0);
}

#[test]
fn an_empty_home_has_directories_to_save_in() {
    let world = World::new();
    let write = "echo kept > ~/.cache/kept && echo kept > ~/.config/kept";
    let control = world.sh_with(["--no-own-home"], write).run();
    assert!(control.err().contains("cannot create"), "the control: {control}");
    // What is made for the first jail is told before there was one.
    let config = world.home().join(".config").display().to_string();
    let explained = world.jail(["--own-home", "--explain", &config]).run();
    assert!(explained.ok().contains("read-write directory"), "{explained}");
    world.sh_with(["--own-home"], write).run().ok();
    let read = "cat ~/.cache/kept ~/.config/kept";
    assert_eq!(world.sh_with(["--own-home"], read).run().ok(), "kept\nkept\n");
    assert!(!world.home().join(".cache").exists() && !world.home().join(".config").exists());
}

#[test]
fn the_hosts_settings_are_read_and_its_hidden_places_are_not() {
    let world = lived_in();
    world.file("home/.config/gcloud/credentials", "secret");
    let script = "exec 2>/dev/null; cat ~/.config/tool/settings && cat ~/.cargo/bin/tool && \
                  ! cat ~/.config/gcloud/credentials && ! ls ~/.local/share/ai-jail/homes";
    world.sh_with(["--own-home"], script).run().ok();
    let ended = world.sh_with(["--own-home"], "echo x >> ~/.config/tool/settings").run();
    assert!(ended.err().contains("Read-only file system"), "{ended}");
}

#[test]
fn the_agent_that_runs_keeps_its_state_on_the_host() {
    let world = lived_in();
    let agent = "#!/bin/sh\necho login > ~/.claude/login && echo x > ~/.cache/mine\n";
    world.script("home/.local/bin/claude", agent);
    let path = format!("{}:/usr/bin:/bin", world.home().join(".local/bin").display());
    world.exec_with(["--own-home"], ["claude"]).env("PATH", &path).run().ok();
    assert!(world.home().join(".claude/login").exists());
    assert!(!world.home().join(".cache/mine").exists());
    // Of another agent it has no more than a copy to read.
    let other = "echo x > ~/.codex/config.toml";
    let ended = world.sh_with(["--own-home"], other).run();
    assert!(ended.err().contains("Read-only file system"), "{ended}");
}
