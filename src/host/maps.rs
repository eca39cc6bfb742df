//! The maps the user asked for: how their text reads, and what stands there on the host.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use super::links::{self, Located};
use crate::settings::MapSetting;

/// Bytes of the largest file that is copied: settings are small, and logs are not settings.
const COPY_LIMIT: u64 = 1 << 20;

/// A map whose source exists.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Map {
    /// The source as named: absolute, symbolic links not followed.
    pub named: PathBuf,
    /// Where the source leads.
    pub source: Located,
    /// Where it is mounted when that is not its own place.
    pub dest: Option<PathBuf>,
    /// The source is a device or a directory of devices, which an ordinary bind would disable.
    pub device: bool,
    /// The source is a regular file.
    pub file: bool,
    /// The source is a file of which the jail can have a copy.
    pub copyable: bool,
    /// The setting it comes from.
    pub setting: MapSetting,
}

/// A map whose source cannot be had.
#[derive(Debug)]
pub struct Missing {
    /// The source as named.
    pub named: PathBuf,
    /// Why.
    pub error: io::Error,
    /// The setting it comes from.
    pub setting: MapSetting,
}

/// Looks one map up, from the directory that its source's relative paths start from.
pub fn find(setting: &MapSetting, cwd: &Path, home: &Path) -> Result<Map, Missing> {
    let base = if setting.source.is_user_file() { home } else { cwd };
    let Reading { source, dest } = read(&setting.text, base, Some(home));
    match links::locate(&source) {
        Ok(located) => Ok(Map {
            device: is_device(&located.canonical),
            file: located.canonical.is_file(),
            copyable: is_copyable(&located.canonical),
            named: links::absolute(&source, base),
            source: located,
            dest: dest.map(|dest| links::absolute(&dest, base)),
            setting: setting.clone(),
        }),
        Err(error) => Err(Missing { named: source, error, setting: setting.clone() }),
    }
}

fn is_device(path: &Path) -> bool {
    let file_type = path.symlink_metadata().map(|metadata| metadata.file_type());
    path.starts_with("/dev")
        || file_type.is_ok_and(|kind| kind.is_char_device() || kind.is_block_device())
}

/// Whether a copy in memory stands for the file: it can be read, is no program, and not large.
fn is_copyable(path: &Path) -> bool {
    let fits = |metadata: Metadata| {
        metadata.is_file() && metadata.len() <= COPY_LIMIT && metadata.mode() & 0o111 == 0
    };
    path.symlink_metadata().is_ok_and(fits)
        && access(path, AccessFlags::R_OK | AccessFlags::W_OK).is_ok()
}

/// One reading of a map's text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// What is mounted: absolute, symlinks not resolved.
    pub source: PathBuf,
    /// Where it appears in the jail, if elsewhere.
    pub dest: Option<PathBuf>,
}

/// The reading that counts: an existing path whose name has a colon wins over
/// `SOURCE:DEST`.
pub fn read(text: &OsStr, base: &Path, home: Option<&Path>) -> Reading {
    let mut readings = readings(text, base, home);
    let exists = |reading: &Reading| reading.source.symlink_metadata().is_ok();
    let index = readings.iter().position(exists);
    // Nothing exists: the plain `SOURCE:DEST`, for the message that says what is missing.
    let index = index.unwrap_or(usize::from(readings.len() > 1));
    readings.swap_remove(index)
}

/// Every reading that could come to count, the whole text as a path first, then each colon as
/// the border in turn. The part after the border must be absolute or begin with `~`: anything
/// else is part of a name.
pub fn readings(text: &OsStr, base: &Path, home: Option<&Path>) -> Vec<Reading> {
    let bytes = text.as_bytes();
    let whole = Reading { source: expand(text, base, home), dest: None };
    let borders = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b':');
    let split = borders.filter_map(|(colon, _)| {
        let (source, dest) = (&bytes[..colon], &bytes[colon + 1..]);
        let rooted = matches!(dest.first(), Some(b'/' | b'~'));
        (rooted && !source.is_empty()).then(|| Reading {
            source: expand(OsStr::from_bytes(source), base, home),
            dest: Some(expand(OsStr::from_bytes(dest), base, home)),
        })
    });
    std::iter::once(whole).chain(split).collect()
}

/// `~` and `~/…` from the home, a relative path from `base`; `.` and doubled slashes dropped,
/// `..` kept, because only the file system knows what it means behind a symlink.
pub fn expand(text: &OsStr, base: &Path, home: Option<&Path>) -> PathBuf {
    let path = Path::new(text);
    let joined = match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => base.join(path),
    };
    joined.components().collect()
}
