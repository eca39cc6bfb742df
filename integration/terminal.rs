//! `--exec` on a terminal: the command uses the caller's directly, with job control.

use crate::harness::{Tty, World, processes_with, until};

const EXEC: &str = "\"$AI_JAIL_BIN\" --exec --";

#[test]
fn ctrl_c_reaches_the_command() {
    let world = World::new();
    let inner = "trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.05; done";
    let mut tty = Tty::session(&world, &format!("{EXEC} sh -c \"{inner}\"; echo status $?"));
    tty.shows("ready");
    tty.types("\x03");
    tty.shows("interrupted");
    tty.shows("status 3");
    tty.finish();
}

#[test]
fn ctrl_c_ends_a_command_that_does_nothing_about_it() {
    let world = World::new();
    // Not `sh -c 'sleep …'`: dash now and then loses a signal on its way there.
    let marker = format!("42002.{}", std::process::id());
    let script = format!("trap : INT; {EXEC} sleep {marker}; echo status $?");
    let mut tty = Tty::session(&world, &script);
    until("it sleeps", || {
        processes_with(&marker).iter().any(|process| process.words[0] == "sleep")
    });
    tty.types("\x03");
    tty.shows("status 130");
    tty.finish();
}

#[test]
fn ctrl_backslash_reaches_the_command() {
    let world = World::new();
    let script = format!("trap : QUIT; {EXEC} sh -c 'echo ready; exec sleep 60'; echo status $?");
    let mut tty = Tty::session(&world, &script);
    tty.shows("ready");
    tty.types("\x1c");
    tty.shows("status 131");
    tty.finish();
}

#[test]
fn the_command_reads_what_is_typed() {
    let world = World::new();
    let inner = "printf 'name? '; read name; echo \\\"hello $name\\\"";
    let inner = inner.replace('$', "\\$");
    let mut tty = Tty::session(&world, &format!("{EXEC} sh -c \"{inner}\""));
    tty.shows("name? ");
    tty.types("founder\n");
    tty.shows("hello founder");
    assert_eq!(tty.finish().code(), 0);
}

#[test]
fn ctrl_d_is_the_end_of_the_input() {
    let world = World::new();
    let mut tty = Tty::session(&world, &format!("{EXEC} sh -c 'echo ready; cat; echo end'"));
    tty.shows("ready");
    tty.types("line\n");
    tty.types("\x04");
    tty.shows("end");
    tty.finish();
}

#[test]
fn ctrl_z_stops_all_of_it_and_fg_resumes() {
    if !crate::harness::has_program("bash") {
        return;
    }
    let world = World::new();
    let marker = format!("42001.{}", std::process::id());
    let mut tty = Tty::interactive(&world);
    // Not dash, which starts programs with vfork(2): Ctrl-Z in the middle of one stops the child
    // alone, inside a jail or not.
    let inner = format!("echo rea''dy; sleep {marker}; echo aft''er");
    tty.types(&format!("{EXEC} bash -c \"{inner}\"\n"));
    tty.shows("ready");
    // A shell that has vforked cannot be stopped until its child is another program.
    until("it sleeps", || {
        let found = processes_with(&marker);
        found.iter().any(|process| process.words[0] == "sleep" && process.state() == Some('S'))
    });
    tty.types("\x1a");
    tty.shows("Stopped");
    until("all of it stops", || {
        let found = processes_with(&marker);
        found.len() >= 3 && found.iter().all(|process| process.state() == Some('T'))
    });
    tty.types("echo sh''ell\n");
    tty.shows("shell");
    tty.types("fg\n");
    until("all of it goes on", || {
        let found = processes_with(&marker);
        found.iter().all(|process| process.state() == Some('S'))
    });
    tty.types("\x03");
    tty.types("echo status $?\n");
    tty.shows("status 130");
    tty.types("exit\n");
    tty.finish();
}

#[test]
fn bg_lets_it_run_on_in_the_background() {
    if !crate::harness::has_program("bash") {
        return;
    }
    let world = World::new();
    let mut tty = Tty::interactive(&world);
    let inner = "echo rea''dy; while ! test -e go; do sleep 0.05; done; echo fin''ished";
    tty.types(&format!("{EXEC} bash -c \"{inner}\"\n"));
    tty.shows("ready");
    tty.types("\x1a");
    tty.shows("Stopped");
    tty.types("bg\n");
    tty.types("echo sh''ell\n");
    tty.shows("shell");
    world.file("home/project/go", "");
    tty.shows("finished");
    tty.types("wait; exit\n");
    tty.finish();
}

#[test]
fn the_callers_script_has_the_terminal_back_afterwards() {
    let world = World::new();
    let script = format!("{EXEC} sh -c 'echo ran'; printf 'word? '; read word; echo \"got $word\"");
    let mut tty = Tty::session(&world, &script);
    tty.shows("word? ");
    tty.types("back\n");
    tty.shows("got back");
    assert_eq!(tty.finish().code(), 0);
}

#[test]
fn the_terminal_is_back_after_a_killed_command_too() {
    let world = World::new();
    let script =
        format!("{EXEC} sh -c 'kill -KILL $$'; echo status $?; read word; echo \"got $word\"");
    let mut tty = Tty::session(&world, &script);
    tty.shows("status 137");
    tty.types("back\n");
    tty.shows("got back");
    tty.finish();
}

#[test]
fn part_of_a_pipeline() {
    let world = World::new();
    let script = format!(
        "{EXEC} echo first | cat; echo second | {EXEC} cat; \
         echo third | {EXEC} cat | {EXEC} cat | cat; echo done"
    );
    let tty = Tty::session(&world, &script);
    for text in ["first", "second", "third", "done"] {
        tty.shows(text);
    }
    tty.finish();
}

#[test]
fn another_part_of_the_pipeline_can_read_the_terminal() {
    let world = World::new();
    let script = format!(
        "{EXEC} sh -c 'echo from the jail; sleep 0.5' | {{ cat; read word < /dev/tty; echo \"got $word\"; }}"
    );
    let mut tty = Tty::session(&world, &script);
    tty.shows("from the jail");
    tty.types("typed\n");
    tty.shows("got typed");
    tty.finish();
}

#[test]
fn the_size_of_the_terminal_is_seen() {
    let world = World::new();
    let script = format!("stty rows 33 cols 101; {EXEC} stty size; echo end");
    let tty = Tty::session(&world, &script);
    tty.shows("33 101");
    tty.finish();
}

#[test]
fn colour_in_errors_is_for_terminals_without_no_color() {
    let world = World::new();
    let fails = "\"$AI_JAIL_BIN\" --exec --map /no/such/place -- true; echo end";
    let tty = Tty::session(&world, fails);
    tty.shows("end");
    assert!(tty.text().contains("\x1b["), "{tty}");
    let tty = Tty::session(&world, &format!("export NO_COLOR=1; {fails}"));
    tty.shows("end");
    assert!(!tty.text().contains("\x1b["), "{tty}");
}

#[test]
fn lockdown_has_no_terminal_to_control() {
    let world = World::new();
    let script = "\"$AI_JAIL_BIN\" --exec --lockdown -- sh -c '(: < /dev/tty) && echo open; echo end'; \
                  read word; echo got $word";
    let mut tty = Tty::session(&world, script);
    tty.shows("end");
    assert!(!tty.text().contains("open\r"), "{tty}");
    tty.types("back\n");
    tty.shows("got back");
    tty.finish();
}
