//! What merging the settings into one file came to.

use crate::policy::agents::Setting;

/// The new text, and what there is to say of it.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Merged {
    /// The whole file.
    pub text: String,
    /// What was added.
    pub added: Vec<Added>,
    /// What of the user's was changed, a line each.
    pub changed: Vec<String>,
    /// What of the user's is otherwise and stays, a line each.
    pub kept: Vec<String>,
}

/// One setting that was not there, or not all of it.
#[derive(Debug, Eq, PartialEq)]
pub struct Added {
    /// Its key, with dots.
    pub key: String,
    /// How many entries, where the user had others there.
    pub entries: Option<usize>,
    /// Why.
    pub reason: &'static str,
}

impl Merged {
    /// Notes that a setting came in: as a whole, or as so many entries beside the user's.
    pub fn add(&mut self, setting: &Setting, entries: Option<usize>) {
        self.added.push(Added { key: dotted(setting.key), entries, reason: setting.reason });
    }

    /// Notes that a value of the user's was replaced, since nothing works with it.
    pub fn replace(&mut self, setting: &Setting, theirs: &str, ours: &str) {
        let (key, reason) = (dotted(setting.key), setting.reason);
        self.changed.push(format!("{key} from {theirs} to {ours}: {reason}"));
    }

    /// Notes that something stays as the user has it. Once is enough.
    pub fn keep(&mut self, line: String) {
        if !self.kept.contains(&line) {
            self.kept.push(line);
        }
    }

    /// Notes a value that is not the one for a jail.
    pub fn differs(&mut self, key: &[&str], theirs: &str, ours: &str) {
        let (key, theirs) = (dotted(key), short(theirs));
        self.keep(format!("{key} stays {theirs}, which for a jail would be {ours}"));
    }

    /// Notes a value that says in the user's way what several settings would say.
    pub fn stays(&mut self, key: &[&str], theirs: &str) {
        self.keep(format!("{} stays {}", dotted(key), short(theirs)));
    }
}

/// A value of the user's, in a line.
fn short(value: &str) -> String {
    const LENGTH: usize = 60;
    let mut line: String = value.lines().next().unwrap_or_default().chars().take(LENGTH).collect();
    if line.len() < value.len() {
        line.push('…');
    }
    line
}

/// A key as people write it.
pub fn dotted(key: &[&str]) -> String {
    key.join(".")
}
