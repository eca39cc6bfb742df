//! The child's cursor, as far as its output tells.

use super::attributes::Attributes;

/// Between which two rows the cursor is, counted from 0; both ends belong to it.
///
/// Where the cursor is when the child starts is not known: asking the terminal would mix its
/// answer with what the user types. Every movement is a function that keeps the order of rows,
/// so moving both ends keeps the truth between them; most children soon move so that both ends
/// meet. `high` is also the lowest row of the screen that the child can have written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rows {
    /// The row nearest to the top.
    pub low: u16,
    /// The row nearest to the bottom.
    pub high: u16,
}

impl Rows {
    /// One row.
    pub fn at(row: u16) -> Self {
        Self { low: row, high: row }
    }

    /// The row, where it is known.
    pub fn known(self) -> Option<u16> {
        (self.low == self.high).then_some(self.low)
    }

    /// Moves.
    pub fn map(self, movement: impl Fn(u16) -> u16) -> Self {
        Self { low: movement(self.low), high: movement(self.high) }
    }
}

/// What the next character does after one was written in the last column.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Wrap {
    /// It goes where the cursor is.
    #[default]
    None,
    /// Terminals differ.
    Unsure,
    /// It goes to the next row: the terminal remembers this.
    Pending,
    /// The same, but the terminal has forgotten, because the bar was drawn: the filter makes the new
    /// row.
    ByHand,
}

/// The character sets that ISO 2022 has in reach.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Charsets {
    /// The last byte of what designated each of G0 to G3; `B` is ASCII.
    pub designated: [u8; 4],
    /// Which of them is in use.
    pub shift: usize,
}

impl Default for Charsets {
    fn default() -> Self {
        Self { designated: [b'B'; 4], shift: 0 }
    }
}

impl Charsets {
    /// The sequence that puts one of G0 to G3 to use.
    pub fn shift_sequence(self) -> &'static [u8] {
        [&b"\x0f"[..], b"\x0e", b"\x1bn", b"\x1bo"][self.shift]
    }

    /// The sequence that designates one of G0 to G3.
    pub fn designation(self, index: usize) -> [u8; 3] {
        [0x1b, b"()*+"[index], self.designated[index]]
    }
}

/// What DECSC saves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cursor {
    /// Its row.
    pub rows: Rows,
    /// Its column, counted from 0.
    pub col: u16,
    /// Whether it is behind the last column.
    pub wrap: Wrap,
    /// Colours and such.
    pub attributes: Attributes,
    /// Character sets.
    pub charsets: Charsets,
    /// DECOM: rows count from the top of the scroll region.
    pub origin: bool,
}
