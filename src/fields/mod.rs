//! All that a user can say about a jail, in three tables: switches ([`Switch`]), lists ([`List`])
//! and words ([`Word`]). A new one is one row; parsing the command line and the files, merging,
//! trust, saving, `status` and the completions read the tables.
//!
//! [`Fields`] is what one speaker says: the command line, the project's file or the user's. The
//! three are laid over each other by [`crate::settings`], and by [`Fields::remember`] for what is
//! saved.

mod lists;
mod switches;
mod table;
mod typed;
mod words;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

pub use lists::{List, PRESETS, Trust, variable_name};
pub use switches::{MEANINGLESS_ON_MACOS, Switch};
pub use words::{BarStyle, Net, Word};

/// Whose setting a row is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owner {
    /// Either file may hold the field, and what was typed is remembered in the project's.
    Project,
    /// Only the user's own file may hold the field, and what was typed is remembered there.
    User,
}

/// A flag of the command line, without its dashes.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// The long name.
    pub long: &'static str,
    /// The short one.
    pub short: Option<char>,
    /// One line for `--help`.
    pub help: &'static str,
}

/// What one speaker says. Text stays as written: `~` and relative paths are resolved by whoever
/// uses them, relative ones from the directory of the file they stand in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields {
    /// The command; never empty where there is one.
    pub command: Option<Vec<OsString>>,
    switches: [Option<bool>; Switch::ALL.len()],
    lists: [Vec<OsString>; List::ALL.len()],
    words: [Option<&'static str>; Word::ALL.len()],
    /// What is said for one command alone, by the name of its program's file; the user's own file
    /// alone has such tables.
    pub commands: BTreeMap<String, Fields>,
}

/// The field of the command in a file.
pub const COMMAND: &str = "command";

/// The table of tables for one command each.
pub const COMMANDS: &str = "commands";

impl Fields {
    /// Says a command and nothing else.
    pub fn of_command(command: Option<Vec<OsString>>) -> Self {
        Self { command, ..Self::default() }
    }

    /// What is said about a switch.
    pub fn switch(&self, switch: Switch) -> Option<bool> {
        self.switches[switch as usize]
    }

    /// Says something about a switch; `None` takes it back.
    pub fn set_switch(&mut self, switch: Switch, on: Option<bool>) {
        self.switches[switch as usize] = on;
    }

    /// The entries of a list.
    pub fn list(&self, list: List) -> &[OsString] {
        &self.lists[list as usize]
    }

    /// The entries of a list, to change them.
    pub fn list_mut(&mut self, list: List) -> &mut Vec<OsString> {
        &mut self.lists[list as usize]
    }

    /// What is said for a word.
    pub fn word(&self, word: Word) -> Option<&'static str> {
        self.words[word as usize]
    }

    /// The network that is asked for: a rule asks for a filtered one, unless a word says otherwise.
    pub fn net(&self) -> Option<Net> {
        let implied = || (!self.list(List::AllowHosts).is_empty()).then_some(Net::Filtered);
        self.word(Word::Net).map(Net::from_word).or_else(implied)
    }

    /// Says a word; `None` takes it back.
    pub fn set_word(&mut self, word: Word, value: Option<&'static str>) {
        self.words[word as usize] = value;
    }

    /// Lays over these fields what was typed and is remembered in `owner`'s file: a typed command
    /// replaces, typed entries are appended without duplicates, typed switches and words override.
    pub fn remember(&mut self, typed: &Self, owner: Owner) {
        if let Some(command) = typed.command.as_ref().filter(|_| owner == Owner::Project) {
            self.command = Some(command.clone());
        }
        for &switch in Switch::ALL.iter().filter(|switch| switch.row().remembered == Some(owner)) {
            let said = typed.switch(switch).or(self.switch(switch));
            self.set_switch(switch, said);
        }
        for &word in Word::ALL.iter().filter(|word| word.row().owner == owner) {
            let said = typed.word(word).or(self.word(word));
            self.set_word(word, said);
        }
        for &list in List::ALL.iter().filter(|list| list.row().remembered == Some(owner)) {
            for entry in typed.list(list).iter().filter(|entry| !typed.rules_out(list, entry)) {
                self.grant(list, entry);
            }
        }
    }

    /// What these fields say for one command: those of its table where it has one.
    pub fn for_command(&self, program: &OsStr) -> Option<&Self> {
        let name = std::path::Path::new(program).file_name()?.to_str()?;
        self.commands.get(name)
    }

    /// Whether an entry stands in a later list too that rules it out: of one path typed as both
    /// maps the smaller grant stands.
    fn rules_out(&self, list: List, entry: &OsStr) -> bool {
        let rival = list.row().rival.filter(|rival| *rival > list);
        rival.is_some_and(|rival| self.list(rival).iter().any(|other| list.is_same(other, entry)))
    }

    /// Adds an entry, and takes it out of the list that rules it out.
    fn grant(&mut self, list: List, entry: &OsStr) {
        let is_same = |old: &OsString| list.is_same(old, entry);
        if let Some(rival) = list.row().rival {
            self.list_mut(rival).retain(|old| !is_same(old));
        }
        if !self.list(list).iter().any(is_same) {
            self.list_mut(list).push(entry.to_owned());
        }
    }
}

/// Every field's name in a file.
pub fn all_names() -> impl Iterator<Item = &'static str> {
    [COMMAND, COMMANDS]
        .into_iter()
        .chain(List::ALL.iter().map(|list| list.row().field))
        .chain(Switch::ALL.iter().map(|switch| switch.row().field))
        .chain(Word::ALL.iter().map(|word| word.row().field))
}
