//! The host's file behind a copy.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;

use super::base::Base;
use super::lock::{self, Lock};
use crate::files::read::{self, Unread};
use crate::files::replace::{self, Durability, Prepared};
use crate::json_merge::{self, Left};
use crate::plan::{Guarded, Merge};

/// Bytes. Far more than an agent's state, and little enough to have three of in memory.
const MAX_SIZE: u64 = 32 << 20;

/// The host's file.
pub struct Original {
    path: PathBuf,
    /// Its directory, opened once: what happens to its path meanwhile leads no write astray.
    directory: File,
    name: OsString,
    merge: Merge,
    /// What the jail's copy was when it was last the same as what was written back, or as what
    /// it was made from.
    base: Base,
    /// The same without what was taken back, where that was something.
    allowed: Option<Vec<u8>>,
    /// What of it is not the jail's to change.
    guard: Option<Guarded>,
    /// The keys where the jail did.
    taken_back: BTreeSet<String>,
    /// What killed runs left beside it is removed, once.
    is_swept: bool,
}

/// When a copy is written back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// The jail lives, and may be in the middle of a change.
    Meanwhile,
    /// The jail is gone.
    AtTheEnd,
    /// The jail is gone, and others have been waited for long enough.
    TooLate,
}

/// What came of a copy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Saved {
    /// The copy says nothing new.
    Same,
    /// All that it says is in the original now.
    Changed,
    /// Somebody else is changing the original.
    Busy,
}

