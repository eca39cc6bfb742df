//! Text from a stranger's file, made safe to print.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

/// `text` with every character that a terminal would obey, reorder or hide written as its
/// escape: a config file must not be able to redraw the very question that is asked about it.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if obeyed(char) {
            out.extend(char.escape_debug());
        } else {
            out.push(char);
        }
    }
    out
}

/// [`visible`] for names that need not be UTF-8: a byte that is not is written `\xNN`.
pub fn visible_os(text: &OsStr) -> String {
    let mut out = String::with_capacity(text.len());
    for chunk in text.as_bytes().utf8_chunks() {
        out.push_str(&visible(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// An argument list as one line in which each argument's borders can be seen.
pub fn visible_words<S: AsRef<OsStr>>(words: &[S]) -> String {
    let quoted = words.iter().map(|word| {
        let text = visible_os(word.as_ref());
        let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%~".contains(c);
        if !text.is_empty() && text.chars().all(plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
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

/// Control characters, and what Unicode calls format characters (bidirectional overrides,
/// zero-width joiners …): all that `escape_debug` writes as an escape, save the quotes and the
/// backslash, which are ordinary in a path.
fn obeyed(char: char) -> bool {
    !matches!(char, '"' | '\'' | '\\') && char.escape_debug().len() > 1
}
