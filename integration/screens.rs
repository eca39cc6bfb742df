//! What full-screen programs paint is the same with and without the jail.

use crate::harness::{Emulator, ROWS, Screen, Tty, World, has_program, program};

/// Types one key after the other, each when the screen is still, and gives the screen after each.
fn play(world: &World, words: &[&str], keys: &[&str]) -> Vec<Screen> {
    let (mut tty, mut emulator) = (Tty::run(world, words), Emulator::new());
    let mut screens = vec![emulator.still(&mut tty)];
    for key in keys {
        tty.types(key);
        screens.push(emulator.still(&mut tty));
    }
    tty.finish();
    screens
}

/// Plays the same outside and inside, and compares every row that `same` says is.
fn compare(command: &[&str], keys: &[&str], same: impl Fn(usize, u16) -> bool) {
    let world = World::new();
    let text: Vec<_> = (1..=200).map(|line| format!("line {line} \u{e9}\u{4e16}")).collect();
    world.file("home/project/text", text.join("\n"));
    let outside = play(&world, command, keys);
    // What is remembered already is not said at the end, on the screen that is compared.
    let saved = world.jail([&["--init", "--"], command].concat()).run();
    assert_eq!(saved.code(), 0, "{saved}");
    let program = program();
    let jail = [&[program.to_str().expect("plain"), "--"], command].concat();
    let inside = play(&world, &jail, keys);
    are_the_same(&inside, &outside, same);
}

/// Compares the screens of a program step by step: every row that `same` says is.
pub fn are_the_same(inside: &[Screen], outside: &[Screen], same: impl Fn(usize, u16) -> bool) {
    assert_eq!(inside.len(), outside.len());
    for (step, (inside, outside)) in inside.iter().zip(outside).enumerate() {
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
