//! Files that are written whole: ai-jail has no words of its own to put between the user's.

use super::merged::Merged;
use super::spelling;
use crate::policy::agents::{File, Value};

/// The settings, where there is no file or one that says nothing; any other stays.
pub fn merge(text: &str, file: &File) -> Merged {
    let Some(setting) = file.settings.first() else { return Merged::default() };
    let ours = match setting.value {
        Value::AskedPolicy => spelling::policy(),
        Value::AskedLists => spelling::lists(),
        _ => String::new(),
    };
    let mut merged = Merged { text: text.to_owned(), ..Merged::default() };
    if text.lines().all(says_nothing) {
        merged.text = ours;
        merged.add(setting, None);
    } else if text != ours {
        merged.keep("the file as it is; where there is none, --bootstrap writes one".into());
    }
    merged
}

/// Whether a line is blank, a comment, or an empty list, as Continue begins its file.
fn says_nothing(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line.ends_with(": []")
}
