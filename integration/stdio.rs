//! The command owns the caller's input, output and errors: every byte, in time, and nothing of
//! ai-jail's own among them.

use std::fs::{self, File};

use crate::harness::{World, noise, until};

#[test]
fn a_hundred_megabytes_go_in_and_come_out_unchanged() {
    let world = World::new();
    let bytes = noise(100_000_000);
    let ended = world.exec(["cat"]).input(bytes.clone()).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(ended.stdout == bytes, "{} bytes came out", ended.stdout.len());
}

#[test]
fn input_comes_from_a_pipe_a_file_or_dev_null() {
    let world = World::new();
    let bytes = noise(70_000);
    let file = world.file("home/project/input", &bytes);

    assert_eq!(world.exec(["cat"]).input(bytes.clone()).run().stdout, bytes);
    let from_file = world.exec(["cat"]).stdin(File::open(file).expect("it is there"));
    assert_eq!(from_file.run().stdout, bytes);
    assert_eq!(world.exec(["cat"]).run().ok(), "");
}

#[test]
fn output_goes_to_a_file() {
    let world = World::new();
    let path = world.file("home/output", "");
    let ended = world
        .sh("echo in the file; echo not in it >&2")
        .stdout(File::create(&path).expect("a file"))
        .run();
    assert_eq!(ended.err(), "not in it\n");
    assert_eq!(fs::read_to_string(path).expect("a file"), "in the file\n");
}

/// What a script does whose descriptors are not all open.
#[derive(Debug, Eq, PartialEq)]
struct Closed {
    status: i32,
    said: String,
    errors: String,
    /// What it left in the file `seen`.
    seen: String,
}

/// Runs a script outside and inside with some of the three descriptors closed.
fn with_closed(descriptors: &str, script: &str) -> [Closed; 2] {
    ["", "\"$0\" --exec --"].map(|jail| {
        let world = World::new();
        world.file("home/project/script", script);
        let ended = world.caller(&format!("exec {jail} sh script {descriptors}")).run();
        Closed {
            status: ended.code(),
            said: ended.out().to_owned(),
            errors: ended.err().to_owned(),
            seen: fs::read_to_string(world.project().join("seen")).unwrap_or_default(),
        }
    })
}

#[test]
fn a_closed_descriptor_is_closed_for_the_command_too() {
    // The shell's own redirection needs a number, which is none of the three.
    let script = "exec 5> seen; for n in 0 1 2; do test -e /proc/$$/fd/$n || echo $n >&5; done; \
                  exit 5";
    for descriptors in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ""] {
        let [outside, inside] = with_closed(descriptors, script);
        assert_eq!(outside, inside, "{descriptors}");
    }
}

#[test]
fn writing_to_a_closed_output_fails_as_it_does_outside() {
    let [outside, inside] = with_closed(">&-", "echo lost");
    assert_ne!(outside.status, 0);
    assert_eq!(outside, inside);
}

#[test]
fn reading_a_closed_input_fails_as_it_does_outside() {
    let [outside, inside] = with_closed("<&-", "cat");
    assert_ne!(outside.status, 0);
    assert_eq!(outside, inside);
}

#[test]
fn the_reader_sees_the_end_when_the_command_closes_its_output() {
    let world = World::new();
    let go = world.project().join("go");
    let script = "echo last words; exec >&-; until test -e go; do sleep 0.02; done";
    let mut running = world.sh(script).start();
    until("the end of the output", || running.output_has_ended());
    assert!(!running.has_ended(), "the command runs on");
    fs::write(go, "").expect("the project");
    assert_eq!(running.finish().ok(), "last words\n");
}

#[test]
fn the_writer_sees_the_end_when_the_command_closes_its_input() {
    let world = World::new();
    let writer = "until test -e closed; do sleep 0.02; done; yes; echo $? > status";
    let reader = "exec <&-; : > closed; until test -e status; do sleep 0.02; done";
    let caller = format!("sh -c '{writer}' | \"$0\" --exec -- sh -c '{reader}'");
    world.caller(&caller).run().ok();
    let status = fs::read_to_string(world.project().join("status")).expect("the writer ended");
    assert_eq!(status, "141\n");
}

#[test]
fn output_arrives_without_delay() {
    let world = World::new();
    let running = world.sh("printf partial; until test -e go; do sleep 0.02; done").start();
    running.says("partial");
    world.file("home/project/go", "");
    assert_eq!(running.finish().ok(), "partial");
}

#[test]
fn a_reader_that_goes_away_ends_the_command_with_sigpipe() {
    let world = World::new();
    let script = "{ \"$0\" --exec -- yes; echo $? > status; } | head -n 1; cat status";
    let ended = world.caller(script).run();
    assert_eq!(ended.ok(), "y\n141\n");
}

#[test]
fn output_and_errors_are_not_merged() {
    let world = World::new();
    let ended = world.sh("echo one; echo two >&2; echo three; echo four >&2; exit 3").run();
    assert_eq!(ended.code(), 3);
    assert_eq!((ended.out(), ended.err()), ("one\nthree\n", "two\nfour\n"));
}

#[test]
fn a_script_can_capture_what_another_prints() {
    let world = World::new();
    world.script(
        "home/project/my-script.sh",
        "#!/bin/sh\nprintf 'no newline, two  blanks: %s|%s' \"$@\"\nexit 42\n",
    );
    let caller = "out=$(\"$0\" --exec -- ./my-script.sh --flag1 --flag2); \
                  printf '%s:%s' \"$?\" \"$out\"";
    let ended = world.caller(caller).run();
    assert_eq!(ended.ok(), "42:no newline, two  blanks: --flag1|--flag2");
}

#[test]
fn nothing_is_added_to_what_the_command_prints() {
    let world = World::new();
    assert_eq!(world.exec(["true"]).run().ok(), "");
    assert_eq!(world.exec(["printf", "x"]).run().ok(), "x");
}
