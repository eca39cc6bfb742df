//! The child's output on its way to the terminal.

use unicode_width::UnicodeWidthChar as _;

use super::cursor::{Rows, Wrap};
use super::{Bar, OpenString};
use crate::sequences::{self, Kind, Piece, Token};

/// How much of a string is looked at: enough for any hyperlink that a terminal takes.
const LONGEST_LINK: usize = 4096;

impl Bar {
    /// Passes the child's output on, with the bar drawn where it is due.
    pub fn filter(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut carry = std::mem::take(&mut self.carry);
        sequences::walk(&mut carry, input, |data| self.step(data, out));
        self.carry = carry;
        self.draw_if_possible(out);
    }

    /// Takes one token from the beginning of `data`; `None` where it is not whole.
    fn step(&mut self, data: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        if self.string.is_some() {
            return self.string_step(data, out);
        }
        let token = sequences::token(data);
        let length = self.take(token, data, out);
        self.behind_character = matches!(token, Token::Text(_) | Token::Broken(_));
        length
    }

    fn take(&mut self, token: Token, data: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        match token {
            Token::Text(length) => {
                self.text(&data[..length], out);
                Some(length)
            }
            Token::Broken(length) => {
                // Shown as one replacement character, except that a lone C1 byte is not shown.
                if length > 1 || data[0] > 0x9f {
                    self.character(&data[..length], 1, out);
                    self.last = Some((char::REPLACEMENT_CHARACTER, true));
                } else {
                    out.push(data[0]);
                }
                Some(length)
            }
            Token::Control => {
                self.control(data[0], out);
                Some(1)
            }
            Token::Sequence(length) => {
                let start = out.len();
                self.sequence(&data[..length], out);
                // Its ESC ended the string; what it was rewritten to may have none.
                if std::mem::take(&mut self.string_cut) && out.get(start) != Some(&sequences::ESC) {
                    out.splice(start..start, *b"\x1b\\");
                }
                Some(length)
            }
            // Not passed on: what follows may be rewritten, and then would not end it.
            Token::Cut(length) => {
                let controls = data[..length].iter().filter(|byte| sequences::is_control(**byte));
                controls.for_each(|byte| self.control(*byte, out));
                Some(length)
            }
            Token::String(length, kind) => {
                out.extend_from_slice(&data[..length]);
                self.string = Some(OpenString { kind, start: Vec::new(), cancelled: false });
                Some(length)
            }
            Token::Partial => None,
        }
    }

    fn string_step(&mut self, data: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let string = self.string.as_mut()?;
        let (length, ended) = match string.kind.advance(data) {
            Piece::Inside(length) => (length, false),
            Piece::Last(length) => (length, true),
            Piece::Partial => return None,
        };
        if !string.cancelled {
            out.extend_from_slice(&data[..length]);
        }
        let room = LONGEST_LINK.saturating_sub(string.start.len());
        string.start.extend_from_slice(&data[..length.min(room)]);
        if ended {
            self.string_cut = length == 0;
            self.string_end();
        }
        Some(length)
    }

    /// Notes a hyperlink, and that an image has moved the cursor, nobody knows how far.
    fn string_end(&mut self) {
        let Some(OpenString { kind, start, cancelled: false }) = self.string.take() else {
            return;
        };
        if is_image(&start) || kind == Kind::Tmux {
            let last = self.screen.last_row();
            let low = self.screen.cursor.rows.low;
            self.screen.cursor.rows = Rows { low, high: last };
            self.stale = true;
        }
        let Some(link) = start.strip_prefix(b"8;").filter(|_| kind == Kind::Osc) else { return };
        let end = link.iter().position(|byte| *byte < 0x20).unwrap_or(link.len());
        let link = &link[..end];
        // Too long to be put back, or the end of a link.
        let closed = start.len() >= LONGEST_LINK || link.ends_with(b";");
        self.screen.link = if closed { Vec::new() } else { link.to_vec() };
    }

    // Characters.

    pub(super) fn text(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let mut rest = text;
        while !rest.is_empty() {
            let ascii = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
            // A bar that is due must be drawn before the row is full.
            let room = self.screen.room().saturating_sub(u16::from(self.stale));
            let plain = ascii.min(usize::from(room));
            if plain > 0 && !self.screen.single_shift {
                out.extend_from_slice(&rest[..plain]);
                self.screen.advance(u16::try_from(plain).unwrap_or(u16::MAX));
                self.last = Some((char::from(rest[plain - 1]), true));
                rest = &rest[plain..];
                continue;
            }
            let valid = std::str::from_utf8(rest).unwrap_or_default();
            let Some(char) = valid.chars().next() else { return };
            let (bytes, after) = rest.split_at(char.len_utf8());
            rest = after;
            let width = char.width().map_or(0, |width| u16::try_from(width).unwrap_or(1));
            self.character(bytes, width, out);
            self.last = Some((char, true));
        }
    }

    /// Passes one character on.
    fn character(&mut self, bytes: &[u8], width: u16, out: &mut Vec<u8>) {
        let unsure = self.screen.autowrap && self.screen.cursor.wrap == Wrap::Unsure;
        if unsure && width > 0 && self.falls_off() {
            // The row is not full: on no terminal may this one go to the bar's.
            out.extend_from_slice(b"\x1b[C");
            self.screen.right(1);
        }
        if width > 0 && self.screen.wraps(width) {
            self.wrap(out);
        }
        // In a full row the bar would have to wait.
        if self.stale && width > 0 && self.screen.fills(width) {
            self.draw_if_possible(out);
        }
        out.extend_from_slice(bytes);
        self.screen.print(width);
    }

    /// Makes the next row where the terminal would not, or would make it of the bar's.
    fn wrap(&mut self, out: &mut Vec<u8>) {
        let wrap = self.screen.cursor.wrap;
        let below_region = self.falls_off();
        if !below_region && wrap != Wrap::ByHand {
            return;
        }
        // A wide character leaves a blank where it does not fit.
        if matches!(wrap, Wrap::None | Wrap::Unsure) {
            out.push(b' ');
        }
        out.push(b'\r');
        self.screen.carriage_return();
        if !below_region {
            out.push(b'\n');
            self.screen.line_feed();
        }
    }

    /// Whether the row below the cursor is the bar's, and no scrolling keeps the cursor out of it:
    /// it is in the child's last row, below the scroll region.
    pub(super) fn falls_off(&self) -> bool {
        let screen = &self.screen;
        let last = screen.last_row();
        self.shown() && screen.region.1 < last && screen.cursor.rows.known() == Some(last)
    }

    pub(super) fn control(&mut self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            0x0a..=0x0c => {
                self.line_feed(&[byte], out);
                if self.screen.newline {
                    self.screen.carriage_return();
                }
                return;
            }
            0x08 => self.screen.left(1),
            0x09 => self.screen.tab(1),
            0x0d => self.screen.carriage_return(),
            0x0e => self.screen.cursor.charsets.shift = 1,
            0x0f => self.screen.cursor.charsets.shift = 0,
            _ => {}
        }
        out.push(byte);
    }

    /// LF, IND: not passed on where it would lead into the bar's row.
    pub(super) fn line_feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if !self.falls_off() {
            out.extend_from_slice(bytes);
            self.screen.line_feed();
        } else if self.screen.newline {
            out.push(b'\r');
        }
    }
}

/// Whether a string is an image: sixel, kitty's or `iTerm2`'s.
fn is_image(string: &[u8]) -> bool {
    let params = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    let sixel = string.iter().find(|byte| !params(byte)) == Some(&b'q');
    sixel || string.starts_with(b"G") || string.starts_with(b"1337;File")
}
