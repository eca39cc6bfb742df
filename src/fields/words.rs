//! The table of words: what can be one of a few values.

use super::table::table;
use super::{Flag, Owner, Switch};

/// A row of the table of words.
#[derive(Debug)]
pub struct Row {
    /// The flag that says it.
    pub flag: Option<Flag>,
    /// The switch whose flag may carry it: `-s=light`.
    pub carried_by: Option<Switch>,
    /// What the help calls the value.
    pub value: &'static str,
    /// Its field in a file.
    pub field: &'static str,
    /// Whose files may hold the field.
    pub owner: Owner,
    /// What can be said, with a line of help each; the strictest first.
    pub values: &'static [(&'static str, &'static str)],
}

table! {
    /// What can be one of a few values.
    Word of Row:

    /// The status bar's theme.
    StatusBarStyle {
        flag: None,
        carried_by: Some(Switch::StatusBar),
        value: "STYLE",
        field: "status_bar_style",
        owner: Owner::User,
        values: &[
            ("dark", "Light text on a dark row"),
            ("light", "Dark text on a light row"),
        ],
    }
}

impl Word {
    /// The table's own text of a value.
    pub fn value(self, text: &str) -> Option<&'static str> {
        self.row().values.iter().map(|(value, _)| *value).find(|value| *value == text)
    }
}

/// The status bar's theme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BarStyle {
    /// Light text on a dark row.
    Dark,
    /// Dark text on a light row.
    Light,
}

impl BarStyle {
    /// From a value of [`Word::StatusBarStyle`].
    pub fn from_word(word: &str) -> Self {
        if word == "light" { Self::Light } else { Self::Dark }
    }

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}
