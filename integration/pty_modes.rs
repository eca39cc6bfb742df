//! What a command leaves its terminal in is undone, and answers that come late reach nobody.
//!
//! The controls run the same with `--exec`, where nothing stands between the command and the terminal.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::{Emulator, Tty, World, has_program, until};

const JAIL: &str = "\"$AI_JAIL_BIN\" --";
const EXEC: &str = "\"$AI_JAIL_BIN\" --exec --";

/// A command that switches much on, and is killed.
const KILLED: &str = "printf \"\\033[?1049h\\033[?1003;1006h\\033[?1004h\\033[?2004h\\033[?1h\\033=\\033[?25l\"; \
                      kill -KILL $$";

/// A script that runs this and then shows what the next program reads.
fn then_read(run: &str) -> String {
    format!("{run}; IFS= read -r -s -t 1 -N 30 came; printf 'read %q end' \"$came\"")
}

/// The answer to what a terminal is, and that to how it is, from a terminal far away.
fn answers_late(tty: &mut Tty, question: &str, answer: &str) {
    tty.shows(question);
    std::thread::sleep(Duration::from_millis(150));
    tty.types(answer);
}

#[test]
fn an_answer_that_comes_late_is_not_read_by_the_shell() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    for flags in ["", "--status-bar"] {
        let run = format!("TERM=xterm \"$AI_JAIL_BIN\" {flags} -- printf '\\033[c'");
        let mut tty = Tty::run(&world, ["bash", "-c", &then_read(&run)]);
        tty.shows("\x1b[5n");
        answers_late(&mut tty, "\x1b[c", "\x1b[?62;22c\x1b[0n");
        tty.shows("read '' end");
        tty.finish();
    }
    let mut tty = Tty::run(&world, ["bash", "-c", &then_read(&format!("{EXEC} printf '\\033[c'"))]);
    answers_late(&mut tty, "\x1b[c", "\x1b[?62;22c");
    tty.shows("[?62;22c' end");
    tty.finish();
}

#[test]
fn the_answer_to_the_commands_own_question_is_not_taken_for_ours() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let run = format!("{JAIL} printf '\\033[5n\\033[5n\\033[c'");
    let mut tty = Tty::run(&world, ["bash", "-c", &then_read(&run)]);
    answers_late(&mut tty, "\x1b[c\x1b[5n", "\x1b[0n\x1b[0n");
    std::thread::sleep(Duration::from_millis(100));
    tty.types("\x1b[?62;22c\x1b[0n");
    tty.shows("read '' end");
    tty.finish();
}

#[test]
fn a_terminal_that_answers_nobody_is_not_waited_for() {
    let world = World::new();
    let start = Instant::now();
    let tty = Tty::jail(&world, ["printf", "\\033[c"]);
    tty.shows("\x1b[5n");
    assert_eq!(tty.finish().code(), 0);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn what_a_killed_command_left_on_is_switched_off() {
    let world = World::new();
    for flags in ["", "--status-bar", "--lockdown"] {
        let script = format!("\"$AI_JAIL_BIN\" {flags} -- sh -c '{KILLED}'; echo status $?");
        let mut tty = Tty::run(&world, ["env", "TERM=xterm", "sh", "-c", &script]);
        let mut emulator = Emulator::new();
        emulator.shows(&mut tty, "status 137");
        assert_eq!(emulator.screen().modes, [false; 5], "{flags}");
        // What the emulator does not know of.
        for off in ["\x1b[?1003l", "\x1b[?1006l", "\x1b[?1004l"] {
            assert!(tty.text().contains(off), "{flags}: {off:?} in {:?}", tty.text());
        }
        tty.finish();
    }
    let tty = Tty::session(&world, &format!("{EXEC} sh -c '{KILLED}'; echo status $?"));
    tty.shows("status 137");
    assert!(!tty.text().contains("\x1b[?1003l"), "{:?}", tty.text());
    let mut emulator = Emulator::new();
    let mut tty = tty;
    emulator.shows(&mut tty, "status 137");
    assert_eq!(emulator.screen().modes, [true; 5]);
    tty.finish();
}

#[test]
fn a_command_that_undoes_everything_is_followed_by_nothing() {
    let world = World::new();
    let output = "\x1b[?1049h\x1b[?1h\x1b=\x1b[?2004h\x1b[?25l\x1b[>1u\x1b[31mred\x1b[m\x1b[<u\x1b[?25h\
                  \x1b[?2004l\x1b>\x1b[?1l\x1b[?1049l";
    fs::write(world.project().join("output"), output).expect("a file");
    let (ended, shown) = Tty::jail(&world, ["cat", "output"]).finish_showing();
    assert_eq!(ended.code(), 0);
    assert_eq!(String::from_utf8_lossy(&shown), output);
}

#[test]
fn a_stopped_command_lends_the_shell_a_quiet_terminal() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    tty.types(&format!("{JAIL} sh -c 'printf \"\\033[?1003h\"; echo rea\"\"dy; exec cat'\n"));
    tty.shows("\x1b[?1003hready");
    tty.types("\x1a");
    tty.shows("\x1b[?1003l\x1b[5n");
    // A report from before, and our answer.
    tty.types("\x1b[<35;10;10M\x1b[0n");
    tty.shows("Stopped");
    tty.prompts("prompt> ");
    tty.types("fg\n");
    until("its keys are as before", || tty.text().matches("\x1b[?1003h").count() == 2);
    tty.types("\x04");
    until("it has ended", || tty.text().matches("\x1b[?1003l\x1b[5n").count() == 2);
    tty.types("\x1b[0n");
    tty.prompts("prompt> ");
    let text = tty.text();
    assert!(!text.contains("35;10"), "{text:?}");
    tty.types("exit\n");
    tty.finish();
}
