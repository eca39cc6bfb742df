//! The bubblewrap that will be run, and what it can do.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Environment;
use crate::error::Error;

/// The variable that overrides the search.
pub const OVERRIDE: &str = "BWRAP_BIN";

/// Where bubblewrap is looked for without `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Far larger than any bubblewrap; a larger file is not read.
const MAX_BINARY: u64 = 8 << 20;

/// A bubblewrap and its abilities.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bubblewrap {
    /// The executable.
    pub path: PathBuf,
    /// It has `--bind-fd` and `--ro-bind-fd`, which mount what was opened, not what is there
    /// by then.
    pub bind_fd: bool,
    /// It has `--disable-userns` and is not setuid, where that option does not work.
    pub disable_userns: bool,
}

/// Finds bubblewrap: `$BWRAP_BIN`, else along `PATH`.
///
/// # Errors
///
/// An override that cannot be used is an error, never a reason to search; so is finding none.
pub fn find(environment: &Environment, project: &Path) -> Result<Bubblewrap, Error> {
    if let Some(value) = environment.get(OVERRIDE) {
        let path = PathBuf::from(value);
        let unusable = |why: &str| Error::BwrapOverride { path: path.clone(), why: why.into() };
        if !path.is_absolute() {
            return Err(unusable("it is not an absolute path"));
        }
        let metadata = fs::metadata(&path).map_err(|error| unusable(&error.to_string()))?;
        if let Some(why) = unsafe_to_run(&path, &metadata) {
            return Err(unusable(why));
        }
        return Ok(inspect(path, &metadata));
    }
    let (path, metadata) = search(environment, project)
        .ok_or_else(|| Error::NoBwrap { searched: search_path(environment).to_os_string() })?;
    Ok(inspect(path, &metadata))
}

/// Where [`find`] would take it from, whether it can be used or not.
pub fn locate(environment: &Environment, project: &Path) -> Option<PathBuf> {
    match environment.get(OVERRIDE) {
        Some(value) => Some(PathBuf::from(value)),
        None => search(environment, project).map(|(path, _)| path),
    }
}

fn search_path(environment: &Environment) -> &OsStr {
    environment.get("PATH").unwrap_or(OsStr::new(DEFAULT_PATH))
}

fn search(environment: &Environment, project: &Path) -> Option<(PathBuf, Metadata)> {
    std::env::split_paths(search_path(environment))
        // A relative entry, or one in the project, is a place where a stranger could have put
        // a `bwrap`.
        .filter(|directory| directory.is_absolute() && !directory.starts_with(project))
        .find_map(|directory| {
            let path = directory.join("bwrap");
            let metadata = fs::metadata(&path).ok()?;
            unsafe_to_run(&path, &metadata).is_none().then_some((path, metadata))
        })
}

/// Why this file must not be run as bubblewrap.
fn unsafe_to_run(path: &Path, metadata: &Metadata) -> Option<&'static str> {
    let mode = metadata.permissions().mode();
    if !metadata.is_file() {
        return Some("it is not a regular file");
    }
    if mode & 0o111 == 0 {
        return Some("it is not executable");
    }
    if mode & 0o002 != 0 {
        return Some("everybody may write to it");
    }
    let parent = path.parent().and_then(|parent| fs::metadata(parent).ok())?;
    // In a sticky directory nobody can replace another user's file.
    (parent.mode() & 0o1002 == 0o002).then_some("everybody may replace it")
}

/// Reads the abilities off the binary: an option that it understands stands in it as text.
/// Asking it (`--help`) would cost a process on every launch.
fn inspect(path: PathBuf, metadata: &Metadata) -> Bubblewrap {
    let setuid = metadata.permissions().mode() & 0o4000 != 0;
    let binary =
        if metadata.len() <= MAX_BINARY { fs::read(&path).unwrap_or_default() } else { Vec::new() };
    let has = |option: &[u8]| memchr::memmem::find(&binary, option).is_some();
    Bubblewrap {
        path,
        bind_fd: has(b"\0--bind-fd\0") && has(b"\0--ro-bind-fd\0"),
        disable_userns: !setuid && has(b"\0--disable-userns\0"),
    }
}
