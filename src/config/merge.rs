//! What shall be remembered: the file's content with what was typed laid over it.

use std::ffi::OsString;

use crate::fields::{Fields, List, Owner};
use crate::text::{visible, visible_words};

/// A project's new content.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Merged {
    /// What the file shall say.
    pub fields: Fields,
    /// What was typed and cannot be said in TOML, a sentence each.
    pub unsaved: Vec<String>,
}

/// The project's fields after what was typed. Nothing of the user's file enters.
pub fn project(file: &Fields, typed: &Fields) -> Merged {
    let (typed, unsaved) = sayable(typed);
    let mut fields = file.clone();
    fields.remember(&typed, Owner::Project);
    Merged { fields, unsaved }
}

/// The user's fields after what was typed.
pub fn user(file: &Fields, typed: &Fields) -> Fields {
    let mut fields = file.clone();
    fields.remember(&sayable(typed).0, Owner::User);
    fields
}

/// What TOML can say, and a sentence for each thing that it cannot.
fn sayable(typed: &Fields) -> (Fields, Vec<String>) {
    let mut sayable = typed.clone();
    let mut unsaved = Vec::new();
    let is_sayable = |word: &OsString| word.to_str().is_some();
    if let Some(words) = typed.command.as_ref().filter(|words| !words.iter().all(is_sayable)) {
        sayable.command = None;
        unsaved.push(not_utf8("command", &visible_words(words)));
    }
    for &list in List::ALL {
        let lost = typed.list(list).iter().filter(|entry| !is_sayable(entry));
        unsaved.extend(
            lost.map(|entry| not_utf8(list.row().name, &visible((list.row().shown)(entry)))),
        );
        sayable.list_mut(list).retain(is_sayable);
    }
    (sayable, unsaved)
}

fn not_utf8(what: &str, shown: &str) -> String {
    format!("the {what} {shown} is not UTF-8 and cannot be saved in .ai-jail")
}
