//! Escape and control sequences: what each does to the cursor, and the few that are rewritten.

use std::borrow::Cow;
use std::io::Write as _;

use vte::{Params, Parser, Perform};

use super::cursor::{Cursor, Rows, Wrap};
use super::screen::{Copy, Saved, Screen};
use super::{Bar, OldBar, scan};

impl Bar {
    /// Passes one whole sequence on.
    pub(super) fn sequence(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        // `vte` takes only the form with ESC.
        let introducer = if raw[0] == scan::ESC { None } else { Some([scan::ESC, raw[1] - 0x40]) };
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
            ([], b'H') => self.screen.set_tab(),
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
            ([], 'g') => screen.clear_tabs(given.number(0, 0)),
            ([b'?'], 'W') if count == 5 => screen.reset_tabs(),
            ([], 'm') => screen.cursor.attributes.apply(given.params),
            ([], 'r') => return self.scroll_region(given, out),
            ([], 's') if screen.margins.is_some() => self.side_margins(given),
            ([], 's') => self.save(),
            ([], 'u') => return self.restore(given.raw, out),
            ([], 'h' | 'l') => self.modes(given),
            ([b'?'], 'h' | 'l') => return self.private_modes(given, out),
            ([] | [b'?'], 'J') => self.erase(given, out),
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

    // Movement. Rows that the child has not, but the terminal has, are the bar's.

    /// CUD, VPR, CNL.
    fn down(&mut self, given: &Given, out: &mut Vec<u8>) {
        let (count, last) = (given.number(0, 1), self.screen.last_row());
        let Cursor { rows, wrap, .. } = self.screen.cursor;
        let whole = self.screen.region == (0, last);
        if !self.shown() || rows.high.saturating_add(count) <= last {
            out.extend_from_slice(given.raw);
        } else if let Some(row) = rows.known() {
            if row < last {
                let _ = write!(out, "\x1b[{}{}", last - row, given.action);
            } else if given.action == 'E' {
                out.push(b'\r');
            } else if wrap != Wrap::None {
                // The row is no longer full, as after any movement.
                out.extend_from_slice(b"\x1b[C");
            }
        } else if whole && rows.low.saturating_add(count) >= last {
            let _ = write!(out, "\x1b[{}d", last + 1);
            if given.action == 'E' {
                out.push(b'\r');
            }
        } else {
            out.extend_from_slice(given.raw);
        }
        if given.action == 'e' || whole {
            self.screen.down_freely(count);
        } else {
            self.screen.down(count);
        }
        if given.action == 'E' {
            self.screen.carriage_return();
        }
    }

    /// CUP, HVP.
    fn position(&mut self, given: &Given, out: &mut Vec<u8>) {
        let (row, col) = (given.number(0, 1), given.number(1, 1));
        if self.is_beyond(row) {
            let _ = write!(out, "\x1b[{};{col}{}", self.screen.size.rows, given.action);
        } else {
            out.extend_from_slice(given.raw);
        }
        self.screen.go_to_row(row - 1);
        self.screen.go_to_col(col - 1);
    }

    /// VPA.
    fn row_position(&mut self, given: &Given, out: &mut Vec<u8>) {
        let row = given.number(0, 1);
        if self.is_beyond(row) {
            let _ = write!(out, "\x1b[{}d", self.screen.size.rows);
        } else {
            out.extend_from_slice(given.raw);
        }
        self.screen.go_to_row(row - 1);
    }

    /// Whether a row, counted from 1, is none of the child's.
    fn is_beyond(&self, row: u16) -> bool {
        self.shown() && row > self.screen.size.rows
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
            self.screen.cursor.rows.low = self.screen.cursor.rows.low.min(before.low);
        } else {
            out.extend_from_slice(&copies);
        }
    }

    /// DECSTBM.
    fn scroll_region(&mut self, given: &Given, out: &mut Vec<u8>) {
        let rows = self.screen.size.rows;
        let (top, bottom) = (given.number(0, 1), given.number(1, rows));
        let inside = bottom.min(rows);
        if !self.shown() {
            out.extend_from_slice(given.raw);
        } else if top >= inside {
            // No region: the terminal would ignore it, unless the bar's row made one of it.
        } else if given.number(1, 0) == bottom && bottom == inside {
            out.extend_from_slice(given.raw);
        } else {
            let _ = write!(out, "\x1b[{top};{inside}r");
        }
        if top < inside {
            self.screen.region = (top - 1, inside - 1);
            self.screen.home();
        }
    }

    /// DECSLRM.
    fn side_margins(&mut self, given: &Given) {
        let cols = self.screen.size.cols;
        let (left, right) = (given.number(0, 1), given.number(1, cols).min(cols));
        if left < right {
            self.screen.margins = Some((left - 1, right - 1));
            self.screen.home();
        }
    }

    // The saved cursor.

    /// DECSC, SCOSC.
    fn save(&mut self) {
        let cursor = self.screen.cursor;
        // What the terminal saves is not behind the last column.
        let copy = if cursor.wrap == Wrap::ByHand { Copy::Lost } else { Copy::Kept };
        *self.screen.saved_here() = Saved { cursor, copy };
    }

    /// DECRC, SCORC: written out if the bar was drawn since the child saved.
    fn restore(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let Saved { cursor, copy } = *self.screen.saved_here();
        if copy == Copy::Kept {
            self.align(cursor, out);
            out.extend_from_slice(raw);
            self.screen.cursor = cursor;
        } else {
            self.restore_in_full(cursor, out);
        }
    }

