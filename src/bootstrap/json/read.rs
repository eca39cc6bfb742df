//! JSON values and where they stand.

use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value, looked into one level deep.
#[derive(Debug, Eq, PartialEq)]
pub enum Node {
    /// An object's members, in order, duplicates included: name and place of the value.
    Object(Vec<(String, Range<usize>)>),
    /// The places of an array's elements.
    Array(Vec<Range<usize>>),
    /// A string.
    Text(String),
    /// A number, a boolean or null.
    Other,
}

/// Checks a whole text; the complaint comes with its place.
pub fn check(json: &str) -> Result<(), (usize, String)> {
    match serde_json::from_str::<IgnoredAny>(json) {
        Ok(_) => Ok(()),
        Err(error) => Err((offset(json, error.line(), error.column()), words(&error))),
    }
}

/// The place of a text's one value.
pub fn whole(json: &str) -> Range<usize> {
    let start = json.len() - json.trim_start().len();
    start..json.trim_end().len()
}

/// What stands at `place`, which must be a value's.
pub fn node(json: &str, place: &Range<usize>) -> Result<Node, (usize, String)> {
    let text = &json[place.clone()];
    let within = |raw: &RawValue| {
        let start = raw.get().as_ptr().addr() - json.as_ptr().addr();
        start..start + raw.get().len()
    };
    let failed = |error: serde_json::Error| (place.start, words(&error));
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text).map_err(failed)?;
            Node::Object(members.into_iter().map(|(name, raw)| (name, within(raw))).collect())
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(failed)?;
            Node::Array(elements.into_iter().map(within).collect())
        }
        Some(b'"') => Node::Text(serde_json::from_str(text).map_err(failed)?),
        _ => Node::Other,
    })
}

/// An object as it is written; a map would lose the order and the duplicates.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The byte that `serde_json` means by a line and a column: the last it has read.
fn offset(json: &str, line: usize, column: usize) -> usize {
    let ends = json.match_indices('\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(ends).nth(line.saturating_sub(1)).unwrap_or(0);
    let mut at = (start + column.saturating_sub(1)).min(json.len());
    while !json.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The complaint without its place, which is shown in another way.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
