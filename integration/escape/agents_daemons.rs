//! The real agents' own processes on the host, which run what they find in the agents' state.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::attack::{ALL, found};
use crate::agents::further_table::CLINE;
use crate::agents::interactive::start;
use crate::agents::{Agent, CLAUDE, CODEX, are_here, with_agents};
use crate::harness::{Call, Ended, Model, World, program};

/// Time for something that happens.
const SOON: Duration = Duration::from_secs(90);
/// Time for something that must not: the same outside takes less.
const LONG: Duration = Duration::from_secs(15);

/// Whether a file appears within `time`.
fn appears(path: &Path, time: Duration) -> bool {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if path.exists() {
            return true;
        }
        sleep(Duration::from_millis(100));
    }
    false
}

/// A world in which the agent has been started before.
fn world(agent: &Agent, model: &Model) -> World {
    let world = agent.world(model);
    agent.has_been_started_before(&world);
    world
}

fn outside(world: &World, words: &[&str]) -> Ended {
    with_agents(world.outside(words)).run()
}

/// Ends the agent's daemon with the test.
struct Daemon<'a>(&'a World, &'static [&'static str]);

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        outside(self.0, self.1);
        // Codex's updater stays when its daemon is stopped.
        let updater = self.0.home().join(".codex/app-server-daemon/daemon-updater.pid");
        let record = fs::read_to_string(updater).unwrap_or_default();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap_or_default();
        if let Some(pid) = record["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
    }
}

#[test]
fn work_for_the_daemon_of_claude_code() {
    if !are_here() {
        return;
    }
    let model = Model::start();
    let world = world(&CLAUDE, &model);
    // No jail sees what is no dot entry of the home.
    world.file("home/letter", "a private letter\n");
    let stolen = world.project().join("stolen");
    let _daemon = Daemon(&world, &["claude", "daemon", "stop", "--any"]);

    // The control, after which the daemon runs.
    model.tell([Call::Shell("cp ~/letter stolen".into())], "Done.");
    let ended = outside(&world, &["claude", "--bg", "Copy it."]);
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(appears(&stolen, SOON), "the control: {}", model.heard());
    fs::remove_file(&stolen).expect("it is there");

    model.tell([Call::Shell("cp ~/letter stolen".into())], "Done.");
    with_agents(world.jail(["claude", "--bg", "Copy it once more."])).run();
    assert!(!appears(&stolen, LONG), "a job of the jail ran on the host");
    found("`claude --bg` in a jail, with its daemon outside", ALL, "a daemon of the jail's own");
}

/// Its hub runs what comes with the key that lies in its state, whoever brings it.
#[test]
fn work_for_the_hub_of_cline() {
    if !are_here() {
        return;
    }
    let model = Model::start();
    let world = CLINE.world(&model);
    world.file("home/letter", "a private letter\n");
    let stolen = world.project().join("stolen");
    let _hub = Daemon(&world, &["cline", "hub", "stop"]);
    let words = ["cline", "--auto-approve", "true", "Copy the letter."];
    let for_the_hub = ["cline", "--zen", "--auto-approve", "true", "Copy the letter."];
    let copy = || Call::Shell("cp ~/letter stolen".into());

    // The control, after which the hub runs.
    model.tell([copy()], "Done.");
    let ended = outside(&world, &for_the_hub);
    assert!(appears(&stolen, SOON), "the control: {ended}");
    fs::remove_file(&stolen).expect("it is there");

    model.tell([copy()], "Done.");
    with_agents(world.jail(for_the_hub)).run();
    assert!(!appears(&stolen, LONG), "a prompt that a jail left ran on the host");
    model.tell([copy()], "Done.");
    let ended = with_agents(world.jail(words)).run();
    assert!(model.results()[0].contains("No such file"), "{:?}: {ended}", model.results());
    assert!(!stolen.exists(), "a prompt of the jail ran on the host");
    let status = outside(&world, &["cline", "hub", "status"]);
    assert!(status.out().contains("\"running\":true"), "the control: {status}");
    found("Cline in a jail, with its hub outside", ALL, "a hub of the jail's own");
}

/// Codex's own daemon runs from a directory in its state.
#[test]
fn the_program_of_the_daemon_of_codex() {
    const REPLACE: &str = "for program in ~/.codex/packages/app-server-daemon/releases/*/bin/codex; do \
                           printf '#!/bin/sh\\n: > ~/ran\\n' > \"$program.new\" && \
                           chmod +x \"$program.new\" && mv \"$program.new\" \"$program\"; done";
    if !are_here() {
        return;
    }
    let model = Model::start();
    let world = world(&CODEX, &model);
    let _daemon = Daemon(&world, &["codex", "app-server", "daemon", "stop"]);
    let first = ["codex", "app-server", "daemon", "start"];
    let restart = ["codex", "app-server", "daemon", "restart"];
    let ended = outside(&world, &first);
    assert_eq!(ended.code(), 0, "{ended}");
    let state = world.home().join(".codex/app-server-daemon");
    let pid = fs::read(state.join("daemon.pid")).expect("its number");
    let ran = world.home().join("ran");

    world.sh(&format!("{REPLACE} 2> /dev/null; true")).run().ok();
    outside(&world, &restart);
    assert!(!ran.exists(), "what the jail left ran on the host");
    // A daemon in a jail leaves the one outside alone.
    let pid_now = fs::read(state.join("daemon.pid")).unwrap_or(pid);
    with_agents(world.jail(first)).run();
    assert_eq!(fs::read(state.join("daemon.pid")).expect("its number"), pid_now);
    found("the program of Codex's daemon", ALL, "EROFS");

    outside(&world, &["sh", "-c", REPLACE]);
    outside(&world, &restart);
    assert!(appears(&ran, SOON), "the control");
}

/// No way out, but a way for a jail to break what is outside: Claude Code removes the files of editors
/// whose process it does not see.
#[test]
fn an_editor_outside_is_still_found_afterwards() {
    if !are_here() {
        return;
    }
    let model = Model::start();
    let world = world(&CLAUDE, &model);
    let lock = |pid: u32| {
        let project = world.project().display();
        let text = format!(
            "{{\"pid\": {pid}, \"workspaceFolders\": [\"{project}\"], \"ideName\": \"an editor\", \
             \"transport\": \"ws\", \"authToken\": \"a key\"}}"
        );
        world.file("home/.claude/ide/41993.lock", text)
    };
    let path = lock(std::process::id());
    let before = fs::read(&path).expect("it is there");
    start(&CLAUDE, &world, &[program().to_str().expect("plain"), "claude"]);
    assert_eq!(fs::read(&path).expect("the jail removed it"), before);
    // The control: no such process, so it goes.
    lock(u32::MAX / 4);
    start(&CLAUDE, &world, &["claude"]);
    assert!(!path.exists(), "the control");
}
