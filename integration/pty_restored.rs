//! However a run on a terminal ends, the terminal is as it was.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Tty, World, processes_with, until};

/// A script that notes the settings before and after a run, which `stty -g` prints in full. The shell
/// outlives a run that dies of `SIGINT`, because it has the signal trapped.
fn around(run: &str) -> String {
    format!(
        "trap : INT; stty erase ^H werase ^Y -echoctl; stty -g > before; {run}; \
         echo sta''tus $?; stty -g > after; echo en''d"
    )
}

fn assert_restored(world: &World, tty: &Tty) {
    tty.shows("end");
    let read = |name| fs::read_to_string(world.project().join(name)).expect("settings");
    assert_eq!(read("after"), read("before"), "{tty}");
}

/// A jail on a terminal whose command runs until something is done to it.
fn start(marker: &str) -> (World, Tty) {
    let world = World::new();
    let inner = format!("stty raw -echo; echo rea''dy; exec sleep {marker}");
    let tty = Tty::session(&world, &around(&format!("\"$AI_JAIL_BIN\" -- sh -c \"{inner}\"")));
    tty.shows("ready");
    // The control: the terminal is in another mode meanwhile.
    until("raw mode", || tty.settings().local & nix::libc::ICANON == 0);
    (world, tty)
}

fn marker(test: u32) -> String {
    format!("{}.{}", 43_000 + test, std::process::id())
}

/// The front, bubblewrap, stage two and the command, from outside in.
fn processes(marker: &str) -> [Pid; 4] {
    let mut command = None;
    until("it sleeps", || {
        let mut found = processes_with(marker).into_iter();
        command = found.find(|process| process.words[0] == "sleep");
        command.is_some()
    });
    let command = command.expect("the command");
    let parent = |pid: Pid| crate::harness::Process { pid, words: Vec::new() }.parent();
    let stage2 = parent(command.pid).expect("stage two");
    let bubblewrap = parent(stage2).expect("bubblewrap");
    [parent(bubblewrap).expect("the front"), bubblewrap, stage2, command.pid]
}

#[test]
fn after_the_command_has_ended() {
    let world = World::new();
    for (run, status) in [("true", 0), ("sh -c \"stty raw; exit 3\"", 3), ("no-such-program", 127)]
    {
        let tty = Tty::session(&world, &around(&format!("\"$AI_JAIL_BIN\" -- {run}")));
        tty.shows(&format!("status {status}"));
        assert_restored(&world, &tty);
        tty.finish();
    }
}

#[test]
fn after_a_jail_that_could_not_be_built() {
    let world = World::new();
    let run = "BWRAP_BIN=/bin/false \"$AI_JAIL_BIN\" -- true";
    let tty = Tty::session(&world, &around(run));
    tty.shows("status 125");
    assert_restored(&world, &tty);
    tty.finish();
}

#[test]
fn after_a_signal_that_the_command_dies_of() {
    for (test, signal) in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT].into_iter().enumerate()
    {
        let marker = marker(10 + u32::try_from(test).expect("few"));
        let (world, tty) = start(&marker);
        let [front, ..] = processes(&marker);
        kill(front, signal).expect("it runs");
        tty.shows(&format!("status {}", 128 + signal as i32));
        assert_restored(&world, &tty);
        tty.finish();
    }
}

#[test]
fn after_a_signal_that_the_front_dies_of() {
    let deadly = [
        Signal::SIGALRM,
        Signal::SIGSEGV,
        Signal::SIGABRT,
        Signal::SIGBUS,
        Signal::SIGSYS,
        Signal::SIGXCPU,
        Signal::SIGPWR,
        Signal::SIGVTALRM,
    ];
    for (test, signal) in deadly.into_iter().enumerate() {
        let marker = marker(20 + u32::try_from(test).expect("few"));
        let (world, tty) = start(&marker);
        let [front, ..] = processes(&marker);
        kill(front, signal).expect("it runs");
        // The shell's word for a death of that signal.
        tty.shows(&format!("status {}", 128 + signal as i32));
        assert_restored(&world, &tty);
        tty.finish();
        until("the jail is gone", || processes_with(&marker).is_empty());
    }
}

#[test]
fn after_the_death_of_any_other_part() {
    for part in 1..4_usize {
        let marker = marker(30 + u32::try_from(part).expect("few"));
        let (world, tty) = start(&marker);
        kill(processes(&marker)[part], Signal::SIGKILL).expect("it runs");
        tty.shows("status 137");
        assert_restored(&world, &tty);
        tty.finish();
    }
}

#[test]
fn while_the_job_is_stopped() {
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    tty.types("stty -g > before; \"$AI_JAIL_BIN\" -- sh -c 'echo rea\"\"dy; exec cat'\n");
    tty.shows("ready");
    tty.types("\x1a");
    tty.shows("Stopped");
    tty.types("stty -g > after; echo en''d\n");
    assert_restored(&world, &tty);
    tty.prompts("prompt> ");
    tty.types("fg\n");
    tty.shows("fg\r\n\"$AI_JAIL_BIN\"");
    until("raw mode", || tty.settings().local & nix::libc::ICANON == 0);
    tty.types("\x04");
    tty.prompts("prompt> ");
    tty.types("stty -g > after; echo fin''ished; exit\n");
    tty.shows("finished");
    assert_restored(&world, &tty);
    tty.finish();
}

#[test]
fn after_it_was_stopped_in_raw_mode_and_resumed() {
    // SIGSTOP leaves no time to set anything back.
    let marker = marker(40);
    let (world, mut tty) = start(&marker);
    let [front, ..] = processes(&marker);
    let state = crate::harness::Process { pid: front, words: Vec::new() };
    for _ in 0..3 {
        kill(front, Signal::SIGSTOP).expect("it runs");
        until("it stops", || state.state() == Some('T'));
        kill(front, Signal::SIGCONT).expect("it runs");
        until("it goes on", || state.state() == Some('S'));
    }
    kill(front, Signal::SIGTERM).expect("it runs");
    tty.shows("status 143");
    assert_restored(&world, &tty);
    tty.types("\n");
    tty.finish();
}
