//! Something on the host as it is at one moment, as far as a later look can tell a change.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Entries below one place that are compared one by one.
const ENTRIES: usize = 1024;

/// Entries of the place itself that are compared, such as programs in one directory; and all that a
/// later look takes in, of what a command may have made.
const ENTRIES_AFTER: usize = 4 * ENTRIES;

/// How far below a place entries are compared.
pub const LEVELS: usize = 5;

/// What tells one file from another. Several file systems hand the number of a removed file out
/// again at once, so the number alone says nothing; where they keep no time of birth, the time
/// of the last change has to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Identity {
    device: u64,
    inode: u64,
    since: Since,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Since {
    Birth(SystemTime),
    Change(i64, i64),
}

/// What changes with any change of an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Facts {
    /// Which it is.
    pub identity: Identity,
    /// Whether it is a directory itself.
    pub is_directory: bool,
    /// Whether it is a symbolic link.
    pub is_link: bool,
    size: u64,
    mode: u32,
    /// The kernel's own time of the last change, which no program can set.
    changed: (i64, i64),
}

impl From<Metadata> for Facts {
    fn from(metadata: Metadata) -> Self {
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        let born = metadata.created().map(Since::Birth);
        let since = born.unwrap_or(Since::Change(changed.0, changed.1));
        Self {
            identity: Identity { device: metadata.dev(), inode: metadata.ino(), since },
            is_directory: metadata.is_dir(),
            is_link: metadata.is_symlink(),
            size: metadata.size(),
            mode: metadata.mode(),
            changed,
        }
    }
}

/// One place as it is.
#[derive(Debug)]
pub struct Stamp {
    /// The place itself.
    pub itself: Facts,
    /// What is below it, by the path from there; nothing where it is no directory.
    pub entries: BTreeMap<PathBuf, Facts>,
    /// So many levels of it are in `entries`, each in full.
    pub levels: usize,
    /// Whether a look that was to take in these levels met more than it can.
    pub is_cut: bool,
}

impl Stamp {
    /// The place alone; `None` where nothing is there.
    pub fn shallow(path: &Path) -> Option<Self> {
        let itself = path.symlink_metadata().ok()?.into();
        Some(Self { itself, entries: BTreeMap::new(), levels: 0, is_cut: false })
    }

    /// A directory with the entries that are in it, and nothing below them.
    pub fn entries(path: &Path) -> Option<Self> {
        let mut stamp = Self::look(path, 1, ENTRIES_AFTER)?;
        stamp.is_cut = stamp.levels < 1;
        Some(stamp)
    }

    /// The place before a run: as many levels as are small enough.
    pub fn before(path: &Path) -> Option<Self> {
        Self::look(path, LEVELS, ENTRIES)
    }

    /// The place after a run, to the depth of an earlier look.
    pub fn after(path: &Path, levels: usize) -> Option<Self> {
        let mut stamp = Self::look(path, levels, ENTRIES_AFTER)?;
        stamp.is_cut = stamp.levels < levels;
        Some(stamp)
    }

    fn look(path: &Path, levels: usize, limit: usize) -> Option<Self> {
        let mut stamp = Self::shallow(path)?;
        let mut directories = vec![PathBuf::new()];
        if !stamp.itself.is_directory {
            directories.clear();
        }
        while stamp.levels < levels {
            let limit = if stamp.levels == 0 { ENTRIES_AFTER } else { limit };
            let left = limit.saturating_sub(stamp.entries.len());
            let Some((found, next)) = level(path, &directories, left) else { break };
            stamp.entries.extend(found);
            stamp.levels += 1;
            directories = next;
        }
        Some(stamp)
    }

    /// Whether a directory has the same entries as before, each unchanged. Directories in it
    /// answer for themselves.
    pub fn has_same_entries(&self, other: &Self, directory: &Path) -> bool {
        let of = |stamp: &Self| {
            let entries = stamp.entries.iter();
            let inside = entries.filter(|(path, _)| path.parent() == Some(directory));
            let facts =
                inside.map(|(path, facts)| (path.clone(), (!facts.is_directory).then_some(*facts)));
            facts.collect::<Vec<_>>()
        };
        of(self) == of(other)
    }
}

impl Facts {
    /// Whether something came into a directory, or left it, though it is the same one.
    pub fn was_stirred(&self, before: &Self) -> bool {
        self.is_directory
            && (self.identity, self.mode) == (before.identity, before.mode)
            && self.changed != before.changed
    }
}

/// The entries of some directories below `base`, and those of them that are directories; `None`
/// where there are too many. A directory that cannot be read has none.
#[allow(clippy::type_complexity)] // two lists of one walk
fn level(
    base: &Path,
    directories: &[PathBuf],
    limit: usize,
) -> Option<(Vec<(PathBuf, Facts)>, Vec<PathBuf>)> {
    let (mut found, mut next) = (Vec::new(), Vec::new());
    for directory in directories {
        for item in fs::read_dir(base.join(directory)).into_iter().flatten().flatten() {
            if found.len() == limit {
                return None;
            }
            let Ok(metadata) = item.metadata() else { continue };
            let facts = Facts::from(metadata);
            let path = directory.join(item.file_name());
            if facts.is_directory {
                next.push(path.clone());
            }
            found.push((path, facts));
        }
    }
    Some((found, next))
}
