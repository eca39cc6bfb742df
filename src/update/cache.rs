//! What the last check has found, in a file of three lines.
//!
//! ```text
//! ai-jail newest 1
//! 1767225600
//! 1.2.3
//! ```
//!
//! The second is the time of the check, in seconds since 1970; the third is empty where it found
//! nothing. Anything else is no answer.

use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::stat::Mode;
use semver::Version;

use crate::files::{self, Durability, Symlinks};

/// The file's name.
pub const FILE_NAME: &str = "newest";

/// Bytes. Three short lines.
const MAX_SIZE: u64 = 4096;

const HEADER: &str = "ai-jail newest 1";

/// No version is longer.
pub(super) const LONGEST: usize = 64;

/// A check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    /// When; seconds count.
    pub at: SystemTime,
    /// What it found.
    pub version: Option<Version>,
}

/// What the file in this directory says.
pub fn read(directory: &Path) -> Option<Checked> {
    let content = files::regular(&directory.join(FILE_NAME), Symlinks::Refuse, MAX_SIZE).ok()??;
    parse(std::str::from_utf8(&content.bytes).ok()?)
}

fn parse(text: &str) -> Option<Checked> {
    let lines: Vec<_> = text.split('\n').collect();
    let [HEADER, seconds, version, ""] = lines[..] else { return None };
    let at = UNIX_EPOCH.checked_add(Duration::from_secs(seconds.parse().ok()?))?;
    let version = match version {
        "" => None,
        text if text.len() <= LONGEST => Some(Version::parse(text).ok()?),
        _ => return None,
    };
    Some(Checked { at, version })
}

/// Replaces the file. The directory is the trust records' too, for its owner alone.
pub fn write(directory: &Path, checked: &Checked) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let seconds = checked.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let version = checked.version.as_ref().map(Version::to_string).unwrap_or_default();
    let text = format!("{HEADER}\n{seconds}\n{version}\n");
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    files::replace(directory, OsStr::new(FILE_NAME), text.as_bytes(), mode, Durability::Memory)
}
