//! Every byte passes, both ways, in order, and none is added or lost. What follows the last one undoes what the
//! command has left on, or looks for answers that are on their way (`pty_modes`).

use std::fs;

use nix::sys::signal::{Signal, kill};

use crate::harness::{Tty, World, noise, until};

/// What follows output in which the terminal is asked something, as by the byte ENQ.
const ASKED: &[u8] = b"\x1b[5n";

fn assert_same(shown: &[u8], expected: &[u8]) {
    let differs = shown.iter().zip(expected).position(|(left, right)| left != right);
    assert!(
        shown == expected,
        "{} of {} bytes; the first other one is {differs:?}",
        shown.len(),
        expected.len()
    );
}

#[test]
fn a_hundred_megabytes_come_out_unchanged() {
    let world = World::new();
    let bytes = noise(100_000_000);
    world.file("home/project/noise", &bytes);
    let script = ["sh", "-c", "stty raw -echo; exec cat noise"];
    // The control: a terminal without a jail.
    for (tty, after) in [(Tty::run(&world, script), &b""[..]), (Tty::jail(&world, script), ASKED)] {
        let (ended, shown) = tty.finish_showing();
        assert_eq!(ended.code(), 0);
        assert_same(&shown, &[&bytes, after].concat());
    }
}

#[test]
fn every_byte_goes_in_and_comes_out() {
    let world = World::new();
    let bytes: Vec<u8> = (0..=255).collect();
    let mut tty = Tty::jail(&world, ["sh", "-c", "stty raw -echo; echo ready; head -c 256"]);
    tty.shows("ready\n");
    tty.sends(&bytes);
    let (ended, shown) = tty.finish_showing();
    assert_eq!(ended.code(), 0);
    assert_same(&shown, &[b"ready\n", &*bytes, ASKED].concat());
}

/// Pastes lines into a script that reads them up to the end of its input.
fn arrives_when_pasted(script: &str, bytes: &[u8]) {
    let world = World::new();
    let mut tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    tty.sends(bytes);
    tty.types("\x04");
    tty.shows("done");
    assert_eq!(tty.finish().code(), 0);
    assert_same(&fs::read(world.project().join("pasted")).expect("it was pasted"), bytes);
}

#[test]
fn a_megabyte_is_pasted_into_a_program_that_takes_bytes() {
    let world = World::new();
    let bytes = noise(1_000_000);
    let script = "stty raw -echo; echo ready; head -c 1000000 > pasted; echo done";
    let mut tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    tty.sends(&bytes);
    tty.shows("done");
    assert_eq!(tty.finish().code(), 0);
    assert_same(&fs::read(world.project().join("pasted")).expect("it was pasted"), &bytes);
}

/// Text in lines of a hundred characters.
fn lines(length: usize) -> Vec<u8> {
    let line: Vec<u8> = (b' '..b'~').cycle().take(99).chain([b'\n']).collect();
    line.iter().copied().cycle().take(length).collect()
}

#[test]
fn a_megabyte_is_pasted_into_a_program_that_takes_lines() {
    arrives_when_pasted("stty -echo; echo ready; cat > pasted; echo done", &lines(1_000_000));
}

#[test]
fn what_is_pasted_is_echoed_and_read() {
    arrives_when_pasted("echo ready; cat > pasted; echo done", &lines(300_000));
}

#[test]
fn who_does_not_read_makes_the_other_wait() {
    // The command reads nothing at first: what is typed waits, and its output comes meanwhile.
    let world = World::new();
    let bytes = noise(500_000);
    let script = "stty raw -echo; echo ready; until test -e go; do echo alive; sleep 0.02; done; \
                  head -c 500000 > pasted; echo done";
    let mut tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    std::thread::scope(|scope| {
        let shown = tty.shown();
        scope.spawn(|| tty.sends(&bytes));
        let length = || shown.lock().expect("readable").len();
        let before = length();
        until("it goes on writing", || length() > before + 100);
        world.file("home/project/go", "");
    });
    tty.shows("done");
    assert_eq!(tty.finish().code(), 0);
    assert_same(&fs::read(world.project().join("pasted")).expect("it was pasted"), &bytes);
}

#[test]
fn a_terminal_that_shows_nothing_makes_the_command_wait() {
    let world = World::new();
    let script = "echo ready; until test -e go; do sleep 0.02; done; \
                  head -c 10000000 /dev/zero; : > written";
    let is_written = |world: &World| world.project().join("written").exists();
    // The control: one that shows it all.
    let tty = Tty::jail(&world, ["sh", "-c", script]);
    world.file("home/project/go", "");
    assert_eq!(tty.finish().code(), 0);
    assert!(is_written(&world));

    let world = World::new();
    let mut tty = Tty::jail(&world, ["sh", "-c", script]);
    tty.shows("ready");
    tty.shows_no_more();
    world.file("home/project/go", "");
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(!is_written(&world), "nobody has taken it");
    // Signals are seen all the same, and the end comes though not all can be shown.
    kill(tty.pid(), Signal::SIGTERM).expect("it runs");
    assert_eq!(tty.finish().code(), 143);
}

