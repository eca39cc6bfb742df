//! What a command in the jail took out of the project's file.

use super::judged::tightenings;
use super::load::Loaded;
use super::paths::Paths;
use super::{read, record};
use crate::files::Symlinks;

/// Looks at the project's file after a run. Where it is another than the run began with, and nobody
/// has agreed to anything there, what made this jail stricter is put on record: the next run
/// asks before it is any looser. A run that saves has done so before; `--exec` saves nothing, and
/// writes here only if something was taken from it.
pub fn note_changes(loaded: &Loaded, paths: &Paths) {
    let file = &loaded.project;
    let Some(text) = &file.text else { return };
    let now = read::regular(&paths.project_file, Symlinks::Refuse).ok().flatten();
    if now.is_some_and(|now| now.bytes == text.as_bytes()) {
        return;
    }
    let is_known = !matches!(record::check(paths, text, &file.fields), record::Found::Nothing);
    if !is_known && !tightenings(&file.fields, paths).is_empty() {
        // Without a home nothing is ever on record.
        let _ = record::write_tightenings(paths, &file.fields);
    }
}
