//! `--doctor` on this machine, and on what this machine can be made into; a launch that fails for
//! the same reason says the same.

use std::path::Path;

use ai_jail::remedies;
use serde_json::{Value, json};

use crate::harness::{Ended, Run, Tty, World, has_program, is_root, program, skip};

/// What the doctor says to a program, and with which status it ends.
pub fn examined(run: Run) -> (Value, i32) {
    let ended = run.run();
    let report = serde_json::from_str(ended.out());
    (report.unwrap_or_else(|error| panic!("{error}: {ended}")), ended.code())
}

/// One check.
pub fn check<'a>(report: &'a Value, name: &str) -> &'a Value {
    let checks = report["checks"].as_array().expect("a list");
    let check = checks.iter().find(|check| check["name"] == name);
    check.unwrap_or_else(|| panic!("no {name}: {report:#}"))
}

/// The jail failed for this reason, and a launch that failed says the same.
pub fn both_say(report: &Value, launch: &Ended, remedy: &remedies::Remedy) {
    let jail = check(report, "jail");
    assert_eq!(jail["remedy"]["name"], remedy.name, "{report:#}");
    assert_eq!((launch.code(), launch.out()), (125, ""), "{launch}");
    told(launch, &jail["remedy"]);
}

/// The error has all of a remedy's lines.
fn told(launch: &Ended, remedy: &Value) {
    let steps = remedy["steps"].as_str().expect("steps").lines();
    for line in steps.chain([remedy["why"].as_str().expect("a reason")]) {
        assert!(launch.err().contains(line), "{line:?} is not in: {launch}");
    }
}

#[test]
fn here_all_is_well() {
    let world = World::new();
    for flags in [&["--doctor"][..], &["--doctor", "--lockdown"], &["--doctor", "--no-landlock"]] {
        let ended = world.jail(flags).run();
        let text = ended.ok();
        assert!(text.ends_with("ai-jail works here\n"), "{ended}");
        assert!(!text.contains("FAIL") && !text.contains('\x1b'), "{ended}");
        for name in ["bubblewrap", "AppArmor", "Landlock", "seccomp", "terminal", "mise", "jail"] {
            assert!(text.contains(&format!("ok    {name} ")), "{name}: {ended}");
        }
    }
    let (report, code) = examined(world.jail(["--doctor", "--json"]));
    assert_eq!((code, &report["works"], &report["jail"]["status"]), (0, &json!(true), &json!(0)));
    let layers = report["jail"]["layers"].as_array().expect("a list");
    // The mounts, and the five of stage two.
    assert_eq!(layers.len(), 6);
    assert!(layers.iter().all(|layer| layer["achieved"] == "enforced"), "{report:#}");
    let mut version = world.outside(["bwrap", "--version"]).run().ok().to_owned();
    version.truncate(version.trim_end().len());
    let found = check(&report, "bubblewrap")["found"].as_str().expect("a text");
    assert!(found.contains(&version), "{found}");
}

#[test]
fn it_is_a_real_jail_that_is_tried() {
    // A bubblewrap that tells, and goes on to the real one.
    let world = World::new();
    let script = "#!/bin/sh\necho \"$@\" >> \"$HOME/calls\"\nexec /usr/bin/bwrap \"$@\"\n";
    let wrapper = world.script("tools/bwrap", script);
    if !Path::new("/usr/bin/bwrap").exists() {
        skip("bubblewrap is not at its usual place");
        return;
    }
    let (report, code) = examined(world.jail(["--doctor", "--json"]).env("BWRAP_BIN", &wrapper));
    assert_eq!(code, 0, "{report:#}");
    let calls = std::fs::read_to_string(world.home().join("calls")).expect("it was called");
    assert!(calls.contains("--version") && calls.contains("--args"), "{calls}");
    let owner = check(&report, "its owner");
    assert_eq!(owner["status"], if is_root() { "ok" } else { "warning" }, "{owner}");
}

#[test]
fn it_writes_nothing_and_ends_what_it_starts() {
    let world = World::new();
    let before = super::explain_says::state(world.root());
    world.jail(["--doctor", "claude"]).run().ok();
    world.jail(["--doctor", "--lockdown", "-s"]).run().ok();
    assert_eq!(super::explain_says::state(world.root()), before);
}

#[test]
fn whoever_reads_from_it_gets_all_of_it() {
    let world = World::new();
    let ended = world.caller("\"$0\" --doctor | tail -n 1; \"$0\" --doctor <&- 2>&- | wc -l").run();
    assert!(ended.ok().starts_with("ai-jail works here\n"), "{ended}");
    let lines: usize = ended.ok().lines().nth(1).expect("a number").trim().parse().expect("it");
    assert!(lines > 15, "{ended}");
}

