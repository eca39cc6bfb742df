//! Files of which the jail has copies: what it makes of them is written back, soon after each
//! change and at the end. `docs/claude-json.md` says why.

mod base;
mod guard;
mod lock;
mod original;
mod unsaved;
mod writer;

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::plan::{MountKind, Plan};
use original::{Original, Saved, When};
use writer::Writer;

/// How long the end of the run waits for somebody else's lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// How soon to look for it again.
const AGAIN: Duration = Duration::from_millis(20);

/// One file in both its places.
struct Copy {
    /// In the jail.
    path: PathBuf,
    /// Its name there; all are in one directory.
    name: OsString,
    original: Original,
}

/// The files; the thread has them, if there is one.
type Files = Arc<Mutex<Vec<Copy>>>;

/// The files, and who writes them back.
#[derive(Default)]
pub struct Copies {
    files: Files,
    /// Where the copies are: the jail's own directory, once there is a jail.
    directory: Option<Arc<OwnedFd>>,
    writer: Option<Writer>,
}

impl Copies {
    /// Reads what the jail will have copies of. A file that cannot be read is left out of the
    /// plan: the jail does not have it then, and nothing is written back over it.
    pub fn read(plan: &mut Plan) -> Self {
        let mut files = Vec::new();
        plan.write_back.retain(|file| {
            let is_copied = plan.places.mounts().iter().any(|mount| mount.dest == file.copy);
            let guard = file.guard.clone();
            let opened = Original::open(&file.original, file.merge, is_copied, guard);
            match (opened, file.copy.file_name()) {
                (Ok(original), Some(name)) => {
                    files.push(Copy { path: file.copy.clone(), name: name.to_owned(), original });
                    true
                }
                _ => false,
            }
        });
        plan.places.retain_mounts(|mount| {
            let is_copied = matches!(mount.kind, MountKind::Copied { .. });
            !is_copied || files.iter().any(|file| file.path == mount.dest)
        });
        Self { files: Arc::new(Mutex::new(files)), ..Self::default() }
    }

    /// What the jail gets at this path, in memory.
    #[cfg(target_os = "linux")]
    pub fn content(&self, path: &std::path::Path) -> Option<io::Result<OwnedFd>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|file| file.path == path)?.original.given()
    }

    /// Has changes in the jail's directory told to this process by SIGIO. inotify(7) would tell
    /// more, but to end a watch takes it ten milliseconds and more, which every run would pay.
    pub fn watch(&mut self, directory: OwnedFd) {
        let is_told = stage2::sys::notify_of_changes(&directory).is_ok();
        self.directory = Some(Arc::new(directory));
        if !is_told {
            self.start(false);
        }
    }

    /// Something in the directory has changed.
    pub fn news(&mut self) {
        match &mut self.writer {
            Some(writer) => writer.news(),
            None => self.start(true),
        }
    }

    /// Without a thread they are written back at the end.
    fn start(&mut self, is_told: bool) {
        if let Some(directory) = &self.directory {
            let (files, directory) = (Arc::clone(&self.files), Arc::clone(directory));
            self.writer = Writer::start(files, directory, is_told).ok();
        }
    }

    /// Writes back what has not been yet; the jail is gone. What cannot be is kept beside the `records`.
    pub fn finish(self, records: Option<&Path>) -> Finished {
        if let Some(writer) = self.writer {
            writer.finish();
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let save = |directory: &Arc<OwnedFd>| save_for_good(&mut files, directory, records);
        let failed = self.directory.as_ref().map(save).unwrap_or_default();
        let taken = |file: &Copy| {
            let keys = file.original.taken_back();
            (!keys.is_empty()).then(|| (file.original.path().to_path_buf(), keys))
        };
        let taken_back = files.iter().filter_map(taken).collect();
        // The thread, which had it too, has ended.
        Finished { directory: self.directory.and_then(Arc::into_inner), failed, taken_back }
    }
}

/// What came of the files.
pub struct Finished {
    /// The jail's directory.
    pub directory: Option<OwnedFd>,
    /// What could not be written.
    pub failed: Vec<Unsaved>,
    /// What was not the jail's to change, by its keys.
    pub taken_back: Vec<(PathBuf, Vec<String>)>,
}

/// A file that could not be written.
#[derive(Debug)]
pub struct Unsaved {
    /// The host's file.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
    /// Where the jail's is kept.
    pub kept: Option<PathBuf>,
}

/// Writes the copies back when nobody changes them any more.
fn save_for_good(files: &mut [Copy], directory: &OwnedFd, records: Option<&Path>) -> Vec<Unsaved> {
    let save = |file: &mut Copy| {
        let start = Instant::now();
        loop {
            let when = if start.elapsed() > PATIENCE { When::TooLate } else { When::AtTheEnd };
            match file.original.save(directory, &file.name, when) {
                Ok(Saved::Same | Saved::Changed) => return None,
                Ok(Saved::Busy) => std::thread::sleep(AGAIN),
                Err(error) => {
                    let path = file.original.path().to_path_buf();
                    let keep = |records| unsaved::keep(directory, &file.name, records).ok();
                    return Some(Unsaved { path, error, kept: records.and_then(keep) });
                }
            }
        }
    };
    files.iter_mut().filter_map(save).collect()
}
