//! Escape and control sequences: what each does to the cursor, and the few that are rewritten.

use std::borrow::Cow;

use vte::{Params, Parser, Perform};

use super::Bar;
use super::screen::Screen;
use super::tabs::Tabs;
use crate::sequences;

impl Bar {
    /// Passes one whole sequence on.
    pub(super) fn sequence(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        // `vte` takes only the form with ESC.
        let introducer =
            if raw[0] == sequences::ESC { None } else { Some([sequences::ESC, raw[1] - 0x40]) };
        let before = self.screen.cursor.rows;
        let mut parser = Parser::new();
        let mut interpreter = Interpreter { bar: self, raw, out, understood: false };
        match introducer {
            None => parser.advance(&mut interpreter, raw),
            Some(introducer) => {
                parser.advance(&mut interpreter, &introducer);
                parser.advance(&mut interpreter, &raw[2..]);
            }
        }
        if !interpreter.understood {
            let alone = interpreter.alone();
            interpreter.out.extend_from_slice(&alone);
        }
        if introducer.is_some() {
            // Not every terminal obeys this form.
            let rows = &mut self.screen.cursor.rows;
            rows.low = rows.low.min(before.low);
            rows.high = rows.high.max(before.high);
        }
    }

    fn escape(&mut self, raw: &[u8], intermediates: &[u8], last: u8, out: &mut Vec<u8>) {
        match (intermediates, last) {
            ([], b'7') => self.save(),
            ([], b'8') => return self.restore(raw, out),
            ([], b'D') => return self.line_feed(raw, out),
            ([], b'E') => {
                let falls_off = self.falls_off();
                self.line_feed(raw, out);
                if falls_off && !self.screen.newline {
                    out.push(b'\r');
                }
                return self.screen.carriage_return();
            }
            ([], b'M') => self.screen.reverse_index(),
            ([], b'H') => self.screen.tabs.set(self.screen.cursor.col, true),
            ([], b'N' | b'O') => self.screen.single_shift = true,
            ([], b'n') => self.screen.cursor.charsets.shift = 2,
            ([], b'o') => self.screen.cursor.charsets.shift = 3,
            ([], b'<') => self.screen.vt52 = false,
            ([set @ b'('..=b'+'], designated) => {
                let index = usize::from(set - b'(');
                self.screen.cursor.charsets.designated[index] = designated;
            }
            ([], b'c') => {
                self.screen = Screen::new(self.screen.size);
                self.unsettled_main = None;
                return self.pass_and_draw(raw, out);
            }
            // DECALN. Most terminals reset the region and home the cursor, as DEC's did; with
            // the bar all do.
            ([b'#'], b'8') => {
                self.screen.reset_region();
                self.screen.margins = None;
                self.screen.home();
                return self.pass_and_draw(&[raw, b"\x1b[H"].concat(), out);
            }
            _ => {}
        }
        out.extend_from_slice(raw);
    }

    /// Passes on what loses the scroll region.
    fn pass_and_draw(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(raw);
        self.stale = true;
        self.draw_at_once(out);
    }

    fn control_sequence(&mut self, given: &Given, out: &mut Vec<u8>) {
        let count = given.number(0, 1);
        let screen = &mut self.screen;
        match (given.intermediates, given.action) {
            ([], 'A') => screen.up(count),
            ([], 'B' | 'e' | 'E') => return self.down(given, out),
            ([], 'C' | 'a') => screen.right(count),
            ([], 'D') => screen.left(count),
            ([], 'F') => {
                screen.up(count);
                screen.carriage_return();
            }
            ([], 'G' | '`') => screen.go_to_col(count - 1),
            ([], 'H' | 'f') => return self.position(given, out),
            ([], 'd') => return self.row_position(given, out),
            ([], 'I') => screen.tab(count),
            ([], 'Z') => screen.back_tab(count),
            ([], 'b') => return self.repeat(given, out),
            ([], 'g') if given.number(0, 0) == 3 => screen.tabs.clear(),
            ([], 'g') if given.number(0, 0) == 0 => screen.tabs.set(screen.cursor.col, false),
            ([b'?'], 'W') if count == 5 => screen.tabs = Tabs::new(screen.size.cols),
            ([], 'm') => screen.cursor.attributes.apply(given.params),
            ([], 'r') => return self.scroll_region(given, out),
            ([], 's') if screen.margins.is_some() => self.side_margins(given),
            ([], 's') => self.save(),
            ([], 'u') => return self.restore(given.raw, out),
            ([], 'h' | 'l') => self.modes(given),
            ([b'?'], 'h' | 'l') => return self.private_modes(given, out),
            ([] | [b'?'], 'J') => self.erase(given, out),
            ([] | [b'?'], 'K') | ([], '@' | 'L' | 'M' | 'P' | 'X') => screen.doubt_wrap(),
            ([b'!'], 'p') => {
                screen.soft_reset();
                return self.pass_and_draw(given.raw, out);
            }
            // Rectangles and columns reach to the last row.
            ([b'$'], 'r' | 't' | 'v' | 'x' | 'z' | '{') | ([b'\''], '}' | '~') => self.stale = true,
            _ => {}
        }
        out.extend_from_slice(given.raw);
    }

