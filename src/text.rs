//! Text from a stranger, made safe to print: names, arguments, files.

use std::ffi::OsStr;
use std::fmt::Write as _;

pub use stage2::text::{obeyed, visible};

/// An argument list as one line in which each argument's borders can be seen.
pub fn visible_words<S: AsRef<OsStr>>(words: &[S]) -> String {
    words.iter().map(visible_word).collect::<Vec<_>>().join(" ")
}

/// One argument: quoted where it is empty or a shell would not take it as it stands.
pub fn visible_word(word: impl AsRef<OsStr>) -> String {
    let text = visible(word);
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%~".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// JSON text whose strings hold no raw character that [`visible`] would escape. `serde_json`
/// escapes only the first 32; in JSON text all others can stand only inside a string, where
/// `\uXXXX` means the same.
pub fn visible_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for char in json.chars() {
        if char == '\n' || !obeyed(char) {
            out.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}
