//! `--env`, `--unset-env` and `--clear-env`.

use crate::harness::{PATH, Run, World};

/// The variables of a run, names and values.
fn seen(run: Run) -> String {
    let ended = run
        .env("MY_TOKEN", "mine")
        .env("ANTHROPIC_API_KEY", "login")
        .env("CODEX_API_KEY", "other")
        .env("EDITOR", "ed")
        .env("CARGO_HOME", "/nowhere")
        .env("LD_PRELOAD", "")
        .run();
    ended.ok().trim_end().to_owned()
}

const PRINT: [&str; 3] = ["sh", "-c", "env | grep -E '^(MY_|ANTH|CODEX|EDITOR|CARGO|NEW)' | sort"];

#[test]
fn only_the_list_is_left_where_the_environment_is_cleared() {
    let world = World::new();
    let inherited = seen(world.exec_with(["--inherit-env"], PRINT));
    assert_eq!(inherited.lines().count(), 5, "the control: {inherited}");
    assert_eq!(seen(world.exec_with(["--clear-env"], PRINT)), "CARGO_HOME=/nowhere\nEDITOR=ed");
    world.file("home/project/.ai-jail", "clear_env = true\n");
    assert_eq!(seen(world.exec(PRINT)), "CARGO_HOME=/nowhere\nEDITOR=ed");
}

