//! Names in messages.

use std::ffi::OsStr;
use std::fmt::Write;

/// A file name or argument for a message: a name that comes from a stranger must not reach the
/// terminal as an escape sequence, nor break the line.
pub fn visible(name: impl AsRef<OsStr>) -> String {
    let mut text = String::new();
    for character in name.as_ref().to_string_lossy().chars() {
        if character.is_control() || is_direction_mark(character) {
            let _ = write!(text, "{}", character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// Characters that turn the reading direction, and with it what a line seems to say.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
