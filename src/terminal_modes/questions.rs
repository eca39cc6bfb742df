//! What a terminal answers, as if the user had typed the answer.
//!
//! Where terminals differ, too much counts as a question: all that follows is that what is typed at
//! the very end of a run is thrown away.

use memchr::{memchr, memmem};

use super::given::Given;
use crate::sequences::Kind;

/// A control sequence that is one: what stands in front of its numbers, and what behind.
struct Question {
    private: Option<u8>,
    intermediates: &'static [u8],
    last: u8,
}

const fn ask(private: Option<u8>, intermediates: &'static [u8], last: u8) -> Question {
    Question { private, intermediates, last }
}

/// After xterm's control sequences.
const QUESTIONS: &[Question] = &[
    // What are you? (three kinds of DA, XTVERSION, DECREQTPARM)
    ask(None, b"", b'c'),
    ask(Some(b'>'), b"", b'c'),
    ask(Some(b'='), b"", b'c'),
    ask(Some(b'>'), b"", b'q'),
    ask(None, b"", b'x'),
    // How are you, where is the cursor, and so on? (DSR)
    ask(None, b"", b'n'),
    ask(Some(b'?'), b"", b'n'),
    // Is a mode on? (DECRQM)
    ask(None, b"$", b'p'),
    ask(Some(b'?'), b"$", b'p'),
    // What do keys send? (kitty's flags, XTQMODKEYS, XTQFMTKEYS, DECRQPKFM)
    ask(Some(b'?'), b"", b'u'),
    ask(Some(b'?'), b"", b'm'),
    ask(Some(b'?'), b"", b'g'),
    ask(None, b"+", b'x'),
    // What is on the screen? (DECRQCRA, DECRQDE, DECRQPSR, DECRQTSR, DECRQUPSS)
    ask(None, b"*", b'y'),
    ask(None, b"\"", b'v'),
    ask(None, b"$", b'w'),
    ask(None, b"$", b'u'),
    ask(None, b"&", b'u'),
    // Images, colours, attributes (XTSMGRAPHICS, XTREPORTCOLORS, XTREPORTSGR)
    ask(Some(b'?'), b"", b'S'),
    ask(None, b"#", b'R'),
    ask(None, b"#", b'|'),
    // Where is the mouse? (DECELR, DECRQLP)
    ask(None, b"'", b'z'),
    ask(None, b"'", b'|'),
];

/// `CSI 11 t` and those up to 21 ask for the window's state, sizes and titles.
const WINDOW: std::ops::RangeInclusive<u16> = 11..=21;

/// Whether a sequence is a question.
pub fn asks(given: &Given) -> bool {
    let Given { control, private, intermediates, last, .. } = *given;
    if !control {
        // `ESC Z` asks what the terminal is.
        return intermediates.is_empty() && last == b'Z';
    }
    if (private, intermediates, last) == (None, b"", b't') {
        return given.number(0).is_some_and(|number| WINDOW.contains(&number));
    }
    QUESTIONS.iter().any(|question| {
        (question.private, question.intermediates, question.last) == (private, intermediates, last)
    })
}

/// Operating system commands that ask nothing, whatever text they have: titles, hyperlinks, marks of prompts.
const TEXT: [&[u8]; 6] = [b"0", b"1", b"2", b"8", b"133", b"633"];

/// Those that may be answered though no question mark is in them: notifications and pastes of kitty,
/// features of xterm, and iTerm2's own.
const ANSWERED: [&[u8]; 5] = [b"99", b"5522", b"60", b"61", b"1337"];

/// Whether a string is a question; `start` is its beginning, and `questioned` says that a question
/// mark is anywhere in it.
pub fn string_asks(kind: Kind, introducer: u8, start: &[u8], questioned: bool) -> bool {
    match (kind, introducer) {
        (Kind::Osc, _) => {
            let number = &start[..memchr(b';', start).unwrap_or(start.len())];
            !TEXT.contains(&number) && (questioned || ANSWERED.contains(&number))
        }
        // Whatever is in there goes to the terminal outside.
        (Kind::Tmux, _) => true,
        // Settings, capabilities; kitty's orders. Not sixels, nor what keys shall send.
        (Kind::Other, b'P') => {
            let is_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b';');
            let last = start.iter().find(|byte| !is_number(byte));
            !matches!(last, Some(b'q' | b'|'))
        }
        // kitty's images, which are answered unless they say that they are not.
        (Kind::Other, b'_') => start.starts_with(b"G") && memmem::find(start, b"q=2").is_none(),
        _ => false,
    }
}
