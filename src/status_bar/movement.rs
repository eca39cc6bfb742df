//! Moving the cursor and setting its bounds. Rows that the child has not, but the terminal has, are
//! the bar's.

use std::io::Write as _;

use super::Bar;
use super::cursor::{Cursor, Wrap};
use super::sequence::Given;

impl Bar {
    /// CUD, VPR, CNL.
    pub(super) fn down(&mut self, given: &Given, out: &mut Vec<u8>) {
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
    pub(super) fn position(&mut self, given: &Given, out: &mut Vec<u8>) {
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
    pub(super) fn row_position(&mut self, given: &Given, out: &mut Vec<u8>) {
        let row = given.number(0, 1);
        if self.is_beyond(row) {
            let _ = write!(out, "\x1b[{}d", self.screen.size.rows);
        } else {
            out.extend_from_slice(given.raw);
        }
        self.screen.go_to_row(row - 1);
    }

    /// Whether a row, counted from 1, is none of the child's.
    pub(super) fn is_beyond(&self, row: u16) -> bool {
        self.shown() && row > self.screen.size.rows
    }

    /// DECSTBM.
    pub(super) fn scroll_region(&mut self, given: &Given, out: &mut Vec<u8>) {
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
    pub(super) fn side_margins(&mut self, given: &Given) {
        let cols = self.screen.size.cols;
        let (left, right) = (given.number(0, 1), given.number(1, cols).min(cols));
        if left < right {
            self.screen.margins = Some((left - 1, right - 1));
            self.screen.home();
        }
    }
}
