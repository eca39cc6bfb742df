//! What the child's output has done to the terminal: as much of it as decides where the cursor is
//! and what drawing the bar must put back. Cells are not kept.
//!
//! Where terminals differ this follows xterm, and says so.

use super::Size;
use super::cursor::{Cursor, Rows, Wrap};
use super::mouse::Mouse;
use super::tabs::Tabs;

/// A cursor that the child saved, and what became of the terminal's own copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Saved {
    /// What the child saved; the home position where it never did.
    pub cursor: Cursor,
    /// The terminal's copy.
    pub copy: Copy,
}

/// Whether the terminal still has what the child saved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Copy {
    /// It has.
    #[default]
    Kept,
    /// The bar was drawn on the other screen; some terminals have one place for both.
    Doubtful,
    /// The bar was drawn.
    Lost,
}

/// The child's screen.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is one mode of the terminal
pub struct Screen {
    /// Its size: without the bar's row.
    pub size: Size,
    /// The cursor.
    pub cursor: Cursor,
    /// DECSTBM: first and last row that scroll.
    pub region: (u16, u16),
    /// DECSLRM: first and last column, while DECLRMM allows setting them.
    pub margins: Option<(u16, u16)>,
    /// DECAWM.
    pub autowrap: bool,
    /// LNM: a line feed is a carriage return too.
    pub newline: bool,
    /// IRM.
    pub insert: bool,
    /// The alternate screen is shown.
    pub alternate: bool,
    /// What DECSC has saved on the main and on the alternate screen.
    pub saved: [Saved; 2],
    /// `PARAMETERS;URI` of the open hyperlink; empty where none is.
    pub link: Vec<u8>,
    /// SS2 or SS3 came: the next character is of another set.
    pub single_shift: bool,
    /// The terminal takes VT52's sequences, which the bar does not speak.
    pub vt52: bool,
    /// What the mouse reports.
    pub mouse: Mouse,
    /// Tab stops.
    pub tabs: Tabs,
}

