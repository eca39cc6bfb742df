//! What a jail made of a file and could not be written back, kept where its user finds it and no jail writes.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;

use super::original::{content, regular};
use crate::files::replace::{Durability, Prepared};

/// The directory, beside the records.
const UNSAVED: &str = "unsaved";

/// Keeps the copy that is called `name` in the jail's directory; gives where. Another run's copy has another name.
pub fn keep(copies: impl AsFd, name: &OsStr, records: &Path) -> io::Result<PathBuf> {
    let copy = regular(copies, name)?.ok_or(io::ErrorKind::NotFound)?;
    let bytes = content(&copy)?;
    let directory = records.join(UNSAVED);
    DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    let mut kept = OsString::from(std::process::id().to_string());
    kept.push("-");
    kept.push(name);
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    Prepared::new(&File::open(&directory)?, &kept, &bytes, mode, Durability::Disk)?.commit()?;
    Ok(directory.join(kept))
}
