//! Alacritty's emulator, read cell by cell.

use std::sync::{Arc, Mutex};

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::term::{Config, Term, TermMode};
use alacritty_terminal::vte::ansi::{Color, Processor, StdSyncHandler};

use ai_jail::status_bar::Size;

pub struct Emulator {
    term: Term<Replies>,
    parser: Processor<StdSyncHandler>,
    replies: Replies,
}

/// What the terminal answers, as the child would read it.
#[derive(Clone, Default)]
struct Replies(Arc<Mutex<String>>);

impl EventListener for Replies {
    fn send_event(&self, event: Event) {
        if let Event::PtyWrite(text) = event {
            self.0.lock().unwrap().push_str(&text);
        }
    }
}

struct Cells(Size);

impl Dimensions for Cells {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        self.0.rows.into()
    }

    fn columns(&self) -> usize {
        self.0.cols.into()
    }
}

/// One cell, or the attributes for the next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Look {
    text: String,
    colours: (Color, Color, Option<Color>),
    flags: Flags,
    link: Option<String>,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let marks = cell.zerowidth().into_iter().flatten();
        Self {
            text: std::iter::once(&cell.c).chain(marks).collect(),
            colours: (cell.fg, cell.bg, cell.underline_color()),
            // That a row goes on in the next is not seen; the filter makes some rows itself.
            flags: cell.flags - (Flags::WRAPLINE | Flags::LEADING_WIDE_CHAR_SPACER),
            link: cell.hyperlink().map(|link| link.uri().to_owned()),
        }
    }
}

/// All that the child can see or ask.
#[derive(Eq, PartialEq)]
pub struct Snapshot {
    pub cursor: (i32, usize),
    pub attributes: Look,
    pub mode: TermMode,
    pub replies: String,
    /// The scrollback, then the screen.
    pub rows: Vec<Vec<Look>>,
}

impl Snapshot {
    /// Stops at the first difference, with both screens.
    pub fn must_be(&self, other: &Self) {
        assert_eq!(self.text(), other.text(), "text");
        assert_eq!(self.cursor, other.cursor, "cursor: {:#?}", self.text());
        assert_eq!(self.replies, other.replies);
        assert_eq!(self.mode, other.mode);
        assert_eq!(self.attributes, other.attributes);
        for (row, (ours, others)) in self.rows.iter().zip(&other.rows).enumerate() {
            for (col, (ours, others)) in ours.iter().zip(others).enumerate() {
                assert_eq!(ours, others, "row {row}, column {col}: {:#?}", self.text());
            }
        }
    }

    /// The text of every row.
    pub fn text(&self) -> Vec<String> {
        let text = |row: &Vec<Look>| row.iter().map(|look| look.text.as_str()).collect();
        self.rows.iter().map(text).collect()
    }
}

impl Emulator {
    pub fn new(size: Size) -> Self {
        let replies = Replies::default();
        let term = Term::new(Config::default(), &Cells(size), replies.clone());
        Self { term, parser: Processor::new(), replies }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        self.parser.advance(&mut self.term, bytes);
    }

    pub fn resize(&mut self, size: Size) {
        self.term.resize(Cells(size));
    }

    /// What is seen, without the last `less` rows.
    pub fn snapshot(&mut self, less: i32) -> Snapshot {
        // A synchronised update that is not over would hide everything in it.
        self.parser.stop_sync(&mut self.term);
        let grid = self.term.grid();
        let screen = i32::try_from(grid.screen_lines()).unwrap() - less;
        let history = i32::try_from(grid.history_size()).unwrap();
        let row = |line| {
            (0..grid.columns()).map(|col| Look::of(&grid[Line(line)][Column(col)])).collect()
        };
        let cursor = &grid.cursor;
        Snapshot {
            cursor: (cursor.point.line.0, cursor.point.column.0),
            attributes: Look::of(&cursor.template),
            mode: *self.term.mode(),
            replies: self.replies.0.lock().unwrap().clone(),
            rows: (-history..screen).map(row).collect(),
        }
    }

    /// The text of a row, counted from the top of the screen.
    pub fn row(&self, line: u16) -> String {
        let row = &self.term.grid()[Line(line.into())];
        let cells = row.into_iter().filter(|cell| !cell.flags.contains(Flags::WIDE_CHAR_SPACER));
        cells.map(|cell| cell.c).collect()
    }

    /// Whether a row is filled from end to end.
    pub fn is_one_background(&self, line: u16) -> bool {
        let row = &self.term.grid()[Line(line.into())];
        row.into_iter().all(|cell| cell.bg == Color::Indexed(236))
    }

    /// Whether the next character goes to the next row.
    pub fn is_full(&self) -> bool {
        self.term.grid().cursor.input_needs_wrap
    }
}
