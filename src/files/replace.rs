//! Replacing a file so that at any moment the old or the new one is there, whole.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{FileStat, Mode, SFlag, fchmod, fstatat};
use nix::unistd::{Gid, Uid, UnlinkatFlags, fchown, unlinkat};

/// Whether the new content must have reached the disk before it takes the old one's place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Durability {
    /// After a power cut the file could be empty. An empty config means defaults, and a lost
    /// `lockdown = true` would be a hole; the price (a few milliseconds on a disk) is paid only
    /// by runs that change the file.
    Disk,
    /// An empty file after a power cut harms nobody.
    Memory,
}

/// A temporary file older than this was left by a killed run.
const STALE: Duration = Duration::from_secs(60);

/// Puts `content` at `name` in the directory `dir`, which is opened once: nothing that happens
/// to its path meanwhile leads the write astray. `name` itself is never followed: a symbolic
/// link there is replaced. An old file's permissions (and owner, where root saves a user's
/// file) are kept; a new one gets `mode` less the umask.
pub fn replace(
    dir: &Path,
    name: &OsStr,
    content: &[u8],
    mode: Mode,
    durability: Durability,
) -> io::Result<()> {
    Prepared::new(&File::open(dir)?, name, content, mode, durability)?.commit()
}

/// A new content beside the old one, on the disk if that is wanted.
pub struct Prepared<'a> {
    directory: &'a File,
    temporary: String,
    name: &'a OsStr,
}

impl<'a> Prepared<'a> {
    /// Writes it; [`replace`] says how.
    pub fn new(
        directory: &'a File,
        name: &'a OsStr,
        content: &[u8],
        mode: Mode,
        durability: Durability,
    ) -> io::Result<Self> {
        let old = old_file(directory, name)?;
        let temporary = temporary_name(name);
        let flags =
            OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        // Private until it has the old file's own permissions.
        let first = if old.is_some() { Mode::S_IRUSR | Mode::S_IWUSR } else { mode };
        let file = File::from(openat(directory, temporary.as_str(), flags, first)?);
        let prepared = Self { directory, temporary, name };
        fill(file, content, old.as_ref(), durability)?;
        Ok(prepared)
    }

    /// Puts it into the old one's place.
    pub fn commit(self) -> io::Result<()> {
        renameat(self.directory, self.temporary.as_str(), self.directory, self.name)?;
        Ok(())
    }
}

impl Drop for Prepared<'_> {
    /// Removes one that was not committed; else there is nothing of that name.
    fn drop(&mut self) {
        let _ = unlinkat(self.directory, self.temporary.as_str(), UnlinkatFlags::NoRemoveDir);
    }
}

/// The regular file that will be replaced. Over a directory `rename` would fail with a word
/// that says less.
fn old_file(directory: impl AsFd, name: &OsStr) -> io::Result<Option<FileStat>> {
    match fstatat(directory, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(stat) => match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
            SFlag::S_IFREG => Ok(Some(stat)),
            SFlag::S_IFDIR => Err(Errno::EISDIR.into()),
            _ => Ok(None),
        },
        Err(Errno::ENOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn fill(
    mut file: File,
    content: &[u8],
    old: Option<&FileStat>,
    durability: Durability,
) -> io::Result<()> {
    file.write_all(content)?;
    if let Some(old) = old {
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.st_uid, old.st_gid) {
            let (uid, gid) = (Uid::from_raw(old.st_uid), Gid::from_raw(old.st_gid));
            // Refused to anyone but root: the file then belongs to who saved it.
            let _ = fchown(&file, Some(uid), Some(gid));
        }
        let permissions = Mode::S_IRWXU | Mode::S_IRWXG | Mode::S_IRWXO;
        fchmod(&file, Mode::from_bits_truncate(old.st_mode) & permissions)?;
    }
    match durability {
        Durability::Disk => file.sync_data(),
        Durability::Memory => Ok(()),
    }
}

/// A name no other run uses: the process, and a count for its threads.
fn temporary_name(name: &OsStr) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let (name, pid) = (name.to_string_lossy(), std::process::id());
    format!("{name}.{pid}-{count}.tmp")
}

/// Removes what killed runs left beside `name`. Failing to is no reason to stop.
pub fn sweep(dir: &Path, name: &str) {
    let Ok(entries) = dir.read_dir() else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        if file_name.to_str().is_some_and(|found| is_temporary(found, name)) && is_stale(&entry) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_temporary(found: &str, name: &str) -> bool {
    let middle = found
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(".tmp"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    middle
        .and_then(|middle| middle.split_once('-'))
        .is_some_and(|(pid, count)| digits(pid) && digits(count))
}

fn is_stale(entry: &std::fs::DirEntry) -> bool {
    let Ok(metadata) = entry.metadata() else {
        return false;
    };
    let age = metadata.modified().map(|time| time.elapsed());
    metadata.is_file() && matches!(age, Ok(Ok(age)) if age > STALE)
}
