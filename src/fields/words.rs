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
    /// What the value gives the jail, for the person who is asked to allow one that is looser than what the jail has
    /// without the project's file; `None` where no project's file may hold it.
    pub loose_words: Option<&'static str>,
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
        loose_words: None,
    }
    /// The network.
    Net {
        flag: Some(Flag {
            long: "net",
            short: None,
            help: "The network [default: host, or filtered where a rule is given]",
        }),
        carried_by: None,
        value: "NETWORK",
        field: "net",
        owner: Owner::Project,
        values: &[
            ("none", "No network at all"),
            ("filtered", "What --allow-host names, and nothing else"),
            ("host", "The host's network"),
        ],
        loose_words: Some("has more of the network"),
    }
}

impl Word {
    /// The table's own text of a value.
    pub fn value(self, text: &str) -> Option<&'static str> {
        self.row().values.iter().map(|(value, _)| *value).find(|value| *value == text)
    }
}

impl Word {
    /// How loose a value is: 0 is the strictest.
    pub fn looseness(self, value: &str) -> Option<usize> {
        self.row().values.iter().position(|(known, _)| *known == value)
    }
}

/// The network that somebody asks for; the strictest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Net {
    /// None.
    None,
    /// What rules allow.
    Filtered,
    /// The host's.
    Host,
}

impl Net {
    /// From a value of [`Word::Net`].
    pub fn from_word(word: &str) -> Self {
        match word {
            "host" => Self::Host,
            "filtered" => Self::Filtered,
            _ => Self::None,
        }
    }

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Filtered => "filtered",
            Self::Host => "host",
        }
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
