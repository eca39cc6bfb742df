//! `~/.claude.json` survives being replaced, by any number of jails at once, and whatever is killed
//! meanwhile.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::harness::{Running, World, has_program, until};

const NAME: &str = "home/.claude.json";

fn path(world: &World) -> PathBuf {
    world.root().join(NAME)
}

/// What the host's file says; `null` where there is none. It must be whole whenever one looks.
fn content(world: &World) -> Value {
    match fs::read(path(world)) {
        Ok(text) => serde_json::from_slice(&text).expect("whole JSON"),
        Err(_) => Value::Null,
    }
}

/// Replaces the file as Claude Code does: a new file, renamed over the old one.
fn replace(json: &str) -> String {
    format!("echo '{json}' > ~/.claude.json.tmp.1 && mv ~/.claude.json.tmp.1 ~/.claude.json")
}

/// Nothing beside it is left: no lock, no half of a write.
fn is_tidy(world: &World) {
    let names =
        fs::read_dir(world.home()).expect("the home").flatten().map(|entry| entry.file_name());
    let mut names: Vec<_> =
        names.filter(|name| name.to_string_lossy().contains("claude")).collect();
    names.retain(|name| name != ".claude.json");
    assert!(names.is_empty(), "{names:?}");
}

/// A pipe whose writing end stays here.
fn pipe() -> (OwnedFd, fs::File) {
    let (input, typed) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).expect("a pipe");
    (input, typed.into())
}

#[test]
fn a_replaced_file_is_written_back() {
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(path(&world), mode).expect("chmod");
    let script = format!("cat ~/.claude.json && {} && cat ~/.claude.json", replace("{\"new\": 2}"));
    assert_eq!(world.sh(&script).run().ok(), "{\"old\": 1}{\"new\": 2}\n");
    assert_eq!(fs::read_to_string(path(&world)).expect("there"), "{\"new\": 2}\n");
    assert_eq!(fs::metadata(path(&world)).expect("there").mode() & 0o7777, 0o640);
    is_tidy(&world);
    // The control: over a mounted file nothing can be renamed.
    let mapped = ["--rw-map".to_owned(), format!("{}:~/.mounted", path(&world).display())];
    let refused = world.sh_with(&mapped, "echo {} > ~/.new && mv ~/.new ~/.mounted").run();
    assert!(refused.err().contains("busy"), "{refused}");
}

#[test]
fn one_that_leads_into_a_hidden_place_is_told() {
    let world = World::new();
    world.file("home/.ssh/claude.json", "{\"secret\": 1}");
    world.link(".ssh/claude.json", NAME);
    let ended = world.jail(["sh", "-c", "cat ~/.claude.json || echo absent"]).run();
    assert_eq!(ended.out(), "absent\n", "{ended}");
    let told = |line: &str| line.contains(".claude.json is left out (a link into a hidden place");
    assert_eq!(ended.err().lines().filter(|line| told(line)).count(), 1, "{ended}");
    // The control: a link to an ordinary place is followed.
    world.file("home/dots/claude.json", "{}");
    fs::remove_file(path(&world)).expect("it is there");
    world.link("dots/claude.json", NAME);
    assert_eq!(world.jail(["cat", "../.claude.json"]).run().out(), "{}");
}

#[test]
fn a_change_is_there_before_the_end() {
    let world = World::new();
    world.file(NAME, "{}");
    for script in [replace("{\"by\": 1}"), "echo '{\"by\": 2}' > ~/.claude.json".into()] {
        let running = world.sh(&format!("{script}; echo done; cat")).input("").start();
        running.says("done");
        running.finish();
    }
    let script = format!("{}; echo done; exec sleep 1000", replace("{\"by\": 3}"));
    let mut running = world.sh(&script).start();
    until("it is written back while the command runs", || content(&world) == json!({ "by": 3 }));
    assert!(!running.has_ended());
}

/// First in one piece that is not closed yet, then in two.
#[test]
fn half_of_a_change_is_not_written_back() {
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let script = "exec 3> ~/.claude.json; printf '{\"half\": ' >&3; echo half; \
                  read line; echo '2}' >&3; echo whole; exec sleep 1000";
    let (input, mut typed) = pipe();
    let running = world.sh(script).stdin(input).start();
    running.says("half");
    // The change after it arrives: so this one has been looked at.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(content(&world), json!({ "old": 1 }));
    std::io::Write::write_all(&mut typed, b"go\n").expect("read by the command");
    until("the rest is written back", || content(&world) == json!({ "half": 2 }));
    drop(running);
}

