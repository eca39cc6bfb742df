//! The maps the user asked for, looked up on the host.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::links::{self, Located};
use crate::settings::MapSetting;

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

/// Looks one map up. `cwd` and `home` resolve relative paths and `~`.
pub fn find(setting: &MapSetting, cwd: &Path, home: &Path) -> Result<Map, Missing> {
    let expand = |text: &OsStr| links::absolute(&expand_tilde(text, home), cwd);
    let whole = expand(&setting.text);
    let (named, dest) = if whole.symlink_metadata().is_ok() {
        (whole, None)
    } else {
        split(&setting.text)
            .map(|(source, dest)| (expand(source), Some(expand(dest))))
            .find(|(source, _)| source.symlink_metadata().is_ok())
            .unwrap_or_else(|| {
                let source = split(&setting.text).last().map(|(source, _)| expand(source));
                (source.unwrap_or(whole), None)
            })
    };
    match links::locate(&named) {
        Ok(source) => {
            let device = is_device(&source.canonical);
            Ok(Map { named, source, dest, device, setting: setting.clone() })
        }
        Err(error) => Err(Missing { named, error, setting: setting.clone() }),
    }
}

/// Every way to read `SOURCE:DEST`, the longest source first: a source may contain colons.
fn split(text: &OsStr) -> impl Iterator<Item = (&OsStr, &OsStr)> {
    let bytes = text.as_bytes();
    let colons = (1..bytes.len().saturating_sub(1)).rev().filter(|index| bytes[*index] == b':');
    colons.map(|index| (OsStr::from_bytes(&bytes[..index]), OsStr::from_bytes(&bytes[index + 1..])))
}

/// `~` and `~/…`; the shell does this only at the start of a word.
fn expand_tilde(text: &OsStr, home: &Path) -> PathBuf {
    match text.as_bytes().strip_prefix(b"~") {
        Some([]) => home.to_path_buf(),
        Some([b'/', rest @ ..]) => home.join(OsStr::from_bytes(rest)),
        _ => PathBuf::from(OsString::from(text)),
    }
}

fn is_device(path: &Path) -> bool {
    let file_type = path.symlink_metadata().map(|metadata| metadata.file_type());
    path.starts_with("/dev")
        || file_type.is_ok_and(|kind| kind.is_char_device() || kind.is_block_device())
}
