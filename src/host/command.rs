//! Where the command is on the host, so that its own files can be in the jail.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::links::{self, Located};

/// The search path of `execvp(3)` without `PATH`.
pub const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The executable that the host would run for `program`, and where it leads.
pub fn find(program: &OsStr, path: Option<&OsStr>, cwd: &Path) -> Option<(PathBuf, Located)> {
    let found = |candidate: PathBuf| {
        let located = links::locate(&candidate).ok()?;
        is_executable(&located.canonical).then_some((candidate, located))
    };
    if program.as_bytes().contains(&b'/') {
        return found(links::absolute(Path::new(program), cwd));
    }
    std::env::split_paths(path.unwrap_or(OsStr::new(DEFAULT_PATH)))
        .map(|directory| cwd.join(directory).join(program))
        .filter(|candidate| candidate.exists())
        .find_map(found)
}

/// A regular file with an execute bit.
pub fn is_executable(path: &Path) -> bool {
    let executable = |metadata: std::fs::Metadata| {
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    };
    path.metadata().is_ok_and(executable)
}
