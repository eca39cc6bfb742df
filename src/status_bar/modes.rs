//! The saved cursor, and the modes that go with it: origin mode, the alternate screen.

use std::cmp::Ordering;
use std::io::Write as _;

use super::cursor::{Cursor, Rows, Wrap};
use super::screen::{Copy, Saved};
use super::sequence::Given;
use super::{Bar, OldBar};

impl Bar {
    /// DECSC, SCOSC.
    pub(super) fn save(&mut self) {
        let cursor = self.screen.cursor;
        // What the terminal saves is not behind the last column.
        let copy = if cursor.wrap == Wrap::ByHand { Copy::Lost } else { Copy::Kept };
        *self.screen.saved_here() = Saved { cursor, copy };
    }

    /// DECRC, SCORC: written out if the bar was drawn since the child saved.
    pub(super) fn restore(&mut self, raw: &[u8], out: &mut Vec<u8>) {
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
    pub(super) fn align(&self, cursor: Cursor, out: &mut Vec<u8>) {
        let now = self.screen.cursor;
        if cursor.origin != now.origin {
            out.extend_from_slice(if cursor.origin { b"\x1b[?6h" } else { b"\x1b[?6l" });
        }
        if cursor.charsets.shift != now.charsets.shift {
            out.extend_from_slice(cursor.charsets.shift_sequence());
        }
    }

    pub(super) fn restore_in_full(&mut self, mut saved: Cursor, out: &mut Vec<u8>) {
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
                Ordering::Less => write!(out, "\x1b[{}B", to - from),
                Ordering::Equal => Ok(()),
                Ordering::Greater => write!(out, "\x1b[{}A", from - to),
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
    pub(super) fn modes(&mut self, given: &Given) {
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
    pub(super) fn private_modes(&mut self, given: &Given, out: &mut Vec<u8>) {
        let on = given.action == 'h';
        let (mut loses_region, mut homes) = (false, false);
        match (given.numbers().eq([1048]), given.numbers().any(|mode| mode == 1049), on) {
            (true, _, false) => return self.restore(given.raw, out),
            (_, true, false) if self.screen.alternate => {
                self.align(self.screen.saved[0].cursor, out);
            }
            // Already on the main screen. Some terminals restore the saved cursor all the same,
            // others do nothing: with the bar all do nothing, so that the row stays known.
            (_, true, false) => {
                out.extend_from_slice(b"\x1b7");
                self.screen.saved[0].copy = Copy::Lost;
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
                6 => {
                    self.screen.set_origin(on);
                    homes = true;
                }
                7 => self.screen.autowrap = on,
                69 => self.screen.margins = on.then_some((0, self.screen.size.cols - 1)),
                1048 if on => self.save(),
                47 | 1047 | 1049 => {
                    self.stale = true;
                    loses_region |= on || self.screen.alternate;
                    self.switch_screen(on, mode == 1049, out);
                }
                mode => self.screen.mouse.set(mode, on),
            }
        }
        // Most terminals home the cursor; where one does not, its row would no longer be known.
        if homes && !self.screen.vt52 {
            out.extend_from_slice(b"\x1b[H");
        }
        if loses_region {
            self.stale = true;
            self.draw_at_once(out);
        }
    }

    /// The alternate screen. 1049 saves and restores the cursor; the others leave it where it is.
    pub(super) fn switch_screen(&mut self, alternate: bool, with_cursor: bool, out: &mut Vec<u8>) {
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
}
