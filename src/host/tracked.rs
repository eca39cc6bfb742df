//! Whether git tracks a file of the project, read from the repository's index: git itself may run
//! programs that a repository names, and this is asked outside of any jail.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::files::{self, Symlinks};
use crate::policy::own::SETTINGS_FILE;

/// Bytes. Of the largest repositories' indexes some have a hundred million.
const MAX_INDEX: u64 = 256 << 20;

/// Bytes of a `.git` that is a file.
const MAX_POINTER: u64 = 4096;

/// What an entry has before its flags, gitformat-index(5): ten times four bytes and a SHA-1.
const BEFORE_FLAGS: usize = 60;

/// Whether git tracks the project's own settings.
pub fn has_settings(project: &Path) -> bool {
    is_tracked(project, SETTINGS_FILE.as_ref())
}

/// Whether the repository around `directory` tracks the file `name` in it.
fn is_tracked(directory: &Path, name: &OsStr) -> bool {
    let roots = directory.ancestors().filter_map(|root| Some((root, git_directory(root)?)));
    let Some((root, git)) = { roots }.next() else { return false };
    let Ok(below) = directory.join(name).strip_prefix(root).map(Path::to_path_buf) else {
        return false;
    };
    let index = files::regular(&git.join("index"), Symlinks::Refuse, MAX_INDEX);
    index.is_ok_and(|index| {
        index.is_some_and(|index| holds(&index.bytes, below.as_os_str().as_bytes()) == Some(true))
    })
}

/// The directory of git's own files for a working tree: `.git`, or where a `.git` file leads.
fn git_directory(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if fs::symlink_metadata(&git).ok()?.is_dir() {
        return Some(git);
    }
    let text = files::read::small_text(&git, MAX_POINTER)?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}

/// Whether an index has an entry of this name; `None` where it is not understood.
fn holds(index: &[u8], wanted: &[u8]) -> Option<bool> {
    let number = |at: usize| {
        let bytes = index.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    if index.get(..4)? != b"DIRC" {
        return None;
    }
    let (version, count) = (number(4)?, number(8)?);
    let mut at = 12;
    let mut name = Vec::new();
    for _ in 0..count {
        let flags = index.get(at + BEFORE_FLAGS..at + BEFORE_FLAGS + 2)?;
        let is_extended = version >= 3 && flags[0] & 0x40 != 0;
        let start = at + BEFORE_FLAGS + if is_extended { 4 } else { 2 };
        at = match version {
            2 | 3 => {
                let length = memchr::memchr(0, index.get(start..)?)?;
                name = index[start..start + length].to_vec();
                // Between one and eight zero bytes make the entry's length a multiple of eight.
                at + ((start + length - at + 8) & !7)
            }
            4 => {
                let (dropped, start) = offset(index, start)?;
                name.truncate(name.len().checked_sub(dropped)?);
                let length = memchr::memchr(0, index.get(start..)?)?;
                name.extend_from_slice(&index[start..start + length]);
                start + length + 1
            }
            _ => return None,
        };
        if name == wanted {
            return Some(true);
        }
    }
    Some(false)
}

/// A number of a version-4 entry, as packs have them, and where it ends.
fn offset(index: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *index.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *index.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)? + usize::from(byte & 0x7f);
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Vec<u8> {
        let mut entry = vec![0; BEFORE_FLAGS + 2];
        entry.extend(name.bytes());
        entry
    }

    fn index(version: u32, entries: &[Vec<u8>]) -> Vec<u8> {
        let count = u32::try_from(entries.len()).expect("a few");
        let header = [&b"DIRC"[..], &version.to_be_bytes(), &count.to_be_bytes()].concat();
        header.into_iter().chain(entries.concat()).collect()
    }

    #[test]
    fn names_of_version_2() {
        let padded = |name| {
            let mut entry = entry(name);
            entry.resize((entry.len() + 8) & !7, 0);
            entry
        };
        let index = index(2, &[padded(".ai-jail.old"), padded("a/.ai-jail"), padded("b")]);
        for (name, expected) in [("a/.ai-jail", true), (".ai-jail", false), ("b", true)] {
            assert_eq!(holds(&index, name.as_bytes()), Some(expected), "{name}");
        }
        assert_eq!(holds(&index[..100], b"b"), None);
    }

    #[test]
    fn names_of_version_4_share_their_beginnings() {
        let shared = |dropped: u8, suffix: &str| {
            let mut entry = entry("");
            entry.push(dropped);
            entry.extend(suffix.bytes());
            entry.push(0);
            entry
        };
        let index = index(4, &[shared(0, ".ai-foo"), shared(3, "jail"), shared(8, "b")]);
        for (name, expected) in [(".ai-jail", true), ("jail", false), ("b", true)] {
            assert_eq!(holds(&index, name.as_bytes()), Some(expected), "{name}");
        }
    }
}
