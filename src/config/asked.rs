//! What a project's file asks for that takes trust, and the words for it.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::tightening::Tightening;
use crate::fields::{List, Switch, Trust, Word};
use crate::text::{visible, visible_words};

/// One thing in a project's file that takes trust.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Loosening {
    /// A command that runs when none is typed.
    Command(Vec<OsString>),
    /// A map that leaves the project, or lifts the write protection inside it.
    Map {
        /// As written.
        text: OsString,
        /// Whether the jail may write there.
        writable: bool,
        /// Where it leads on this host, symlinks resolved.
        source: PathBuf,
        /// Where it appears in the jail, if elsewhere.
        dest: Option<PathBuf>,
    },
    /// An exception to a list of the user's.
    Entry {
        /// The list that it stands in.
        list: List,
        /// As written.
        text: OsString,
    },
    /// A switch in its permissive position.
    Switch(Switch),
    /// Something strict that the file had when it was last agreed to, and has no more.
    Lost(Tightening),
    /// An entry of a list that opens part of the network.
    Network {
        /// Its list.
        list: List,
        /// As written.
        text: OsString,
    },
    /// A word that is not the strictest.
    Word(Word, &'static str),
}

/// What a file asks for, and what the user allowed an earlier version of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// What it asks for now.
    pub items: Vec<Loosening>,
    /// The words of what was allowed before; `None` if nothing ever was.
    pub known: Option<Vec<String>>,
}

impl Loosening {
    /// The same request; a map's path may be spelled in another way.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Map { text, writable, source, dest },
                Self::Map { text: t, writable: w, source: s, dest: d },
            ) => writable == w && (List::RoMaps.is_same(text, t) || (source == s && dest == d)),
            (Self::Network { list, text }, Self::Network { list: other, text: t }) => {
                list == other && list.is_same(text, t)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Loosening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(words) => {
                let words = visible_words(words);
                write!(f, "runs `{words}` when no command is typed")
            }
            Self::Map { text, writable, source, dest } => {
                let access = if *writable { "may read and write" } else { "may read" };
                let (text, source) = (visible(text), visible(source));
                write!(f, "{access} {source}")?;
                if let Some(dest) = dest {
                    let dest = visible(dest);
                    write!(f, ", which appears as {dest}")?;
                }
                if text == source {
                    return Ok(());
                }
                write!(f, " (written `{text}`)")
            }
            Self::Lost(tightening) => write!(f, "no longer says {tightening}"),
            Self::Entry { list, text } => {
                let row = list.row();
                let words = match row.trust {
                    Trust::Excepts { words, .. } => words,
                    Trust::Tightens | Trust::Map { .. } | Trust::Network(_) => row.name,
                };
                write!(f, "{words} `{}` ({})", visible(text), row.field)
            }
            Self::Switch(switch) => {
                let row = switch.row();
                write!(f, "{} ({} = {})", row.loose_words, row.field, switch.written(row.loose))
            }
            Self::Network { list, text } => {
                let row = list.row();
                let opens = match row.trust {
                    Trust::Network(opens) => opens,
                    Trust::Tightens | Trust::Map { .. } | Trust::Excepts { .. } => row.name,
                };
                write!(f, "{opens} {} ({})", visible(text), row.field)
            }
            Self::Word(word, value) => {
                let row = word.row();
                let words = row.loose_words.unwrap_or_default();
                write!(f, "{words} ({} = \"{value}\")", row.field)
            }
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.items.iter().map(ToString::to_string).collect();
        let is_known =
            |word: &String| self.known.as_ref().is_some_and(|known| known.contains(word));
        match &self.known {
            None => write!(f, "It asks for more than a project gets by itself:")?,
            Some(_) if words.iter().all(is_known) => {
                write!(f, "You allowed the same once, and the file has changed since:")?;
            }
            Some(_) => write!(f, "It has changed since you allowed it; now it asks for:")?,
        }
        for word in &words {
            let new = if self.known.is_some() && !is_known(word) { "new: " } else { "" };
            write!(f, "\n  - {new}{word}")?;
        }
        Ok(())
    }
}
