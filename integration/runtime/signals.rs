//! What is sent to the front reaches the command.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::harness::{PASSED_ON, World, own_sleep, sleepers, until};

pub fn each_reaches_the_command() {
    let world = World::new();
    for (signal, name) in PASSED_ON {
        let script = format!(
            "trap 'echo got {name}; exit 9' {name}; echo ready; while :; do sleep 0.01; done"
        );
        let running = world.sh(&script).start();
        running.says("ready");
        running.signal(signal);
        let ended = running.finish();
        assert_eq!((ended.code(), ended.out()), (9, &*format!("ready\ngot {name}\n")), "{ended}");

        // Without a trap it dies of it.
        let running = world.sh("echo ready; while :; do sleep 0.01; done").start();
        running.says("ready");
        running.signal(signal);
        assert_eq!(running.finish().code(), 128 + signal as i32, "{signal}");
    }
}

pub fn the_second_of_a_kind_kills_after_five_seconds() {
    let world = World::new();
    let seconds = own_sleep(1);
    let script = format!("trap '' TERM; echo ready; sleep {seconds}");
    let running = world.sh(&script).start();
    running.says("ready");
    until("it sleeps", || sleepers(&seconds).len() == 1);
    running.signal(Signal::SIGTERM);
    let first = Instant::now();
    std::thread::sleep(Duration::from_millis(5100));
    assert_eq!(sleepers(&seconds).len(), 1, "it is ignored");
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().code(), 137);
    assert!(first.elapsed() < Duration::from_secs(30));
    until("nothing is left", || sleepers(&seconds).is_empty());
}

pub fn stopping_and_resuming() {
    let world = World::new();
    let seconds = own_sleep(2);
    let running = world.exec(["sleep", &seconds]).start();
    until("it runs", || sleepers(&seconds).iter().any(|(_, state)| *state == 'S'));
    let state = || sleepers(&seconds).last().map(|(_, state)| *state);
    for _ in 0..3 {
        running.signal(Signal::SIGTSTP);
        until("it stops", || state() == Some('T'));
        running.signal(Signal::SIGCONT);
        until("it goes on", || state() == Some('S'));
    }
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().code(), 143);
}