impl Screen {
    /// A terminal just reset, with the cursor at home.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            cursor: Cursor::default(),
            region: (0, size.rows.saturating_sub(1)),
            margins: None,
            autowrap: true,
            newline: false,
            insert: false,
            alternate: false,
            saved: [Saved::default(); 2],
            link: Vec::new(),
            single_shift: false,
            vt52: false,
            mouse: Mouse::default(),
            tabs: Tabs::new(size.cols),
        }
    }

    /// The last row.
    pub fn last_row(&self) -> u16 {
        self.size.rows.saturating_sub(1)
    }

    fn last_col(&self) -> u16 {
        self.size.cols.saturating_sub(1)
    }

    /// What DECSC has saved on the screen that is shown.
    pub fn saved_here(&mut self) -> &mut Saved {
        &mut self.saved[usize::from(self.alternate)]
    }

    /// The whole screen scrolls.
    pub fn reset_region(&mut self) {
        self.region = (0, self.last_row());
    }

    /// The left and right end of the row for this cursor.
    fn edges(&self) -> (u16, u16) {
        match self.margins {
            Some((left, right)) if self.cursor.col <= right => {
                (if self.cursor.col < left { 0 } else { left }, right)
            }
            _ => (0, self.last_col()),
        }
    }

    // Rows.

    /// LF, IND and the end of a row.
    pub fn line_feed(&mut self) {
        let (bottom, last) = (self.region.1, self.last_row());
        self.move_rows(|row| if row == bottom { row } else { last.min(row + 1) });
    }

    /// RI.
    pub fn reverse_index(&mut self) {
        let top = self.region.0;
        self.move_rows(|row| if row == top { row } else { row.saturating_sub(1) });
    }

    fn move_rows(&mut self, movement: impl Fn(u16) -> u16) {
        self.cursor.rows = self.cursor.rows.map(movement);
        self.doubt_wrap();
    }

    /// Something came after which a row that was full stays so on some terminals only.
    pub fn doubt_wrap(&mut self) {
        if self.cursor.wrap != Wrap::None {
            self.cursor.wrap = Wrap::Unsure;
        }
    }

    /// CUU. Most terminals stop at the top margin, some at the top of the screen.
    pub fn up(&mut self, count: u16) {
        let top = self.region.0;
        let rows = self.cursor.rows;
        let stop = |row: u16| if row >= top { top } else { 0 };
        self.cursor.rows = Rows {
            low: rows.low.saturating_sub(count),
            high: rows.high.saturating_sub(count).max(stop(rows.high)),
        };
        self.cursor.wrap = Wrap::None;
    }

    /// CUD. Most terminals stop at the bottom margin, some at the bottom of the screen.
    pub fn down(&mut self, count: u16) {
        let (bottom, last) = (self.region.1, self.last_row());
        let rows = self.cursor.rows;
        let stop = |row: u16| if row <= bottom { bottom } else { last };
        self.cursor.rows = Rows {
            low: rows.low.saturating_add(count).min(stop(rows.low)),
            high: rows.high.saturating_add(count).min(last),
        };
        self.cursor.wrap = Wrap::None;
    }

    /// VPR, which no margin stops.
    pub fn down_freely(&mut self, count: u16) {
        let last = self.last_row();
        self.cursor.rows = self.cursor.rows.map(|row| row.saturating_add(count).min(last));
        self.cursor.wrap = Wrap::None;
    }

    /// VPA, counted from 0.
    pub fn go_to_row(&mut self, row: u16) {
        let (top, bottom) = if self.cursor.origin { self.region } else { (0, self.last_row()) };
        self.cursor.rows = Rows::at(row.saturating_add(top).min(bottom));
        self.cursor.wrap = Wrap::None;
    }

    /// Where DECSTBM and DECOM put the cursor.
    pub fn home(&mut self) {
        self.go_to_row(0);
        self.go_to_col(0);
    }

    /// DECOM. DEC's terminals home the cursor on both changes, some others only when it is set.
    pub fn set_origin(&mut self, origin: bool) {
        self.cursor.origin = origin;
        if origin {
            self.home();
        } else {
            self.doubt_wrap();
            self.cursor.rows.low = 0;
        }
    }

    // Columns.

    /// CHA, counted from 0.
    pub fn go_to_col(&mut self, col: u16) {
        self.cursor.col = col.min(self.last_col());
        self.cursor.wrap = Wrap::None;
    }

    /// CR.
    pub fn carriage_return(&mut self) {
        let (left, _) = self.edges();
        self.go_to_col(left);
    }

    /// BS and CUB.
    pub fn left(&mut self, count: u16) {
        let (left, _) = self.edges();
        self.go_to_col(self.cursor.col.saturating_sub(count).max(left));
    }

    /// CUF.
    pub fn right(&mut self, count: u16) {
        let (_, right) = self.edges();
        self.go_to_col(self.cursor.col.saturating_add(count).min(right));
    }

    /// HT and CHT.
    pub fn tab(&mut self, count: u16) {
        let (_, right) = self.edges();
        let right = right.max(self.cursor.col);
        for _ in 0..count.min(self.size.cols) {
            self.cursor.col = self.tabs.after(self.cursor.col, right);
        }
        self.doubt_wrap();
    }

    /// CBT.
    pub fn back_tab(&mut self, count: u16) {
        for _ in 0..count.min(self.size.cols) {
            self.cursor.col = self.tabs.before(self.cursor.col);
        }
        self.doubt_wrap();
    }

    // Characters.

    /// Whether a character of this width goes to the next row.
    pub fn wraps(&self, width: u16) -> bool {
        let (_, right) = self.edges();
        let full = matches!(self.cursor.wrap, Wrap::Pending | Wrap::ByHand);
        self.autowrap && (full || self.cursor.col.saturating_add(width) > right.saturating_add(1))
    }

    /// Whether the row is full with a character of this width.
    pub fn fills(&self, width: u16) -> bool {
        let (left, right) = self.edges();
        let col = if self.wraps(width) { left } else { self.cursor.col };
        col.saturating_add(width) > right
    }

    /// Writes one character.
    pub fn print(&mut self, width: u16) {
        self.single_shift = false;
        if width == 0 {
            return;
        }
        if self.wraps(width) {
            let (left, _) = self.edges();
            self.line_feed();
            self.cursor.col = left;
        } else if self.cursor.wrap == Wrap::Unsure && self.autowrap {
            // In this row or in the next.
            let low = self.cursor.rows.low;
            self.line_feed();
            self.cursor.rows.low = low;
            return;
        }
        self.advance(width);
    }

    /// Moves over `count` cells that are in this row.
    pub fn advance(&mut self, count: u16) {
        let (_, right) = self.edges();
        let col = self.cursor.col.saturating_add(count);
        (self.cursor.col, self.cursor.wrap) = match (col > right, self.autowrap) {
            (false, _) => (col, Wrap::None),
            (true, true) => (right, Wrap::Pending),
            (true, false) => (right, Wrap::Unsure),
        };
    }

    /// How many narrow characters fit into the rest of the row.
    pub fn room(&self) -> u16 {
        let (_, right) = self.edges();
        let full = self.cursor.wrap != Wrap::None;
        if full { 0 } else { (right + 1).saturating_sub(self.cursor.col) }
    }

    // Resets.

    /// DECSTR.
    pub fn soft_reset(&mut self) {
        let Cursor { rows, col, wrap, .. } = self.cursor;
        self.cursor = Cursor { rows, col, wrap, ..Cursor::default() };
        self.saved_here().cursor = Cursor::default();
        self.reset_region();
        self.margins = None;
        self.insert = false;
    }

    /// The terminal has another size. It resets the scroll region, may rearrange rows, and keeps
    /// the cursor on the screen; where on it, only the terminal knows. `below` is how far above
    /// the bar the cursor is at least.
    pub fn resize(&mut self, size: Size, below: u16) {
        self.size = size;
        self.tabs.resize(size.cols);
        self.reset_region();
        self.margins = self.margins.map(|_| (0, self.last_col()));
        let high = size.rows.saturating_sub(below).min(self.last_row());
        self.cursor.rows = Rows { low: 0, high };
        self.go_to_col(self.cursor.col);
        for saved in &mut self.saved {
            let cursor = &mut saved.cursor;
            cursor.rows = cursor.rows.map(|row| row.min(size.rows.saturating_sub(1)));
            cursor.col = cursor.col.min(size.cols.saturating_sub(1));
            cursor.wrap = Wrap::None;
        }
    }
}
