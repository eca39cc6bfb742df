//! The modes that a command can leave a terminal in.
//!
//! Numbers are those of xterm's control sequences
//! (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>), unless a row says otherwise.

/// What a mode changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Changes {
    /// The terminal sends something by itself, without a key.
    Reports,
    /// A key, a click or a paste sends something else.
    Keys,
    /// What is seen.
    Screen,
}

/// One mode.
#[derive(Debug)]
pub struct Mode {
    /// Whether the number is one of `CSI ?`, and not of `CSI` alone.
    pub private: bool,
    /// Its number.
    pub number: u16,
    /// Whether a terminal that nobody touched has it on.
    pub default: bool,
    /// What it changes.
    pub changes: Changes,
}

const fn private(number: u16, changes: Changes) -> Mode {
    Mode { private: true, number, default: false, changes }
}

const fn private_on(number: u16, changes: Changes) -> Mode {
    Mode { default: true, ..private(number, changes) }
}

const fn ansi(number: u16, changes: Changes) -> Mode {
    Mode { private: false, ..private(number, changes) }
}

/// VT52's sequences, while the mode is off: a terminal that speaks them obeys none of the others, so
/// the row is the first.
pub const VT52: u16 = 2;

/// The keypad's own codes, which `ESC =` and `ESC >` switch as well.
pub const KEYPAD: u16 = 66;

/// Each switches to the alternate screen, in a way of its own.
pub const ALTERNATE: [u16; 3] = [47, 1047, 1049];

/// Modes whose default is the same in all terminals; what a terminal's settings decide, such as
/// whether the cursor blinks or Alt sends an escape, is left as the command has it.
pub const MODES: &[Mode] = &[
    private_on(VT52, Changes::Keys),
    // The cursor's keys, the keypad.
    private(1, Changes::Keys),
    private(KEYPAD, Changes::Keys),
    // The mouse: each is a kind of reports.
    private(9, Changes::Reports),
    private(1000, Changes::Reports),
    private(1001, Changes::Reports),
    private(1002, Changes::Reports),
    private(1003, Changes::Reports),
    // The mouse: each is a form of the reports, and sends none.
    private(1005, Changes::Keys),
    private(1006, Changes::Keys),
    private(1015, Changes::Keys),
    private(1016, Changes::Keys),
    // The window gets or loses the focus.
    private(1004, Changes::Reports),
    // The colours turn dark or light (contour's, of kitty and Ghostty too).
    private(2031, Changes::Reports),
    // The window has another size (kitty's, of foot and iTerm2 too).
    private(2048, Changes::Reports),
    // Pastes come in brackets; pastes of anything but text (kitty).
    private(2004, Changes::Keys),
    private(5522, Changes::Keys),
    // Each key is a record of Windows' console (Windows Terminal).
    private(9001, Changes::Keys),
    // The keyboard is locked; the terminal echoes by itself while the mode is off; Enter sends two bytes.
    ansi(2, Changes::Keys),
    Mode { default: true, ..ansi(12, Changes::Keys) },
    ansi(20, Changes::Keys),
    // Characters push others on; a row that is full goes on in the next.
    ansi(4, Changes::Screen),
    private_on(7, Changes::Screen),
    // Black on white; the cursor; margins on the left and right.
    private(5, Changes::Screen),
    private_on(25, Changes::Screen),
    private(69, Changes::Screen),
    // Nothing is shown until the mode ends.
    private(2026, Changes::Screen),
];

/// A set of rows, a bit for each.
pub type Rows = u32;

/// The bit of a mode, where it has a row.
pub fn row(private: bool, number: u16) -> Option<Rows> {
    let at = MODES.iter().position(|mode| (mode.private, mode.number) == (private, number))?;
    Some(1 << at)
}

/// The rows that change this.
pub fn rows_that_change(changes: Changes) -> Rows {
    let found = MODES.iter().enumerate().filter(|(_, mode)| mode.changes == changes);
    found.fold(0, |rows, (at, _)| rows | 1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_has_one_row_and_a_bit() {
        assert!(MODES.len() <= Rows::BITS as usize);
        for (at, mode) in MODES.iter().enumerate() {
            assert_eq!(row(mode.private, mode.number), Some(1 << at), "{mode:?} is there twice");
            assert!(!mode.private || !ALTERNATE.contains(&mode.number), "{mode:?}");
        }
        assert_eq!(MODES[0].number, VT52);
    }
}
