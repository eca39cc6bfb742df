//! Job control, around the jail and in it.
//!
//! The commands are bash's: dash starts programs with `vfork(2)`, and Ctrl-Z in the middle of one
//! stops the child alone, inside a jail or not.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Process, Tty, World, has_program, processes_with, until};

const JAIL: &str = "\"$AI_JAIL_BIN\" --";

/// A word that only this test's processes have.
fn marker(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// The command in the jail and the front, by the command's marker.
fn command_and_front(marker: &str) -> (Process, Process) {
    let program = crate::harness::program();
    let mut found = (None, None);
    until("both are there", || {
        let find = |name: &str| {
            processes_with(marker).into_iter().find(|process| process.words[0] == name)
        };
        found = (find(marker), find(program.to_str().expect("plain")));
        found.0.is_some() && found.1.is_some()
    });
    found.0.zip(found.1).expect("both")
}

/// A job that is `cat` under the name of its marker.
fn cat(marker: &str) -> String {
    format!("{JAIL} bash -c \"echo rea''dy; exec -a {marker} cat\"")
}

fn is_raw(tty: &Tty) -> bool {
    tty.settings().local & (nix::libc::ICANON | nix::libc::ECHO | nix::libc::ISIG) == 0
}

#[test]
fn ctrl_z_stops_all_of_it_and_fg_resumes() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let marker = marker("ctrl-z");
    let mut tty = Tty::interactive(&world);
    tty.types(&format!("{}\n", cat(&marker)));
    tty.shows("\nready");
    let (command, front) = command_and_front(&marker);
    for round in 0..3 {
        tty.types("\x1a");
        until("both stop", || command.state() == Some('T') && front.state() == Some('T'));
        tty.types(&format!("echo she''ll {round}; jobs\n"));
        tty.shows(&format!("shell {round}\r\n[1]+  Stopped"));
        // The window has another size when the job comes back.
        tty.resize(30 + round, 90);
        tty.types("fg\n");
        until("both go on", || command.state() == Some('S') && front.state() == Some('S'));
        until("raw mode", || is_raw(&tty));
        tty.types(&format!("line {round}\n"));
        tty.shows(&format!("line {round}\r\nline {round}\r\n"));
    }
    tty.types("\x03");
    tty.prompts("prompt> ");
    tty.types("echo sta''tus $?\n");
    tty.shows("status 130");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn ctrl_c_ends_a_loop_around_it() {
    if !has_program("bash") {
        return;
    }
    for flags in ["", "--exec"] {
        let turn = format!("\"$AI_JAIL_BIN\" {flags} -- bash -c 'echo rea\"\"dy; sleep 30'");
        let a_loop = format!("for i in 1 2; do {turn}; done; echo do\"\"ne");
        // The shell itself, and a script, which shares its process group with what it starts.
        for line in [a_loop.as_str(), "./script"] {
            let world = World::new();
            world.script("home/project/script", format!("#!/bin/bash\n{a_loop}\n"));
            let mut tty = Tty::interactive(&world);
            tty.types(&format!("{line}\n"));
            tty.shows("\nready");
            tty.types("\x03");
            tty.prompts("prompt> ");
            tty.types("echo sta''tus $?\n");
            tty.shows("status 130");
            let text = tty.text();
            assert_eq!(text.matches("\nready").count(), 1, "{flags} {line}: {text}");
            assert!(!text.contains("\ndone"), "{flags} {line}: {text}");
            tty.types("exit\n");
            tty.finish();
        }
    }
}

#[test]
fn a_status_of_130_alone_ends_no_loop() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    let turn = "\"$AI_JAIL_BIN\" -- sh -c 'echo tur\"\"n; exit 130'";
    tty.types(&format!("for i in 1 2; do {turn}; done; echo do\"\"ne\n"));
    tty.shows("\ndone");
    assert_eq!(tty.text().matches("\nturn").count(), 2, "{}", tty.text());
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn the_size_is_right_after_fg() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    let inner = "trap 'stty size' WINCH; echo rea''dy; until test -e go; do sleep 0.02; done";
    tty.types(&format!("{JAIL} bash -c \"{inner}\"\n"));
    tty.shows("\nready");
    tty.types("\x1a");
    tty.shows("Stopped");
    tty.resize(31, 77);
    tty.types("fg\n");
    tty.shows("31 77");
    world.file("home/project/go", "");
    tty.prompts("prompt> ");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn a_shell_in_the_jail_has_jobs_of_its_own() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let marker = marker("inner");
    let mut tty = Tty::interactive(&world);
    tty.types(&format!("PS1='in''ner> ' {JAIL} bash --norc --noprofile --noediting -i\n"));
    tty.shows("inner> ");
    assert!(!tty.text().contains("no job control"), "{tty}");
    tty.types(&format!("bash -c \"echo rea''dy; exec -a {marker} cat\"\n"));
    tty.shows("\nready");
    tty.types("\x1a");
    tty.shows("Stopped");
    tty.types("echo sti''ll inside $AI_JAIL; jobs\n");
    tty.shows("still inside");
    tty.prompts("inner> ");
    tty.types("bg\n");
    tty.shows("\n[1]+ bash");
    tty.prompts("inner> ");
    tty.types("fg\n");
    tty.shows("fg\r\nbash");
    tty.types("typed to cat\n");
    tty.shows("typed to cat\r\ntyped to cat\r\n");
    tty.types("\x03");
    tty.prompts("inner> ");
    tty.types("echo sta''tus $?\n");
    tty.shows("status 130");
    // One in the background that ends by itself.
    tty.types("sleep 0.1 & wait; echo wai''ted\n");
    tty.shows("waited");
    // The whole of it stops on the inner shell's own wish.
    tty.prompts("inner> ");
    tty.types("suspend\n");
    tty.prompts("prompt> ");
    tty.types("echo out''side\n");
    tty.shows("outside");
    tty.types("fg\n");
    until("raw mode", || is_raw(&tty));
    tty.types("echo ba''ck\n");
    tty.shows("back");
    tty.prompts("inner> ");
    tty.types("exit 4\n");
    tty.prompts("prompt> ");
    tty.types("echo sta''tus $?\n");
    tty.shows("status 4");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn where_the_caller_ignores_the_key_that_stops_nothing_stays_stopped() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    // Nobody would resume it: the shell in between waits for its end, and does not stop.
    let inner = "echo rea''dy; read line; echo go''t \\$line";
    tty.types(&format!("(trap '' TSTP; {JAIL} bash -c \"{inner}\"; echo sta''tus $?)\n"));
    tty.shows("\nready");
    tty.types("\x1a");
    tty.types("more\n");
    tty.shows("got more");
    tty.shows("status 0");
    tty.prompts("prompt> ");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn in_the_background_it_leaves_the_terminal_alone() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    let inner = "echo rea''dy; while ! test -e go; do sleep 0.05; done; echo fin''ished";
    tty.types(&format!("{JAIL} bash -c \"{inner}\"\n"));
    tty.shows("\nready");
    assert!(is_raw(&tty));
    tty.types("\x1a");
    tty.shows("Stopped");
    let shells = tty.settings();
    tty.types("bg\n");
    tty.types("echo she''ll\n");
    tty.shows("shell");
    assert_eq!(tty.settings(), shells);
    world.file("home/project/go", "");
    tty.shows("finished");
    tty.types("wait; echo sta''tus $?\n");
    tty.shows("status 0");
    assert_eq!(tty.settings(), shells);
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn in_the_background_it_stops_when_it_wants_to_read() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    for how in ["started", "sent"] {
        let marker = marker(how);
        let mut tty = Tty::interactive(&world);
        if how == "started" {
            tty.types(&format!("{} &\n", cat(&marker)));
        } else {
            tty.types(&format!("{}\n", cat(&marker)));
            tty.shows("\nready");
            tty.types("\x1a");
            tty.shows("Stopped");
            tty.types("bg\n");
        }
        until("the front stops", || {
            let program = crate::harness::program();
            let mut found = processes_with(&marker);
            found.retain(|process| program.to_str() == Some(&process.words[0]));
            found.len() == 1 && found[0].state() == Some('T')
        });
        assert!(!is_raw(&tty));
        tty.types("echo she''ll\n");
        tty.shows("shell");
        tty.types("fg\n");
        until("raw mode", || is_raw(&tty));
        tty.types("for cat\n");
        tty.shows("for cat\r\nfor cat\r\n");
        tty.types("\x04");
        tty.prompts("prompt> ");
        tty.types("echo sta''tus $?\n");
        tty.shows("status 0");
        tty.types("exit\n");
        tty.finish();
    }
}

