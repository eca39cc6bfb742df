//! Dot entries whose name says that they are a key, a token, a credential or a history. No table knows
//! every tool, and most tools name such files plainly.

use std::ffi::OsStr;
use std::path::Path;

use super::home_row::{HomeRow, Treatment};

/// How a word is looked for in a name.
#[derive(Clone, Copy)]
enum Is {
    /// Anywhere.
    Inside,
    /// As a word of its own, which is what stands between two of `.`, `-`, `_` and spaces.
    Word,
    /// As the last word.
    Last,
}

const fn row(path: &'static str, reason: &'static str) -> HomeRow {
    HomeRow { path, treatment: Treatment::Hidden, reason }
}

const CREDENTIAL: HomeRow = row(".*credential*", "its name says that it is a credential");
const PASSWORD: HomeRow = row(".*password*", "its name says that it is a password");
const SECRET: HomeRow = row(".*secret*", "its name says that it is secret");
const KEY: HomeRow = row(".*key", "its name says that it is a key");
const TOKEN: HomeRow = row(".*token*", "its name says that it is a token");
const HISTORY: HomeRow = row(".*history*", "its name says that it is a history");

/// The words, in lower case.
const WORDS: &[(&str, Is, &HomeRow)] = &[
    ("credential", Is::Inside, &CREDENTIAL),
    ("passwd", Is::Inside, &PASSWORD),
    ("password", Is::Inside, &PASSWORD),
    ("passphrase", Is::Inside, &PASSWORD),
    ("secret", Is::Word, &SECRET),
    ("secrets", Is::Word, &SECRET),
    ("keyring", Is::Word, &KEY),
    ("keyrings", Is::Word, &KEY),
    ("keystore", Is::Word, &KEY),
    ("key", Is::Last, &KEY),
    ("keys", Is::Last, &KEY),
    ("pem", Is::Last, &KEY),
    ("p12", Is::Last, &KEY),
    ("pfx", Is::Last, &KEY),
    ("kdbx", Is::Last, &KEY),
    ("token", Is::Word, &TOKEN),
    ("tokens", Is::Word, &TOKEN),
    ("history", Is::Word, &HISTORY),
];

/// What people and programs put behind the name of a copy.
const COPIES: &[&str] = &[
    "~", ".bak", ".old", ".orig", ".save", ".backup", ".copy", "-bak", "-old", "-backup", "-copy",
    "_bak", "_old", "_backup", "_copy", "2",
];

/// Directories whose entries are judged by their names, as the home's dot entries are.
const SHARED: &[&str] = &[".config", ".local/share", ".local/state"];

/// The row of what a name says, for a dot entry or an entry of the directories that programs share; or
/// the one of `rows` of which it is a copy.
pub fn find(path: &Path, rows: impl Iterator<Item = &'static HomeRow>) -> Option<&'static HomeRow> {
    let name = path.file_name().and_then(OsStr::to_str)?;
    let parent = path.parent()?.to_str()?;
    let is_dot_entry = parent.is_empty() && name.starts_with('.');
    if !is_dot_entry && !SHARED.contains(&parent) {
        return None;
    }
    by_words(&name.to_ascii_lowercase()).or_else(|| copied(path.to_str()?, rows))
}

fn by_words(name: &str) -> Option<&'static HomeRow> {
    let words = name.split(['.', '-', '_', ' ']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let is = |(word, is, _): &&(&str, Is, &HomeRow)| match is {
        Is::Inside => name.contains(word),
        Is::Word => words.contains(word),
        Is::Last => words.last() == Some(word),
    };
    WORDS.iter().find(is).map(|(.., row)| *row)
}

/// A copy of a hidden place, under a name that says so.
fn copied(path: &str, rows: impl Iterator<Item = &'static HomeRow>) -> Option<&'static HomeRow> {
    let originals: Vec<&str> = COPIES.iter().filter_map(|copy| path.strip_suffix(copy)).collect();
    if originals.is_empty() {
        return None;
    }
    let mut hidden = rows.filter(|row| row.treatment == Treatment::Hidden);
    hidden.find(|row| originals.contains(&row.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: &[HomeRow] = &[
        row(".ssh", ""),
        row(".gnupg", ""),
        row(".aws", ""),
        row(".netrc", ""),
        row(".password-store", ""),
        row(".config/gcloud", ""),
        HomeRow { path: ".bashrc", treatment: Treatment::ReadOnly, reason: "" },
    ];

    fn is_hidden(path: &str) -> bool {
        find(Path::new(path), HIDDEN.iter()).is_some()
    }

    #[test]
    fn names_that_say_so() {
        for path in [
            ".gitcredentials",
            ".my-token",
            ".tool.key",
            ".api_keys",
            ".foo_history",
            ".foo_history-123.tmp",
            ".config/tool-secrets",
            ".local/state/python_history",
            ".ssh.bak",
            ".gnupg.old",
            ".password-store2",
            ".netrc~",
            ".config/gcloud-old",
            ".aws_backup",
        ] {
            assert!(is_hidden(path), "{path}");
        }
    }

    #[test]
    fn names_that_only_sound_like_it() {
        for path in [
            ".config/autokey",
            ".config/kglobalshortcutsrc",
            ".keyboard",
            ".tokenizers",
            ".config/monkey",
            ".secretary",
            ".turkey",
            ".config/tool/token",
            "token",
            ".bashrc.bak",
            ".keychains.d",
        ] {
            assert!(!is_hidden(path), "{path}");
        }
    }
}
