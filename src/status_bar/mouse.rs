//! The mouse on its way to the child, which must not hear of clicks in a row that it does not have.
//!
//! Terminals write a report in one piece, so nothing is held back for the rest of one: an Esc key is
//! passed on at once, and a report that a read has cut passes as it is.

use std::io::Write as _;

use memchr::memmem;

use super::Bar;
use crate::sequences;

/// What the child has asked its terminal to report. The numbers are those of xterm's control
/// sequences (<https://invisible-island.net/xterm/ctlseqs/ctlseqs.html>, "Mouse Tracking").
#[derive(Clone, Copy, Debug, Default)]
pub struct Mouse {
    /// A bit for each kind of reports that is on.
    kinds: u8,
    /// Their form, unless it is the oldest.
    form: Option<u16>,
}

/// Modes 9, 1000, 1001, 1002, 1003: each switches reports on.
const KINDS: [u16; 5] = [9, 1000, 1001, 1002, 1003];
/// UTF-8, SGR, urxvt's, and SGR in pixels: each is the form of all reports.
const FORMS: [u16; 4] = [1005, SGR, 1015, 1016];
const SGR: u16 = 1006;

/// Bits of a report's first number: the pointer moved; the number is of the wheel.
const MOTION: u16 = 32;
const WHEEL: u16 = 64;
/// No button, in the two lowest bits.
const NO_BUTTON: u16 = 3;

impl Mouse {
    /// DECSET, DECRST.
    pub fn set(&mut self, mode: u16, on: bool) {
        if let Some(bit) = KINDS.iter().position(|kind| *kind == mode) {
            let bit = 1 << bit;
            self.kinds = if on { self.kinds | bit } else { self.kinds & !bit };
        } else if FORMS.contains(&mode) {
            self.form = on.then_some(mode);
        }
    }
}

/// A report at the beginning of what was typed.
struct Report {
    length: usize,
    button: u16,
    col: u16,
    row: u16,
    released: bool,
}

/// What becomes of one that is about the bar's row.
enum Fate {
    /// A button or the wheel: nothing of the child's is there.
    Dropped,
    /// A button that was pressed elsewhere is moved or let go: the child must hear of that, in its
    /// last row.
    Moved,
}

impl Report {
    /// `CSI < button ; column ; row M`, or `m` for a button let go.
    fn sgr(data: &[u8]) -> Option<Self> {
        let numbers = data.strip_prefix(b"\x1b[<")?;
        let end = numbers.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'))?;
        let released = match numbers[end] {
            b'M' => false,
            b'm' => true,
            _ => return None,
        };
        let text = std::str::from_utf8(&numbers[..end]).ok()?;
        let mut fields = text.split(';').map(|field| field.parse().ok());
        let (button, col, row) = (fields.next()??, fields.next()??, fields.next()??);
        fields.next().is_none().then_some(Self { length: 3 + end + 1, button, col, row, released })
    }

    /// `CSI M` and three bytes, each 32 more than it says; no button is one let go.
    fn oldest(data: &[u8]) -> Option<Self> {
        let [button, col, row] = *data.strip_prefix(b"\x1b[M")?.first_chunk()?;
        let number = |byte: u8| u16::from(byte.wrapping_sub(32));
        let button = number(button);
        let released = button & (WHEEL | MOTION | NO_BUTTON) == NO_BUTTON;
        Some(Self { length: 6, button, col: number(col), row: number(row), released })
    }

    fn fate(&self) -> Fate {
        let dragged = self.button & MOTION != 0 && self.button & NO_BUTTON != NO_BUTTON;
        let wheel = self.button & WHEEL != 0;
        if (self.released || dragged) && !wheel { Fate::Moved } else { Fate::Dropped }
    }
}

impl Bar {
    /// Passes on what the user types, but for the mouse in the bar's row.
    pub fn filter_typed(&self, input: &[u8], out: &mut Vec<u8>) {
        let Mouse { kinds, form } = self.screen.mouse;
        let report = match form {
            _ if kinds == 0 || !self.shown() => None,
            None => Some(Report::oldest as fn(&[u8]) -> Option<Report>),
            Some(SGR) => Some(Report::sgr as _),
            // Hardly used; one is ambiguous, one tells no cells.
            Some(_) => None,
        };
        let Some(report) = report else { return out.extend_from_slice(input) };
        let mut rest = input;
        while let Some(at) = memmem::find(rest, &[sequences::ESC, b'[']) {
            let (before, data) = rest.split_at(at);
            out.extend_from_slice(before);
            let Some(found) = report(data) else {
                out.extend_from_slice(&data[..2]);
                rest = &data[2..];
                continue;
            };
            let (raw, after) = data.split_at(found.length);
            self.pass_report(&found, raw, out);
            rest = after;
        }
        out.extend_from_slice(rest);
    }

    fn pass_report(&self, report: &Report, raw: &[u8], out: &mut Vec<u8>) {
        let last = self.screen.size.rows;
        match report.fate() {
            _ if report.row <= last => out.extend_from_slice(raw),
            Fate::Dropped => {}
            Fate::Moved if self.screen.mouse.form == Some(SGR) => {
                let end = if report.released { 'm' } else { 'M' };
                let Report { button, col, .. } = report;
                let _ = write!(out, "\x1b[<{button};{col};{last}{end}");
            }
            Fate::Moved => {
                out.extend_from_slice(&raw[..5]);
                out.push(u8::try_from(last + 32).unwrap_or(u8::MAX));
            }
        }
    }
}