#[test]
fn fg_of_what_was_never_stopped() {
    // The shell sends no signal then: only the command's wish to read tells.
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    let inner = "until test -e go; do sleep 0.02; done; echo wan''ts; read word; echo got \\$word";
    tty.types(&format!("{JAIL} bash -c \"{inner}\" &\n"));
    tty.types("echo she''ll\n");
    tty.shows("shell");
    tty.prompts("prompt> ");
    tty.types("fg\n");
    tty.shows("fg\r\n\"$AI_JAIL_BIN\"");
    world.file("home/project/go", "");
    tty.shows("wants");
    until("raw mode", || is_raw(&tty));
    tty.types("it\n");
    tty.shows("got it");
    tty.prompts("prompt> ");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn ctrl_z_stops_the_whole_job_that_it_is_a_part_of() {
    // A script that waits for the jail would else never give the shell its prompt back.
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let marker = marker("script");
    world.file("home/project/script", format!("{}\necho aft''er $?\n", cat(&marker)));
    let mut tty = Tty::interactive(&world);
    tty.types("sh script\n");
    tty.shows("\nready");
    tty.types("\x1a");
    tty.shows("Stopped");
    tty.types("echo she''ll\n");
    tty.shows("shell");
    tty.types("fg\n");
    until("raw mode", || is_raw(&tty));
    tty.types("typed\n");
    tty.shows("typed\r\ntyped\r\n");
    tty.types("\x04");
    tty.shows("after 0");
    tty.prompts("prompt> ");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn ctrl_z_where_nobody_could_resume_it_does_nothing() {
    // As outside: the kernel stops no orphaned process group.
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let outside = ["bash", "-c", "echo ready; exec cat"];
    for mut tty in [Tty::run(&world, outside), Tty::jail(&world, outside)] {
        tty.shows("ready");
        tty.types("\x1a");
        tty.types("goes on\n");
        tty.shows("goes on\r\ngoes on\r\n");
        tty.types("\x04");
        assert_eq!(tty.finish().code(), 0);
    }
}

#[test]
fn stop_and_continue_sent_to_the_front_stop_and_resume_both() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let marker = marker("sent-stop");
    let inner = format!("echo ready; exec -a {marker} cat");
    let mut tty = Tty::jail(&world, ["bash", "-c", &inner]);
    tty.shows("ready");
    let (command, front) = command_and_front(&marker);
    let send = |signal| kill(Pid::from_raw(front.pid.as_raw()), signal).expect("it runs");
    for _ in 0..3 {
        send(Signal::SIGTSTP);
        until("both stop", || front.state() == Some('T') && command.state() == Some('T'));
        assert!(!is_raw(&tty));
        send(Signal::SIGCONT);
        until("both go on", || front.state() == Some('S') && command.state() == Some('S'));
        until("raw mode", || is_raw(&tty));
    }
    tty.types("word\n\x04");
    tty.shows("word\r\nword\r\n");
    assert_eq!(tty.finish().code(), 0);
}

#[test]
fn a_full_screen_program_comes_back_with_fg() {
    if !has_program("vim") || !has_program("bash") {
        return;
    }
    let world = World::new();
    world.file("home/project/text", "the first line\nthe second line\n");
    let mut tty = Tty::interactive(&world);
    tty.types(&format!("{JAIL} vim -u NONE text\n"));
    tty.shows("the second line");
    tty.types("\x1a");
    tty.shows("Stopped");
    let seen = tty.text().matches("the second line").count();
    tty.types("fg\n");
    until("it is painted again", || tty.text().matches("the second line").count() > seen);
    tty.types(":q\r");
    tty.prompts("prompt> ");
    tty.types("echo sta''tus $?; exit\n");
    tty.shows("status 0");
    tty.finish();
}