#[test]
fn colour_only_on_a_terminal() {
    let world = World::new();
    let tty = Tty::session(&world, "\"$AI_JAIL_BIN\" --doctor; echo \"status $?\"");
    tty.shows("status 0");
    assert!(tty.text().contains("\x1b[32mok  \x1b[0m"), "{tty}");
    assert!(tty.text().contains("standard input, output and error"), "{tty}");
    let tty = Tty::session(&world, "NO_COLOR=1 \"$AI_JAIL_BIN\" --doctor; echo \"status $?\"");
    tty.shows("status 0");
    assert!(!tty.text().contains('\x1b'), "{tty}");
}

#[test]
fn a_directory_that_can_be_no_project() {
    let world = World::new();
    for directory in [Path::new("/"), &world.home(), Path::new("/usr")] {
        let (report, code) = examined(world.jail(["--doctor", "--json"]).at(directory));
        assert_eq!((code, &report["works"]), (125, &json!(false)), "{report:#}");
        let found = check(&report, "directory");
        assert_eq!(found["status"], "failed", "{found}");
        told(&world.exec(["true"]).at(directory).run(), &found["remedy"]);
        // The machine is examined all the same.
        assert_eq!(check(&report, "jail")["status"], "ok", "{report:#}");
        assert_eq!(report["jail"]["status"], 0);
    }
    let gone = "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" --doctor --json";
    let (report, code) = examined(world.caller(gone));
    assert_eq!((code, &check(&report, "directory")["status"]), (125, &json!("failed")));
    assert_eq!(check(&report, "jail")["status"], "ok", "{report:#}");
}

#[test]
fn a_standard_stream_that_is_a_directory() {
    let world = World::new();
    let (report, code) = examined(world.caller("exec \"$0\" --doctor --json < /"));
    assert_eq!((code, &check(&report, "directory")["status"]), (125, &json!("failed")));
    let launch = world.caller("exec \"$0\" --exec true < /").run();
    told(&launch, &check(&report, "directory")["remedy"]);
}

#[test]
fn without_a_home() {
    let world = World::new();
    let run = || world.jail(["--doctor", "--json"]);
    for run in [run().env("HOME", "/"), run().env("HOME", "/no/such/home"), run().without("HOME")] {
        let (report, code) = examined(run);
        assert_eq!((code, &report["works"]), (0, &json!(true)), "{report:#}");
    }
}

#[test]
fn configurations_that_cannot_be_used() {
    let world = World::new();
    world.file("home/project/.ai-jail", "no_gpuu = true\n");
    let (report, code) = examined(world.jail(["--doctor", "--json"]));
    assert_eq!((code, &check(&report, "project file")["status"]), (125, &json!("failed")));
    assert_eq!(check(&report, "user file")["status"], "ok");
    assert_eq!(check(&report, "jail")["status"], "ok", "tried all the same: {report:#}");
    let text = world.jail(["--doctor"]).run();
    assert!(text.out().contains(":1:1: unknown field `no_gpuu`"), "{text}");
    assert!(text.out().contains("did you mean `no_gpu`?"), "{text}");

    // One must not hide the other.
    world.file("home/.ai-jail", "= nonsense\n");
    let (report, code) = examined(world.jail(["--doctor", "--json"]));
    assert_eq!(code, 125);
    for name in ["project file", "user file"] {
        assert_eq!(check(&report, name)["status"], "failed", "{report:#}");
    }
    world.file("home/.ai-jail", "");
    let (report, code) = examined(world.jail(["--doctor", "--json", "--clean"]));
    assert_eq!((code, &report["works"]), (0, &json!(true)), "{report:#}");
}

#[test]
fn a_project_that_is_not_trusted() {
    let world = World::new();
    world.file("data/file", "x");
    let asks = "no_seccomp = true\nrw_maps = [\"../../data\"]\ncommand = [\"touch\", \"ran\"]\n";
    world.file("home/project/.ai-jail", asks);
    let (report, code) = examined(world.jail(["--doctor", "--json"]));
    assert_eq!((code, &check(&report, "trust")["status"]), (0, &json!("warning")), "{report:#}");
    let found = check(&report, "trust")["found"].to_string();
    assert!(found.contains("system-call filter") && found.contains("touch ran"), "{found}");
    // The trial does without all that, and never runs the project's command.
    assert_eq!(check(&report, "seccomp")["status"], "ok", "{report:#}");
    assert!(!world.project().join("ran").exists());
}