#[test]
fn a_first_login_is_kept() {
    let world = World::new();
    assert_eq!(content(&world), Value::Null, "the control");
    world.sh(&replace("{\"login\": true}")).run().ok();
    assert_eq!(content(&world), json!({ "login": true }));
    assert_eq!(fs::metadata(path(&world)).expect("there").mode() & 0o7777, 0o600);
    is_tidy(&world);
}

#[test]
fn what_is_not_changed_is_not_touched() {
    let world = World::new();
    let file = world.file(NAME, "{ \"layout\":\t1 }");
    let before = fs::metadata(&file).expect("there");
    world.sh("cat ~/.claude.json").run().ok();
    world.sh("cp ~/.claude.json ~/x; mv ~/x ~/.claude.json").run().ok();
    let after = fs::metadata(&file).expect("there");
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn no_json_no_change() {
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let scripts = [
        "echo broken > ~/.claude.json",
        "echo '[]' > ~/.claude.json",
        "truncate -s 33M ~/.claude.json",
        "rm ~/.claude.json; mkdir ~/.claude.json",
        "rm ~/.claude.json; mkfifo ~/.claude.json",
        "ln -sf /etc/passwd ~/.claude.json",
        "chmod 0 ~/.claude.json",
    ];
    for script in scripts {
        let ended = world.sh(&format!("{script}; exit 3")).run();
        assert_eq!((ended.code(), ended.out()), (3, ""), "{script}: {ended}");
        assert!(ended.err().contains(".claude.json was not saved: "), "{script}: {ended}");
        assert_eq!(ended.err().lines().count(), 1, "{script}: {ended}");
        assert_eq!(content(&world), json!({ "old": 1 }), "{script}");
    }
    // One that is gone has nothing to say.
    world.sh("rm ~/.claude.json").run().ok();
    assert_eq!(content(&world), json!({ "old": 1 }));
    is_tidy(&world);
}

#[test]
fn a_link_stays_a_link() {
    let world = World::new();
    let real = world.file("home/.dotfiles/claude.json", "{\"old\": 1}");
    let link = world.link(".dotfiles/claude.json", NAME);
    world.sh(&format!("cat ~/.claude.json; {}", replace("{\"new\": 2}"))).run().ok();
    assert_eq!(fs::read_link(&link).expect("a link"), PathBuf::from(".dotfiles/claude.json"));
    assert_eq!(fs::read_to_string(&real).expect("there"), "{\"new\": 2}\n");
}

/// One that leads where no jail may look stays what it is.
#[test]
fn a_link_into_a_hidden_place_opens_nothing() {
    let world = World::new();
    world.file("home/.ssh/claude.json", "{\"secret\": 1}");
    world.link(".ssh/claude.json", NAME);
    let script = format!("cat ~/.claude.json; {}", replace("{\"new\": 2}"));
    let ended = world.sh(&script).run();
    assert!(!ended.out().contains("secret"), "{ended}");
    assert_eq!(content(&world), json!({ "secret": 1 }));
}

#[test]
fn lockdown_neither_shows_nor_changes_it() {
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let script = format!("test ! -e ~/.claude.json && {}", replace("{\"new\": 2}"));
    world.sh_with(["--lockdown"], &script).run().ok();
    assert_eq!(content(&world), json!({ "old": 1 }));
}

/// A command that goes on when its input ends.
fn at_work(world: &World, script: &str) -> Running {
    let running = world.sh(&format!("{script}; echo done; exec sleep 1000")).start();
    running.says("done");
    running
}

#[test]
fn two_jails_and_the_host_lose_nothing_of_each_other() {
    let world = World::new();
    world.file(NAME, "{\"runs\": 1, \"projects\": {\"/old\": 1}}");
    // What is below the project is the jail's to change.
    let own = world.project().display().to_string();
    let change = |name: &str| {
        let json = format!(
            "{{\"runs\": 1, \"{name}\": 1, \"projects\": {{\"/old\": 1, \"{own}/{name}\": 1}}}}"
        );
        replace(&json)
    };
    // Both start from the old one.
    let script = |name: &str| format!("read line; {}; echo done; read line || true", change(name));
    let jails = ["one", "two"].map(|name| {
        let (input, typed) = pipe();
        (world.sh(&format!("echo ready; {}", script(name))).stdin(input).start(), typed)
    });
    for (jail, _) in &jails {
        jail.says("ready");
    }
    fs::write(
        path(&world),
        "{\"runs\": 1, \"host\": 1, \"projects\": {\"/old\": 1, \"/host\": 1}}",
    )
    .expect("written");
    for (_, typed) in &jails {
        std::io::Write::write_all(&mut &*typed, b"go\n").expect("read by the command");
    }
    let expected = json!({ "runs": 1, "host": 1, "one": 1, "two": 1,
                           "projects": { "/old": 1, "/host": 1, format!("{own}/one"): 1,
                                         format!("{own}/two"): 1 } });
    until("all three are there", || content(&world) == expected);
    for (jail, typed) in jails {
        drop(typed);
        jail.finish().ok();
    }
    assert_eq!(content(&world), expected);
    is_tidy(&world);
}

/// Many writers, each with a counter of its own, as fast as they can.
#[test]
fn many_jails_at_once_lose_nothing() {
    const JAILS: u32 = 4;
    const CHANGES: u32 = 50;
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let script = |jail: u32| {
        format!(
            "n=0; while [ $n -lt {CHANGES} ]; do n=$((n+1)); \
             echo \"{{\\\"old\\\": 1, \\\"jail{jail}\\\": $n}}\" > ~/.tmp; mv ~/.tmp ~/.claude.json; done"
        )
    };
    let jails: Vec<Running> = (0..JAILS).map(|jail| world.sh(&script(jail)).start()).collect();
    for jail in jails {
        jail.finish().ok();
    }
    let mut expected = json!({ "old": 1 });
    for jail in 0..JAILS {
        expected[format!("jail{jail}")] = json!(CHANGES);
    }
    assert_eq!(content(&world), expected);
    is_tidy(&world);
}

/// While another program holds Claude Code's lock nothing is written, and the end does not wait
/// for ever for one that was left behind.
#[test]
fn the_lock_of_claude_code_is_respected() {
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let lock = world.directory("home/.claude.json.lock");
    let running = at_work(&world, &replace("{\"new\": 2}"));
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(content(&world), json!({ "old": 1 }));
    fs::remove_dir(&lock).expect("still there");
    until("it is written back now", || content(&world) == json!({ "new": 2 }));
    drop(running);

    world.directory("home/.claude.json.lock");
    world.sh(&replace("{\"newer\": 3}")).run().ok();
    assert_eq!(content(&world), json!({ "newer": 3 }));
    // Long ago: nobody holds it any more.
    let touched = world.outside(["touch", "-d", "1 hour ago", lock.to_str().expect("text")]).run();
    touched.ok();
    let running = at_work(&world, &replace("{\"newest\": 4}"));
    until("it is written back at once", || content(&world) == json!({ "newest": 4 }));
    drop(running);
}

/// The front is killed at any moment: the file is the old one or a newer one, whole, and what was
/// changed some time before the end is there.
#[test]
fn a_killed_front_leaves_a_whole_file() {
    let world = World::new();
    let large = "x".repeat(200_000);
    world.file(NAME, format!("{{\"n\": 0, \"large\": \"{large}\"}}"));
    let script = "n=$1; large=$(head -c 200000 /dev/zero | tr '\\0' x); echo ready; \
                  while n=$((n+1)); do echo \"{\\\"n\\\": $n, \\\"large\\\": \\\"$large\\\"}\" > ~/.tmp; \
                  mv ~/.tmp ~/.claude.json; done";
    let mut last = 0;
    for round in 0..20_u64 {
        let start = (round * 1_000_000).to_string();
        let running = world.exec(["sh", "-c", script, "sh", &start]).start();
        running.says("ready");
        std::thread::sleep(std::time::Duration::from_millis(20 + 13 * round));
        running.signal(Signal::SIGKILL);
        running.finish();
        let found = content(&world);
        let number = found["n"].as_u64().expect("a number");
        assert_eq!(found["large"].as_str().map(str::len), Some(200_000));
        assert!(number >= last, "{number} after {last}");
        last = number;
        // Killed just while it held that: others take it over after ten seconds.
        let _ = fs::remove_dir(world.root().join("home/.claude.json.lock"));
    }
    assert!(last > 1_000_000, "some changes were written back before the end: {last}");
}

/// What the command left running must not change it any more.
#[test]
fn nothing_changes_it_after_the_end() {
    let world = World::new();
    world.file(NAME, "{}");
    let script = format!("(while :; do {}; done) & sleep 0.2", replace("{\"by\": \"orphan\"}"));
    world.sh(&script).run().ok();
    let file = fs::metadata(path(&world)).expect("there");
    world.file(NAME, "{\"by\": \"host\"}");
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(content(&world), json!({ "by": "host" }));
    assert!(file.is_file());
}

/// The printed command has nobody to write a copy back, so it mounts the file.
#[test]
fn the_printed_command_keeps_changes_in_place() {
    let world = World::new();
    world.file(NAME, "{\"old\": 1}");
    let words = ["--dry-run", "--", "sh", "-c", "echo '{\"new\": 2}' > ~/.claude.json"];
    let printed = world.jail(words).run();
    world.outside(["sh", "-c", printed.ok()]).run().ok();
    assert_eq!(content(&world), json!({ "new": 2 }));
}

/// On a terminal, with the status of the command and nothing shown besides.
#[test]
fn a_node_program_saves_it_as_claude_code_does() {
    if !has_program("node") {
        return;
    }
    let world = World::new();
    world.file(NAME, "{\n  \"numStartups\": 1\n}");
    let script = "const fs = require('fs'), os = require('os'); const f = os.homedir() + '/.claude.json'; \
                  for (let i = 0; i < 20; i++) { const c = JSON.parse(fs.readFileSync(f)); c.numStartups++; \
                  fs.mkdirSync(f + '.lock'); fs.writeFileSync(f + '.tmp', JSON.stringify(c, null, 2)); \
                  fs.renameSync(f + '.tmp', f); fs.rmdirSync(f + '.lock'); }";
    world.exec(["node", "-e", script]).run().ok();
    assert_eq!(fs::read_to_string(path(&world)).expect("there"), "{\n  \"numStartups\": 21\n}");
}

/// Servers of MCP, and the trust of other projects: Claude Code on the host would run the one in every
/// project, and believe the other. The project's own entry is the jail's.
#[test]
fn programs_and_other_projects_stay_as_they_were() {
    let world = World::new();
    let project = world.project().display().to_string();
    let other = world.home().join("other").display().to_string();
    let before = json!({ "startups": 1, "mcpServers": { "mine": { "command": "good" } },
        "projects": { &other: { "hasTrustDialogAccepted": false }, &project: { "runs": 1 } } });
    world.file(NAME, before.to_string());
    let evil = json!({ "startups": 2, "mcpServers": { "mine": { "command": "evil" } }, "hooks": { "x": 1 },
        "projects": { &other: { "hasTrustDialogAccepted": true, "mcpServers": { "x": {} } },
                      "/": { "hasTrustDialogAccepted": true },
                      &project: { "runs": 2, "hasTrustDialogAccepted": true } } });
    let expected = json!({ "startups": 2, "mcpServers": { "mine": { "command": "good" } },
        "projects": { &other: { "hasTrustDialogAccepted": false },
                      &project: { "runs": 2, "hasTrustDialogAccepted": true } } });
    // Twice, so that what was refused once is no beginning for the next; and while the host writes.
    let script = format!(
        "{}; sleep 0.4; {}; sleep 0.4",
        replace(&evil.to_string()),
        replace(&evil.to_string().replace("evil", "worse")),
    );
    let ended = world.jail(["--no-mise", "sh", "-c", &script]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert_eq!(content(&world), expected, "{ended}");
    let told = format!("hooks, mcpServers, projects./, projects.{other}");
    assert!(ended.err().contains(&told) && ended.err().contains("outside"), "{ended}");
    is_tidy(&world);
    // A first file is no other.
    fs::remove_file(path(&world)).expect("it is there");
    world.sh(&replace(&evil.to_string())).run().ok();
    let projects = json!({ &project: { "runs": 2, "hasTrustDialogAccepted": true } });
    assert_eq!(content(&world), json!({ "startups": 2, "projects": projects }));
    // The control: outside nothing is taken back.
    world.outside(["sh", "-c", &replace(&evil.to_string())]).run().ok();
    assert_eq!(content(&world), evil);
}
