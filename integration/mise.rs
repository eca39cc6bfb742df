//! The real mise: it sets up the command's environment, and nothing that it runs for a stranger's
//! configuration, nor any trust given inside, gets out of the jail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Run, World, has_program, processes_with};

/// Runs code when mise reads it, so mise asks for trust first.
const RUNS_CODE: &str = "[env]\nFROM_MISE = \"user {{ exec(command='echo one') }}\"\n_.path = \"./tools\"\n\n[tasks]\nhello = \"echo task ran\"\n";

/// A world whose host has used mise before, with this configuration in the project.
fn world(configuration: &str) -> Option<World> {
    if !has_program("mise") {
        return None;
    }
    let world = World::new();
    world.directory("home/.config/mise");
    world.directory("home/.local/state/mise/trusted-configs");
    world.directory("home/.local/share/mise");
    world.file("home/project/mise.toml", configuration);
    Some(world)
}

/// The host's mise, at work in the project.
fn on_host(world: &World, words: &[&str]) -> Run {
    world.outside(["mise"].iter().chain(words))
}

/// Every file below a directory with its content, every link with where it leads.
fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("a type");
            let what = if kind.is_dir() {
                left.push(path.clone());
                "directory".to_owned()
            } else if kind.is_symlink() {
                format!("link to {}", fs::read_link(&path).expect("a link").display())
            } else {
                String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned()
            };
            found.insert(path, what);
        }
    }
    found
}

#[test]
fn the_command_gets_the_projects_variables_and_path() {
    let Some(world) = world(RUNS_CODE) else { return };
    world.script("home/project/tools/my-tool", "#!/bin/sh\necho \"tool: $FROM_MISE\"\n");
    assert_eq!(world.exec(["my-tool"]).run().ok(), "tool: user one\n");
    let without = world.exec_with(["--no-mise"], ["my-tool"]).run();
    without.is_failure(127, &["my-tool", "not found"]);
    assert_eq!(world.sh("mise run --quiet hello 2>&1").run().ok(), "task ran\n");
}

#[test]
fn a_configuration_of_the_user_is_enough() {
    let Some(world) = world("") else { return };
    fs::remove_file(world.project().join("mise.toml")).expect("made before");
    let print = "echo \"$GLOBAL\"";
    assert_eq!(world.sh(print).run().ok(), "\n");
    world.file("home/.config/mise/config.toml", "[env]\nGLOBAL = \"for all projects\"\n");
    assert_eq!(world.sh(print).run().ok(), "for all projects\n");
}

#[test]
fn a_configuration_above_the_project_counts_where_it_is_mapped() {
    let Some(world) = world(RUNS_CODE) else { return };
    let inner = world.directory("home/project/inner");
    let print = ["--", "sh", "-c", "echo \"$FROM_MISE\""];
    let run = |flags: &[&str]| world.jail(flags.iter().chain(&print)).at(&inner).run();
    assert_eq!(run(&["--exec"]).ok(), "\n");
    let parent = world.project().to_str().expect("text");
    assert_eq!(run(&["--exec", "--map", parent]).ok(), "user one\n");
}

#[test]
fn trust_given_inside_stays_inside() {
    let Some(world) = world(RUNS_CODE) else { return };
    let refuses = || {
        let ended = on_host(&world, &["env", "--json"]).run();
        assert_ne!(ended.code(), 0, "{ended}");
        assert!(ended.err().contains("not trusted"), "{ended}");
    };
    refuses();
    let places = [".local/state", ".config"].map(|place| world.home().join(place));
    let before = places.each_ref().map(|place| tree(place));
    // Each of these records trust where there is none.
    let script = "mise trust --all; mise run hello; mise env --json; \
                  ls ~/.local/state/mise/trusted-configs | wc -l";
    let inside = world.sh(script).run();
    assert!(inside.out().contains("task ran"), "{inside}");
    assert!(inside.out().contains("user one"), "{inside}");
    assert!(!inside.out().ends_with("\n0\n"), "trust was given: {inside}");
    // Those records are what the host's mise would go by, and it still goes by none.
    assert_eq!(places.each_ref().map(|place| tree(place)), before);
    refuses();
    // The control: trust given on the host.
    on_host(&world, &["trust"]).run();
    assert!(on_host(&world, &["env", "--json"]).run().ok().contains("user one"));
    assert_ne!(places.each_ref().map(|place| tree(place)), before);
}

