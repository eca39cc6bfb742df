//! Settings of agents that are links, as dotfile managers make them: what is said, and that the advice is true.

use crate::harness::{Ended, Run, World};

/// A world whose agents print what they find of their own.
fn world() -> World {
    let world = World::new();
    let opencode =
        "#!/bin/sh\nmkdir -p ~/.config/opencode && cat ~/.config/opencode/opencode.json\n";
    world.script("home/project/bin/opencode", opencode);
    let claude =
        "#!/bin/sh\ncat ~/.claude/settings.json ~/.claude/CLAUDE.md ~/.claude/skills/*/SKILL.md\n";
    world.script("home/project/bin/claude", claude);
    world
}

fn with_path(world: &World, run: Run) -> Run {
    run.env("PATH", format!("{}/bin:/usr/bin:/bin", world.project().display()))
}

fn jail<const N: usize>(world: &World, words: [&str; N]) -> Ended {
    with_path(world, world.jail(words)).run()
}

/// The lines about an agent, without its first run's.
fn told<'a>(ended: &'a Ended, agent: &str) -> Vec<&'a str> {
    let lines = ended.err().lines().filter_map(|line| line.strip_prefix("ai-jail: "));
    lines.filter(|line| line.starts_with(agent) && !line.contains("first run")).collect()
}

#[test]
fn a_directory_of_its_own_that_is_a_link() {
    let world = world();
    world.file("home/dotfiles/opencode/opencode.json", "{}\n");
    world.link("../dotfiles/opencode", "home/.config/opencode");
    let home = world.home();
    let home = home.display();
    let ended = jail(&world, ["opencode"]);
    let expected = format!(
        "OpenCode: its directory {home}/.config/opencode leads to {home}/dotfiles/opencode, which is not in the \
         jail, so OpenCode finds nothing there and may not start; --rw-map {home}/dotfiles/opencode shows it"
    );
    assert_eq!(told(&ended, "OpenCode"), [expected], "{ended}");
    assert_ne!(ended.code(), 0, "{ended}");
    // `--bootstrap` says the same.
    let ended = jail(&world, ["--dry-run", "--bootstrap", "opencode"]);
    let expected = format!("a jail sees it there only with --rw-map {home}/dotfiles/opencode");
    assert!(ended.err().contains(&expected), "{ended}");

    let ended = jail(&world, ["--rw-map", "~/dotfiles/opencode", "opencode"]);
    assert_eq!((ended.out(), told(&ended, "OpenCode")), ("{}\n", vec![]), "{ended}");
}

/// No jail can make a link in the home itself, so what one leads to is in the jail.
#[test]
fn an_entry_of_the_home_that_is_a_link() {
    let world = world();
    world.file("home/dotfiles/config/opencode/opencode.json", "{}\n");
    world.link("dotfiles/config", "home/.config");
    let ended = jail(&world, ["opencode"]);
    assert_eq!((ended.out(), told(&ended, "OpenCode")), ("{}\n", vec![]), "{ended}");
    let ended = jail(&world, ["--dry-run", "--bootstrap", "opencode"]);
    assert!(ended.err().contains("would write"), "{ended}");
    assert!(!ended.err().contains("a jail sees it"), "{ended}");
}

#[test]
fn settings_instructions_and_skills_that_are_links() {
    let world = world();
    world.file("home/dotfiles/claude/settings.json", "{\"deny\": 1}\n");
    world.file("home/dotfiles/claude/CLAUDE.md", "Be brief.\n");
    world.file("home/dotfiles/claude/skills/one/SKILL.md", "One.\n");
    for name in ["settings.json", "CLAUDE.md", "skills/one"] {
        let up = if name.contains('/') { "../../" } else { "../" };
        world.link(format!("{up}dotfiles/claude/{name}"), format!("home/.claude/{name}"));
    }
    let home = world.home();
    let home = home.display();
    let settings = format!(
        "Claude Code: its settings {home}/.claude/settings.json lead to {home}/dotfiles/claude/settings.json, \
         which is not in the jail, so neither what they allow nor what they forbid holds; \
         --map {home}/dotfiles/claude/settings.json shows it"
    );
    let others = format!(
        "Claude Code: {home}/.claude/CLAUDE.md leads to {home}/dotfiles/claude/CLAUDE.md, which is not in the \
         jail, and so does 1 more link of its settings; --map {home}/dotfiles/claude shows it"
    );
    let ended = jail(&world, ["claude"]);
    assert_eq!(told(&ended, "Claude"), [&*settings, &*others], "{ended}");
    assert_ne!(ended.code(), 0, "{ended}");
    // Without its rules an agent may do what its user forbade; the rest is said once.
    assert_eq!(told(&jail(&world, ["claude"]), "Claude"), [settings]);

    let ended = jail(&world, ["--map", "~/dotfiles/claude", "claude"]);
    assert_eq!(told(&ended, "Claude"), [""; 0], "{ended}");
    assert_eq!(ended.out(), "{\"deny\": 1}\nBe brief.\nOne.\n", "{ended}");
}

/// A jail may have made the link, so that its user opens what it leads to.
#[test]
fn what_is_hidden_is_not_offered() {
    let world = world();
    world.file("home/.ssh/id_ed25519", "a private key\n");
    world.link("../.ssh", "home/.config/opencode");
    world.link("../.ssh/id_ed25519", "home/.claude/CLAUDE.md");
    for (agent, name) in [("opencode", "OpenCode"), ("claude", "Claude Code")] {
        let ended = jail(&world, [agent]);
        let told = told(&ended, name);
        assert!(told.len() == 1 && told[0].contains("which is not in the jail"), "{ended}");
        assert!(!told[0].contains("map"), "{ended}");
    }
}
