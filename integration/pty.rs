//! On a terminal the command has one of its own, and the caller's is not in the jail.

use std::fs;

use crate::harness::{PASSED_ON, Tty, World, processes_with, until};

const JAIL: &str = "\"$AI_JAIL_BIN\" --";

/// What a process says about its terminal: its name, whether that is there, the file system it is
/// on, what the three descriptors are, the terminals there are, and the console.
const ABOUT: &str = "tty; test -c $(tty) && echo there; stat -c 'on %d' $(tty); \
                     for n in 0 1 2; do test -t $n && echo $n is; done; \
                     for n in /proc/self/fd/*; do echo open $(stat -Lc '%d %t:%T' $n 2>&1); done; \
                     ls /dev/console 2>&1; : > /dev/tty && echo controlled; echo end";

/// The value after a word at the start of a line.
fn after<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(word)).map(str::trim).collect()
}

fn about(world: &World, before: &str) -> String {
    world.file("home/project/about", ABOUT);
    let tty = Tty::session(world, &format!("{before} sh about"));
    tty.shows("end");
    let text = tty.text();
    tty.finish();
    text
}

#[test]
fn its_terminal_is_a_device_of_the_jail_and_the_callers_is_not_there() {
    let world = World::new();
    let outside = about(&world, "");
    let [callers] = after(&outside, "on ")[..] else { panic!("{outside}") };
    assert!(after(&outside, "open ").iter().any(|open| open.starts_with(callers)), "{outside}");

    for flags in ["", "--lockdown"] {
        let inside = about(&world, &format!("\"$AI_JAIL_BIN\" {flags} --"));
        assert!(inside.starts_with("/dev/pts/0\r\nthere\r\n"), "{inside}");
        for line in ["0 is", "1 is", "2 is", "controlled"] {
            assert!(inside.contains(line), "{line}: {inside}");
        }
        // Another file system for terminals, and nothing open of the caller's.
        let [own] = after(&inside, "on ")[..] else { panic!("{inside}") };
        assert_ne!(own, callers);
        assert!(!after(&inside, "open ").iter().any(|open| open.starts_with(callers)), "{inside}");
        assert!(inside.contains("/dev/console': No such file"), "{inside}");
    }
}

#[test]
fn no_process_of_the_jail_has_the_other_side() {
    // Whoever has the master can type for the user.
    let world = World::new();
    let tty = Tty::jail(&world, ["sh", "-c", "ls -l /proc/[0-9]*/fd; echo end"]);
    tty.shows("end");
    assert!(tty.text().contains("/dev/pts/0"), "{tty}");
    assert!(!tty.text().contains("ptmx"), "{tty}");
    tty.finish();
}

#[test]
fn root_has_one_as_well() {
    its_terminal_is_a_device_of_the_jail_and_the_callers_is_not_there();
    the_exit_status_is_the_commands_own();
}

#[test]
fn variables_do_not_name_the_callers() {
    let world = World::new();
    let script = "export GPG_TTY=$(tty) SSH_TTY=$(tty); env | grep _TTY; \
                  \"$AI_JAIL_BIN\" -- sh -c 'env | grep _TTY; echo end'";
    let tty = Tty::session(&world, script);
    tty.shows("end");
    assert_eq!(tty.text().matches("_TTY=/dev/").count(), 2, "{tty}");
    tty.finish();
}

#[test]
fn a_pasted_dry_run_uses_the_callers() {
    // There is no front then to stand between.
    let world = World::new();
    let script = "\"$AI_JAIL_BIN\" --dry-run -- sh -c 'test -t 0 && echo on a terminal' > command; \
                  grep -c new-session command; sh command; echo end";
    let tty = Tty::session(&world, script);
    tty.shows("end");
    assert!(tty.text().starts_with("0\r\non a terminal\r\n"), "{tty}");
    tty.finish();
}

#[test]
fn the_jail_is_a_session_of_its_own() {
    let world = World::new();
    let script = "set -- $(sed 's/.*) //' /proc/$$/stat); echo session $4 foreground $6 group $3";
    let tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("session 1 foreground 2 group 2");
    tty.finish();
}

#[test]
fn errors_that_go_elsewhere_still_do() {
    let world = World::new();
    let inner = "test -t 2 || echo two is no terminal; echo failed >&2; tty";
    let tty = Tty::session(&world, &format!("{JAIL} sh -c '{inner}' 2> errors"));
    tty.shows("two is no terminal");
    tty.shows("/dev/pts/0");
    tty.finish();
    let errors = fs::read_to_string(world.project().join("errors")).expect("errors");
    assert_eq!(errors.lines().next(), Some("failed"));
    assert!(errors.lines().skip(1).all(|line| line.starts_with("ai-jail: remembered in ")));
}

#[test]
fn in_a_pipeline_the_command_uses_what_it_was_given() {
    let world = World::new();
    let inner = "test -t 0 && echo in is; test -t 1 && echo out is; printf \"a\\000b\\n\"";
    let script = format!("{JAIL} sh -c '{inner}' | od -c; echo typed | {JAIL} cat; echo end");
    let tty = Tty::session(&world, &script);
    tty.shows("end");
    let text = tty.text();
    assert!(!text.contains("o   u   t"), "{text}");
    assert!(text.contains("a  \\0   b  \\n\r\n"), "{text}");
    assert!(text.contains("\r\ntyped\r\nend"), "{text}");
    tty.finish();
}