impl Original {
    /// Opens the file's directory and reads the file, which must be there if the jail has a copy.
    pub fn open(
        path: &Path,
        merge: Merge,
        is_copied: bool,
        guard: Option<Guarded>,
    ) -> io::Result<Self> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let (parent, name) = path.parent().zip(path.file_name()).ok_or_else(missing)?;
        let directory = File::open(parent)?;
        let base = if is_copied {
            let file = regular(&directory, name)?.ok_or_else(missing)?;
            Base::of(&file, MAX_SIZE)?.ok_or_else(too_large)?
        } else {
            Base::Nothing
        };
        Ok(Self {
            path: path.to_path_buf(),
            directory,
            name: name.to_owned(),
            merge,
            base,
            allowed: None,
            guard,
            taken_back: BTreeSet::new(),
            is_swept: false,
        })
    }

    /// Its canonical path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The keys that the jail changed and that stayed as they were.
    pub fn taken_back(&self) -> Vec<String> {
        self.taken_back.iter().cloned().collect()
    }

    /// What the jail is given.
    #[cfg(target_os = "linux")]
    pub fn given(&self) -> Option<io::Result<std::os::fd::OwnedFd>> {
        self.base.given()
    }

    /// Writes the copy back, whole or not at all. What others have written meanwhile stays, but
    /// for the keys that the jail has changed. Too late is done without the lock.
    ///
    /// # Errors
    ///
    /// A copy that should be a JSON object and is not, or an original that cannot be written.
    pub fn save(&mut self, copies: impl AsFd, name: &OsStr, when: When) -> io::Result<Saved> {
        // One that the jail has removed has nothing to say, nor has one that is being made.
        let Some(copy) = regular(copies, name)? else { return Ok(Saved::Same) };
        if self.base.is_in(&copy)? {
            return Ok(Saved::Same);
        }
        let mine = content(&copy)?;
        match self.merge {
            Merge::Json if mine.is_empty() => return Ok(Saved::Same),
            Merge::Json if !json_merge::is_object(&mine) => {
                return Err(invalid("it is not a JSON object"));
            }
            // Emptied, and not filled again yet.
            Merge::Whole if mine.is_empty() && when == When::Meanwhile => return Ok(Saved::Same),
            Merge::Json | Merge::Whole => {}
        }
        let impatient = when == When::TooLate;
        if !self.is_swept {
            self.is_swept = true;
            replace::sweep(&sys_path(&self.directory), &self.name.to_string_lossy());
        }
        if !impatient && lock::is_taken(&self.directory, &self.name)? {
            return Ok(Saved::Busy);
        }
        let left = self.left_of(&mine)?;
        let is_change = left.as_ref().is_none_or(|left| left.is_change);
        let allowed = left.as_ref().map_or(&mine, |left| &left.text);
        if is_change && !self.replace(allowed, impatient)? {
            return Ok(Saved::Busy);
        }
        self.allowed = None;
        if let Some(Left { text, keys, .. }) = left {
            self.taken_back.extend(keys);
            self.allowed = Some(text);
        }
        self.base = Base::Made(mine);
        Ok(if is_change { Saved::Changed } else { Saved::Same })
    }

    /// What is left of the jail's changes, where some of them are not its to make.
    fn left_of(&self, mine: &[u8]) -> io::Result<Option<Left>> {
        let Some(guard) = &self.guard else { return Ok(None) };
        Ok(json_merge::take_back(&self.before()?, mine, guard)?)
    }

    /// What the original had of the jail when it was last written.
    fn before(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.allowed {
            Some(allowed) => Ok(Cow::Borrowed(allowed)),
            None => self.base.bytes(),
        }
    }

    /// Lays `mine` over the original; `false` where somebody else is changing that. The new file
    /// is on the disk before the lock is taken: whoever kills this process hardly ever leaves a
    /// lock behind, on which others would wait.
    fn replace(&self, mine: &[u8], impatient: bool) -> io::Result<bool> {
        let (directory, name) = (&self.directory, self.name.as_os_str());
        let read = || regular(directory, name)?.as_ref().map(content).transpose();
        let theirs = read()?;
        let new = self.merged(mine, theirs.as_deref())?;
        if theirs.as_deref() == Some(&new) {
            return Ok(true);
        }
        let mode = Mode::S_IRUSR | Mode::S_IWUSR;
        let prepared = Prepared::new(directory, name, &new, mode, Durability::Disk)?;
        let lock = Lock::take(directory, name)?;
        // Somebody may have come between.
        if (lock.is_none() && !impatient) || read()? != theirs {
            return Ok(false);
        }
        prepared.commit()?;
        Ok(true)
    }

    /// What the original is to be, where it is `theirs` now.
    fn merged<'a>(&self, mine: &'a [u8], theirs: Option<&[u8]>) -> io::Result<Cow<'a, [u8]>> {
        let base = self.before()?;
        match theirs {
            Some(theirs) if base != theirs && theirs != mine => {
                if self.merge == Merge::Whole {
                    return Err(invalid("somebody has changed it meanwhile"));
                }
                let merged = json_merge::merge(&base, mine, theirs);
                let why = "somebody has made it something else than a JSON object meanwhile";
                merged.map(Cow::Owned).map_err(|_| invalid(why))
            }
            _ => Ok(Cow::Borrowed(mine)),
        }
    }
}

/// A name for an open directory.
fn sys_path(directory: &File) -> PathBuf {
    format!("/proc/self/fd/{}", directory.as_raw_fd()).into()
}

/// Opens a regular file; `None` where there is none. Either side may be somebody else's work, so
/// no link is followed, and nothing is waited for.
pub fn regular(directory: impl AsFd, name: &OsStr) -> io::Result<Option<File>> {
    read::open_at(directory, name).map_err(said)
}

/// Reads it from the start.
pub fn content(file: &File) -> io::Result<Vec<u8>> {
    read::bytes(file, MAX_SIZE).map_err(said)
}

/// Why a file was not read, as an error of the system.
fn said(unread: Unread) -> io::Error {
    match unread {
        Unread::System(error) => error,
        Unread::Symlink | Unread::DanglingLink => invalid("it is a symbolic link"),
        Unread::NotRegular(_) => invalid("it is not a regular file"),
        Unread::TooLarge => too_large(),
    }
}

fn too_large() -> io::Error {
    invalid("it is larger than 32 MiB")
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
