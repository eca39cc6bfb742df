//! Code and variables that a project would have the front, or the host, run.

use super::attack::{ALL, LOCKDOWN, found};
use crate::harness::World;

/// Files by which tools let a project set variables or run programs. The front reads none of them.
const FILES: &[(&str, &str)] = &[
    (".env", "LD_PRELOAD=./evil.so\nBASH_ENV=./evil\n"),
    (".envrc", "touch \"$HOME/ran\"\nexport BASH_ENV=./evil\n"),
    (".bashrc", "touch \"$HOME/ran\"\n"),
    (".npmrc", "node-options=--require ./evil.js\n"),
    ("mise.toml", "[env]\nLD_PRELOAD = \"./evil.so\"\n[hooks]\nenter = \"touch $HOME/ran\"\n"),
    (".mise.toml", "[env]\n_.source = \"./evil\"\n"),
    (".tool-versions", "node 1\n"),
    (".git/config", "[core]\nfsmonitor = ./evil\n[alias]\nx = !./evil\n"),
    (".claude/settings.json", "{\"env\": {\"BASH_ENV\": \"./evil\"}}"),
    ("bwrap", "#!/bin/sh\ntouch \"$HOME/ran\"\nexec /usr/bin/bwrap \"$@\"\n"),
    ("mise", "#!/bin/sh\ntouch \"$HOME/ran\"\n"),
    ("git", "#!/bin/sh\ntouch \"$HOME/ran\"\n"),
    ("evil", "touch \"$HOME/ran\"\n"),
];

fn hostile() -> World {
    let world = World::new();
    for (name, content) in FILES {
        world.script(format!("home/project/{name}"), content);
    }
    world
}

/// What a command finds, less what every shell sets itself, and what tells mise in the jail that
/// it need not ask: its files are read there alone.
const VARIABLES: &str = "env | grep -v -e '^_=' -e '^PWD=' -e '^SHLVL=' \
     -e '^MISE_TRUSTED_CONFIG_PATHS=' | sort";

#[test]
fn files_of_the_project_set_no_variables_and_run_nothing() {
    let (world, empty) = (hostile(), World::new());
    for flags in [ALL, LOCKDOWN] {
        let shown = |world: &World| {
            let ended = world.sh_with(flags, VARIABLES).run();
            ended.ok().replace(world.root().to_str().expect("plain"), "ROOT")
        };
        assert_eq!(shown(&world), shown(&empty), "{flags:?}");
        found("variables and programs in files of the project", flags, "not read");
    }
    // Without `--exec` it is no different, nor with the project first on the path.
    let path = format!(":.:{}:/usr/bin:/bin", world.project().display());
    assert_eq!(world.jail(["true"]).env("PATH", path).run().code(), 0);
    assert!(!world.home().join("ran").exists(), "something of the project's ran on the host");
    // The control: a shell that is told to.
    world.outside(["sh", "-c", ". ./.envrc"]).run().ok();
    assert!(world.home().join("ran").exists());
}

/// There is no field for variables, under any name.
#[test]
fn the_configuration_has_no_variables() {
    let world = World::new();
    for text in [
        "[env]\nLD_PRELOAD = \"./evil.so\"\n",
        "env = { BASH_ENV = \"./evil\" }\n",
        "environment = [\"GIT_SSH_COMMAND=./evil\"]\n",
        "NODE_OPTIONS = \"--require ./evil.js\"\n",
        "bwrap = \"./bwrap\"\n",
        "hooks = [\"./evil\"]\n",
    ] {
        world.file("home/project/.ai-jail", text);
        let ended = world.exec(["true"]).run();
        assert!(ended.code() == 125 && ended.err().contains("unknown field"), "{ended}");
    }
    found("variables in a project's .ai-jail", ALL, "refused, status 125");
}

/// A command is the one thing that it can have run, in the jail, by who agreed to it.
#[test]
fn a_configured_command_that_sets_variables_takes_trust() {
    let world = World::new();
    world.file("home/project/.ai-jail", "command = [\"env\", \"LD_PRELOAD=./evil.so\", \"sh\"]\n");
    world.jail([""; 0]).run().is_failure(125, &["not trusted", "LD_PRELOAD"]);
    found("a command with variables in a project's .ai-jail", ALL, "refused, status 125");
}

/// What the caller has of them goes no further.
#[test]
fn what_would_load_code_into_programs_is_dropped() {
    let world = World::new();
    let ended = world.sh("echo ${LD_PRELOAD-none} ${LD_AUDIT-none}");
    let ended = ended.env("LD_PRELOAD", "").env("LD_AUDIT", "").run();
    assert_eq!(ended.ok(), "none none\n");
}