#[test]
fn what_is_named_is_handed_on_or_set() {
    let world = World::new();
    let flags = ["--clear-env", "--env", "MY_TOKEN", "--env", "NEW=a=b c", "--unset-env", "EDITOR"];
    let expected = "CARGO_HOME=/nowhere\nMY_TOKEN=mine\nNEW=a=b c";
    assert_eq!(seen(world.exec_with(flags, PRINT)), expected);
    let flags = ["--unset-env", "MY_TOKEN", "--unset-env", "CODEX_API_KEY", "--env", "EDITOR=vi"];
    let expected = "ANTHROPIC_API_KEY=login\nCARGO_HOME=/nowhere\nEDITOR=vi";
    assert_eq!(seen(world.exec_with(flags, PRINT)), expected);
    // In lockdown the user's word of this run counts as well.
    let flags = ["--lockdown", "--env", "MY_TOKEN", "--env", "NEW=x"];
    assert_eq!(seen(world.exec_with(flags, PRINT)), "MY_TOKEN=mine\nNEW=x");
    // Nothing of it is saved.
    let ended = world.jail(["--env", "NEW=secret", "true"]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let saved = std::fs::read_to_string(world.project().join(".ai-jail")).expect("saved");
    assert!(!saved.contains("secret") && !saved.contains("NEW"), "{saved}");
}

/// Of two words on one variable the stronger source counts, and the one that takes away where both come from one.
#[test]
fn the_command_line_is_stronger_than_the_users_file() {
    let world = World::new();
    world.file("home/.ai-jail", "env_pass = [\"MY_TOKEN\"]\nenv_unset = [\"ANTHROPIC_API_KEY\"]\n");
    let flags = ["--clear-env", "--unset-env", "MY_TOKEN", "--env", "ANTHROPIC_API_KEY"];
    let expected = "ANTHROPIC_API_KEY=login\nCARGO_HOME=/nowhere\nEDITOR=ed";
    assert_eq!(seen(world.exec_with(flags, PRINT)), expected);
    assert_eq!(seen(world.exec_with(["--inherit-env"], PRINT)).lines().count(), 4, "the control");
    let flags = ["--clear-env", "--env", "EDITOR=vi", "--unset-env", "EDITOR"];
    assert_eq!(seen(world.exec_with(flags, PRINT)), "CARGO_HOME=/nowhere\nMY_TOKEN=mine");
}

/// `--explain '$NAME'` names what decides, and what changes it; never a value.
#[test]
fn a_variable_is_explained() {
    let world = World::new();
    let says = |flags: &[&str], variable: &str| {
        let run = world.jail([flags, &["--explain", variable]].concat());
        run.env("MY_TOKEN", "mine").env("CARGO_HOME", "/nowhere").run().ok().to_owned()
    };
    assert_eq!(
        says(&[], "$MY_TOKEN"),
        "$MY_TOKEN\n  in the jail   handed on\n  reason        the environment is inherited\n\
        \x20 on the host   set\n  to change it  --unset-env MY_TOKEN  (not there)\n\
        \x20 note          its name says that it is a secret\n"
    );
    for (flags, variable, parts) in [
        (
            &["--clear-env"][..],
            "$MY_TOKEN",
            &[
                "not there",
                "--clear-env hands on what its table names",
                "--env MY_TOKEN  (handed on)",
            ][..],
        ),
        (&["--clear-env"], "$CARGO_HOME", &["handed on", "Rust"]),
        (&["--env", "MY_TOKEN"], "$MY_TOKEN", &["handed on", "--unset-env MY_TOKEN"]),
        (&["--env", "MY_TOKEN=x"], "$MY_TOKEN", &["set for the jail", "--env"]),
        (&["--unset-env", "MY_TOKEN"], "$MY_TOKEN", &["not there", "reason        --unset-env"]),
        (&["--lockdown"], "$MY_TOKEN", &["not there", "lockdown", "--env MY_TOKEN  (handed on)"]),
        (&[], "$NOWHERE_SET", &["not there", "it is not set outside either"]),
        (&[], "$AI_JAIL", &["set for the jail"]),
    ] {
        let said = says(flags, variable);
        for part in parts {
            assert!(said.contains(part), "{flags:?} {part:?}: {said}");
        }
        assert!(!said.contains("mine") && !said.contains("/nowhere"), "{said}");
    }
    // A file of that name is a file.
    world.file("home/project/$MY_TOKEN", "x");
    assert!(says(&[], "$MY_TOKEN").contains("project/$MY_TOKEN\n"));
}

/// An agent keeps its own login, and no other's.
#[test]
fn an_agent_keeps_its_login() {
    let world = World::new();
    let claude = world.script("home/project/claude", "#!/bin/sh\nenv | grep API_KEY\n");
    let path = claude.to_str().expect("plain");
    assert_eq!(seen(world.exec_with(["--clear-env"], [path])), "ANTHROPIC_API_KEY=login");
    let codex = world.script("home/project/codex", "#!/bin/sh\nenv | grep API_KEY\n");
    let path = codex.to_str().expect("plain");
    assert_eq!(seen(world.exec_with(["--clear-env"], [path])), "CODEX_API_KEY=other");
}

#[test]
fn a_table_of_the_users_file_is_for_one_command() {
    let world = World::new();
    world.file("home/.ai-jail", "[commands.sh]\nclear_env = true\nenv_pass = [\"MY_TOKEN\"]\n");
    assert_eq!(seen(world.exec(PRINT)), "CARGO_HOME=/nowhere\nEDITOR=ed\nMY_TOKEN=mine");
    let other = world.exec(["env"]);
    assert!(seen(other).contains("CODEX_API_KEY=other"));
}

#[test]
fn no_view_prints_a_value() {
    let world = World::new();
    for words in [
        &["--env", "NEW=hidden-value", "status"][..],
        &["--env", "NEW=hidden-value", "status", "--json"],
        &["--env", "NEW=hidden-value", "--dry-run", "true"],
        &["--env", "NEW=hidden-value", "--dry-run=json", "true"],
        &["--env", "NEW=hidden-value", "-v", "--exec", "--", "true"],
    ] {
        let ended = world.jail(words).env("SOME_TOKEN", "hidden-value").run();
        assert_eq!(ended.code(), 0, "{ended}");
        let said = format!("{}{}", ended.out(), ended.err());
        assert!(!said.contains("hidden-value"), "{said}");
    }
    let status = world.jail(["status"]).env("SOME_TOKEN", "hidden-value").run();
    assert!(status.ok().contains("SOME_TOKEN is handed on"), "{status}");
    let status = world.jail(["--clear-env", "status"]).env("SOME_TOKEN", "x").run();
    assert!(!status.ok().contains("SOME_TOKEN"), "{status}");
    let flags = ["--clear-env", "--unset-env", "EDITOR", "-v", "--exec", "--", "true"];
    let verbose = world.jail(flags).env("SOME_TOKEN", "x").env("EDITOR", "ed").run();
    for line in ["not handed on: $EDITOR (--unset-env)", "$SOME_TOKEN (--clear-env hands on what"] {
        assert!(verbose.err().contains(line), "{line}: {verbose}");
    }
    // The printed command asks the shell for it.
    let printed = world.jail(["--env", "NEW=x", "--dry-run", "--", "sh", "-c", "echo $NEW"]).run();
    let pasted = world.outside(["sh", "-c", printed.ok()]);
    assert_eq!(pasted.env("NEW", "from the shell").run().ok(), "from the shell\n");
}

/// Real projects, built and tested by their own tools with what the list leaves alone, and with the preset of masks.
#[test]
fn projects_work_without_the_rest() {
    let world = World::new();
    for (file, text) in [
        (".env", "SECRET=1"),
        ("key.pem", "SECRET=2"),
        ("py/shop/__init__.py", "import json, ssl\ndef total(x): return json.loads(x)['total']\n"),
        (
            "py/test_shop.py",
            "import unittest, shop\nclass T(unittest.TestCase):\n    def test(self): \
             self.assertEqual(shop.total('{\"total\": 3}'), 3)\n",
        ),
        ("js/package.json", "{\"name\": \"shop\", \"scripts\": {\"test\": \"node test.js\"}}"),
        ("js/shop.js", "exports.total = (x) => JSON.parse(x).total;"),
        (
            "js/test.js",
            "require('assert').strictEqual(require('./shop').total('{\"total\": 3}'), 3);\n\
             console.log('1 passed', require('os').homedir() === process.env.HOME);",
        ),
        ("rs/Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("rs/build.rs", "fn main() { println!(\"cargo:rerun-if-changed=build.rs\"); }"),
        ("rs/src/lib.rs", "#[test]\nfn total() { assert_eq!(1 + 2, 3); }\n"),
    ] {
        world.file(format!("home/project/{file}"), text);
    }
    // The toolchain of the machine's user, who has no Rust from the system.
    let home = std::env::var("HOME").expect("the harness sets it");
    let toolchain = format!("{home}/.rustup-toolchain");
    let path = format!("{toolchain}/bin:{PATH}");
    let mut flags = vec!["--clear-env", "--mask", "@secrets"];
    if std::path::Path::new(&toolchain).exists() {
        flags.extend(["--map", &toolchain]);
    }
    let mut tried = 0;
    for (program, script, expected) in [
        ("python3", "cd py && python3 -m unittest 2>&1", "OK"),
        ("npm", "cd js && npm test 2>&1", "1 passed true"),
        ("cargo", "cd rs && cargo test --offline 2>&1", "1 passed"),
    ] {
        let version = format!("{program} --version");
        if world.outside(["sh", "-c", &version]).env("PATH", &path).run().code() != 0 {
            crate::harness::skip(&format!("no {program} that works"));
            continue;
        }
        tried += 1;
        let script = format!("({script}) && cat .env key.pem && env | grep -c TOKEN");
        let run = world.sh_with(&flags, &script).env("MY_TOKEN", "x").env("PATH", &path);
        let ended = run.run();
        assert!(ended.out().contains(expected), "{program}: {ended}");
        assert!(!ended.out().contains("SECRET"), "{program}: {ended}");
        assert!(ended.out().ends_with("\n0\n"), "{program}: {ended}");
    }
    assert!(tried > 0, "one of them is there");
}

/// A directory of tools that a variable names is there by the rules of the usual one.
#[test]
fn a_directory_that_a_variable_names() {
    let world = World::new();
    for file in ["registry/index", "bin/cargo", "credentials.toml", "config.toml"] {
        world.file(format!("elsewhere/cargo/{file}"), "content");
    }
    world.script("elsewhere/jdk/bin/java", "#!/bin/sh\necho java\n");
    world.file("home/documents/letter", "private");
    let place = |name: &str| world.root().join(name).to_str().expect("plain").to_owned();
    let cargo = place("elsewhere/cargo");
    let script = "cd $CARGO_HOME && cat registry/index && echo new > registry/new && cat registry/new; \
                  cat credentials.toml; (echo evil > bin/cargo) 2>&1 | grep -o 'Read-only'; \
                  $JAVA_HOME/bin/java; (echo x > $JAVA_HOME/x) 2>&1 | grep -o 'Read-only'; true";
    let run = world.sh(script).env("CARGO_HOME", &cargo).env("JAVA_HOME", place("elsewhere/jdk"));
    assert_eq!(run.run().ok(), "contentnew\nRead-only\njava\nRead-only\n");
    // Without the variable there is nothing: the control.
    let ended = world.sh(&format!("ls {cargo} 2>&1; true")).run();
    assert!(ended.out().contains("No such file"), "{ended}");
    // A variable of a stranger's opens nothing that is not what it should be.
    for (variable, value) in [
        ("JAVA_HOME", place("home/documents")),
        ("CARGO_HOME", place("home")),
        ("CARGO_HOME", "/".to_owned()),
        ("NVM_DIR", place("home/documents")),
    ] {
        let run = world.sh("cat ~/documents/letter 2>&1; true").env(variable, value);
        assert!(run.run().out().contains("No such file"), "{variable}");
    }
}
