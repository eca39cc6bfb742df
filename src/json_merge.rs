//! Two versions of a JSON object that grew out of one: a three-way merge, as of text in version
//! control, but by keys, so that there is always a result.
//!
//! Values keep their text, since what this program does not change it must not reformat.

mod take_back;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

pub use take_back::{Held, Left, take_back};

/// The text that one level is indented by, as `JSON.stringify(…, 2)` does.
const INDENT: &str = "  ";

/// Objects deeper than this are not merged: `mine` counts. A jail that nests them by the thousand
/// must not exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Lays what `mine` changed since `base` over `theirs`.
///
/// A key that only one side changed is as that side has it. Where both did, objects are merged
/// in turn; else `mine` counts, but a key that one side removed and the other changed stays.
/// A `base` that is no object counts as an empty one.
///
/// # Errors
///
/// `mine` or `theirs` is not one JSON object.
pub fn merge(base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let base = serde_json::from_slice(base).unwrap_or_default();
    let mine: Object = serde_json::from_slice(mine)?;
    let theirs: Object = serde_json::from_slice(theirs)?;
    let mut text = String::new();
    write_merged(&mut text, 0, &base, &mine, &theirs);
    Ok(text.into_bytes())
}

/// Whether a text is one whole JSON object.
pub fn is_object(text: &[u8]) -> bool {
    serde_json::from_slice::<Object>(text).is_ok()
}

/// An object whose values are not looked into. Of equal keys the last one counts, as in
/// JavaScript.
#[derive(Default)]
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// The object that a value is, if it is one.
    fn of(value: &'a RawValue) -> Option<Self> {
        serde_json::from_str(value.get()).ok()
    }

    fn by_key(&self) -> HashMap<&str, &'a RawValue> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value)).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// What becomes of one key.
enum Merged<'a> {
    Gone,
    Value(&'a RawValue),
    Objects(Object<'a>, Object<'a>, Object<'a>),
}

fn write_merged(text: &mut String, depth: usize, base: &Object, mine: &Object, theirs: &Object) {
    let (base, mine_now, theirs_now) = (base.by_key(), mine.by_key(), theirs.by_key());
    let mut seen = HashSet::new();
    let keys = theirs.0.iter().chain(&mine.0).map(|(key, _)| key.as_ref());
    text.push('{');
    let mut is_first = true;
    for key in keys.filter(|key| seen.insert(*key)) {
        let [base, mine, theirs] =
            [&base, &mine_now, &theirs_now].map(|object| object.get(key).copied());
        let merged = merge_value(depth, base, mine, theirs);
        if matches!(merged, Merged::Gone) {
            continue;
        }
        text.push_str(if is_first { "\n" } else { ",\n" });
        is_first = false;
        text.push_str(&INDENT.repeat(depth + 1));
        text.push_str(&Value::from(key).to_string());
        text.push_str(": ");
        match merged {
            Merged::Gone => {}
            Merged::Value(value) => text.push_str(value.get()),
            Merged::Objects(base, mine, theirs) => {
                write_merged(text, depth + 1, &base, &mine, &theirs);
            }
        }
    }
    if !is_first {
        text.push('\n');
        text.push_str(&INDENT.repeat(depth));
    }
    text.push('}');
}

fn merge_value<'a>(
    depth: usize,
    base: Option<&'a RawValue>,
    mine: Option<&'a RawValue>,
    theirs: Option<&'a RawValue>,
) -> Merged<'a> {
    let (mine, theirs) = match (mine, theirs) {
        (None, None) => return Merged::Gone,
        // One side has none: it removed what the other left as it was, or it never had it.
        (Some(value), None) | (None, Some(value)) => {
            let removed = base.is_some_and(|base| is_equal(base, value));
            return if removed { Merged::Gone } else { Merged::Value(value) };
        }
        (Some(mine), Some(theirs)) => (mine, theirs),
    };
    if base.is_some_and(|base| is_equal(base, mine)) || is_equal(mine, theirs) {
        return Merged::Value(theirs);
    }
    if base.is_some_and(|base| is_equal(base, theirs)) {
        return Merged::Value(mine);
    }
    match (Object::of(mine), Object::of(theirs)) {
        (Some(mine), Some(theirs)) if depth < MAX_DEPTH => {
            Merged::Objects(base.and_then(Object::of).unwrap_or_default(), mine, theirs)
        }
        _ => Merged::Value(mine),
    }
}

/// Equal whatever the layout.
fn is_equal(left: &RawValue, right: &RawValue) -> bool {
    let value = |raw: &RawValue| serde_json::from_str::<Value>(raw.get()).ok();
    left.get() == right.get() || value(left).is_some_and(|left| Some(left) == value(right))
}