#[test]
fn its_size_is_the_windows_and_follows_it() {
    let world = World::new();
    let script = "stty size; trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done";
    let tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("24 80\r\nready");
    for (rows, columns) in [(33, 101), (1, 1), (0, 0), (2000, 5000)] {
        tty.resize(rows, columns);
        tty.shows(&format!("\n{rows} {columns}\r\n"));
    }
    // Closing the window ends it.
    assert_eq!(tty.hangs_up().finish().code(), 129);
}

#[test]
fn its_settings_are_the_callers() {
    let world = World::new();
    let change = "stty erase ^H intr ^T -ixon -echoctl";
    let tty = Tty::session(&world, &format!("{change}; stty -g; {JAIL} stty -g; echo end"));
    tty.shows("end");
    let text = tty.text();
    let [outside, inside] = text.lines().take(2).collect::<Vec<_>>()[..] else { panic!("{text}") };
    // What HUPCL and the speed of a line are is for the driver to say.
    let comparable = |settings: &str| {
        let mut fields: Vec<String> = settings.trim().split(':').map(str::to_owned).collect();
        fields.remove(2);
        fields
    };
    assert_eq!(comparable(inside), comparable(outside));
    tty.finish();
}

#[test]
fn lines_are_edited_and_echoed_once() {
    let world = World::new();
    let script = "printf 'name? '; read name; echo \"hello $name\"";
    let mut tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("name? ");
    tty.types("foux\x7fnder\n");
    tty.shows("hello founder");
    let (ended, shown) = tty.finish_showing();
    assert_eq!(ended.code(), 0);
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert_eq!(shown, "name? foux\x08 \x08nder\r\nhello founder\r\n");
}

#[test]
fn ctrl_d_is_the_end_of_the_input() {
    let world = World::new();
    let mut tty = Tty::jail(&world, ["sh", "-c", "echo ready; cat; echo end"]);
    tty.shows("ready");
    tty.types("line\n\x04");
    tty.shows("end");
    assert_eq!(tty.finish().code(), 0);
}

/// Waits for a `sleep`, which does nothing about signals. A shell on its way to it might.
fn sleeps(marker: &str) {
    until("it sleeps", || processes_with(marker).iter().any(|process| process.words[0] == "sleep"));
}

#[test]
fn ctrl_c_ends_a_command_that_does_nothing_about_it() {
    let world = World::new();
    for flags in ["", "--lockdown", "--no-seccomp", "--no-landlock"] {
        let marker = format!("44001.{}", std::process::id());
        let script = format!("\"$AI_JAIL_BIN\" {flags} -- sleep {marker}; echo status $?");
        let script = format!("trap : INT; {script}");
        let mut tty = Tty::session(&world, &script);
        sleeps(&marker);
        tty.types("\x03");
        tty.shows("status 130");
        tty.finish();
    }
}

#[test]
fn ctrl_c_and_ctrl_backslash_reach_the_commands_handlers() {
    let world = World::new();
    let script = "trap 'echo interrupted' INT; trap 'echo quit; exit 3' QUIT; echo ready; \
                  while :; do sleep 0.02; done";
    let mut tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    tty.types("\x03");
    tty.shows("interrupted");
    tty.types("\x1c");
    tty.shows("quit");
    assert_eq!(tty.finish().code(), 3);
}

#[test]
fn signals_sent_to_the_front_reach_the_command() {
    let world = World::new();
    for (signal, name) in PASSED_ON {
        let script =
            format!("trap 'echo handled; exit 9' {name}; echo ready; while :; do sleep 0.02; done");
        let tty = Tty::jail(&world, ["sh", "-c", &script]);
        tty.shows("ready");
        nix::sys::signal::kill(tty.pid(), signal).expect("it runs");
        tty.shows("handled");
        assert_eq!(tty.finish().code(), 9, "{name}");
    }
}

#[test]
fn the_exit_status_is_the_commands_own() {
    let world = World::new();
    for code in [0, 1, 42, 255] {
        let tty = Tty::jail(&world, ["sh", "-c", &format!("exit {code}")]);
        assert_eq!(tty.finish().code(), code);
    }
    assert_eq!(Tty::jail(&world, ["sh", "-c", "kill -KILL $$"]).finish().code(), 137);
    let tty = Tty::jail(&world, ["no-such-program"]);
    tty.shows("not found in the jail\r\n");
    assert_eq!(tty.finish().code(), 127);
}

#[test]
fn a_terminal_without_a_session_is_used_too() {
    // No job control then: the terminal is nobody's.
    let world = World::new();
    let script = format!("setsid --wait {JAIL} sh -c 'tty; read word; echo got $word'; echo end");
    let mut tty = Tty::session(&world, &script);
    tty.shows("/dev/pts/0");
    tty.types("typed\n");
    tty.shows("got typed\r\nend");
    tty.finish();
}

#[test]
fn closing_the_window_hangs_up_the_command() {
    let world = World::new();
    let script = "trap 'echo hung up > said; exit 5' HUP; echo ready; while :; do sleep 0.02; done";
    let tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    assert_eq!(tty.hangs_up().finish().code(), 5);
    let said = fs::read_to_string(world.project().join("said")).expect("it was hung up");
    assert_eq!(said, "hung up\n");
}

#[test]
fn a_command_that_survives_its_window_cannot_read_or_write_it() {
    // As nohup(1) has it, with a front that goes on as well.
    let world = World::new();
    let script = "trap '' HUP; echo ready; read word; echo read $? > said; \
                  echo lost || echo wrote $? >> said; exit 6";
    let tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    let mut running = tty.hangs_up();
    until("the command has said it", || running.has_ended());
    assert_eq!(running.finish().code(), 6);
    let said = fs::read_to_string(world.project().join("said")).expect("it ran on");
    assert!(said.contains("read 1") && said.contains("wrote"), "{said}");
}
