//! `--dry-run` prints a command that works when pasted, and does nothing else.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::harness::{Ended, World};

/// Everything below a directory.
fn tree(directory: PathBuf) -> Vec<PathBuf> {
    let mut found = vec![directory];
    let mut next = 0;
    while next < found.len() {
        let listing = fs::read_dir(&found[next]).into_iter().flatten().flatten();
        let mut below: Vec<PathBuf> = listing.map(|entry| entry.path()).collect();
        below.sort();
        found.extend(below);
        next += 1;
    }
    found
}

/// Prints the command for `words` and runs it in the plainest shell there is.
fn pasted(world: &World, words: &[OsString]) -> Ended {
    let mut all = vec![OsString::from("--dry-run")];
    all.extend_from_slice(words);
    let printed = world.jail(&all).run();
    assert_eq!((printed.code(), printed.err()), (0, ""), "{printed}");
    let file = world.file("pasted", &printed.stdout);
    world.outside(["sh".as_ref(), file.as_os_str()]).run()
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[test]
fn it_runs_nothing_and_writes_nothing() {
    let world = World::new();
    let fake = world.script("tools/bwrap", "#!/bin/sh\n: > \"$HOME/ran\"\n");
    let before = tree(world.root().to_owned());
    for flag in ["--dry-run", "--dry-run=command", "--dry-run=json"] {
        let ended = world.jail([flag, "--", "touch", "marker"]).env("BWRAP_BIN", &fake).run();
        assert!(ended.ok().contains("marker"), "{ended}");
    }
    assert_eq!(tree(world.root().to_owned()), before);
}

#[test]
fn the_pasted_command_does_the_same() {
    let world = World::new();
    world.file("home/.tool/settings", "settings\n");
    world.file("home/.ssh/key", "secret");
    world.file("data/file", "data\n");
    // A run makes it for ai-jail's records, and the pasted command runs without any.
    world.directory("home/.local");
    let data = world.root().join("data");
    let data = data.to_str().expect("plain");
    let script =
        "echo $AI_JAIL; cat ~/.tool/settings; ls -A ~; pwd; cat \"$0/file\"; echo x > out; exit 42";
    let words = words(&["--exec", "--map", data, "--", "sh", "-c", script, data]);
    let ended = pasted(&world, &words);
    let direct = world.jail(&words).run();
    assert_eq!((ended.code(), ended.err()), (42, ""), "{ended}");
    assert_eq!(ended.out(), direct.out());
    assert!(world.project().join("out").exists());
}

/// No run has made the directories of that home yet.
#[test]
fn the_pasted_command_makes_a_home_of_the_jails_own() {
    let world = World::new();
    world.directory("home/.cache");
    let script = "echo kept > ~/.cache/of-jails && cat ~/.cache/of-jails";
    let ended = pasted(&world, &words(&["--own-home", "--", "sh", "-c", script]));
    assert_eq!(ended.ok(), "kept\n");
    assert!(!world.home().join(".cache/of-jails").exists());
    let again = world.jail(["--own-home", "sh", "-c", "cat ~/.cache/of-jails"]).run();
    assert_eq!(again.ok(), "kept\n", "a run has the same home");
}

#[test]
fn the_pasted_command_gives_the_statuses() {
    let world = World::new();
    assert_eq!(pasted(&world, &words(&["--", "sh", "-c", "kill -TERM $$"])).code(), 143);
    let ended = pasted(&world, &words(&["--", "no-such-program"]));
    ended.is_failure(127, &["no-such-program"]);
    assert_eq!(pasted(&world, &words(&["--lockdown", "--", "sh", "-c", "exit 7"])).code(), 7);
}

#[test]
fn the_pasted_command_can_be_part_of_a_pipe() {
    let world = World::new();
    let printed = world.jail(["--dry-run", "--", "cat"]).run();
    world.file("pasted", printed.ok());
    let ended = world.outside(["sh", "-c", "printf through | sh ../../pasted | tr a-z A-Z"]).run();
    assert_eq!(ended.ok(), "THROUGH");
}

#[test]
fn odd_names_survive_pasting() {
    use std::os::unix::ffi::OsStringExt;
    let mut odd: Vec<OsString> = [
        "",
        " ",
        "with space",
        "new\nline",
        "\n",
        "ends\n",
        "a\n\n",
        "quo'te",
        "''",
        "dou\"ble",
        "back\\slash",
        "$HOME `id`",
        "END",
        "\nEND\n",
        "-dash",
        "star*",
        "~",
        "\t",
        "#",
        "\x1b[31m",
        "käse",
        "\x7f",
        "\u{1}2",
        "=x",
        "{a,b}",
        "!!",
        "\r",
        "\r\n",
    ]
    .map(OsString::from)
    .into();
    odd.push(OsString::from_vec(b"not \xff\xfe text".to_vec()));
    let world = World::with_project(&std::env::temp_dir(), "home/it's a \"project\"\n$(id) \u{1}");
    let mut command = words(&["--", "printf", "%s\\0", "-"]);
    command.extend(odd.iter().cloned());
    let expected = world.outside(&command[1..]).run().stdout;
    assert_eq!(pasted(&world, &command).stdout, expected);

    let here = world.outside(["pwd"]).run().stdout;
    assert_eq!(pasted(&world, &words(&["--", "pwd"])).stdout, here);
    for name in odd.iter().filter(|name| !name.is_empty()) {
        let file = world.file(world.root().join("maps").join(name).join("file"), "mapped");
        let map = file.parent().expect("a directory").as_os_str();
        let mut command = vec!["--map".into(), map.into()];
        command.extend(words(&["--", "cat"]));
        command.push(file.clone().into());
        assert_eq!(pasted(&world, &command).stdout, b"mapped", "{name:?}");
    }
}

#[test]
fn it_prints_one_option_a_line_and_no_control_characters() {
    let world = World::with_project(&std::env::temp_dir(), "home/\x1b[2J");
    let printed = world.jail(["--dry-run", "--", "echo", "\x1b]0;title\x07"]).run();
    assert!(!printed.ok().contains(['\x1b', '\x07']), "{printed}");
    let options = printed.ok().lines().filter(|line| line.starts_with("  --"));
    for line in options {
        assert_eq!(line.matches(" --").count(), 1, "{line}");
    }
}

#[test]
fn json_is_the_plan() {
    let world = World::new();
    world.file("home/.ssh/key", "secret");
    for flags in [&["--dry-run=json"][..], &["--dry-run=json", "--lockdown"]] {
        let ended = world.jail(flags.iter().chain(&["--", "echo", "a \"word\""])).run();
        let plan: serde_json::Value = serde_json::from_str(ended.ok()).expect("JSON");
        assert_eq!(plan["command"], serde_json::json!(["echo", "a \"word\""]));
        assert_eq!(plan["lockdown"], flags.len() == 2);
        let mounts = plan["mounts"].as_array().expect("a list");
        assert!(mounts.len() > 5);
        for mount in mounts {
            assert!(mount["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{mount}");
        }
    }
}

#[test]
fn it_fails_where_the_run_would_fail() {
    let world = World::new();
    world.jail(["--dry-run", "--map", "/no/such/place", "true"]).run().is_failure(125, &["map"]);
    world.jail(["--dry-run", "true"]).at("/").run().is_failure(125, &["project"]);
}
