//! Writing one file, with a backup of what the user had.

use std::ffi::OsString;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, access};

use super::error::BootstrapError;
use super::place::Target;
use super::{Change, read};
use crate::files::{self, Durability};

/// What a backup's name has behind the file's.
const BACKUP: &str = ".before-ai-jail";

/// Sees whether a write would go well, so that what can be known is known before the first.
pub fn check(target: &Target) -> Result<(), BootstrapError> {
    let unwritable = |why: &str| {
        Err(BootstrapError::Unwritable { path: target.shown.clone(), why: why.to_owned() })
    };
    match target.file.symlink_metadata() {
        // Who took every write permission away wants it left alone.
        Ok(metadata) if metadata.mode() & 0o222 == 0 => {
            return unwritable("it is read-only; type `chmod u+w` on it to let ai-jail change it");
        }
        Ok(metadata) if metadata.nlink() > 1 => {
            return unwritable("it has other names (hard links), which would keep the old content");
        }
        _ => {}
    }
    let mut directory = target.file.parent();
    while let Some(path) = directory {
        match access(path, AccessFlags::W_OK | AccessFlags::X_OK) {
            Ok(()) if path.is_dir() => return Ok(()),
            Ok(()) => return unwritable("what should be its directory is not one"),
            Err(nix::errno::Errno::ENOENT) if !path.is_symlink() => directory = path.parent(),
            Err(errno) => {
                let path = crate::text::visible(path);
                return unwritable(&format!("its directory {path}: {}", errno.desc()));
            }
        }
    }
    unwritable("it has no directory")
}

/// Puts the new content in the old one's place, and the old one beside it: its first, once.
pub fn write(change: &Change) -> Result<Option<PathBuf>, BootstrapError> {
    let target = &change.target;
    let failed = |source| BootstrapError::Write { path: target.shown.clone(), source };
    let (Some(directory), Some(name)) = (target.file.parent(), target.file.file_name()) else {
        return Err(failed(ErrorKind::InvalidInput.into()));
    };
    // An agent may have saved since.
    if read(target)? != change.old {
        return Err(failed(std::io::Error::other("it has changed meanwhile")));
    }
    let backup = match &change.old {
        Some(old) => backup(&target.file, old).map_err(failed)?,
        None => None,
    };
    // Agents keep tokens beside their settings.
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    let mode = Mode::from_bits_truncate(if change.file.private { 0o600 } else { 0o644 });
    let text = change.merged.text.as_bytes();
    files::replace(directory, name, text, mode, Durability::Disk).map_err(failed)?;
    Ok(backup)
}

/// Where a file's backup is.
pub fn backup_path(file: &Path) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(BACKUP);
    PathBuf::from(name)
}

/// Keeps what was there before ai-jail first changed the file. One that is there already is
/// older, and stays.
fn backup(file: &Path, text: &str) -> std::io::Result<Option<PathBuf>> {
    let path = backup_path(file);
    let mode = file.metadata()?.mode() & 0o777;
    let new = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path);
    match new {
        Ok(mut new) => {
            let done = new.write_all(text.as_bytes()).and_then(|()| new.sync_data());
            if let Err(error) = done {
                let _ = std::fs::remove_file(&path);
                return Err(error);
            }
            Ok(Some(path))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}
