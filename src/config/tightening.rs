//! What makes the jail stricter in a project's file. It applies without anybody's word; but what
//! the user has once agreed to is on record, and a file that has less of it asks again, whoever
//! changed it: a command in the jail may.

use std::ffi::OsString;
use std::fmt;

use crate::fields::{Fields, List, Switch, Word};
use crate::text::visible;

/// One such thing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tightening {
    /// A switch in its strict position.
    Switch(Switch),
    /// An entry of a list that takes no trust.
    Entry(List, OsString),
    /// A word that is not the loosest.
    Word(Word, &'static str),
}

impl Tightening {
    /// Whether `fields` have it too.
    pub fn is_in(&self, fields: &Fields) -> bool {
        match self {
            Self::Switch(switch) => fields.switch(*switch) == Some(!switch.row().loose),
            Self::Entry(list, entry) => {
                fields.list(*list).iter().any(|other| list.is_same(other, entry))
            }
            Self::Word(word, value) => {
                let looseness = |value: &str| word.looseness(value);
                fields.word(*word).is_some_and(|own| looseness(own) <= looseness(value))
            }
        }
    }

    /// Whether `typed` has a word of its own about it.
    pub fn is_typed(&self, typed: &Fields) -> bool {
        match self {
            Self::Switch(switch) => typed.switch(*switch).is_some(),
            Self::Word(word, _) => typed.word(*word).is_some(),
            Self::Entry(list, entry) => {
                let lists = [Some(*list), list.row().rival];
                let mut entries = lists.into_iter().flatten().flat_map(|list| typed.list(list));
                entries.any(|other| list.is_same(other, entry))
            }
        }
    }

    /// Puts it back.
    pub fn restore(&self, fields: &mut Fields) {
        match self {
            Self::Switch(switch) => fields.set_switch(*switch, Some(!switch.row().loose)),
            Self::Entry(list, entry) => fields.list_mut(*list).push(entry.clone()),
            Self::Word(word, value) => fields.set_word(*word, Some(*value)),
        }
    }

    /// From a line of a record, as [`fmt::Display`] writes it.
    pub fn parse(line: &str) -> Option<Self> {
        let (field, value) = line.split_once(" = ")?;
        if let Some(switch) = Switch::ALL.iter().find(|switch| switch.row().field == field) {
            return Some(Self::Switch(*switch));
        }
        if let Some(word) = Word::ALL.iter().find(|word| word.row().field == field) {
            let value: String = serde_json::from_str(value).ok()?;
            return Some(Self::Word(*word, word.value(&value)?));
        }
        let list = List::ALL.iter().find(|list| list.row().field == field)?;
        let entry: String = serde_json::from_str(value).ok()?;
        Some(Self::Entry(*list, entry.into()))
    }
}

/// As the file says it.
impl fmt::Display for Tightening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(switch) => {
                let row = switch.row();
                write!(f, "{} = {}", row.field, switch.written(!row.loose))
            }
            Self::Word(word, value) => write!(f, "{} = \"{value}\"", word.row().field),
            Self::Entry(list, entry) => {
                let entry = serde_json::Value::from(entry.to_string_lossy());
                write!(f, "{} = {}", list.row().field, visible(entry.to_string()))
            }
        }
    }
}
