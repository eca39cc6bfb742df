//! `--bootstrap` as it is typed. What it makes of a file is in tests/bootstrap.

use std::fs;

use crate::harness::{World, program};

const CLAUDE: &str = "home/.claude/settings.json";

#[test]
fn it_writes_and_says_what() {
    let world = World::new();
    world.file(CLAUDE, "{\"model\": \"mine\"}\n");
    let ended = world.jail(["--bootstrap"]).run();
    assert_eq!((ended.code(), ended.out()), (0, ""), "{ended}");
    let path = world.root().join(CLAUDE);
    for words in [
        &format!("Claude Code: wrote {}", path.display()),
        "  added permissions.ask",
        "  as it was before: ",
        "Crush: not in use here; `ai-jail --bootstrap crush`",
        "the agents read these settings outside a jail too",
    ] {
        assert!(ended.err().contains(words), "{words:?} is not in: {ended}");
    }
    assert!(fs::read_to_string(&path).expect("settings").contains("Bash(git push *)"));
    // Nothing else is made: no project configuration, no record.
    assert_eq!(fs::read_dir(world.project()).expect("the project").count(), 0);

    let again = world.jail(["--bootstrap"]).run();
    assert!(again.code() == 0 && !again.err().contains("outside"), "{again}");
    assert!(again.err().contains("Claude Code: nothing to add"), "{again}");
}

#[test]
fn a_dry_run_prints_a_difference_that_patch_understands() {
    let world = World::new();
    let own = "{\n  \"model\": \"mine\"\n}\n";
    let path = world.file(CLAUDE, own);
    let ended = world.jail(["--dry-run", "--bootstrap", "claude", "codex"]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(ended.err().contains("Codex: would write"), "{ended}");
    assert_eq!(fs::read_dir(path.parent().expect(".claude")).expect("it").count(), 1);
    assert!(!world.home().join(".codex").exists());

    // Applied by hand it comes to what the real run writes.
    let root = format!("{}/", world.root().display());
    world.file("change.diff", ended.out().replace(&root, ""));
    let applied = world.outside(["git", "apply", "-p0", "change.diff"]).at(world.root()).run();
    assert_eq!(applied.code(), 0, "{applied}");
    let rules = world.home().join(".codex/rules/ai-jail.rules");
    let by_hand = [&path, &rules].map(|path| fs::read(path).expect("applied"));
    fs::write(&path, own).expect("settings");
    fs::remove_dir_all(world.home().join(".codex")).expect("what the patch made");
    assert_eq!(world.jail(["--bootstrap", "claude", "codex"]).run().code(), 0);
    assert_eq!([&path, &rules].map(|path| fs::read(path).expect("written")), by_hand);
}

#[test]
fn a_malformed_file_ends_it_with_its_place() {
    let world = World::new();
    world.file(CLAUDE, "{\n");
    world.file("home/.codex/config.toml", "a = \n");
    let ended = world.jail(["--bootstrap"]).run();
    ended.is_failure(125, &["settings.json:2:1: ", "not valid JSON", "nothing was written"]);
    // The other one has its turn when it is named.
    let ended = world.jail(["--bootstrap", "codex"]).run();
    ended.is_failure(125, &["config.toml:1:", "not valid TOML"]);
}

#[test]
fn inside_a_jail_it_is_refused() {
    let world = World::new();
    let own = world.project().join("ai-jail");
    fs::copy(program(), &own).expect("a copy");
    let ended = world.exec([own.as_os_str(), "--bootstrap".as_ref(), "claude".as_ref()]).run();
    ended.is_failure(125, &["does not run inside a jail"]);
    assert!(!world.home().join(".claude").exists());
    // The control: the same outside.
    let ended = world.outside([own.as_os_str(), "--bootstrap".as_ref(), "claude".as_ref()]).run();
    assert!(ended.code() == 0 && world.home().join(".claude").exists(), "{ended}");
}

#[test]
fn wrong_usage() {
    let world = World::new();
    for (words, says) in [
        (&["--bootstrap", "cluade"][..], "claude, codex, opencode, crush, gemini, cn, not cluade"),
        (&["--bootstrap", "--dry-run=json"], "no plan to print"),
        (&["--bootstrap", "--init"], "--init"),
    ] {
        let ended = world.jail(words).run();
        assert_eq!((ended.code(), ended.out()), (2, ""), "{ended}");
        assert!(ended.err().contains(says), "{says:?} is not in: {ended}");
    }
}

/// `ai-jail --dry-run --bootstrap | head` is how one looks at it.
#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let world = World::new();
    let program = program();
    for words in ["--dry-run --bootstrap claude codex opencode crush", "--man", "--help", "status"]
    {
        // The reader is gone before anything is written.
        let script =
            format!("(sleep 0.3; '{}' {words}; echo $? > status) | true", program.display());
        let ended = world.outside(["sh", "-c", &script]).run();
        assert!(!ended.err().contains("Broken pipe"), "{words}: {ended}");
        let status = fs::read_to_string(world.project().join("status")).expect("it ran");
        assert_eq!(status, "0\n", "{words}: {ended}");
    }
    // What cannot be written is one all the same.
    let script = format!("'{}' --man > /dev/full", program.display());
    let ended = world.outside(["sh", "-c", &script]).run();
    assert_eq!(ended.code(), 125, "{ended}");
}
