//! Where one control sequence of a command's output ends and the next begins.
//!
//! The boundaries are those of `vte`, after the state machine of DEC's terminals
//! (<https://vt100.net/emu/dec_ansi_parser>). `vte` itself tells what a sequence means, but not
//! whether one is still open, which decides when the status bar may be drawn and what may be written behind
//! a command. Strings are not given to `vte` at all: an image may be megabytes.

/// A longer control sequence is no control sequence.
const LONGEST: usize = 512;

const BEL: u8 = 0x07;
/// Cancels a sequence or a string.
pub const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
/// Begins a sequence.
pub const ESC: u8 = 0x1b;
/// The first byte of `U+0080` to `U+009F`, the two-byte form of escape sequences: `U+009B` is
/// `ESC [`. Some terminals obey them, so none is written into.
pub const C1: u8 = 0xc2;

/// Takes output step by step. A step gives how many bytes it has taken, or `None` where what it began with is not
/// whole: that is carried until more comes.
pub fn walk(carry: &mut Vec<u8>, output: &[u8], mut step: impl FnMut(&[u8]) -> Option<usize>) {
    let joined;
    let data = if carry.is_empty() {
        output
    } else {
        joined = [&std::mem::take(carry), output].concat();
        &joined
    };
    let mut at = 0;
    while at < data.len() {
        let Some(length) = step(&data[at..]) else {
            *carry = data[at..].to_vec();
            return;
        };
        at += length;
    }
}

/// What stands at the beginning of some output, outside any string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Token {
    /// This many bytes of printable characters.
    Text(usize),
    /// This many bytes that are no character.
    Broken(usize),
    /// One control character.
    Control,
    /// A whole escape or control sequence.
    Sequence(usize),
    /// A sequence that is cut short, and which means nothing but the control characters in it.
    Cut(usize),
    /// The first bytes of a string.
    String(usize, Kind),
    /// The beginning of something whose end has not come yet.
    Partial,
}

/// What kind of string it is, which tells how it ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// An operating system command: titles, hyperlinks, the clipboard.
    Osc,
    /// Any other that only ST ends: DCS (sixel), APC (kitty's images), PM, SOS, and `ESC k`,
    /// which sets a title in tmux and screen.
    Other,
    /// tmux's pass-through, in which every ESC of what is passed is doubled.
    Tmux,
    /// A control sequence beyond all bounds.
    Overlong,
}

/// What the next bytes of a string are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Piece {
    /// This many bytes belong to it, and it goes on.
    Inside(usize),
    /// This many bytes belong to it, and it has ended.
    Last(usize),
    /// Whether it ends here depends on the byte to come.
    Partial,
}

/// The token at the beginning of `data`, which is not empty.
pub fn token(data: &[u8]) -> Token {
    match data[0] {
        ESC => escape(data),
        C1 if data.get(1).is_some_and(|byte| (0x80..=0x9f).contains(byte)) => {
            introduced(data, 2, data[1] - 0x40)
        }
        byte if is_control(byte) => Token::Control,
        _ => text(data),
    }
}

/// Whether a terminal obeys this byte, alone or in the midst of a sequence.
pub fn is_control(byte: u8) -> bool {
    byte != ESC && (byte < 0x20 || byte == 0x7f)
}

fn text(data: &[u8]) -> Token {
    let end = data.iter().position(|byte| is_control(*byte) || *byte == ESC).unwrap_or(data.len());
    let (valid, broken) = match std::str::from_utf8(&data[..end]) {
        Ok(text) => (text, None),
        Err(error) => {
            let (valid, _) = data.split_at(error.valid_up_to());
            let length = error.error_len().or((end < data.len()).then_some(end - valid.len()));
            (std::str::from_utf8(valid).unwrap_or_default(), Some(length))
        }
    };
    let valid = &valid[..valid.find(is_c1).unwrap_or(valid.len())];
    match (valid.len(), broken) {
        (0, Some(None)) => Token::Partial,
        (0, Some(Some(length))) => Token::Broken(length),
        (length, _) => Token::Text(length),
    }
}

fn is_c1(char: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&char)
}

/// `data` begins with ESC.
fn escape(data: &[u8]) -> Token {
    let mut intermediate = false;
    for (at, &byte) in data.iter().enumerate().skip(1) {
        match byte {
            CAN | SUB => return Token::Cut(at + 1),
            ESC => return Token::Cut(at),
            b' '..=b'/' => intermediate = true,
            b'0'..=b'~' if intermediate => return Token::Sequence(at + 1),
            b'0'..=b'~' => return introduced(data, at + 1, byte),
            _ if at > LONGEST => return Token::Cut(at),
            _ => {}
        }
    }
    Token::Partial
}

/// What `ESC final` begins; `start` is the place behind it.
fn introduced(data: &[u8], start: usize, last: u8) -> Token {
    let rest = &data[start..];
    match last {
        b'[' => control_sequence(data, start),
        b']' => Token::String(start, Kind::Osc),
        b'P' if rest.starts_with(TMUX) => Token::String(start + TMUX.len(), Kind::Tmux),
        b'P' if TMUX.starts_with(rest) => Token::Partial,
        b'P' | b'X' | b'^' | b'_' | b'k' => Token::String(start, Kind::Other),
        _ => Token::Sequence(start),
    }
}

const TMUX: &[u8] = b"tmux;";

fn control_sequence(data: &[u8], start: usize) -> Token {
    for (at, byte) in data.iter().enumerate().skip(start) {
        match byte {
            b'@'..=b'~' => return Token::Sequence(at + 1),
            &CAN | &SUB => return Token::Cut(at + 1),
            &ESC => return Token::Cut(at),
            _ if at > LONGEST => return Token::String(at, Kind::Overlong),
            _ => {}
        }
    }
    Token::Partial
}

impl Kind {
    /// How far this string goes into `data`, which is not empty.
    ///
    /// The one-byte ST (`U+009C`) ends no string here: where a terminal takes it for the end, the
    /// bar is drawn a little later than it could.
    pub fn advance(self, data: &[u8]) -> Piece {
        let ends = |byte: &u8| match *byte {
            CAN | SUB | ESC => true,
            BEL => self == Self::Osc,
            b'@'..=b'~' => self == Self::Overlong,
            _ => false,
        };
        let at = data.iter().position(ends).unwrap_or(data.len());
        if at > 0 && data.get(at).is_none_or(|byte| *byte == ESC) {
            return Piece::Inside(at);
        }
        match (data[at], data.get(at + 1)) {
            (ESC, None) => Piece::Partial,
            (ESC, Some(b'\\')) if self != Self::Overlong => Piece::Last(2),
            (ESC, Some(_)) if self == Self::Tmux => Piece::Inside(2),
            // Cut short: what follows is a sequence of its own.
            (ESC, Some(_)) => Piece::Last(0),
            _ => Piece::Last(at + 1),
        }
    }
}
