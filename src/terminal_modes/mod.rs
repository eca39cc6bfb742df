//! What a command leaves its terminal in, and whether answers of that are on their way.
//!
//! A command that is killed, or that means harm, leaves the mouse reporting, the alternate screen on
//! or a question asked whose answer the next program reads as if it were typed. So the command's
//! output is watched for the sequences that do this, and what is not undone at the end is undone for
//! it. A command that cleans up after itself is followed by nothing.
//!
//! This module is pure: bytes in, bytes out.

mod given;
mod keyboard;
mod questions;
mod state;
mod table;

use memchr::{memchr, memchr_iter, memchr3};

use crate::sequences::{self, C1, CAN, ESC, Kind, Piece, Token};
use given::Given;
use state::State;

/// Asks a terminal what it is called.
const ENQ: u8 = 0x05;

/// How much of a string is looked at.
const LONGEST_START: usize = 512;

/// The last bytes of most sequences, which change no mode and ask nothing: colours, movements,
/// erasing. Few outputs have others, and a glance is cheaper than taking each apart.
const PLAIN: &[u8] = b"ABCDEFGHJKLMPXdfm";

/// What a command has made of its terminal so far.
#[derive(Debug, Default)]
pub struct Modes {
    state: State,
    /// What a read has cut: the beginning of a sequence.
    carry: Vec<u8>,
    string: Option<OpenString>,
    /// Room for one sequence.
    plain: Vec<u8>,
    /// The output has a question.
    asked: bool,
    /// What keys send is not as the command has it, because others use the terminal.
    paused: bool,
    /// Times that [`Modes::ASK`] was asked by the command.
    asked_how: usize,
}

/// A string that has begun and not ended.
#[derive(Debug)]
struct OpenString {
    kind: Kind,
    /// The byte that began it behind an ESC.
    introducer: u8,
    start: Vec<u8>,
    /// A question mark is in it.
    questioned: bool,
}

impl Modes {
    /// Asks a terminal how it is; all terminals answer in turn, so that answers to earlier questions
    /// come before [`Modes::ANSWER`].
    pub const ASK: &[u8] = b"\x1b[5n";

    /// The answer to [`Modes::ASK`].
    pub const ANSWER: &[u8] = b"\x1b[0n";

    /// Takes a part of the command's output. Gives whether the terminal may send something of its own
    /// because of it: an answer, or reports.
    pub fn note(&mut self, output: &[u8]) -> bool {
        let reported = self.state.reports();
        self.asked = false;
        let mut carry = std::mem::take(&mut self.carry);
        sequences::walk(&mut carry, output, |data| self.step(data));
        self.carry = carry;
        self.asked || reported || self.state.reports()
    }

    /// Whether the terminal sends something by itself.
    pub fn reports(&self) -> bool {
        self.state.reports()
    }

    /// How often the command has asked [`Modes::ASK`] since the last time that this was called.
    pub fn take_asked(&mut self) -> usize {
        std::mem::take(&mut self.asked_how)
    }

    /// The command is stopped, and others use the terminal: what keys send is as it was, and nothing
    /// is sent without a key. The screen stays as any program's that was stopped.
    pub fn pause(&mut self, out: &mut Vec<u8>) {
        self.paused = true;
        self.write(out, State::write_keys_off);
    }

