//! Attempts in the jail to change git's settings where a mount holds them.
//!
//! git writes new settings to `config.lock` and renames that over `config`, which the mount
//! refuses. The lock is all that is to be seen of the attempt, and only for a moment, so the kernel
//! is asked to note it: `inotify(7)`. The same notes tell of worktrees that git begins to remove, and of
//! logins that a program looks for and finds empty.

use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};
use nix::sys::stat::{SFlag, fstat};
use nix::sys::statfs::{TMPFS_MAGIC, fstatfs};
use stage2::sys;

use super::Noted;
use crate::host::repositories::Worktree;
use crate::launch::worktrees;
use crate::plan::EmptyLogin;

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
    /// Logins that are empty in the jail, until it is there.
    empty: Vec<EmptyLogin>,
    /// Those that are watched.
    logins: Vec<(WatchDescriptor, EmptyLogin)>,
    /// Those that a program opened.
    looked_for: Vec<EmptyLogin>,
}

impl Attempts {
    /// Has attempts noted. Where the kernel has no notes left for this user there are none.
    pub fn watch(files: &[PathBuf], worktrees: &[Worktree], logins: &[EmptyLogin]) -> Self {
        let mut attempts = Self::default();
        if files.is_empty() && logins.is_empty() {
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
        attempts.empty = logins.to_vec();
        attempts.notes = Some(notes);
        attempts
    }

    /// The jail is there, with this home: its empty files can be watched.
    pub fn enter(&mut self, home: &OwnedFd) {
        let Some(notes) = &self.notes else { return };
        for login in std::mem::take(&mut self.empty) {
            let Some(file) = open_empty(home, login.row.path) else { continue };
            let file = format!("/proc/self/fd/{}", file.as_raw_fd());
            let watched = notes.add_watch(file.as_str(), AddWatchFlags::IN_OPEN).ok();
            self.logins.extend(watched.map(|watched| (watched, login)));
        }
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
        if let Some((_, login)) = self.logins.iter().find(|(watched, _)| *watched == event.wd) {
            // The end of the jail is noted too.
            let is_open = event.mask.contains(AddWatchFlags::IN_OPEN);
            if is_open && !self.looked_for.contains(login) {
                self.looked_for.push(login.clone());
            }
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

    /// Ends it.
    pub fn finish(mut self) -> Noted {
        self.take();
        if let Some(notes) = self.notes.take() {
            close_elsewhere(&notes);
        }
        let Self { refused, removed, looked_for, .. } = self;
        Noted { refused, removed, looked_for }
    }
}

/// Opens a file of the jail's for what can be done with a path alone, if it is one of the jail's own in memory: what it
/// has of the host may be opened there too.
fn open_empty(home: &OwnedFd, path: &str) -> Option<OwnedFd> {
    let resolve = ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_BENEATH;
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    let file = openat2(home, path, OpenHow::new().flags(flags).resolve(resolve)).ok()?;
    let is_file = fstat(&file)
        .is_ok_and(|status| status.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFREG.bits());
    let is_in_memory = fstatfs(&file).is_ok_and(|system| system.filesystem_type() == TMPFS_MAGIC);
    (is_file && is_in_memory).then_some(file)
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
    use crate::policy::logins::LOGINS;
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
        let mut attempts = Attempts::watch(std::slice::from_ref(&config), &[], &[]);
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
        let mut attempts = Attempts::watch(std::slice::from_ref(&config), &[], &[]);
        let lock = directory.path().join(LOCK);
        fs::write(&lock, "").expect("a file");
        fs::rename(&lock, &config).expect("it is there");
        attempts.take();
        assert_eq!(attempts.refused, [""; 0].map(PathBuf::from));
    }

    #[test]
    fn a_login_is_looked_for_by_whoever_opens_it() {
        let home = tempfile::tempdir_in("/dev/shm").expect("a directory");
        let row = LOGINS.iter().find(|login| !login.path.contains('/')).expect("one");
        let path = home.path().join(row.path);
        fs::write(&path, "").expect("a file");
        let login = EmptyLogin { row, path: path.clone() };
        let mut attempts = Attempts::watch(&[], &[], std::slice::from_ref(&login));
        attempts.enter(&fs::File::open(home.path()).expect("it is there").into());
        fs::metadata(&path).expect("it is there");
        attempts.take();
        assert_eq!(attempts.looked_for, []);
        fs::read(&path).expect("it is there");
        fs::read(&path).expect("it is there");
        assert_eq!(attempts.finish().looked_for, [login]);
    }

    #[test]
    fn the_end_of_a_login_is_no_question_for_it() {
        let home = tempfile::tempdir_in("/dev/shm").expect("a directory");
        let row = LOGINS.iter().find(|login| !login.path.contains('/')).expect("one");
        let path = home.path().join(row.path);
        fs::write(&path, "").expect("a file");
        let mut attempts = Attempts::watch(&[], &[], &[EmptyLogin { row, path: path.clone() }]);
        attempts.enter(&fs::File::open(home.path()).expect("it is there").into());
        fs::remove_file(&path).expect("it is there");
        assert_eq!(attempts.finish().looked_for, []);
    }
}
