//! Maps as written, and where they lead on this host.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

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

/// `path` with symlinks resolved as far as it exists; what does not exist yet is kept as
/// written, so that a directory mounted later keeps the name it was judged by. `None` where
/// nobody can say where it leads: a loop, a directory that may not be searched.
pub fn resolve(path: &Path) -> Option<PathBuf> {
    let mut missing: Vec<OsString> = Vec::new();
    let mut existing = path;
    loop {
        match existing.canonicalize() {
            Ok(mut resolved) => {
                resolved.extend(missing.iter().rev());
                return Some(lexical(&resolved));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return None,
            Err(_) => {}
        }
        missing.push(existing.components().next_back()?.as_os_str().to_owned());
        existing = existing.parent()?;
    }
}

/// `..` taken out by name, as is right where nothing of the path is a symlink any more.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(out.pop()),
            other => out.push(other),
        }
    }
    out
}
