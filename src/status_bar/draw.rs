//! Drawing and removing the bar.

use std::io::Write as _;

use super::cursor::Wrap;
use super::screen::Copy;
use super::{Bar, OldBar};

const SAVE: &[u8] = b"\x1b7";
const RESTORE: &[u8] = b"\x1b8";
const ST: &[u8] = b"\x1b\\";

impl Bar {
    /// Draws the bar if it is due and nothing forbids it.
    pub(super) fn draw_if_possible(&mut self, out: &mut Vec<u8>) {
        if (self.stale || self.unsettled.is_some()) && self.may_draw() {
            self.draw(out);
        }
    }

    /// Whether the terminal takes a sequence of ours now, and puts the cursor back exactly.
    pub(super) fn may_draw(&self) -> bool {
        let screen = &self.screen;
        self.entered
            && self.string.as_ref().is_none_or(|string| string.cancelled)
            && !screen.single_shift
            && !screen.vt52
            && matches!(screen.cursor.wrap, Wrap::None | Wrap::ByHand)
    }

    /// Draws the bar although a row may be full: the scroll region is lost, and every byte of the
    /// child's could now scroll the bar away.
    pub(super) fn draw_at_once(&mut self, out: &mut Vec<u8>) {
        if self.entered && !self.screen.vt52 {
            self.wrap_by_hand();
            self.draw(out);
        }
    }

    /// What the terminal may forget, the filter does.
    fn wrap_by_hand(&mut self) {
        if self.screen.cursor.wrap == Wrap::Pending {
            self.screen.cursor.wrap = Wrap::ByHand;
        }
    }

    fn draw(&mut self, out: &mut Vec<u8>) {
        if let Some(old) = self.unsettled.take() {
            self.settle(old, out);
        }
        self.stale = false;
        if !self.shown() {
            return;
        }
        if let Some((_, on_terminal)) = &mut self.last {
            *on_terminal = false;
        }
        let (top, bottom) = self.screen.region;
        let row = self.host.rows;
        self.aside(out, |bar, out| {
            let _ = write!(out, "\x1b[{};{}r", top + 1, bottom + 1);
            let charsets = bar.screen.cursor.charsets;
            let letters = charsets.designated[0] == b'B';
            if charsets.shift != 0 {
                out.push(0x0f);
            }
            if !letters {
                out.extend_from_slice(b"\x1b(B");
            }
            if bar.screen.insert {
                out.extend_from_slice(b"\x1b[4l");
            }
            // A character wider than we think must not wrap.
            let (before, after): (&[u8], &[u8]) =
                if bar.screen.autowrap { (b"\x1b[?7l", b"\x1b[?7h") } else { (b"", b"") };
            out.extend_from_slice(before);
            let _ = write!(out, "\x1b[{row};1H");
            bar.row.write(bar.host.cols, out);
            out.extend_from_slice(after);
            if bar.screen.insert {
                out.extend_from_slice(b"\x1b[4h");
            }
            if !letters {
                out.extend_from_slice(&charsets.designation(0));
            }
            if charsets.shift != 0 {
                out.extend_from_slice(charsets.shift_sequence());
            }
        });
    }

    /// Blanks the bar's row, so that a terminal that keeps what ED 2 erases does not keep the bar.
    pub(super) fn blank(&mut self, out: &mut Vec<u8>) {
        let row = self.host.rows;
        if self.screen.vt52 || self.screen.single_shift {
            return;
        }
        self.wrap_by_hand();
        self.aside(out, |_, out| {
            let _ = write!(out, "\x1b[{row};1H\x1b[0m\x1b[2K");
        });
        self.stale = true;
    }

    /// Removes the bar, and the scroll region with it.
    pub(super) fn remove(&mut self, out: &mut Vec<u8>) {
        let row = self.host.rows;
        self.aside(out, |_, out| {
            let _ = write!(out, "\x1b[r\x1b[{row};1H\x1b[0m\x1b[2K");
        });
    }

    /// After a resize or at the start: the scroll region is the terminal's own, the cursor may be
    /// in the last row, and the old bar somewhere below it.
    ///
    /// IND and CUU scroll by one row if the cursor is in the last one, and do nothing else. They
    /// leave the cursor and all that the child wrote above the bar's row.
    fn settle(&mut self, old: OldBar, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\x1b7\x1b[r\x1b8");
        if self.host.fits() {
            out.extend_from_slice(b"\x1bD\x1b[A");
        }
        if let OldBar::Below(below) = old {
            // Between the cursor and the old bar is only what the child wrote; below, nothing.
            let _ = write!(out, "\x1b7\x1b[{below}B\r\x1b[0m\x1b[J\x1b8");
        }
        self.screen.cursor.wrap = Wrap::None;
        self.overwrite_saved();
    }

    /// Writes between DECSC and DECRC, with rows counted from the top of the screen and no
    /// margins at its sides.
    fn aside(&mut self, out: &mut Vec<u8>, write: impl FnOnce(&Self, &mut Vec<u8>)) {
        let (origin, margins) = (self.screen.cursor.origin, self.screen.margins);
        out.extend_from_slice(SAVE);
        if !self.screen.link.is_empty() {
            hyperlink(b";", out);
        }
        if margins.is_some() {
            out.extend_from_slice(b"\x1b[?69l");
        }
        if origin {
            out.extend_from_slice(b"\x1b[?6l");
        }
        write(self, out);
        if let Some((left, right)) = margins {
            let _ = write!(out, "\x1b[?69h\x1b[{};{}s", left + 1, right + 1);
        }
        if origin {
            out.extend_from_slice(b"\x1b[?6h");
        }
        if !self.screen.link.is_empty() {
            hyperlink(&self.screen.link, out);
        }
        out.extend_from_slice(RESTORE);
        self.overwrite_saved();
    }

    fn overwrite_saved(&mut self) {
        self.screen.saved_here().copy = Copy::Lost;
        let other = &mut self.screen.saved[usize::from(!self.screen.alternate)].copy;
        if *other == Copy::Kept {
            *other = Copy::Doubtful;
        }
    }
}

/// Opens a hyperlink (`PARAMETERS;URI`), or with both empty ends it.
pub(super) fn hyperlink(link: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b]8;");
    out.extend_from_slice(link);
    out.extend_from_slice(ST);
}