    /// The command goes on: undoes [`Modes::pause`].
    pub fn go_on(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.paused) {
            self.write(out, State::write_keys_on);
        }
    }

    /// The command has ended: all that it changed and did not change back is as it was.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        self.write(out, State::write_end);
        *self = Self::default();
    }

    /// Writes sequences, after the end of one that the command has left open.
    fn write(&self, out: &mut Vec<u8>, sequences: impl FnOnce(&State, &mut Vec<u8>)) {
        let start = out.len();
        sequences(&self.state, out);
        let open = self.string.is_some() || self.carry.first() == Some(&ESC);
        if open && out.len() > start {
            out.insert(start, CAN);
        }
    }

    /// Takes what stands at the beginning of `data`; `None` where it is not whole.
    fn step(&mut self, data: &[u8]) -> Option<usize> {
        if self.string.is_some() {
            return self.string_step(data);
        }
        match memchr3(ESC, C1, ENQ, data) {
            Some(0) => {}
            found => return Some(found.unwrap_or(data.len())),
        }
        match (data[0], data.get(1)) {
            (ENQ, _) => self.asked = true,
            (C1, None) => return None,
            (C1, Some(second)) if !is_c1(*second) => {}
            _ => return self.token(data),
        }
        Some(1)
    }

    fn token(&mut self, data: &[u8]) -> Option<usize> {
        let token = sequences::token(data);
        if let Token::Sequence(length) | Token::Cut(length) | Token::String(length, _) = token {
            // The two-byte form of another sequence ends one that is not whole.
            let mut places = memchr_iter(C1, &data[1..length]).map(|at| at + 1);
            if let Some(at) = places.find(|at| data.get(at + 1).is_some_and(|byte| is_c1(*byte))) {
                return Some(at);
            }
        }
        match token {
            Token::Partial => None,
            Token::Sequence(length) => {
                self.sequence(&data[..length]);
                Some(length)
            }
            Token::String(length, kind) => {
                let begun = &data[..length];
                let introducer = if begun[0] == C1 { begun[1] - 0x40 } else { begun[length - 1] };
                // What is beyond all bounds may still be obeyed.
                let start = if kind == Kind::Overlong { begun.to_vec() } else { Vec::new() };
                self.string = Some(OpenString { kind, introducer, start, questioned: false });
                Some(length)
            }
            Token::Text(length) | Token::Broken(length) | Token::Cut(length) => Some(length),
            Token::Control => Some(1),
        }
    }

    fn sequence(&mut self, raw: &[u8]) {
        if let [ESC, b'[', b'0'..=b'9' | b';' | b'A'..=b'z', ..] = raw {
            if raw.last().is_some_and(|last| PLAIN.contains(last)) {
                return;
            }
        }
        let mut plain = std::mem::take(&mut self.plain);
        if let Some(given) = Given::read(raw, &mut plain) {
            self.state.take(&given);
            self.asked |= questions::asks(&given);
            let is_ours = given.control && given.private.is_none() && given.last == b'n';
            self.asked_how += usize::from(is_ours && given.number(0) == Some(5));
        }
        self.plain = plain;
    }

    fn string_step(&mut self, data: &[u8]) -> Option<usize> {
        let string = self.string.as_mut()?;
        let (length, ended) = match piece(string.kind, data) {
            Piece::Inside(length) => (length, false),
            Piece::Last(length) => (length, true),
            Piece::Partial => return None,
        };
        let room = LONGEST_START.saturating_sub(string.start.len());
        string.start.extend_from_slice(&data[..length.min(room)]);
        string.questioned |= memchr(b'?', &data[..length]).is_some();
        if ended {
            self.string_end(&data[..length]);
        }
        Some(length)
    }

    fn string_end(&mut self, last: &[u8]) {
        let Some(OpenString { kind, introducer, mut start, questioned }) = self.string.take()
        else {
            return;
        };
        if kind == Kind::Overlong {
            start.extend(last.last());
            return self.sequence(&start);
        }
        self.asked |= questions::string_asks(kind, introducer, &start, questioned);
        let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b';');
        if (kind, introducer) == (Kind::Other, b'P') {
            if start.iter().find(|byte| !is_number(byte)) == Some(&b'|') {
                self.state.define_keys();
            }
        } else if let Some(link) = start.strip_prefix(b"8;").filter(|_| kind == Kind::Osc) {
            let end = link.iter().position(|byte| *byte < b' ').unwrap_or(link.len());
            self.state.set_link(!link[..end].ends_with(b";"));
        }
    }
}

/// How far a string goes into `data`. Unlike for the bar the two-byte form of a sequence ends it, as some
/// terminals have it: one that is not obeyed costs nothing here.
fn piece(kind: Kind, data: &[u8]) -> Piece {
    let whole = kind.advance(data);
    let (Piece::Inside(length) | Piece::Last(length)) = whole else { return whole };
    let is_end = |at: &usize| data.get(at + 1).is_none_or(|second| is_c1(*second));
    match memchr_iter(C1, &data[..length]).find(is_end) {
        None => whole,
        Some(0) if data.len() == 1 => Piece::Partial,
        Some(0) => Piece::Last(0),
        Some(at) => Piece::Inside(at),
    }
}

fn is_c1(second: u8) -> bool {
    (0x80..=0x9f).contains(&second)
}

#[cfg(test)]
mod tests;
