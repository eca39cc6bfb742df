//! The maps the user asked for, looked up on the host.

use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::links::{self, Located};
use crate::config::map::{self, Reading};
use crate::settings::{MapSetting, Source};

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

/// Looks one map up, from the directory that its source's relative paths start from.
pub fn find(setting: &MapSetting, cwd: &Path, home: &Path) -> Result<Map, Missing> {
    let base = if setting.source == Source::UserFile { home } else { cwd };
    let Reading { source, dest } = map::read(&setting.text, base, Some(home));
    match links::locate(&source) {
        Ok(located) => Ok(Map {
            device: is_device(&located.canonical),
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
