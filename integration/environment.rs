//! The environment: inherited, less every row of the table; in lockdown only what its list keeps.

use ai_jail::policy::env::{DROPPED, DropWhen, MARKER};
use ai_jail::policy::kept_env::KEPT;

use crate::harness::{Run, World};

/// A value that is a path which is nowhere.
const VALUE: &str = "/no/such/place";

/// A variable's name for each row: `ZELLIJ*` becomes `ZELLIJ_X`.
fn sample(pattern: &str) -> String {
    pattern.strip_suffix('*').map_or_else(|| pattern.to_owned(), |prefix| format!("{prefix}_X"))
}

/// Whether each of these variables has arrived with its value.
fn arrived(run: impl FnOnce(&World) -> Run, names: &[String]) -> Vec<bool> {
    let world = World::new();
    let mut run = run(&world);
    for name in names {
        run = run.env(name, VALUE);
    }
    let ended = run.run();
    assert_eq!(ended.code(), 0, "{ended}");
    let has = |name: &String| {
        let line = format!("{name}={VALUE}");
        ended.stdout.split(|byte| *byte == 0).any(|variable| variable == line.as_bytes())
    };
    names.iter().map(has).collect()
}

#[test]
fn every_row_is_dropped_when_it_says() {
    let names: Vec<String> = DROPPED.iter().map(|row| sample(row.name)).collect();
    let outside = arrived(|world| world.outside(["env", "-0"]), &names);
    assert!(outside.iter().all(|arrived| *arrived), "the control");

    let by_default = arrived(|world| world.exec(["env", "-0"]), &names);
    let flags = ["--no-display", "--no-docker"];
    let switched_off = arrived(|world| world.exec_with(flags, ["env", "-0"]), &names);
    for (row, (by_default, switched_off)) in
        DROPPED.iter().zip(by_default.into_iter().zip(switched_off))
    {
        let stays = row.when == DropWhen::WithoutDocker;
        assert_eq!((by_default, switched_off), (stays, false), "{}", row.name);
    }
}

#[test]
fn all_others_are_inherited() {
    let names = ["EDITOR", "MY_VARIABLE", "_x", "ANTHROPIC_API_KEY", "LC_ALL"].map(str::to_owned);
    assert_eq!(arrived(|world| world.exec(["env", "-0"]), &names), [true; 5]);
}

#[test]
fn lockdown_keeps_only_its_list() {
    let mut names: Vec<String> = KEPT
        .iter()
        .filter(|row| row.in_lockdown)
        .map(|row| sample(row.name))
        // Those have values that the program itself needs.
        .filter(|name| name != "PATH" && name != "HOME")
        .collect();
    let kept = names.len();
    names.extend(
        ["EDITOR", "MY_VARIABLE", "ANTHROPIC_API_KEY", "LD_PRELOAD", "XDG_RUNTIME_DIR", "LCX"]
            .map(str::to_owned),
    );
    let arrived = arrived(|world| world.exec_with(["--lockdown"], ["env", "-0"]), &names);
    for (index, (name, arrived)) in names.iter().zip(arrived).enumerate() {
        assert_eq!(arrived, index < kept, "{name}");
    }

    let world = World::new();
    let ended = world.sh_with(["--lockdown"], "env | cut -d = -f 1 | sort | tr '\\n' ' '").run();
    // PWD is the shell's own.
    assert_eq!(ended.ok(), "AI_JAIL HOME LANG PATH PWD TERM ");
}

#[test]
fn a_jail_can_be_told_by_a_variable() {
    let world = World::new();
    assert_eq!(MARKER, "AI_JAIL");
    for flags in [&[][..], &["--lockdown"]] {
        let run = world.sh_with(flags, "echo $AI_JAIL");
        assert_eq!(run.env("AI_JAIL", "a lie").run().ok(), "1\n", "{flags:?}");
    }
}

#[test]
fn a_temporary_directory_that_is_there_is_kept() {
    let world = World::new();
    let own = world.directory("home/project/tmp");
    for (value, expected) in [
        ("/tmp".as_ref(), "/tmp"),
        (own.as_os_str(), own.to_str().expect("plain")),
        ("/var/tmp/not/there".as_ref(), "unset"),
        (world.root().as_os_str(), "unset"),
    ] {
        let ended = world.sh("echo ${TMPDIR-unset}; mktemp > /dev/null").env("TMPDIR", value).run();
        assert_eq!(ended.ok().trim_end(), expected);
    }
}