/// The same where the host's mise has nothing recorded yet, so that a jail could make the place.
#[test]
fn trust_stays_inside_where_the_host_has_given_none_yet() {
    let Some(world) = world(RUNS_CODE) else { return };
    let state = world.home().join(".local/state/mise");
    fs::remove_dir_all(&state).expect("made before");
    let link = "mkdir -p ~/.local/state/mise/trusted-configs && \
                ln -s ~/project ~/.local/state/mise/trusted-configs/planted; \
                mv ~/.local/state/mise ~/.local/state/moved; mise run hello";
    for flags in [&[][..], &["--no-mise"]] {
        world.sh_with(flags, link).run();
        assert!(tree(&state).is_empty(), "{:?}", tree(&state));
        assert!(!world.home().join(".local/state/moved").exists());
        assert_ne!(on_host(&world, &["env", "--json"]).run().code(), 0);
        let _ = fs::remove_dir_all(&state);
    }
}

#[test]
fn other_projects_tools_are_known_inside() {
    let Some(world) = world(RUNS_CODE) else { return };
    let tracked = ".local/state/mise/tracked-configs";
    world.file("home/other/mise.toml", "[tools]\n");
    world.link(
        world.root().join("home/other/mise.toml"),
        format!("home/{tracked}/0123456789abcdef"),
    );
    let seen = world.sh(&format!("ls ~/{tracked}")).run();
    assert!(seen.ok().contains("0123456789abcdef"), "{seen}");
}

/// Attacks by a configuration that mise reads, each with a file or word by which to tell that it
/// went well.
#[test]
fn a_hostile_configuration_reaches_nothing_outside() {
    let outside = "
        mkdir -p ~/.local/state/mise/trusted-configs
        ln -sf ~/project ~/.local/state/mise/trusted-configs/planted
        echo stolen > \"$ROOT/outside/file\"
        cp ~/.ssh/key \"$ROOT/home/project/stolen\"
        setsid sh -c 'exec sleep 4711.5' &
        echo \"$AI_JAIL\" > ~/project/ran
    ";
    let template = "[env]\nFROM_MISE = \"{{ exec(command='sh attack') }}\"\n_.source = \"source.sh\"\n\n[hooks]\nenter = \"sh attack\"\n";
    let Some(world) = world(template) else { return };
    let root = world.root().to_str().expect("text");
    world.directory("outside");
    world.file("home/.ssh/key", "a secret");
    world.file("home/project/attack", format!("ROOT='{root}'\n{outside}"));
    world.file("home/project/source.sh", ". ./attack\n");
    let state = world.home().join(".local/state");
    let before = tree(&state);

    let inside = world.sh("cat ran; ls; ps -eo args").run();
    assert_eq!(inside.code(), 0, "{inside}");
    assert!(inside.out().starts_with("1\n"), "it ran in the jail: {inside}");
    assert!(!inside.out().contains("4711"), "what it left running is gone: {inside}");
    assert!(processes_with("4711.5").is_empty());
    assert!(!world.root().join("outside/file").exists());
    assert!(!world.project().join("stolen").exists());
    assert_eq!(tree(&state), before);

    // The control: the host's mise, told to trust it, lets it do all of that.
    let trusting = on_host(&world, &["env"]).env("MISE_TRUSTED_CONFIG_PATHS", "/").start();
    crate::harness::until("the attack goes well", || !processes_with("4711.5").is_empty());
    for process in processes_with("4711.5") {
        let _ = nix::sys::signal::kill(process.pid, nix::sys::signal::Signal::SIGKILL);
    }
    drop(trusting);
    assert!(world.root().join("outside/file").exists());
    assert_eq!(fs::read(world.project().join("stolen")).expect("copied"), b"a secret");
    assert_ne!(tree(&state), before);
}

#[test]
fn what_the_jail_decides_is_not_taken_from_mise() {
    let configuration = "[env]\nHOME = \"/nowhere\"\nAI_JAIL = \"0\"\nLD_PRELOAD = \"/x.so\"\nSSH_AUTH_SOCK = \"/x\"\nDISPLAY = \":7\"\nTAKEN = \"yes\"\n";
    let Some(world) = world(configuration) else { return };
    let print = "echo \"$HOME|$AI_JAIL|$LD_PRELOAD|$SSH_AUTH_SOCK|$DISPLAY|$TAKEN\"";
    let home = world.home();
    let home = home.to_str().expect("text");
    assert_eq!(world.sh(print).run().ok(), format!("{home}|1||||yes\n"));
}
