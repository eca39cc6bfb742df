//! What full-screen programs paint is the same with and without the jail.

use std::num::NonZero;
use std::time::Duration;

use vt100::{Cell, Parser};

use crate::harness::{Tty, World, has_program, program};

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;

/// A screen: its rows with every attribute, the cursor, and the modes.
#[derive(Debug, PartialEq)]
struct Screen {
    rows: Vec<Vec<Option<Cell>>>,
    text: Vec<String>,
    cursor: (u16, u16),
    /// Alternate screen, application keys and cursor, bracketed paste, hidden cursor.
    modes: [bool; 5],
}

/// What a terminal shows after these bytes.
fn screen(bytes: &[u8]) -> Screen {
    let size = |length| NonZero::new(length).expect("more than nothing");
    let mut parser = Parser::new(size(ROWS), size(COLUMNS), 0);
    parser.process(bytes);
    let screen = parser.screen();
    let row = |row| (0..COLUMNS).map(|column| screen.cell(row, column).cloned()).collect();
    Screen {
        rows: (0..ROWS).map(row).collect(),
        text: screen.rows(0, COLUMNS).collect(),
        cursor: screen.cursor_position(),
        modes: [
            screen.alternate_screen(),
            screen.application_keypad(),
            screen.application_cursor(),
            screen.bracketed_paste(),
            screen.hide_cursor(),
        ],
    }
}

/// Types one key after the other, each when the screen is still, and gives the screen after each.
fn play(world: &World, words: &[&str], keys: &[&str]) -> Vec<Screen> {
    let mut tty = Tty::run(world, words);
    let mut screens = vec![still(&tty)];
    for key in keys {
        tty.types(key);
        screens.push(still(&tty));
    }
    tty.finish();
    screens
}

/// Waits until nothing more is painted.
fn still(tty: &Tty) -> Screen {
    let mut before = Vec::new();
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let bytes = tty.shown().lock().expect("readable").clone();
        if bytes == before && !bytes.is_empty() {
            return screen(&bytes);
        }
        before = bytes;
    }
}

/// Plays the same outside and inside, and compares every row that `same` says is.
fn compare(command: &[&str], keys: &[&str], same: impl Fn(usize, u16) -> bool) {
    let world = World::new();
    let text: Vec<_> = (1..=200).map(|line| format!("line {line} \u{e9}\u{4e16}")).collect();
    world.file("home/project/text", text.join("\n"));
    let outside = play(&world, command, keys);
    let program = program();
    let jail = [&[program.to_str().expect("plain"), "--"], command].concat();
    let inside = play(&world, &jail, keys);
    for (step, (inside, outside)) in inside.iter().zip(&outside).enumerate() {
        for row in (0..ROWS).filter(|row| same(step, *row)) {
            let index = usize::from(row);
            assert_eq!(inside.text[index], outside.text[index], "step {step}, row {row}");
            assert_eq!(inside.rows[index], outside.rows[index], "step {step}, row {row}");
        }
        assert_eq!(inside.cursor, outside.cursor, "step {step}");
        assert_eq!(inside.modes, outside.modes, "step {step}");
    }
    // The control: each key has changed what is compared.
    for (step, pair) in outside.windows(2).enumerate() {
        assert_ne!(pair[0], pair[1], "key {step} did something");
    }
}

#[test]
fn vim() {
    if has_program("vim") {
        let command = ["vim", "-u", "NONE", "-N", "+syntax on", "+set ruler", "text"];
        let keys = ["\x06", "ddihello\u{4e16}", "\x1b", "/line 50\r", ":split\r", ":qa!\r"];
        compare(&command, &keys, |_, _| true);
    }
}

#[test]
fn less() {
    if has_program("less") {
        compare(&["less", "-N", "text"], &[" ", "/150\r", "G", "g", "q"], |_, _| true);
    }
}

#[test]
fn htop() {
    if has_program("htop") {
        // Its list of processes is another one in the jail; the help and the bar of keys are not.
        let help = 1;
        compare(&["htop", "--delay=200"], &["h", "q", "q"], |step, row| {
            step == help || row == ROWS - 1
        });
    }
}
