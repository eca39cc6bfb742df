//! Signals sent to the front reach the command, whose own handler decides.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::harness::{PASSED_ON, Process, Running, World, has_program, processes_with, until};

/// A command in a jail that says when it is ready; `marker` finds it from outside.
fn start(world: &World, script: &str, marker: &str) -> Running {
    let running = world.exec(["sh", "-c", script, marker]).start();
    running.says("ready");
    running
}

#[test]
fn the_commands_own_handler_decides_the_status() {
    let world = World::new();
    for (number, (signal, name)) in (50..).zip(PASSED_ON) {
        let script = format!(
            "trap 'echo handled {name}; exit {number}' {name}; echo ready; \
             while :; do sleep 0.02; done"
        );
        let running = start(&world, &script, "handler");
        running.signal(signal);
        let ended = running.finish();
        assert_eq!(ended.code(), number, "{ended}");
        assert_eq!(ended.out(), format!("ready\nhandled {name}\n"), "{ended}");
        assert_eq!(ended.err(), "");
    }
}

#[test]
fn without_a_handler_the_command_dies_of_it() {
    let world = World::new();
    for (signal, name) in PASSED_ON {
        let running = start(&world, "echo ready; exec sleep 60", "no-handler");
        running.signal(signal);
        let ended = running.finish();
        assert_eq!(ended.code(), 128 + signal as i32, "{name}: {ended}");
        assert_eq!(ended.err(), "");
    }
}

#[test]
fn a_handler_may_go_on() {
    let world = World::new();
    let script = "trap 'echo again' USR1; trap 'exit 3' TERM; echo ready; \
                  while :; do sleep 0.02; done";
    let running = start(&world, script, "goes-on");
    for _ in 0..3 {
        running.signal(Signal::SIGUSR1);
        std::thread::sleep(Duration::from_millis(100));
    }
    running.signal(Signal::SIGTERM);
    let ended = running.finish();
    assert_eq!((ended.code(), ended.out()), (3, "ready\nagain\nagain\nagain\n"));
}

#[test]
fn a_signal_during_the_start_is_not_lost() {
    let world = World::new();
    for delay in (0..30).map(|step| Duration::from_millis(step / 2)) {
        let running = world.exec(["sleep", "60"]).start();
        std::thread::sleep(delay);
        running.signal(Signal::SIGTERM);
        let start = Instant::now();
        let ended = running.finish();
        let end = ended.status.code().unwrap_or(143);
        assert_eq!(end, 143, "after {delay:?}: {ended}");
        assert!(start.elapsed() < Duration::from_secs(5), "after {delay:?}");
    }
}

/// The process that is the command itself, by its first word.
fn command(marker: &str, name: &str) -> Process {
    let mut found = processes_with(marker);
    found.retain(|process| process.words[0] == name);
    // A shell that has just forked is there twice until its child becomes another program.
    let all: Vec<_> = found.iter().map(|process| process.pid).collect();
    found.retain(|process| process.parent().is_some_and(|parent| !all.contains(&parent)));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn stop_stops_front_and_command_and_continue_resumes_both() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let marker = format!("stops-{}", std::process::id());
    let script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.02; done";
    // Not dash, which starts programs with vfork(2): stopped in the middle of one the child stops
    // alone, inside a jail or not.
    let running = world.exec(["bash", "-c", script, &marker]).start();
    running.says("ready");
    let command = command(&marker, "bash");
    let front = processes_with(&marker)
        .into_iter()
        .find(|process| process.pid == running.pid())
        .expect("the front");

    for _ in 0..3 {
        running.signal(Signal::SIGTSTP);
        until("both stop", || front.state() == Some('T') && command.state() == Some('T'));
        running.signal(Signal::SIGCONT);
        until("both go on", || {
            front.state() == Some('S') && matches!(command.state(), Some('S' | 'R'))
        });
    }
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().code(), 9);
}

#[test]
fn a_command_that_stops_itself_stops_the_front() {
    let world = World::new();
    let marker = format!("stops-itself-{}", std::process::id());
    let running = start(&world, "echo ready; kill -STOP $$; exit 4", &marker);
    let front = processes_with(&marker)
        .into_iter()
        .find(|process| process.pid == running.pid())
        .expect("the front");
    until("the front stops", || front.state() == Some('T'));
    running.signal(Signal::SIGCONT);
    assert_eq!(running.finish().code(), 4);
}

#[test]
fn the_same_fatal_signal_again_after_five_seconds_kills() {
    let world = World::new();
    let ignores = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
    let mut running = start(&world, ignores, "ignores");
    running.signal(Signal::SIGTERM);
    std::thread::sleep(Duration::from_secs(1));
    running.signal(Signal::SIGTERM);
    std::thread::sleep(Duration::from_secs(1));
    assert!(!running.has_ended(), "the second came too early to kill");
    std::thread::sleep(Duration::from_secs(4));
    assert!(!running.has_ended(), "nothing came since");
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().code(), 137);
}

#[test]
fn another_fatal_signal_after_five_seconds_does_not_kill() {
    let world = World::new();
    let script = "trap '' TERM; trap 'exit 6' INT; echo ready; while :; do sleep 0.05; done";
    let running = start(&world, script, "another");
    running.signal(Signal::SIGTERM);
    std::thread::sleep(Duration::from_millis(5200));
    running.signal(Signal::SIGINT);
    assert_eq!(running.finish().code(), 6);
}

#[test]
fn the_command_starts_with_default_dispositions_and_an_empty_mask() {
    let world = World::new();
    let show = "grep -E 'Sig(Blk|Ign)' /proc/self/status";
    let caller = format!("trap '' HUP INT PIPE USR1; exec \"$0\" --exec -- sh -c \"{show}\"");
    let control = world.caller(&format!("trap '' HUP INT PIPE USR1; {show}")).run();
    assert!(!control.ok().contains("SigIgn:\t0000000000000000"), "{control}");
    let ended = world.caller(&caller).run();
    assert_eq!(ended.ok(), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}
