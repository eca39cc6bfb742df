//! What a save has newly remembered, in one line for each thing, with the words that take it back.

use std::ffi::OsStr;

use crate::fields::{COMMAND, Fields, List, Switch, Trust, Word};
use crate::text::{visible, visible_word, visible_words};

/// Characters of a command that are told: enough to know it again.
const MOST: usize = 60;

/// The lines for a file that said `old` and says `new`.
pub fn between(old: &Fields, new: &Fields, file: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for &list in List::ALL {
        let is_new = |entry: &&_| !old.list(list).contains(entry);
        for entry in new.list(list).iter().filter(is_new) {
            lines.push(line(file, &entry_words(list, entry), &visible_word(entry)));
        }
    }
    for &switch in Switch::ALL {
        if let Some(on) = new.switch(switch).filter(|on| old.switch(switch) != Some(*on)) {
            let row = switch.row();
            let flag = switch.flag(on).map_or(row.field, |flag| flag.long);
            let name = row.on.as_ref().map_or(row.name, |flag| flag.long);
            lines.push(line(file, &format!("--{flag}"), name));
        }
    }
    for &word in Word::ALL.iter().filter(|word| word.row().carried_by.is_none()) {
        let field = word.row().field;
        let value = new.word(word).filter(|value| old.word(word) != Some(*value));
        lines.extend(value.map(|value| line(file, &format!("--{field} {value}"), field)));
    }
    let command = new.command.as_ref().filter(|_| old.command != new.command);
    lines.extend(command.map(|words| self::command(words, file)));
    lines
}

/// The line for a command.
pub fn command<S: AsRef<OsStr>>(words: &[S], file: &str) -> String {
    let all = visible_words(words);
    let mut shown: String = all.chars().take(MOST).collect();
    if shown.len() < all.len() {
        shown.push('…');
    }
    line(file, &format!("the command `{shown}`"), COMMAND)
}

fn line(file: &str, what: &str, forget: &str) -> String {
    format!("remembered in {file}: {what}; `ai-jail --forget {forget}` takes it back")
}

fn entry_words(list: List, entry: &OsStr) -> String {
    let row = list.row();
    match row.trust {
        Trust::Tightens | Trust::Excepts { .. } => {
            format!("--{} {}", row.flag.long, visible_word(entry))
        }
        Trust::Map { writable: true } => format!("may read and write {}", visible(entry)),
        Trust::Network(opens) => format!("{opens} {}", visible(entry)),
        Trust::Map { writable: false } => format!("may read {}", visible(entry)),
    }
}
