//! The home that the jails of a project have of their own: where it is, and what of the host's
//! stands in it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::home::Entry;
use super::look::Kind;
use crate::policy::home::{HomeRow, Treatment};
use crate::policy::own_home::{HOME, HOMES, PROJECT, shown};
use crate::policy::shared::STATE;

/// Half of a digest's bytes tell projects apart.
const DIGITS: usize = 16;

/// The home.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnHome {
    /// Where it is, below the records; it need not be there yet.
    pub root: PathBuf,
    /// The host's entries that stand in it: canonical, and no links.
    pub shown: Vec<PathBuf>,
}

/// The directory of a project's home, below the directory of records.
pub fn directory(records: &Path, project: &Path) -> PathBuf {
    let digest = Sha256::digest(project.as_os_str().as_bytes());
    let mut name = String::new();
    for byte in digest.iter().take(DIGITS) {
        let _ = write!(name, "{byte:02x}");
    }
    records.join(HOMES).join(name)
}

/// The home for `project`, and what stands in it of the entries that jails would write: one
/// `readdir` for each place in which the host's entries are shown.
pub fn find(records: &Path, project: &Path, entries: &[Entry]) -> OwnHome {
    let is_shown = |entry: &&Entry| {
        let has_row = shown().any(|path| entry.path == Path::new(path));
        has_row && entry.kind == Kind::Directory && entry.row.is_some_and(writable)
    };
    let mut shown = Vec::new();
    for entry in entries.iter().filter(is_shown) {
        let listing = fs::read_dir(&entry.located.canonical).into_iter().flatten().flatten();
        let is_plain = |item: &fs::DirEntry| {
            item.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_file())
        };
        // What tools keep state in they get empty, to write.
        let is_state = |item: &fs::DirEntry| {
            let path = entry.path.join(item.file_name());
            STATE.iter().any(|place| path.as_os_str() == place.path)
        };
        let items = listing.filter(|item| is_plain(item) && !is_state(item));
        shown.extend(items.map(|item| item.path()));
    }
    OwnHome { root: self::directory(records, project).join(HOME), shown }
}

fn writable(row: &HomeRow) -> bool {
    row.treatment == Treatment::ReadWrite
}

/// A home that jails have of their own, as `status` and `--doctor` tell of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Known {
    /// The directory that holds it.
    pub directory: PathBuf,
    /// Its project; `None` where nothing says which.
    pub project: Option<PathBuf>,
    /// The bytes of its files.
    pub size: u64,
    /// How long ago a jail with this home was started.
    pub unused: Duration,
}

/// All of them.
pub fn all(records: &Path) -> Vec<Known> {
    let listing = fs::read_dir(records.join(HOMES)).into_iter().flatten().flatten();
    let mut found: Vec<_> = listing.map(|item| known(item.path())).collect();
    found.sort_by(|left, right| left.directory.cmp(&right.directory));
    found
}

/// The home of a project, if it has one.
pub fn of(records: &Path, project: &Path) -> Option<Known> {
    let directory = directory(records, project);
    directory.is_dir().then(|| known(directory))
}

fn known(directory: PathBuf) -> Known {
    let file = directory.join(PROJECT);
    let used = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let unused = used.and_then(|used| used.elapsed().ok()).unwrap_or_default();
    let project = fs::read(&file).ok().map(|bytes| PathBuf::from(OsString::from_vec(bytes)));
    Known { size: size(&directory), directory, project, unused }
}

/// The bytes of all files below a directory; links are not followed.
fn size(directory: &Path) -> u64 {
    let listing = fs::read_dir(directory).into_iter().flatten().flatten();
    let of = |item: fs::DirEntry| match item.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&item.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    listing.map(of).sum()
}
