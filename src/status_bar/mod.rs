//! The status bar: a filter between the child's output and the terminal.
//!
//! The child's terminal has one row less than the host's. The scroll region keeps the child out of
//! the last row, the filter rewrites the few sequences that would get round it, and whatever
//! erases the row is followed by drawing it again. Everything else passes untouched.
//!
//! # How the bar is drawn without a trace
//!
//! Drawing moves the cursor and changes colours. Only the terminal knows exactly where its cursor
//! was: its idea of how wide a character is may differ from ours. So the bar is drawn between
//! DECSC and DECRC, and the terminal puts back what it saved. What that costs:
//!
//! - The child may have saved a cursor of its own, and the terminal has room for one. `Screen`
//!   therefore follows the cursor, and where a bar was drawn between the child's DECSC and DECRC,
//!   that DECRC is written out in full. Only there does the outcome rest on our own arithmetic.
//! - Not every terminal saves that a row is full and the next character wraps. In that state
//!   nothing is drawn: the bar waits for the child to move on, and is drawn *before* the character
//!   that fills a row where one is due. The exceptions are the sequences that lose the scroll
//!   region; after those the filter itself makes the next row (`Wrap::ByHand`).
//! - Not every terminal saves the origin mode, the hyperlink and the shifted character set. They
//!   are put back explicitly.
//!
//! Nothing is drawn inside a control sequence, a string or a character: sequences and characters
//! cut by the end of a read are held back until they are whole, strings are passed on as they come
//! and the bar waits for their end.
//!
//! This module is pure: bytes in, bytes out. Reading, writing and the signals of the terminal's
//! size belong to the caller.

mod attributes;
mod cursor;
mod draw;
mod filter;
mod modes;
mod mouse;
mod movement;
mod row;
mod screen;
mod sequence;
mod tabs;

use crate::sequences::{self, Kind};
use cursor::Cursor;
use row::Row;
pub use row::{Labels, Theme};
use screen::Screen;

/// A terminal smaller than this gets no bar.
pub const SMALLEST: Size = Size { rows: 4, cols: 16 };

/// Terminals, by the beginning of `TERM`, that cannot show a bar: they have no scroll region.
const WITHOUT: [&str; 4] = ["dumb", "unknown", "emacs", "network"];

/// Whether a terminal of this kind can show a bar.
pub fn can_show(term: &str) -> bool {
    !term.is_empty() && !WITHOUT.iter().any(|name| term.starts_with(name))
}

/// A size in character cells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// Rows.
    pub rows: u16,
    /// Columns.
    pub cols: u16,
}

impl Size {
    fn fits(self) -> bool {
        self.rows >= SMALLEST.rows && self.cols >= SMALLEST.cols
    }
}

/// The bar and the state of the terminal it is drawn on.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // each is one independent fact
pub struct Bar {
    row: Row,
    /// The host terminal's size.
    host: Size,
    screen: Screen,
    /// What a read has cut: the beginning of a sequence or of a character.
    carry: Vec<u8>,
    string: Option<OpenString>,
    /// A string has just ended by the ESC of the sequence to come.
    string_cut: bool,
    /// Between [`Bar::enter`] and [`Bar::leave`].
    entered: bool,
    /// The row does not show what it should.
    stale: bool,
    /// The terminal was resized, or is ours again, and the next drawing must first find a place.
    unsettled: Option<OldBar>,
    /// The same for the main screen, while the alternate one is shown.
    unsettled_main: Option<OldBar>,
    /// The child's last character, for REP, and whether it is the terminal's last too.
    last: Option<(char, bool)>,
    /// Nothing has come behind it.
    behind_character: bool,
}

/// The bar that was drawn before the terminal was resized.
#[derive(Clone, Copy, Debug)]
enum OldBar {
    /// There is none.
    None,
    /// It is this many rows below the cursor, or further down.
    Below(u16),
}

