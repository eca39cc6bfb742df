//! Walking a project for what its globs fit: bounded, on several threads, following no link.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirEntryExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::globs::Preset;

/// Entries that are looked at before the search gives up.
pub const ENTRIES: usize = 1_000_000;

/// Threads that share the work; a disk that is not in memory is waited for by each of them.
const THREADS: usize = 4;

/// git's own directories, of which `.gitignore` speaks as little.
const GIT: &[u8] = b".git";

/// What fits, relative to the root, with the rule that it fits.
pub type Found<R> = Vec<(PathBuf, R)>;

/// Says which rule a path relative to the root fits; whether it is a directory, and whether the
/// preset counts there.
pub type Judge<'a, R> = dyn Fn(&[u8], bool, Preset) -> Option<R> + Sync + 'a;

/// A walk.
pub struct Walk<'a, R> {
    /// Where it begins.
    pub root: &'a Path,
    /// What becomes of a path relative to the root.
    pub judge: &'a Judge<'a, R>,
    /// The rule of a directory that cannot be listed.
    pub unlisted: fn() -> R,
    /// Whether the preset does not count in a directory.
    pub excepts: &'a (dyn Fn(&[u8]) -> bool + Sync),
    /// Whether nothing is looked for where the preset does not count.
    pub only_preset: bool,
}

/// A directory still to be read: its path relative to the root, with a final slash unless it is
/// the root.
struct Directory {
    path: Vec<u8>,
    preset: Preset,
}

/// What the threads share.
struct Shared {
    left: Mutex<Vec<Directory>>,
    /// Directories that are left or being read.
    open: AtomicUsize,
    entries: AtomicUsize,
    limit: usize,
}

impl<R: Send> Walk<'_, R> {
    /// Walks, and says whether everything was looked at.
    pub fn run(&self) -> (Found<R>, bool) {
        self.run_at_most(ENTRIES)
    }

    /// The same, with another limit of entries.
    pub fn run_at_most(&self, limit: usize) -> (Found<R>, bool) {
        let root = Directory { path: Vec::new(), preset: Preset::Counts };
        let shared = Shared {
            left: Mutex::new(vec![root]),
            open: AtomicUsize::new(1),
            entries: AtomicUsize::new(0),
            limit,
        };
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS));
        let found = thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| self.work(&shared))).collect();
            let mut found = self.work(&shared);
            for other in others {
                found.extend(other.join().unwrap_or_default());
            }
            found
        });
        (found, shared.entries.load(Ordering::Relaxed) <= limit)
    }

    /// One thread's part: reads directories until none is left.
    fn work(&self, shared: &Shared) -> Found<R> {
        let mut found = Vec::new();
        let mut own: Vec<Directory> = Vec::new();
        while shared.open.load(Ordering::Acquire) > 0 {
            let next = own.pop().or_else(|| lock(&shared.left).pop());
            let Some(directory) = next else {
                thread::yield_now();
                continue;
            };
            if shared.entries.load(Ordering::Relaxed) <= shared.limit {
                let below = self.read(&directory, shared, &mut found);
                shared.open.fetch_add(below.len(), Ordering::AcqRel);
                own.extend(below);
                // Half of what waits is for those who have nothing to do.
                if own.len() > 8 {
                    let half = own.len() / 2;
                    lock(&shared.left).extend(own.drain(..half));
                }
            }
            shared.open.fetch_sub(1, Ordering::AcqRel);
        }
        found
    }

    /// Reads one directory, and gives those in it that are still to be read.
    fn read(&self, directory: &Directory, shared: &Shared, found: &mut Found<R>) -> Vec<Directory> {
        let path = self.root.join(OsStr::from_bytes(&directory.path));
        let Ok(listing) = fs::read_dir(&path) else {
            if !directory.path.is_empty() {
                let name = &directory.path[..directory.path.len() - 1];
                found.push((OsStr::from_bytes(name).into(), (self.unlisted)()));
            }
            return Vec::new();
        };
        let mut below = Vec::new();
        let mut count = 0;
        let mut entry_path = directory.path.clone();
        for entry in listing.flatten() {
            count += 1;
            let name = entry.file_name();
            if name.as_bytes() == GIT {
                continue;
            }
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            entry_path.truncate(directory.path.len());
            entry_path.extend_from_slice(name.as_bytes());
            if let Some(rule) = (self.judge)(&entry_path, is_directory, directory.preset) {
                found.push((OsStr::from_bytes(&entry_path).into(), rule));
                continue;
            }
            if !is_directory {
                continue;
            }
            let is_excepted = directory.preset == Preset::IsExcepted || (self.excepts)(&entry_path);
            if is_excepted && self.only_preset {
                continue;
            }
            let preset = if is_excepted { Preset::IsExcepted } else { Preset::Counts };
            below.push(Directory { path: [&entry_path, &b"/"[..]].concat(), preset });
        }
        shared.entries.fetch_add(count, Ordering::Relaxed);
        below
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Where files of these identities are below a directory, git's own directories left out.
pub fn identities(root: &Path, wanted: &BTreeMap<(u64, u64), usize>) -> Vec<(PathBuf, (u64, u64))> {
    use std::os::unix::fs::MetadataExt;
    let mut found = Vec::new();
    let mut left = vec![root.to_path_buf()];
    let mut entries = 0;
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            entries += 1;
            let kind = entry.file_type();
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) && entry.file_name() != ".git" {
                left.push(entry.path());
            }
            // The listing has the inode, so that only what may be it is looked at.
            let is_like = wanted.keys().any(|(_, inode)| *inode == entry.ino());
            if is_like && kind.is_ok_and(|kind| kind.is_file()) {
                let Ok(metadata) = entry.metadata() else { continue };
                let identity = (metadata.dev(), metadata.ino());
                if wanted.contains_key(&identity) {
                    found.push((entry.path(), identity));
                }
            }
        }
        if entries > ENTRIES {
            break;
        }
    }
    found
}
