//! Attempts in the jail to change git's settings where a mount holds them.
//!
//! git writes new settings to `config.lock` and renames that over `config`, which the mount
//! refuses. The lock is all that is to be seen of the attempt, and only for a moment, so the kernel
//! is asked to note it: `inotify(7)`. The same notes tell of worktrees that git begins to remove.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};
use stage2::sys;

use crate::host::repositories::Worktree;
use crate::launch::worktrees;

/// Beside the settings for as long as git works on them.
const LOCK: &str = "config.lock";

/// How long another process keeps the notes open: until this process has closed its own.
const LONGER: Duration = Duration::from_millis(2);

/// The attempts of a run.
#[derive(Default)]
pub struct Attempts {
    notes: Option<Inotify>,
    /// The settings, by the directory that is watched for them.
    files: Vec<(WatchDescriptor, PathBuf)>,
    /// Those that somebody tried to change.
    refused: Vec<PathBuf>,
    /// Worktrees, by the record that is watched for them.
    worktrees: Vec<(WatchDescriptor, Worktree)>,
    /// Those that are gone.
    removed: Vec<PathBuf>,
}

impl Attempts {
    /// Has attempts noted. Where the kernel has no notes left for this user there are none.
    pub fn watch(files: &[PathBuf], worktrees: &[Worktree]) -> Self {
        let mut attempts = Self::default();
        if files.is_empty() {
            return attempts;
        }
        let Ok(notes) = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC) else {
            return attempts;
        };
        let events = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO;
        for file in files {
            let watched = file.parent().and_then(|parent| notes.add_watch(parent, events).ok());
            attempts.files.extend(watched.map(|watched| (watched, file.clone())));
        }
        for worktree in worktrees {
            let watched = notes.add_watch(&worktree.record, AddWatchFlags::IN_DELETE).ok();
            attempts.worktrees.extend(watched.map(|watched| (watched, worktree.clone())));
        }
        attempts.notes = Some(notes);
        attempts
    }

    /// Becomes readable when something is noted.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.notes.as_ref().map(AsFd::as_fd)
    }

    /// Reads what is noted.
    pub fn take(&mut self) {
        // Where nothing is noted, reading is an error.
        while let Some(Ok(events)) = self.notes.as_ref().map(Inotify::read_events) {
            for event in events {
                self.note(&event);
            }
        }
    }

    fn note(&mut self, event: &InotifyEvent) {
        if let Some((_, worktree)) = self.worktrees.iter().find(|(watched, _)| *watched == event.wd)
        {
            self.removed.extend(worktrees::finish_removals(std::slice::from_ref(worktree)));
            return;
        }
        let Some((_, file)) = self.files.iter().find(|(watched, _)| *watched == event.wd) else {
            return;
        };
        let name = event.name.as_deref();
        if name == Some(OsStr::new(LOCK)) && !self.refused.contains(file) {
            self.refused.push(file.clone());
        } else if name == file.file_name() && event.mask.contains(AddWatchFlags::IN_MOVED_TO) {
            // Somebody outside has changed them, for whom they are not held.
            self.refused.retain(|refused| refused != file);
        }
    }

    /// Ends it; gives the settings that somebody tried to change, and the worktrees that are gone.
    pub fn finish(mut self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        self.take();
        if let Some(notes) = self.notes.take() {
            close_elsewhere(&notes);
        }
        (self.refused, self.removed)
    }
}

/// Has another process close the notes after this one: the last close waits until the kernel has let go of
/// each watch, for ten milliseconds and more, and nobody waits for that process.
fn close_elsewhere(notes: &Inotify) {
    if let Ok(None) = sys::fork() {
        let last = notes.as_fd().as_raw_fd();
        close_between(0, last - 1);
        close_between(last + 1, RawFd::MAX);
        sleep(LONGER);
        sys::exit_now(0);
    }
}

/// Whoever reads from this process must not wait for that process.
fn close_between(first: RawFd, last: RawFd) {
    if first <= last && sys::close_range(first, last).is_err() {
        (0..=2).for_each(sys::close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn git_directory() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let config = directory.path().join("config");
        fs::write(&config, "").expect("a file");
        (directory, config)
    }

    #[test]
    fn a_lock_that_is_taken_back_is_an_attempt() {
        let (directory, config) = git_directory();
        let mut attempts = Attempts::watch(std::slice::from_ref(&config), &[]);
        fs::write(directory.path().join("index.lock"), "").expect("a file");
        attempts.take();
        assert_eq!(attempts.refused, [""; 0].map(PathBuf::from), "another file's lock is none");
        let lock = directory.path().join(LOCK);
        fs::write(&lock, "").expect("a file");
        fs::remove_file(&lock).expect("it is there");
        attempts.take();
        assert_eq!(attempts.refused, [config]);
    }

    #[test]
    fn a_change_that_is_made_is_none() {
        let (directory, config) = git_directory();
        let mut attempts = Attempts::watch(std::slice::from_ref(&config), &[]);
        let lock = directory.path().join(LOCK);
        fs::write(&lock, "").expect("a file");
        fs::rename(&lock, &config).expect("it is there");
        attempts.take();
        assert_eq!(attempts.refused, [""; 0].map(PathBuf::from));
    }
}
