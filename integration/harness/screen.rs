//! What a terminal looks like: an emulator that answers the questions that programs ask of a real
//! one, and compares cell by cell.

use std::num::NonZero;
use std::time::{Duration, Instant};

use vt100::{Callbacks, Cell, Parser};

use super::{LIMIT, Tty};

pub const ROWS: u16 = 24;
pub const COLUMNS: u16 = 80;

/// A screen that has not changed for so long is still.
const STILL: Duration = Duration::from_millis(500);

/// A screen: its rows with every attribute, the cursor, and the modes.
#[derive(Debug, PartialEq)]
pub struct Screen {
    pub rows: Vec<Vec<Option<Cell>>>,
    pub text: Vec<String>,
    pub cursor: (u16, u16),
    /// Alternate screen, application keys and cursor, bracketed paste, hidden cursor.
    pub modes: [bool; 5],
}

/// The emulator of a [`Tty`].
pub struct Emulator {
    parser: Parser<Answers>,
    /// How much of what the terminal has shown it knows.
    fed: usize,
}

impl Emulator {
    pub fn new() -> Self {
        let size = |length| NonZero::new(length).expect("more than nothing");
        let parser = Parser::new_with_callbacks(size(ROWS), size(COLUMNS), 0, Answers::default());
        Self { parser, fed: 0 }
    }

    /// Takes what is new; gives whether there was anything.
    fn feed(&mut self, tty: &mut Tty) -> bool {
        let new = tty.shown().lock().expect("readable")[self.fed..].to_vec();
        self.fed += new.len();
        self.parser.process(&new);
        tty.sends(&std::mem::take(&mut self.parser.callbacks_mut().0));
        !new.is_empty()
    }

    /// Waits until nothing more changes. Programs may go on painting what is there already.
    pub fn still(&mut self, tty: &mut Tty) -> Screen {
        let (start, mut last) = (Instant::now(), Instant::now());
        let mut screen = self.screen();
        while self.fed == 0 || last.elapsed() < STILL {
            assert!(start.elapsed() < LIMIT, "it never stands still: {:#?}", screen.text);
            if self.feed(tty) && self.screen() != screen {
                (screen, last) = (self.screen(), Instant::now());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        screen
    }

    /// Waits until the screen shows a text.
    pub fn shows(&mut self, tty: &mut Tty, text: &str) {
        let start = Instant::now();
        while !self.screen().text.iter().any(|row| row.contains(text)) {
            let seen = || self.screen().text.join("\n");
            assert!(start.elapsed() < LIMIT, "{text:?} is not on the screen:\n{}", seen());
            self.feed(tty);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it looks like now.
    pub fn screen(&self) -> Screen {
        let screen = self.parser.screen();
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
}

/// Answers that have not been sent yet. Of the many questions, those for which programs wait.
#[derive(Default)]
struct Answers(Vec<u8>);

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        let answer = match (first, parameters, last) {
            // Where the cursor is.
            (None, [[6]], 'n') => {
                let (row, column) = screen.cursor_position();
                format!("\x1b[{};{}R", row + 1, column + 1)
            }
            // How it is.
            (None, [[5]], 'n') => "\x1b[0n".into(),
            // What it is: a VT220.
            (None, _, 'c') => "\x1b[?62c".into(),
            (Some(b'>'), _, 'c') => "\x1b[>1;10;0c".into(),
            // The keyboard's flags: none.
            (Some(b'?'), _, 'u') => "\x1b[?0u".into(),
            _ => return,
        };
        self.0.extend_from_slice(answer.as_bytes());
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, parameters: &[&[u8]]) {
        // Its colours: white on black.
        let answer = match parameters {
            [b"10", b"?"] => "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
            [b"11", b"?"] => "\x1b]11;rgb:0000/0000/0000\x1b\\",
            _ => return,
        };
        self.0.extend_from_slice(answer.as_bytes());
    }
}