    /// REP. Written out where the character that the terminal wrote last is the bar's, and where
    /// a row ends that the terminal would not end so.
    fn repeat(&mut self, given: &Given, out: &mut Vec<u8>) {
        let Some((last, on_terminal)) = self.last else {
            // The terminal may have one, of the bar or from before.
            return;
        };
        let mut bytes = [0; 4];
        let bytes = last.encode_utf8(&mut bytes).as_bytes();
        let (before, mut copies) = (self.screen.cursor.rows, Vec::new());
        for _ in 0..given.number(0, 1) {
            self.text(bytes, &mut copies);
        }
        let is_plain = copies.len() == bytes.len() * usize::from(given.number(0, 1));
        if is_plain && on_terminal {
            out.extend_from_slice(given.raw);
            // Some terminals do it only right behind the character.
            if !self.behind_character {
                self.screen.cursor.rows.low = self.screen.cursor.rows.low.min(before.low);
            }
        } else {
            out.extend_from_slice(&copies);
        }
    }

    /// ED, DECSED.
    fn erase(&mut self, given: &Given, out: &mut Vec<u8>) {
        self.screen.doubt_wrap();
        let which = given.number(0, 0);
        // Many terminals move the erased screen into the scrollback; 22 asks kitty for it. Even
        // an erased row counts there, if it was erased with a background.
        let kept = matches!(which, 2 | 22) && !self.screen.alternate;
        if kept && self.shown() {
            self.blank(out);
        }
        if matches!(which, 0 | 2 | 22) {
            self.stale = true;
        }
    }
}

/// One control sequence.
pub(super) struct Given<'a> {
    pub raw: &'a [u8],
    pub params: &'a Params,
    pub intermediates: &'a [u8],
    pub action: char,
}

impl Given<'_> {
    /// A parameter; 0 counts as not given.
    pub fn number(&self, index: usize, default: u16) -> u16 {
        self.numbers().nth(index).filter(|number| *number != 0).unwrap_or(default)
    }

    pub fn numbers(&self) -> impl Iterator<Item = u16> {
        self.params.iter().map(|param| param[0])
    }
}

/// One sequence, read by `vte`.
struct Interpreter<'a> {
    bar: &'a mut Bar,
    raw: &'a [u8],
    out: &'a mut Vec<u8>,
    understood: bool,
}

impl<'a> Interpreter<'a> {
    /// The sequence alone: the control characters in it have been obeyed.
    fn alone(&self) -> Cow<'a, [u8]> {
        let is_part = |byte: &u8| *byte >= 0x20 || *byte == sequences::ESC;
        if self.raw.iter().all(is_part) {
            return Cow::Borrowed(self.raw);
        }
        self.raw.iter().copied().filter(is_part).collect()
    }
}

impl Perform for Interpreter<'_> {
    /// A control character in the midst of a sequence counts before it.
    fn execute(&mut self, byte: u8) {
        self.bar.control(byte, self.out);
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], ignore: bool, byte: u8) {
        if !ignore {
            self.understood = true;
            self.bar.escape(&self.alone(), intermediates, byte, self.out);
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        if !ignore {
            self.understood = true;
            let raw = &self.alone();
            let given = Given { raw, params, intermediates, action };
            self.bar.control_sequence(&given, self.out);
        }
    }
}