/// What a terminal makes of the output of `seq`.
fn numbers(last: u32) -> String {
    let lines: Vec<_> = (1..=last).map(|number| number.to_string()).collect();
    lines.join("\r\n") + "\r\n"
}

#[test]
fn what_was_written_before_the_end_is_shown() {
    let world = World::new();
    let script = "i=0; while test $i -lt 200; do i=$((i + 1)); \
                  \"$AI_JAIL_BIN\" -- sh -c \"seq 2000; echo last words of $i\"; done";
    let (ended, shown) = Tty::session(&world, script).finish_showing();
    assert_eq!(ended.code(), 0);
    let numbers = numbers(2000);
    let expected = |run| format!("{numbers}last words of {run}\r\n").into_bytes();
    assert_same(&shown, &(1..=200).flat_map(expected).collect::<Vec<_>>());
}

#[test]
fn the_end_does_not_wait_for_what_runs_on_in_the_background() {
    let world = World::new();
    let script = "setsid sleep 1000 & sleep 1000 & seq 20000; echo last words";
    let (ended, shown) = Tty::jail(&world, ["sh", "-c", script]).finish_showing();
    assert_eq!(ended.code(), 0);
    assert_same(&shown, format!("{}last words\r\n", numbers(20_000)).as_bytes());
}

#[test]
fn what_is_typed_ahead_is_not_lost() {
    let world = World::new();
    let mut tty = Tty::session(
        &world,
        "stty -echo; echo rea''dy; \"$AI_JAIL_BIN\" -- sh -c 'sleep 0.3; read a; read b; echo got $a $b'",
    );
    tty.shows("ready");
    tty.types("one\ntwo\n");
    tty.shows("got one two");
    tty.finish();
}

#[test]
fn escape_sequences_pass_untouched() {
    let world = World::new();
    // Bracketed paste, mouse, the kitty keyboard, an image, a hyperlink, a title, the clipboard.
    let text = b"\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[>1u\x1b_Gf=24,s=1,v=1;AAAA\x1b\\\
                \x1bPq#0;2;0;0;0#0~~\x1b\\\x1b]8;;http://example.org\x07x\x1b]8;;\x07\
                \x1b]0;title\x07\x1b]52;c;eHl6\x07\x1b[?1049h\x1b[200~\x1b[201~\xc3\xa9\x9b1m\xff";
    let undone = b"\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[<1u";
    world.file("home/project/text", text);
    let (_, shown) = Tty::jail(&world, ["cat", "text"]).finish_showing();
    assert_same(&shown, &[text, &undone[..], ASKED].concat());
    // The same as input.
    let script = "stty raw -echo; echo ready; head -c \"$0\"";
    let length = text.len().to_string();
    let mut tty = Tty::jail(&world, ["sh", "-c", script, &length]);
    tty.shows("ready\n");
    tty.sends(text);
    let (_, shown) = tty.finish_showing();
    assert_same(&shown, &[b"ready\n", text.as_slice(), undone, ASKED].concat());
}

#[test]
fn nothing_is_added() {
    let world = World::new();
    for (command, expected) in [(["true", ""], ""), (["printf", "x"], "x")] {
        let (ended, shown) = Tty::jail(&world, command).finish_showing();
        assert_eq!((ended.code(), shown.as_slice()), (0, expected.as_bytes()));
    }
}

/// Alone, because it looks for what the processes do in a while of nothing to do.
mod serial {
    use super::*;
    use crate::harness::family;

    /// How often each of the processes was given a processor: nothing that makes a system call is
    /// not. See `Documentation/scheduler/sched-stats.rst`.
    fn turns(pids: &[nix::unistd::Pid]) -> Vec<String> {
        let turns = |pid| {
            let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("it runs");
            text.split_whitespace().nth(2).expect("three numbers").to_owned()
        };
        pids.iter().map(turns).collect()
    }

    #[test]
    fn who_has_nothing_to_do_sleeps() {
        let world = World::new();
        let mut tty = Tty::jail(&world, ["sh", "-c", "echo ready; exec cat"]);
        tty.shows("ready");
        let jail: Vec<_> = family(tty.pid()).iter().map(|process| process.pid).collect();
        assert_eq!(jail.len(), 4, "front, bubblewrap, stage two, command");
        std::thread::sleep(std::time::Duration::from_millis(500));
        let before = turns(&jail);
        std::thread::sleep(std::time::Duration::from_secs(2));
        assert_eq!(turns(&jail), before);
        // The control: a key wakes the front.
        tty.types("x\n");
        tty.shows("x\r\nx\r\n");
        assert_ne!(turns(&jail), before);
        tty.types("\x04");
        tty.finish();
    }
}