#[test]
fn no_bubblewrap_and_ones_that_cannot_be_used() {
    let world = World::new();
    let empty = world.directory("empty");
    let (report, code) = examined(world.jail(["--doctor", "--json"]).env("PATH", &empty));
    let found = check(&report, "bubblewrap");
    assert_eq!((code, &found["remedy"]["name"]), (125, &json!(remedies::NO_BUBBLEWRAP.name)));
    told(&world.exec(["/bin/true"]).env("PATH", &empty).run(), &found["remedy"]);
    assert_eq!(check(&report, "Landlock")["status"], "ok", "the rest is examined");
    assert_eq!(
        (&check(&report, "jail")["status"], &report["jail"]["status"]),
        (&json!("failed"), &json!(null))
    );

    for value in ["", "bwrap", "/no/such/bwrap", "/etc/passwd"] {
        let (report, code) = examined(world.jail(["--doctor", "--json"]).env("BWRAP_BIN", value));
        let found = check(&report, "bubblewrap");
        assert_eq!((code, &found["remedy"]["name"]), (125, &json!(remedies::OVERRIDE.name)));
        told(&world.exec(["true"]).env("BWRAP_BIN", value).run(), &found["remedy"]);
    }

    let foreign = world.script("tools/foreign", b"\x7fELF of another world".as_slice());
    let (report, code) = examined(world.jail(["--doctor", "--json"]).env("BWRAP_BIN", &foreign));
    let found = check(&report, "bubblewrap");
    assert_eq!((code, &found["remedy"]["name"]), (125, &json!(remedies::NOT_RUN.name)));
    told(&world.exec(["true"]).env("BWRAP_BIN", &foreign).run(), &found["remedy"]);
}

/// A program that says what bubblewrap says when it fails.
fn saying(world: &World, name: &str, text: &str) -> std::path::PathBuf {
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo bubblewrap 0.9.0; exit; fi\n\
         echo 'bwrap: {text}' >&2\nexit 1\n"
    );
    world.script(format!("tools/{name}"), script)
}

#[test]
fn known_words_of_bubblewrap() {
    let world = World::new();
    let cases = [
        ("Unknown option --perms", &remedies::OLD),
        ("setuid use of bubblewrap is not supported in this build", &remedies::SETUID),
        (
            "Creating new namespace failed: nesting depth or limit exceeded (ENOSPC)",
            &remedies::LIMITED,
        ),
        ("Can not find source path /x", &remedies::OTHER),
    ];
    for (number, (text, remedy)) in cases.into_iter().enumerate() {
        let fake = saying(&world, &format!("fake-{number}"), text);
        let (report, code) = examined(world.jail(["--doctor", "--json"]).env("BWRAP_BIN", &fake));
        assert_eq!((code, &report["works"]), (125, &json!(false)));
        let launch = world.exec(["true"]).env("BWRAP_BIN", &fake).run();
        assert!(launch.err().contains(text), "{launch}");
        both_say(&report, &launch, remedy);
    }
    // The path in what is to be typed is the real one.
    let fake = saying(&world, "fake-1", cases[1].0);
    let launch = world.exec(["true"]).env("BWRAP_BIN", &fake).run();
    assert!(launch.err().contains(&format!("chmod u-s {}", fake.display())), "{launch}");
}

#[test]
fn no_namespaces_are_left() {
    if !has_program("unshare") {
        return;
    }
    let world = World::new();
    for limit in ["max_user_namespaces", "max_mnt_namespaces", "max_pid_namespaces"] {
        let inside = |words: &str| {
            let script = format!(
                "echo 0 > /proc/sys/user/{limit} && exec '{}' {words}",
                program().display()
            );
            world.outside(["unshare", "--user", "--map-root-user", "sh", "-c", &script])
        };
        let (report, code) = examined(inside("--doctor --json"));
        assert_eq!(code, 125, "{report:#}");
        let namespaces = check(&report, "namespaces");
        assert_eq!(namespaces["found"], format!("user.{limit} is 0"));
        assert_eq!(namespaces["status"], "failed", "{report:#}");
        both_say(&report, &inside("--exec true").run(), &remedies::LIMITED);
    }
}

#[test]
fn a_jail_in_a_jail() {
    let world = World::new();
    let program = program();
    let program = program.to_str().expect("plain");
    for flags in [&[][..], &["--no-seccomp"], &["--lockdown"]] {
        // In lockdown there are no maps: the program must be where the jail sees it.
        let copy = world.project().join("aj");
        std::fs::copy(program, &copy).expect("a copy");
        let copy = copy.to_str().expect("plain");
        let (report, code) = examined(world.exec_with(flags, [copy, "--doctor", "--json"]));
        assert_eq!(code, 125, "{report:#}");
        assert_eq!(check(&report, "surroundings")["status"], "failed", "{report:#}");
        both_say(
            &report,
            &world.exec_with(flags, [copy, "--exec", "true"]).run(),
            &remedies::NESTED,
        );
    }
}
