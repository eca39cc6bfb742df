//! Rules about names that both crates follow: which characters are printed as they are, and which
//! names a pattern means.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

/// `text` with every character that a terminal would obey, reorder or hide written as its escape,
/// and every byte that is not UTF-8 as `\xNN`: neither a file name nor a configuration file may
/// redraw the very question that is asked about it.
pub fn visible(text: impl AsRef<OsStr>) -> String {
    let bytes = text.as_ref().as_bytes();
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            if obeyed(char) {
                out.extend(char.escape_debug());
            } else {
                out.push(char);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Control characters, and what Unicode calls format characters (bidirectional overrides,
/// zero-width joiners …): all that `escape_debug` writes as an escape, save the quotes and the
/// backslash, which are ordinary in a path.
pub fn obeyed(char: char) -> bool {
    !matches!(char, '"' | '\'' | '\\') && char.escape_debug().len() > 1
}

/// Whether `name` fits `pattern`: equal, or equal up to a final `*`.
pub fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.strip_suffix(b"*") {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == name,
    }
}
