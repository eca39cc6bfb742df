//! Files of which the jail has copies: what it makes of them is written back, soon after each
//! change and at the end. `docs/claude-json.md` says why.
//!
//! A thread does it, so that neither a slow disk nor a file of many megabytes holds up the
//! terminal. It is started when bubblewrap runs already, since a process that forks should have
//! no others.

mod lock;
mod original;
mod watch;

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use nix::fcntl::OFlag;
use nix::unistd::pipe2;

use crate::plan::{MountKind, Plan};
use crate::text::visible;
use original::Original;

/// One file in both its places.
struct Copy {
    /// In the jail.
    path: PathBuf,
    /// Its name there; all are in one directory.
    name: OsString,
    original: Original,
}

/// The files, and the thread that writes them back.
#[derive(Default)]
pub struct Copies {
    files: Vec<Copy>,
    writer: Option<Writer>,
}

struct Writer {
    thread: JoinHandle<Vec<String>>,
    /// Closed to tell the thread that the jail is gone.
    end: OwnedFd,
}

impl Copies {
    /// Reads what the jail will have copies of. A file that cannot be read is left out of the
    /// plan: the jail does not have it then, and nothing is written back over it.
    pub fn read(plan: &mut Plan) -> Self {
        let mut files = Vec::new();
        plan.write_back.retain(|file| {
            let is_copied = plan.mounts.iter().any(|mount| mount.dest == file.copy);
            let opened = Original::open(&file.original, is_copied);
            match (opened, file.copy.file_name()) {
                (Ok(original), Some(name)) => {
                    files.push(Copy { path: file.copy.clone(), name: name.to_owned(), original });
                    true
                }
                _ => false,
            }
        });
        plan.mounts.retain(|mount| {
            let is_copied = matches!(mount.kind, MountKind::Copied { .. });
            !is_copied || files.iter().any(|file| file.path == mount.dest)
        });
        Self { files, writer: None }
    }

    /// What the jail gets at this path.
    pub fn content(&self, path: &Path) -> Option<&[u8]> {
        self.files.iter().find(|file| file.path == path)?.original.given()
    }

    /// Starts to watch the copies, in the jail's directory.
    pub fn watch(&mut self, directory: OwnedFd) {
        let files = std::mem::take(&mut self.files);
        // Without a watcher they are written back at the end all the same.
        self.writer = start(files, directory).ok();
    }

    /// Writes back what has not been yet; the jail is gone. Gives what could not be, in sentences.
    pub fn finish(self) -> Vec<String> {
        let Some(Writer { thread, end }) = self.writer else {
            return Vec::new();
        };
        drop(end);
        thread.join().unwrap_or_default()
    }
}

fn start(mut files: Vec<Copy>, directory: OwnedFd) -> io::Result<Writer> {
    let (ended, end) = pipe2(OFlag::O_CLOEXEC)?;
    let work = move || watch::write_back(&mut files, &directory, &ended);
    let thread = std::thread::Builder::new().name("copies".into()).spawn(work)?;
    Ok(Writer { thread, end })
}

/// A sentence about a file that could not be written back.
fn complaint(original: &Path, why: &io::Error) -> String {
    format!("what the jail changed in {} was not saved: {why}", visible(original))
}