    /// Sets what some terminals restore with the cursor, and others do not.
    fn align(&self, cursor: Cursor, out: &mut Vec<u8>) {
        let now = self.screen.cursor;
        if cursor.origin != now.origin {
            out.extend_from_slice(if cursor.origin { b"\x1b[?6h" } else { b"\x1b[?6l" });
        }
        if cursor.charsets.shift != now.charsets.shift {
            out.extend_from_slice(cursor.charsets.shift_sequence());
        }
    }

    fn restore_in_full(&mut self, mut saved: Cursor, out: &mut Vec<u8>) {
        self.align(saved, out);
        let now = self.screen.cursor;
        let col = saved.col + 1;
        if let Some(row) = saved.rows.known() {
            let row = row.min(self.screen.last_row());
            let top = if saved.origin { self.screen.region.0 } else { 0 };
            let _ = write!(out, "\x1b[{};{col}H", row.saturating_sub(top) + 1);
            saved.rows = Rows::at(row);
        } else {
            let (from, to) = (now.rows.high, saved.rows.high);
            let _ = match from.cmp(&to) {
                std::cmp::Ordering::Less => write!(out, "\x1b[{}B", to - from),
                std::cmp::Ordering::Equal => Ok(()),
                std::cmp::Ordering::Greater => write!(out, "\x1b[{}A", from - to),
            };
            let _ = write!(out, "\x1b[{col}G");
        }
        out.extend_from_slice(saved.attributes.sequence().as_bytes());
        for index in 0..4 {
            if saved.charsets.designated[index] != now.charsets.designated[index] {
                out.extend_from_slice(&saved.charsets.designation(index));
            }
        }
        saved.wrap = match saved.wrap {
            Wrap::Pending | Wrap::ByHand => Wrap::ByHand,
            Wrap::None | Wrap::Unsure => Wrap::None,
        };
        self.screen.cursor = saved;
    }

    // Modes.

    /// SM, RM.
    fn modes(&mut self, given: &Given) {
        let on = given.action == 'h';
        for mode in given.numbers() {
            match mode {
                4 => self.screen.insert = on,
                20 => self.screen.newline = on,
                _ => {}
            }
        }
    }

    /// DECSET, DECRST.
    fn private_modes(&mut self, given: &Given, out: &mut Vec<u8>) {
        let on = given.action == 'h';
        let mut loses_region = false;
        match (given.numbers().eq([1048]), given.numbers().any(|mode| mode == 1049), on) {
            (true, _, false) => return self.restore(given.raw, out),
            (_, true, false) if self.screen.alternate => {
                self.align(self.screen.saved[0].cursor, out);
            }
            // Already on the main screen. Some terminals restore the saved cursor all the same.
            (_, true, false) => {
                let saved = &mut self.screen.saved[0];
                if saved.copy == Copy::Kept {
                    let (rows, saved) = (&mut self.screen.cursor.rows, saved.cursor.rows);
                    rows.low = rows.low.min(saved.low);
                    rows.high = rows.high.max(saved.high);
                } else {
                    saved.copy = Copy::Lost;
                    out.extend_from_slice(b"\x1b7");
                }
            }
            _ => {}
        }
        out.extend_from_slice(given.raw);
        for mode in given.numbers() {
            match mode {
                2 => self.screen.vt52 = !on,
                // DECCOLM, where it is allowed: erases, and resets the region.
                3 => {
                    self.screen.reset_region();
                    self.screen.cursor.rows.low = 0;
                    loses_region = true;
                }
                6 => self.screen.set_origin(on),
                7 => self.screen.autowrap = on,
                69 => self.screen.margins = on.then_some((0, self.screen.size.cols - 1)),
                1048 if on => self.save(),
                47 | 1047 | 1049 => {
                    self.stale = true;
                    loses_region |= on || self.screen.alternate;
                    self.switch_screen(on, mode == 1049, out);
                }
                _ => {}
            }
        }
        if loses_region {
            self.stale = true;
            self.draw_at_once(out);
        }
    }

    /// The alternate screen. 1049 saves and restores the cursor; the others leave it where it is.
    fn switch_screen(&mut self, alternate: bool, with_cursor: bool, out: &mut Vec<u8>) {
        if alternate == self.screen.alternate {
            return;
        }
        if alternate && with_cursor {
            self.save();
        }
        self.screen.alternate = alternate;
        if !alternate {
            if with_cursor {
                let Saved { cursor, copy } = self.screen.saved[0];
                self.screen.cursor = cursor;
                // The child came here without saving, and the terminal went where the bar was
                // drawn last.
                if copy == Copy::Lost && self.unsettled_main.is_none() {
                    self.screen.cursor.origin = !cursor.origin;
                    self.restore_in_full(cursor, out);
                }
            }
            if let Some(old) = self.unsettled_main.take() {
                let below = if let OldBar::Below(below) = old { below } else { 1 };
                let high = self.screen.size.rows.saturating_sub(below);
                self.screen.cursor.rows = Rows { low: 0, high: high.min(self.screen.last_row()) };
                self.unsettled = Some(old);
            }
        }
    }

    /// ED, DECSED.
    fn erase(&mut self, given: &Given, out: &mut Vec<u8>) {
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
struct Given<'a> {
    raw: &'a [u8],
    params: &'a Params,
    intermediates: &'a [u8],
    action: char,
}

impl Given<'_> {
    /// A parameter; 0 counts as not given.
    fn number(&self, index: usize, default: u16) -> u16 {
        self.numbers().nth(index).filter(|number| *number != 0).unwrap_or(default)
    }

    fn numbers(&self) -> impl Iterator<Item = u16> {
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
        let is_part = |byte: &u8| *byte >= 0x20 || *byte == scan::ESC;
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