/// A string that has begun and not ended.
#[derive(Debug)]
struct OpenString {
    kind: Kind,
    /// The beginning of an operating system command, for hyperlinks.
    start: Vec<u8>,
    /// The terminal was told to forget it: the rest is not passed on.
    cancelled: bool,
}

impl Bar {
    /// A bar for a terminal of this size. Nothing is shown before [`Bar::enter`].
    pub fn new(theme: Theme, labels: &Labels, host: Size) -> Self {
        let mut bar = Self {
            row: Row::new(theme, labels),
            host,
            screen: Screen::new(host),
            carry: Vec::new(),
            string: None,
            string_cut: false,
            entered: false,
            stale: true,
            unsettled: None,
            unsettled_main: None,
            last: None,
            behind_character: false,
        };
        bar.screen = Screen::new(at_least_one_cell(bar.child_size()));
        bar
    }

    /// The size of the child's terminal: one row less than the host's, or all of it where that is
    /// too small for a bar.
    pub fn child_size(&self) -> Size {
        let Size { rows, cols } = self.host;
        if self.host.fits() { Size { rows: rows - 1, cols } } else { Size { rows, cols } }
    }

    /// Whether there is a bar to be seen now, or will be as soon as drawing is possible.
    fn shown(&self) -> bool {
        self.entered && self.host.fits()
    }

    /// Makes room and draws: at the start, and after the terminal was somebody else's.
    pub fn enter(&mut self, out: &mut Vec<u8>) {
        self.entered = true;
        let last = self.screen.last_row();
        self.screen.cursor.rows = cursor::Rows { low: 0, high: last };
        self.unsettled = Some(OldBar::None);
        self.draw_if_possible(out);
    }

    /// Takes the bar away and gives the terminal all its rows back: at the end, and before the
    /// terminal is somebody else's.
    ///
    /// A string that the child has not finished is cancelled, or it would swallow everything.
    pub fn leave(&mut self, out: &mut Vec<u8>) {
        if !self.entered {
            return;
        }
        match &mut self.string {
            Some(string) if !string.cancelled => {
                string.cancelled = true;
                out.push(sequences::CAN);
            }
            _ => {}
        }
        // The beginning of a character; the beginning of a sequence is kept for the rest of it.
        if self.carry.first().is_some_and(|byte| *byte != sequences::ESC) {
            out.append(&mut self.carry);
        }
        if self.shown() {
            self.remove(out);
        }
        self.forget();
    }

    /// The terminal is somebody else's, who did not wait for [`Bar::leave`].
    pub fn forget(&mut self) {
        self.entered = false;
        self.stale = true;
    }

    /// The terminal has another size. [`Bar::child_size`] tells the child's.
    pub fn resize(&mut self, host: Size, out: &mut Vec<u8>) {
        if host == self.host {
            return;
        }
        let was_shown = self.shown();
        let below = self.rows_below(&self.screen.cursor);
        let below_main = self.rows_below(&self.screen.saved[0].cursor);
        self.host = host;
        self.screen.resize(at_least_one_cell(self.child_size()), below);
        let old = |below| if was_shown { OldBar::Below(below) } else { OldBar::None };
        // A bar that still waits to be erased is as far away as it was.
        self.unsettled.get_or_insert(old(below));
        if self.screen.alternate {
            self.unsettled_main.get_or_insert(old(below_main));
        }
        self.stale = true;
        self.draw_if_possible(out);
    }

    /// Shows or takes back the mark of a newer version.
    pub fn set_newer(&mut self, newer: bool, out: &mut Vec<u8>) {
        if self.row.newer != newer {
            self.row.newer = newer;
            self.stale = true;
            self.draw_if_possible(out);
        }
    }

    /// How many rows below a cursor the bar is, at least.
    fn rows_below(&self, cursor: &Cursor) -> u16 {
        self.screen.size.rows - cursor.rows.high
    }
}

/// A terminal may claim to have no cells at all.
fn at_least_one_cell(size: Size) -> Size {
    Size { rows: size.rows.max(1), cols: size.cols.max(1) }
}
