//! Directories of the home that all programs share: what a shell, a session or a tool of the host
//! would read there although no table names it.

use std::path::Path;

use super::attack::{ALL, Attack, BARE, OWN_HOME, found};
use crate::harness::World;

const THERE: &str = "an entry of ~/.config and its like that no table names";
const NEW: &str = "a new entry of ~/.config and its like";
const COVERED: &str =
    "a place that is empty in jails where the host has it, and that the host lacks";

/// A run that is not `--exec`, and so reports.
fn report(world: &World, script: &str) -> String {
    let ended = world.jail(["--no-mise", "sh", "-c", script]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    ended.err().to_owned()
}

/// The line of a report that names a place.
fn line<'a>(said: &'a str, place: &str) -> &'a str {
    said.lines().find(|line| line.contains(place)).unwrap_or_default()
}

#[test]
fn entries_that_are_there_are_read_only() {
    let world = World::new();
    for (directory, entry) in
        [(".config", "tool"), (".config", "toolrc"), (".local/state", "tool"), (".docker", "tool")]
    {
        let place = format!("home/{directory}/{entry}");
        let (file, whole) = if entry == "toolrc" {
            (world.file(&place, "x"), world.root().join(&place))
        } else {
            (world.file(format!("{place}/settings"), "x"), world.root().join(&place))
        };
        let named = |path: &Path| path.display().to_string();
        let aside = named(&whole.with_file_name("aside"));
        let acts = ["append", &named(&file), "--", "rename", &named(&whole), &aside];
        Attack::new(&world, THERE, include_str!("probes/files.py"))
            .with(acts)
            .gives(ALL, "EROFS EBUSY")
            .gives(BARE, "EROFS EBUSY")
            .gives(OWN_HOME, "EROFS EBUSY")
            .works("ok ok");
        std::fs::rename(&aside, &whole).expect("back");
        // What the user names is the user's own decision.
        for flags in [["--rw-map", &named(&whole)].as_slice(), &["--no-protect"]] {
            let append = ["sh", "-c", "echo y >> \"$0\"", &named(&file)];
            world.exec_with(flags, append).run().ok();
        }
        let answer = world.jail(["--explain", &named(&whole)]).run();
        assert!(answer.ok().contains("--rw-map"), "{answer}");
    }
}

#[test]
fn new_entries_are_reported_and_read_only_from_then_on() {
    let world = World::new();
    for directory in ["home/.config", "home/.local/state", "home/.docker"] {
        world.directory(directory);
    }
    assert_eq!(report(&world, "true"), "", "the control");
    let places = [".config/new", ".local/state/new", ".docker/new"];
    for place in places {
        let said = report(&world, &format!("mkdir ~/{place} && echo x > ~/{place}/settings"));
        let line = line(&said, place);
        assert!(line.contains("appeared in this run") && line.contains("--rw-map"), "{said}");
        let again = world.sh(&format!("echo y >> ~/{place}/settings")).run();
        assert!(again.err().contains("Read-only file system"), "{again}");
    }
    found(NEW, ALL, "reported");
    // In a home of the jails' own the host gets none.
    let places = [".config/newer", ".local/state/newer", ".docker/newer"];
    for place in places {
        let write = format!("mkdir ~/{place} && echo x > ~/{place}/settings");
        world.sh_with(OWN_HOME, &write).run().ok();
        assert!(!world.home().join(place).exists(), "{place}");
    }
    found(NEW, OWN_HOME, "the jails' own");
}

#[test]
fn what_agents_and_tools_keep_there_stays_writable() {
    let world = World::new();
    for place in [
        ".config/opencode/x",
        ".config/Cypress/x",
        ".config/configstore/x",
        ".docker/buildx/activity/x",
    ] {
        world.file(format!("home/{place}"), "x");
        world.sh(&format!("echo y >> ~/{place}")).run().ok();
    }
    // What of it names programs, or where they run, does not.
    for place in [".local/state/nvim/view/x", ".docker/buildx/instances/x", ".docker/contexts/x"] {
        world.file(format!("home/{place}"), "x");
        let ended = world.sh(&format!("echo y >> ~/{place}")).run();
        assert!(ended.err().contains("Read-only file system"), "{place}: {ended}");
    }
    // A first use is no news.
    let first = World::new();
    first.directory("home/.config");
    assert_eq!(report(&first, "mkdir ~/.config/Cypress && echo x > ~/.config/Cypress/x"), "");
}

/// There is nothing to hold in it; what comes into it is new.
#[test]
fn an_empty_entry_can_be_filled_and_that_is_reported() {
    let world = World::new();
    world.directory("home/.config/tool");
    assert_eq!(report(&world, "true"), "", "the control");
    let said = report(&world, "echo x > ~/.config/tool/settings");
    assert!(line(&said, ".config/tool/settings").contains("appeared in this run"), "{said}");
    let again = world.sh("echo y >> ~/.config/tool/settings").run();
    assert!(again.err().contains("Read-only file system"), "{again}");
}

/// In a jail such a place is empty and its own, so that what it leaves is not the host's; but a
/// mount needs something to stand on.
#[test]
fn places_that_the_host_lacks_are_reported() {
    let world = World::new();
    for directory in ["home/.cache/nvim", "home/.gradle"] {
        world.directory(directory);
    }
    assert_eq!(report(&world, "true"), "", "the control");
    for place in [".cache/p10k-user", ".cache/nvim/luac", ".gradle/daemon"] {
        let script = format!("mkdir ~/{place} && echo x > ~/{place}/file");
        let said = report(&world, &script);
        assert!(line(&said, place).contains("appeared in this run"), "{place}: {said}");
        // From then on it is the jail's own.
        assert_eq!(world.sh(&format!("ls ~/{place}")).run().ok(), "", "{place}");
    }
    found(COVERED, ALL, "reported");
    let world = World::new();
    for directory in ["home/.cache/nvim", "home/.gradle"] {
        world.directory(directory);
    }
    for place in [".cache/p10k-user", ".cache/nvim/luac", ".gradle/daemon"] {
        let write = format!("mkdir -p ~/{place} && echo x > ~/{place}/file");
        world.sh_with(OWN_HOME, &write).run().ok();
        assert!(!world.home().join(place).exists(), "{place}");
    }
    found(COVERED, OWN_HOME, "the jails' own");
}
