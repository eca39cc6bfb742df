//! Some keys of an object are not for everybody to change: what somebody changed there all the same
//! is taken back, and the rest stays.

use std::collections::HashSet;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{INDENT, Object, is_equal};

/// Which keys.
pub trait Held {
    /// Whether all of a key is held.
    fn key(&self, key: &str) -> bool;

    /// Whether an entry of the object at a key is held.
    fn entry(&self, key: &str, entry: &str) -> bool;

    /// The keys that have such entries.
    fn with_entries(&self) -> &[&'static str];
}

/// What is left of a change.
#[derive(Debug, Eq, PartialEq)]
pub struct Left {
    /// The whole object.
    pub text: Vec<u8>,
    /// The keys where something was taken back, entries with a dot before them.
    pub keys: Vec<String>,
    /// Whether anything else was changed.
    pub is_change: bool,
}

/// Takes back what `mine` changed since `base` where it is held; `None` where that is nothing. A
/// `base` that is no object counts as an empty one.
///
/// # Errors
///
/// `mine` is not one JSON object.
pub fn take_back<'a>(
    base: &'a [u8],
    mine: &'a [u8],
    held: &impl Held,
) -> Result<Option<Left>, serde_json::Error> {
    let base: Object<'a> = serde_json::from_slice(base).unwrap_or_default();
    let mine: Object<'a> = serde_json::from_slice(mine)?;
    let mut keys = Vec::new();
    let mut entries = compose(&base, &mine, &|key| held.key(key), "", &mut keys);
    // Entries outlive the key that they are at.
    for key in held.with_entries() {
        let is_gone = entries.iter().all(|(known, _)| known != key);
        if is_gone && base.by_key().contains_key(key) {
            entries.push(((*key).to_owned(), "{}".into()));
        }
    }
    for (key, value) in &mut entries {
        if !held.with_entries().contains(&key.as_str()) {
            continue;
        }
        // What is no object has no entries.
        let object = |of: &Object<'a>| of.by_key().get(key.as_str()).copied().and_then(Object::of);
        let (base, mine) = (object(&base).unwrap_or_default(), object(&mine).unwrap_or_default());
        let is_held = |entry: &str| held.entry(key, entry);
        *value = write(&compose(&base, &mine, &is_held, &format!("{key}."), &mut keys), 1);
    }
    if keys.is_empty() {
        return Ok(None);
    }
    let text = write(&entries, 0);
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    let is_change = value(&text) != value(&write(&plain(&base), 0));
    Ok(Some(Left { text: text.into_bytes(), keys, is_change }))
}

/// The entries of `mine`, but those of `base` where a key is held; notes where that is no matter of
/// course.
fn compose(
    base: &Object,
    mine: &Object,
    is_held: &dyn Fn(&str) -> bool,
    above: &str,
    taken: &mut Vec<String>,
) -> Vec<(String, String)> {
    let (before, now) = (base.by_key(), mine.by_key());
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for (key, _) in mine.0.iter().chain(&base.0) {
        let key = key.as_ref();
        if !seen.insert(key) {
            continue;
        }
        let (before, now) = (before.get(key).copied(), now.get(key).copied());
        let value = if is_held(key) {
            if !is_same(before, now) {
                taken.push(format!("{above}{key}"));
            }
            before
        } else {
            now
        };
        entries.extend(value.map(|value| (key.to_owned(), value.get().to_owned())));
    }
    entries
}

/// Whether nothing was changed; something empty is as good as nothing.
fn is_same(before: Option<&RawValue>, now: Option<&RawValue>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => is_equal(before, now),
        (None, Some(value)) => matches!(value.get(), "{}" | "[]" | "null"),
        (Some(_), None) => false,
        (None, None) => true,
    }
}

fn plain(object: &Object) -> Vec<(String, String)> {
    let by_key = object.by_key();
    by_key.iter().map(|(key, value)| ((*key).to_owned(), value.get().to_owned())).collect()
}

fn write(entries: &[(String, String)], depth: usize) -> String {
    if entries.is_empty() {
        return "{}".into();
    }
    let indent = INDENT.repeat(depth + 1);
    let entry =
        |(key, value): &(String, String)| format!("{indent}{}: {value}", Value::from(key.as_str()));
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!("{{\n{}\n{}}}", entries.join(",\n"), INDENT.repeat(depth))
}
