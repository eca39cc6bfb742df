//! What a command has changed of its terminal and not changed back.

use std::io::Write as _;

use super::given::Given;
use super::keyboard::Flags;
use super::table::{ALTERNATE, Changes, KEYPAD, MODES, Mode, Rows, VT52, row, rows_that_change};

/// Titles that xterm keeps.
const TITLES: u16 = 10;

/// What is not as the command found it.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Modes that do not have their default.
    changed: Rows,
    /// The same when the command saved it (XTSAVE).
    saved: Rows,
    /// How the mouse reports as a locator of DEC's (DECELR).
    locator: Option<u16>,
    /// How the alternate screen was switched on.
    alternate: Option<u16>,
    /// kitty's keyboard, on the main and on the alternate screen.
    flags: [Flags; 2],
    /// Kinds of keys with modifiers that send something else (XTMODKEYS), by their number, and how.
    modified: [Option<u16>; 8],
    /// Keys were given texts (DECUDK).
    keys_defined: bool,
    /// Titles that were put aside.
    titles: u16,
    /// A hyperlink is open.
    link: bool,
}

impl State {
    /// Takes a sequence.
    pub fn take(&mut self, given: &Given) {
        let on = given.last == b'h';
        match (given.control, given.private, given.intermediates, given.last) {
            (true, Some(b'?'), b"", b'h' | b'l') => {
                given.numbers().for_each(|number| self.set_private(number, on));
            }
            (true, None, b"", b'h' | b'l') => {
                given.numbers().for_each(|number| self.set(row(false, number), on));
            }
            (true, Some(b'?'), b"", b's') => self.save(given),
            (true, Some(b'?'), b"", b'r') => self.restore(given),
            (true, Some(b'<' | b'=' | b'>'), b"", b'u') => {
                self.flags[usize::from(self.alternate.is_some())].take(given);
            }
            (true, Some(b'>'), b"", b'm' | b'n') => self.modify(given),
            (true, None, b"", b't') => self.titles(given),
            (true, None, b"'", b'z') => self.locator = given.number(0).filter(|how| *how != 0),
            (false, None, b"", b'=') => self.set(row(true, KEYPAD), true),
            (false, None, b"", b'>') => self.set(row(true, KEYPAD), false),
            (false, None, b"", b'<') => self.set(row(true, VT52), true),
            (false, None, b"", b'c') => *self = Self::default(),
            _ => {}
        }
    }

    fn set_private(&mut self, number: u16, on: bool) {
        if ALTERNATE.contains(&number) {
            self.alternate = on.then_some(number);
        } else {
            self.set(row(true, number), on);
        }
    }

    fn set(&mut self, row: Option<Rows>, on: bool) {
        let Some(row) = row else { return };
        let default = MODES[row.trailing_zeros() as usize].default;
        self.changed = if on == default { self.changed & !row } else { self.changed | row };
    }

    fn save(&mut self, given: &Given) {
        for row in given.numbers().filter_map(|number| row(true, number)) {
            self.saved = self.saved & !row | self.changed & row;
        }
    }

    fn restore(&mut self, given: &Given) {
        for row in given.numbers().filter_map(|number| row(true, number)) {
            self.changed = self.changed & !row | self.saved & row;
        }
    }

    fn modify(&mut self, given: &Given) {
        let kind = given.number(0);
        let how = given.number(1).filter(|how| *how != 0 && given.last == b'm');
        match kind {
            Some(kind) => {
                if let Some(modified) = self.modified.get_mut(usize::from(kind)) {
                    *modified = how;
                }
            }
            None => self.modified = Default::default(),
        }
    }

    fn titles(&mut self, given: &Given) {
        match given.number(0) {
            Some(22) => self.titles = (self.titles + 1).min(TITLES),
            Some(23) => self.titles = self.titles.saturating_sub(1),
            _ => {}
        }
    }

    /// Keys were given texts.
    pub fn define_keys(&mut self) {
        self.keys_defined = true;
    }

    /// A hyperlink begins or ends.
    pub fn set_link(&mut self, open: bool) {
        self.link = open;
    }

    /// Whether the terminal sends something by itself.
    pub fn reports(&self) -> bool {
        self.locator.is_some() || self.changed & rows_that_change(Changes::Reports) != 0
    }

    /// Sets what the terminal sends back to what it was.
    pub fn write_keys_off(&self, out: &mut Vec<u8>) {
        self.write_modes(!rows_that_change(Changes::Screen), false, out);
        if self.locator.is_some() {
            out.extend_from_slice(b"\x1b[0'z");
        }
        self.flags[usize::from(self.alternate.is_some())].write_off(out);
        for (kind, _) in self.modified.iter().enumerate().filter(|(_, how)| how.is_some()) {
            let _ = write!(out, "\x1b[>{kind}m");
        }
    }

    /// Undoes [`State::write_keys_off`].
    pub fn write_keys_on(&self, out: &mut Vec<u8>) {
        self.flags[usize::from(self.alternate.is_some())].write_on(out);
        if let Some(how) = self.locator {
            let _ = write!(out, "\x1b[{how}'z");
        }
        for (kind, how) in self.modified.iter().enumerate() {
            if let Some(how) = how {
                let _ = write!(out, "\x1b[>{kind};{how}m");
            }
        }
        self.write_modes(!rows_that_change(Changes::Screen), true, out);
    }

    /// Sets everything back to what it was.
    pub fn write_end(&self, out: &mut Vec<u8>) {
        self.write_keys_off(out);
        if self.keys_defined {
            // Forgets them all, and leaves them open to be set again.
            out.extend_from_slice(b"\x1bP0;1|\x1b\\");
        }
        if self.link {
            out.extend_from_slice(b"\x1b]8;;\x1b\\");
        }
        let [main, alternate] = &self.flags;
        match self.alternate {
            Some(how) => {
                let _ = write!(out, "\x1b[?{how}l");
                main.write_off(out);
            }
            // The flags of the other screen would wait there for the next program.
            None if alternate.changed() => {
                out.extend_from_slice(b"\x1b[?1049h");
                alternate.write_off(out);
                out.extend_from_slice(b"\x1b[?1049l");
            }
            None => {}
        }
        self.write_modes(rows_that_change(Changes::Screen), false, out);
        for _ in 0..self.titles {
            out.extend_from_slice(b"\x1b[23;0t");
        }
    }

    /// Sets the changed modes among these rows, to what the command made of them or to the default.
    fn write_modes(&self, rows: Rows, changed: bool, out: &mut Vec<u8>) {
        let is_meant = |at: &usize| self.changed & rows & (1 << at) != 0;
        let write = |at: usize| write_mode(&MODES[at], MODES[at].default != changed, out);
        // VT52's mode, the first row, is left before all others and entered after them.
        let rows = (0..MODES.len()).filter(is_meant);
        if changed { rows.rev().for_each(write) } else { rows.for_each(write) }
    }
}

fn write_mode(mode: &Mode, on: bool, out: &mut Vec<u8>) {
    match (mode.private, mode.number) {
        // A terminal that speaks VT52's obeys no other sequence.
        (true, VT52) if on => out.extend_from_slice(b"\x1b<"),
        // Not every terminal knows the number.
        (true, KEYPAD) => out.extend_from_slice(if on { b"\x1b=" } else { b"\x1b>" }),
        (private, number) => {
            let (mark, last) = (if private { "?" } else { "" }, if on { 'h' } else { 'l' });
            let _ = write!(out, "\x1b[{mark}{number}{last}");
        }
    }
}
