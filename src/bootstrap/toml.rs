//! Merging settings into TOML: new lines come in, every other byte stays.

use std::fmt::Write as _;
use std::path::Path;

use toml_edit::{Document, Item};

use super::merged::{Merged, dotted};
use crate::complaint::Complaint;
use crate::policy::agents::{File, Refused, Value};

/// The text with the settings of `file`, all of them strings at the top level, in it.
pub fn merge(path: &Path, text: &str, file: &File) -> Result<Merged, Box<Complaint>> {
    let document = Document::parse(text).map_err(|error| {
        let place = error.span().unwrap_or(0..0);
        Complaint::new(path, text.as_bytes(), place, format!("not valid TOML: {}", error.message()))
    })?;
    let mut merged = Merged::default();
    let instead = file.instead.iter().filter(|instead| find(&document, instead.user).is_some());
    let instead: Vec<_> = instead.collect();
    let mut lines = Vec::new();
    for setting in file.settings {
        let Value::Text(value) = setting.value else { continue };
        if let Some(instead) = instead.iter().find(|instead| instead.key == setting.key) {
            let (theirs, ours) = (dotted(instead.user), dotted(setting.key));
            merged.keep(format!("{theirs} is set, so {ours} stays as it is"));
            continue;
        }
        match find(&document, setting.key) {
            None => {
                lines.push(format!("{} = \"{value}\"", dotted(setting.key)));
                merged.add(setting, None);
            }
            Some(item) if item.as_str() == Some(value) => {}
            Some(item) => {
                let refused = |refused: &&Refused| {
                    refused.key == setting.key && item.as_str() == Some(refused.value)
                };
                if let Some(refused) = file.refused.iter().find(refused) {
                    let (key, value) = (dotted(setting.key), refused.value);
                    merged.keep(format!("{key} stays \"{value}\"; {}", refused.why));
                    continue;
                }
                let theirs = item.span().map_or("what it is", |span| &text[span]);
                merged.differs(setting.key, theirs, &format!("\"{value}\""));
            }
        }
    }
    merged.text = insert(text, &document, &lines);
    Ok(merged)
}

/// The text without the settings of `file` that `before` did not have; every other byte stays but for
/// the lines on which they stand.
pub fn without(text: &str, before: &str, file: &File) -> String {
    let (Ok(document), Ok(before)) = (Document::parse(text), Document::parse(before)) else {
        return text.to_owned();
    };
    let ours = file.settings.iter().filter_map(|setting| {
        let Value::Text(value) = setting.value else { return None };
        let item = find(&document, setting.key).filter(|item| item.as_str() == Some(value))?;
        let start = item.span()?.start;
        find(&before, setting.key).is_none().then(|| text[..start].matches('\n').count())
    });
    let lines: Vec<usize> = ours.collect();
    let kept = text.split_inclusive('\n').enumerate().filter(|(line, _)| !lines.contains(line));
    kept.map(|(_, line)| line).collect()
}

fn find<'a>(document: &'a Document<&str>, key: &[&str]) -> Option<&'a Item> {
    key.iter().try_fold(document.as_item(), |item, name| item.get(name))
}

/// Puts the lines below the last top-level value. Where there is none they come first: below a
/// table's header they would belong to that table.
fn insert(text: &str, document: &Document<&str>, lines: &[String]) -> String {
    if lines.is_empty() {
        return text.to_owned();
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut new = String::new();
    for line in lines {
        let _ = write!(new, "{line}{newline}");
    }
    let values = document.as_table().get_values();
    let last = values.iter().filter_map(|(_, value)| value.span()).map(|span| span.end).max();
    let at = match last {
        Some(end) => text[end..].find('\n').map_or(text.len(), |distance| end + distance + 1),
        None if document.as_table().is_empty() => text.len(),
        None => text.len() - text.trim_start_matches('\u{feff}').len(),
    };
    let (before, after) = text.split_at(at);
    let unended = !before.trim_start_matches('\u{feff}').is_empty() && !before.ends_with('\n');
    let start = if unended { newline } else { "" };
    // A header and the comments above it stay apart from what is not theirs.
    let end = if last.is_none() && !after.is_empty() { newline } else { "" };
    format!("{before}{start}{new}{end}{after}")
}
