//! On a terminal the command has one of its own, and the caller's is given back on every way out.

use nix::libc::{ECHO, ICANON, ISIG};
use nix::sys::signal::Signal;

use crate::harness::{Tty, World, own_sleep, sleepers, until};

const JAIL: &str = "\"$AI_JAIL_BIN\" --";

fn is_raw(tty: &Tty) -> bool {
    tty.settings().local & (ICANON | ECHO | ISIG) == 0
}

pub fn the_command_has_one_of_its_own() {
    let world = World::new();
    let mut tty = Tty::session(
        &world,
        &format!("tty; {JAIL} sh -c 'tty; stty size; echo in; cat'; echo out"),
    );
    tty.shows("in\r\n");
    let text = tty.text();
    let terminals: Vec<_> = text.lines().filter(|line| line.starts_with("/dev/")).collect();
    assert_eq!(terminals.len(), 2, "{text}");
    assert_ne!(terminals[0], terminals[1], "{text}");
    assert!(text.contains("24 80"), "{text}");
    until("raw mode", || is_raw(&tty));
    tty.types("8-bit \u{e4}\n");
    tty.shows("8-bit \u{e4}\r\n8-bit \u{e4}\r\n");
    tty.types("\x04");
    tty.shows("out");
    assert_eq!(tty.finish().code(), 0);
}

pub fn ctrl_c_ends_the_command_alone() {
    let world = World::new();
    let seconds = own_sleep(8);
    let script = format!("{JAIL} sh -c 'echo ready; sleep {seconds}'; echo status $?");
    let mut tty = Tty::session(&world, &script);
    tty.shows("ready");
    until("raw mode", || is_raw(&tty));
    // A shell that has not started it yet may lose the signal between fork and exec.
    until("it sleeps", || sleepers(&seconds).iter().any(|(_, state)| *state == 'S'));
    tty.types("\x03");
    tty.shows("status 130");
    tty.finish();
}

pub fn ctrl_z_and_fg() {
    let world = World::new();
    let seconds = own_sleep(1);
    let mut tty = Tty::interactive(&world);
    let before = tty.settings();
    tty.types(&format!("{JAIL} bash -c \"echo rea''dy; exec sleep {seconds}\"\n"));
    tty.shows("\nready");
    let state = || sleepers(&seconds).iter().map(|(_, state)| *state).next_back();
    for round in 0..3 {
        until("raw mode", || is_raw(&tty));
        until("it sleeps", || state() == Some('S'));
        tty.types("\x1a");
        until("it stops", || state() == Some('T'));
        until("the terminal is back", || tty.settings().local & ISIG != 0);
        tty.types(&format!("echo she''ll {round}; jobs\n"));
        tty.shows(&format!("shell {round}\r\n[1]+  Stopped"));
        tty.types("fg\n");
    }
    until("it sleeps", || state() == Some('S'));
    until("raw mode", || is_raw(&tty));
    tty.types("\x03");
    tty.prompts("prompt> ");
    tty.types("echo sta''tus $?\n");
    tty.shows("status 130");
    assert_eq!(tty.settings().local & ISIG, before.local & ISIG);
    tty.types("exit\n");
    tty.finish();
}

pub fn a_new_size_reaches_the_command() {
    let world = World::new();
    let script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done";
    let mut tty = Tty::session(&world, &format!("{JAIL} sh -c \"{script}\"; echo status $?"));
    tty.shows("ready");
    until("raw mode", || is_raw(&tty));
    tty.resize(33, 99);
    tty.shows("33 99");
    tty.types("\x03");
    tty.shows("status 130");
    tty.finish();
}

pub fn it_is_restored_when_the_front_is_told_to_end() {
    for (signal, status) in [(Signal::SIGTERM, 143), (Signal::SIGSEGV, 139)] {
        let world = World::new();
        let pid = world.project().join("pid");
        let script = format!(
            "sh -c 'echo $$ > pid; exec \"$0\" \"$@\"' {JAIL} sh -c 'echo ready; sleep 1000'; echo status $?"
        );
        let tty = Tty::session(&world, &script);
        let before = tty.settings();
        tty.shows("ready");
        until("raw mode", || is_raw(&tty));
        let front =
            std::fs::read_to_string(pid).expect("written").trim().parse().expect("a number");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(front), signal).expect("it runs");
        tty.shows(&format!("status {status}"));
        assert_eq!(tty.settings(), before, "{signal}");
        tty.finish();
    }
}

pub fn it_is_restored_when_stage_two_is_killed() {
    let world = World::new();
    let tty = Tty::session(
        &world,
        &format!(
            "{JAIL} sh -c 'echo ready; read line; kill -KILL $PPID; sleep 1000'; echo status $?"
        ),
    );
    let before = tty.settings();
    tty.shows("ready");
    until("raw mode", || is_raw(&tty));
    let mut tty = tty;
    tty.types("\n");
    tty.shows("status 137");
    assert_eq!(tty.settings(), before);
    tty.finish();
}
