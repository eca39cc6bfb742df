//! The end of every view: text or JSON to standard output, coloured only on a terminal.

use std::io::{ErrorKind, Write, stdout};

use serde::Serialize;

use crate::error::Error;
use crate::text::visible_json;

/// Writes a view for people, or for programs where `--json` asks for that.
///
/// # Errors
///
/// Standard output does not take it.
pub fn show<V: View>(view: &V, json: bool) -> Result<(), Error> {
    if json {
        return print_json(view);
    }
    print(view.text(crate::messages::may_colour(&stdout())).as_bytes())
}

/// What a view has for people; its fields are for programs.
pub trait View: Serialize {
    /// Lines of text.
    fn text(&self, colour: bool) -> String;
}

/// A view as one JSON object, with nothing in it that a terminal would obey.
///
/// # Errors
///
/// A field cannot be written as JSON.
pub fn json<V: Serialize>(view: &V) -> Result<String, serde_json::Error> {
    Ok(visible_json(&serde_json::to_string_pretty(view)?))
}

/// Writes a view for programs.
///
/// # Errors
///
/// Standard output does not take it.
pub fn print_json<V: Serialize>(view: &V) -> Result<(), Error> {
    let text = json(view).map_err(Error::system("JSON"))?;
    print(format!("{text}\n").as_bytes())
}

/// Writes a result to standard output. A reader that has gone, such as `head`, has read enough.
///
/// # Errors
///
/// Standard output does not take it.
pub fn print(text: &[u8]) -> Result<(), Error> {
    let mut output = stdout().lock();
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::system("standard output")),
    }
}
