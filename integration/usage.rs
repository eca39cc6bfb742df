//! Wrong usage gives 2, says what may have been meant, and runs nothing.

use crate::harness::World;

/// A command line that is refused, and what the message has to say.
fn is_wrong(words: &[&str], says: &[&str]) {
    let world = World::new();
    let ended = world.jail(words).run();
    assert_eq!((ended.code(), ended.out()), (2, ""), "{words:?}: {ended}");
    for text in says {
        assert!(ended.err().contains(text), "{text:?} is not in: {ended}");
    }
    let left = std::fs::read_dir(world.project()).expect("the project").count();
    assert_eq!(left, 0, "{words:?} left something in the project");
}

#[test]
fn an_unknown_flag_comes_with_a_suggestion() {
    is_wrong(&["--lokdown", "true"], &["--lokdown", "--lockdown"]);
    is_wrong(&["--no-gpuu", "true"], &["--no-gpuu", "--no-gpu"]);
    is_wrong(&["--rwmap", "/tmp", "true"], &["--rwmap", "--rw-map"]);
    is_wrong(&["--exce", "true"], &["--exce", "--exec"]);
}

#[test]
fn a_flag_without_its_value() {
    is_wrong(&["--map"], &["--map"]);
    is_wrong(&["--rw-map"], &["--rw-map"]);
    is_wrong(&["--explain"], &["--explain"]);
    is_wrong(&["--completions"], &["--completions"]);
}

#[test]
fn a_value_that_is_none_of_the_known_ones() {
    is_wrong(&["--dry-run=xml", "true"], &["xml", "json"]);
    is_wrong(&["--status-bar=blue", "true"], &["blue", "dark", "light"]);
    is_wrong(&["--exec=yes", "true"], &["--exec"]);
}

#[test]
fn two_actions_at_once() {
    is_wrong(&["--init", "--bootstrap"], &["--init", "--bootstrap"]);
    is_wrong(&["--doctor", "--trust"], &["--doctor", "--trust"]);
    is_wrong(&["--explain", "/tmp", "--man"], &["--explain", "--man"]);
    is_wrong(&["--init", "status"], &["status"]);
}

#[test]
fn json_of_nothing_that_has_it() {
    is_wrong(&["--json", "true"], &["--json", "status"]);
}

#[test]
fn help_and_version_are_results() {
    let world = World::new();
    for flag in ["--help", "-h"] {
        let ended = world.jail([flag]).run();
        for text in ["ai-jail [OPTIONS] [--] [COMMAND [ARGS...]]", "--rw-map", "--lockdown"] {
            assert!(ended.ok().contains(text), "{text:?} is not in: {ended}");
        }
    }
    for flag in ["--version", "-V"] {
        let version = concat!("ai-jail ", env!("CARGO_PKG_VERSION"), "\n");
        assert_eq!(world.jail([flag]).run().ok(), version);
    }
}

#[test]
fn completions_and_the_manual_page_are_results() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(world.jail(["--completions", shell]).run().ok().contains("lockdown"), "{shell}");
    }
    assert!(world.jail(["--man"]).run().ok().starts_with(".ie"), "the manual page");
}

#[test]
fn what_follows_the_command_belongs_to_it() {
    let world = World::new();
    let ended = world.jail(["--exec", "printf", "%s|", "--lockdown", "--help", "--", "-V"]).run();
    assert_eq!(ended.ok(), "--lockdown|--help|--|-V|");
    let ended = world.jail(["--exec", "--", "printf", "%s|", "--exec"]).run();
    assert_eq!(ended.ok(), "--exec|");
}

#[test]
fn a_program_called_status_can_be_run() {
    let world = World::new();
    world.script("home/project/bin/status", "#!/bin/sh\necho \"mine: $*\"\n");
    let path = format!("{}/bin:/usr/bin:/bin", world.project().display());
    let ended = world.jail(["--exec", "--", "status", "now"]).env("PATH", path).run();
    assert_eq!(ended.ok(), "mine: now\n");
}
