//! What the user was told at the start of a run, so that it is said once in a project: one small
//! file a project, beside trust.
//!
//! ```text
//! {"ai-jail-told":1,"project":"/home/me/project","places":["/home/me/bin"]}
//! ```

use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use serde::{Deserialize, Serialize};
use stage2::os_bytes::BytePath;

use super::paths::Paths;
use super::record;
use crate::files::{self, Durability, Symlinks};

/// The form of a record.
const VERSION: u32 = 1;

/// Where the records are, below the home: beside trust, where no jail can write.
const DIRECTORY: &str = "told";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ToldRecord {
    #[serde(rename = "ai-jail-told")]
    version: u32,
    project: BytePath,
    places: Vec<BytePath>,
}

/// Those of `places` that nobody was told of in this project, which are remembered from now on.
/// Where nothing can be remembered they are told each time.
pub fn news(paths: &Paths, places: Vec<PathBuf>) -> Vec<PathBuf> {
    if places.is_empty() {
        return places;
    }
    let (Some(file), Ok(project)) = (file(paths), paths.project_dir.canonicalize()) else {
        return places;
    };
    let mut known = read(&file, &project).unwrap_or_default();
    let new: Vec<PathBuf> =
        places.into_iter().filter(|place| known.iter().all(|known| known.0 != *place)).collect();
    if !new.is_empty() {
        known.extend(new.iter().cloned().map(BytePath));
        let record = ToldRecord { version: VERSION, project: BytePath(project), places: known };
        // Said once more next time, where that fails.
        let _ = write(&file, &record);
    }
    new
}

fn read(file: &Path, project: &Path) -> Option<Vec<BytePath>> {
    let content = files::regular(file, Symlinks::Refuse, record::MAX_SIZE).ok()??;
    let record: ToldRecord = serde_json::from_slice(&content.bytes).ok()?;
    (record.version == VERSION && record.project.0 == project).then_some(record.places)
}

fn write(file: &Path, record: &ToldRecord) -> std::io::Result<()> {
    let (Some(directory), Some(name)) = (file.parent(), file.file_name()) else { return Ok(()) };
    record::private_dir(directory)?;
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    files::replace(directory, name, &serde_json::to_vec(record)?, mode, Durability::Memory)
}

/// The record's path, where there is a home for it.
fn file(paths: &Paths) -> Option<PathBuf> {
    let store = record::store(paths)?.parent()?.join(DIRECTORY);
    let project = paths.project_dir.canonicalize().ok()?;
    Some(store.join(record::file_name(&project)))
}
