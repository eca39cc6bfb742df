//! The command that is remembered for a user alone: one small file a project.
//!
//! ```text
//! {"ai-jail-command":1,"project":"/home/me/project","words":["codex","exec"]}
//! ```

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;

use nix::sys::stat::Mode;
use serde::{Deserialize, Serialize};
use stage2::os_bytes::{self, BytePath};

use super::error::ConfigError;
use super::paths::Paths;
use super::record;
use crate::fields::Fields;
use crate::files::{self, Durability, Symlinks};

/// The form of a record.
const VERSION: u32 = 1;

/// Where the records are, below the home: beside trust, where no jail can write.
const DIRECTORY: &str = "commands";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CommandRecord {
    #[serde(rename = "ai-jail-command")]
    version: u32,
    project: BytePath,
    #[serde(with = "os_bytes::list")]
    words: Vec<OsString>,
}

/// The command that is remembered for this user.
pub fn load(paths: &Paths) -> Fields {
    let words = file(paths).and_then(|file| {
        let content = files::regular(&file, Symlinks::Refuse, record::MAX_SIZE).ok()??;
        // Writable by others: anybody's words.
        let record: CommandRecord = serde_json::from_slice(&content.bytes).ok()?;
        let is_ours = record.version == VERSION
            && content.mode & 0o022 == 0
            && !record.words.is_empty()
            && Some(&record.project.0) == paths.project_dir.canonicalize().ok().as_ref();
        is_ours.then_some(record.words)
    });
    Fields::of_command(words)
}

/// Takes it back; says whether there was one.
///
/// # Errors
///
/// The record cannot be removed.
pub fn forget(paths: &Paths) -> Result<bool, ConfigError> {
    let Some(path) = file(paths) else { return Ok(false) };
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(ConfigError::Record { path, source }),
    }
}

/// Remembers a command.
///
/// # Errors
///
/// There is no home for the record, or it cannot be written.
pub fn write(paths: &Paths, words: &[OsString]) -> Result<(), ConfigError> {
    let (Some(path), Ok(project)) = (file(paths), paths.project_dir.canonicalize()) else {
        return Err(ConfigError::NoTrustStore);
    };
    let record =
        CommandRecord { version: VERSION, project: BytePath(project), words: words.to_vec() };
    let failed = |source| ConfigError::Record { path: path.clone(), source };
    let text = serde_json::to_vec(&record).map_err(|error| failed(error.into()))?;
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(ConfigError::NoTrustStore);
    };
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    record::private_dir(directory)
        .and_then(|()| files::replace(directory, name, &text, mode, Durability::Memory))
        .map_err(failed)
}

/// The record's path, where there is a home for it.
fn file(paths: &Paths) -> Option<PathBuf> {
    let store = record::store(paths)?.parent()?.join(DIRECTORY);
    let project = paths.project_dir.canonicalize().ok()?;
    Some(store.join(record::file_name(&project)))
}
