//! Changing a file's text so that it says something else and otherwise stays as the user
//! wrote it: comments, order, quoting, line ends.

use std::ffi::OsString;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, RawString, Value, value};

use super::error::ConfigError;
use super::parse::parse;
use crate::fields::{COMMAND, Fields, List, Owner, Switch, Word};

/// The first two lines of a project's new file.
pub const PROJECT_HEADER: &str = "\
# What the jail of this project may reach, read and kept by ai-jail; safe to commit.
# `ai-jail --clean --init` regenerates this file.
";

/// The first line of a user's new file.
const USER_HEADER: &str = "# Your own settings for ai-jail, in every project.\n";

/// The text that says `new`, made from the `text` that says `old`. Where nothing differs it is
/// `text` itself, byte for byte; without a text it is a new file.
pub fn edit(
    path: &Path,
    text: Option<&str>,
    old: &Fields,
    new: &Fields,
    owner: Owner,
) -> Result<String, ConfigError> {
    let header = match owner {
        Owner::Project => PROJECT_HEADER,
        Owner::User => USER_HEADER,
    };
    let text = text.unwrap_or(header);
    if old == new {
        return Ok(text.to_owned());
    }
    let failed = || ConfigError::Edit { path: path.to_path_buf() };
    let mut document: DocumentMut = text.parse().map_err(|_| failed())?;
    apply(&mut document, old, new);
    let edited = with_line_ends_of(text, &document.to_string());
    // The file decides what the next jail may reach: what is written must read back exactly.
    match parse(path, edited.clone().into_bytes(), owner) {
        Ok((_, fields)) if fields == *new => Ok(edited),
        _ => Err(failed()),
    }
}

fn apply(document: &mut DocumentMut, old: &Fields, new: &Fields) {
    match &new.command {
        None if old.command.is_some() => take(document, COMMAND),
        Some(command) if new.command != old.command => {
            put(document, COMMAND, texts(command).collect::<Array>());
        }
        _ => {}
    }
    for &list in List::ALL {
        entries(document, list.row().field, old.list(list), new.list(list));
    }
    for &switch in Switch::ALL {
        match new.switch(switch) {
            None if old.switch(switch).is_some() => take(document, switch.row().field),
            Some(on) if old.switch(switch) != Some(on) => {
                put(document, switch.row().field, switch.written(on));
            }
            _ => {}
        }
    }
    for &word in Word::ALL {
        if let Some(value) = new.word(word).filter(|value| old.word(word) != Some(*value)) {
            put(document, word.row().field, value);
        }
    }
}

/// Texts as TOML has them. What is not UTF-8 does not come here; were it to, the file that is
/// read back would differ.
fn texts(texts: &[OsString]) -> impl Iterator<Item = &str> {
    texts.iter().filter_map(|text| text.to_str())
}

/// Sets one field. A new one goes to the very end, below the comments that end the file: they
/// belong to what stands above them.
fn put(document: &mut DocumentMut, name: &str, new: impl Into<Value>) {
    if let Some(old) = document.get_mut(name).and_then(Item::as_value_mut) {
        let decor = old.decor().clone();
        *old = new.into();
        *old.decor_mut() = decor;
        return;
    }
    if document.iter().any(|(_, item)| item.is_table()) {
        // What ends the file belongs to its last table, and new fields stand above the first.
        document.insert(name, value(new.into()));
        return;
    }
    let mut above = document.trailing().as_str().unwrap_or_default().to_owned();
    if !above.is_empty() && !above.ends_with('\n') {
        above.push('\n');
    }
    document.set_trailing("");
    document.insert(name, value(new.into()));
    if let Some(mut key) = document.key_mut(name) {
        key.leaf_decor_mut().set_prefix(above);
    }
}

/// Takes one field out. The comments above it stay: those of the first field are the file's.
fn take(document: &mut DocumentMut, name: &str) {
    let above = document.key(name).map(|key| raw(key.leaf_decor().prefix())).unwrap_or_default();
    let following =
        document.iter().map(|(key, _)| key.to_owned()).skip_while(|key| key != name).nth(1);
    document.remove(name);
    if let Some(mut key) = following.and_then(|next| document.key_mut(&next)) {
        let own = raw(key.leaf_decor().prefix());
        key.leaf_decor_mut().set_prefix(above + &own);
    } else {
        let end = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing(above + &end);
    }
}

fn entries(document: &mut DocumentMut, name: &str, old: &[OsString], new: &[OsString]) {
    if old == new {
        return;
    }
    let Some(array) = document.get_mut(name).and_then(Item::as_array_mut) else {
        put(document, name, texts(new).collect::<Array>());
        return;
    };
    let first = prefix(array.get(0));
    array.retain(|entry| texts(new).any(|text| entry.as_str() == Some(text)));
    if let (Some(entry), Some(first)) = (array.get_mut(0), first) {
        entry.decor_mut().set_prefix(first);
    }
    for text in texts(new).filter(|text| !texts(old).any(|old| old == *text)) {
        append(array, text);
    }
}

/// Appends in the layout of the array: on a line of its own where the entries have one, below
/// the comments that follow the last entry.
fn append(array: &mut Array, text: &str) {
    let last = array.len().checked_sub(1).and_then(|last| array.get(last));
    let comma = array.trailing_comma();
    let tail = match last {
        Some(last) if !comma => raw(last.decor().suffix()),
        _ => raw(Some(array.trailing())),
    };
    let mut entry = Value::from(text);
    let (before, after) = match tail.rsplit_once('\n') {
        Some((kept, closing)) => {
            let indent = prefix(last);
            let indent = match indent.as_deref().and_then(|prefix| prefix.rsplit_once('\n')) {
                Some((_, indent)) => indent.to_owned(),
                None => format!("{closing}  "),
            };
            (format!("{kept}\n{indent}"), format!("\n{closing}"))
        }
        None => (last.map_or_else(String::new, |_| " ".to_owned()), tail),
    };
    entry.decor_mut().set_prefix(before);
    if comma || array.is_empty() {
        array.set_trailing(after);
    } else {
        let last = array.len() - 1;
        if let Some(last) = array.get_mut(last) {
            last.decor_mut().set_suffix("");
        }
        entry.decor_mut().set_suffix(after);
    }
    array.push_formatted(entry);
}

fn prefix(entry: Option<&Value>) -> Option<String> {
    entry.map(|entry| raw(entry.decor().prefix()))
}

fn raw(text: Option<&RawString>) -> String {
    text.and_then(RawString::as_str).unwrap_or_default().to_owned()
}

/// `toml_edit` writes line feeds and drops a byte order mark; editors that put the others
/// there would show the whole file as changed.
fn with_line_ends_of(text: &str, edited: &str) -> String {
    let mut out = String::new();
    if text.starts_with('\u{feff}') {
        out.push('\u{feff}');
    }
    if text.contains("\r\n") {
        out.push_str(&edited.replace("\r\n", "\n").replace('\n', "\r\n"));
    } else {
        out.push_str(edited);
    }
    out
}
