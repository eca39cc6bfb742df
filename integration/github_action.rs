//! The two scripts of the GitHub Action, in an imitation of a runner: little environment, no terminal.

use std::fs;

use crate::harness::{Ended, World, has_program, program};

/// A checkout, and a directory on `PATH` that holds the program under test.
struct Runner {
    world: World,
}

impl Runner {
    fn new() -> Self {
        let world = World::new();
        world.directory("bin");
        fs::copy(program(), world.root().join("bin/ai-jail")).expect("a copy of the program");
        world.file("output", "");
        Self { world }
    }

    /// Runs a step's script with the action's inputs.
    fn step(&self, script: &str, inputs: &[(&str, &str)]) -> Ended {
        let sources = std::env::var("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
        let root = self.world.root();
        let mut run = self
            .world
            .outside([format!("{sources}/packaging/action/run")])
            .env("PATH", format!("{}:/usr/bin:/bin", root.join("bin").display()))
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", root.join("output"))
            .env("GITHUB_ENV", root.join("environment"))
            .env("SCRIPT", script);
        for (name, value) in inputs {
            run = run.env(name, value);
        }
        run.run()
    }

    /// What the step wrote for later steps: the status, and standard output between delimiters.
    fn outputs(&self) -> (String, String) {
        let text = fs::read_to_string(self.world.root().join("output")).expect("the outputs");
        let (first, rest) = text.split_once('\n').expect("two outputs");
        let status = first.strip_prefix("status=").expect("the status").to_owned();
        let (head, rest) = rest.split_once('\n').expect("the head of a text");
        let delimiter = head.strip_prefix("stdout<<").expect("a delimiter");
        let stdout = rest.strip_suffix(&format!("\n{delimiter}\n")).expect("the delimiter again");
        (status, stdout.to_owned())
    }
}

#[test]
fn output_and_status_are_the_script_s() {
    if !has_program("bash") {
        return;
    }
    let runner = Runner::new();
    let ended = runner.step("echo one\necho two; echo loud >&2\nexit 7", &[]);
    assert_eq!((ended.code(), ended.out(), ended.err()), (7, "one\ntwo\n", "loud\n"), "{ended}");
    assert_eq!(runner.outputs(), ("7".into(), "one\ntwo".into()));
}

#[test]
fn a_failing_command_in_the_middle_ends_the_script() {
    if !has_program("bash") {
        return;
    }
    let runner = Runner::new();
    let ended = runner.step("false | true\necho not reached", &[]);
    assert_eq!((ended.code(), ended.out()), (1, ""), "{ended}");
}

#[test]
fn the_script_writes_to_the_checkout_and_not_in_lockdown() {
    if !has_program("bash") {
        return;
    }
    let runner = Runner::new();
    let write = "echo made >file";
    assert_eq!(runner.step(write, &[("LOCKDOWN", "false")]).code(), 0);
    assert!(runner.world.project().join("file").exists(), "the control");
    fs::remove_file(runner.world.project().join("file")).expect("it is there");
    assert_ne!(runner.step(write, &[("LOCKDOWN", "true")]).code(), 0);
    assert!(!runner.world.project().join("file").exists());
    let ended = runner.step(write, &[("LOCKDOWN", "yes")]);
    assert_eq!(ended.code(), 2, "a word that is neither is no guess: {ended}");
}

/// Whoever writes to the runner's files sets variables of every later step.
#[test]
fn the_script_does_not_reach_the_files_of_the_runner() {
    if !has_program("bash") {
        return;
    }
    let runner = Runner::new();
    let output = runner.world.root().join("output");
    let outside =
        runner.world.outside(["sh", "-c", "echo planted=1 >>\"$0\"", "../../output"]).run();
    assert_eq!(outside.code(), 0, "the control: {outside}");
    fs::write(&output, "").expect("emptied");
    let ended = runner.step(
        "env | grep ^GITHUB_ENV && exit 3; env | grep ^GITHUB_OUTPUT && exit 4
         echo planted=1 >>../../output || true",
        &[],
    );
    assert_eq!(ended.code(), 0, "{ended}");
    let text = fs::read_to_string(output).expect("the outputs");
    assert!(!text.contains("planted=1"), "{text}");
}

#[test]
fn options_are_a_line_each() {
    if !has_program("bash") {
        return;
    }
    let runner = Runner::new();
    runner.world.file("home/shared folder/note", "seen");
    let map = format!("--map={}", runner.world.home().join("shared folder").display());
    let ended = runner.step("cat ~/'shared folder/note'", &[("OPTIONS", &format!("{map}\n\n-v"))]);
    assert_eq!((ended.code(), ended.out()), (0, "seen"), "{ended}");
}
