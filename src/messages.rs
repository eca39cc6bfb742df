//! ai-jail's own words: short, on standard error, coloured only on a terminal.

use std::io::{IsTerminal, Write, stderr};

/// How much a line matters.
#[derive(Clone, Copy)]
enum Weight {
    Error,
    Warning,
    Note,
}

/// Writes one line. Standard error may be closed: then there is nobody to tell.
fn say(weight: Weight, text: &str) {
    let colour = may_colour(&stderr());
    let (before, after) = match weight {
        Weight::Error if colour => ("\x1b[31m", "\x1b[0m"),
        Weight::Warning if colour => ("\x1b[33m", "\x1b[0m"),
        _ => ("", ""),
    };
    let _ = writeln!(stderr(), "{before}ai-jail:{after} {text}");
}

/// Whether what is written to `stream` may be coloured (<https://no-color.org>).
pub fn may_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Something that ended or prevented the run.
pub fn error(text: impl std::fmt::Display) {
    say(Weight::Error, &text.to_string());
}

/// Something that the user should know.
pub fn warning(text: impl std::fmt::Display) {
    say(Weight::Warning, &text.to_string());
}

/// Something that was asked for, as with `-v`.
pub fn note(text: impl std::fmt::Display) {
    say(Weight::Note, &text.to_string());
}
