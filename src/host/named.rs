//! Directories that the environment names: on `PATH`, and by the variables of tools.

use std::path::{Path, PathBuf};

use super::links::{self, Located};
use super::origin::Origin;
use crate::policy::named::NAMED;

/// The variable with the directories of programs.
pub const PATH: &str = "PATH";

/// A directory that is there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NamedDirectory {
    /// The variable.
    pub variable: &'static str,
    /// The directory as the variable names it.
    pub path: PathBuf,
    /// Where that leads.
    pub located: Located,
    /// What a map has to show for its programs to work: they look for their own files beside `bin`.
    pub whole: PathBuf,
}

/// Those that are there, each once.
pub fn find(origin: &Origin) -> Vec<NamedDirectory> {
    let Origin { environment, home, .. } = origin;
    let mut found: Vec<NamedDirectory> = Vec::new();
    let mut add = |variable, path: &Path| {
        let is_known = found.iter().any(|known| known.path == path);
        if is_known || !path.is_absolute() || !path.is_dir() {
            return;
        }
        let Ok(located) = links::locate(path) else { return };
        let whole = whole(path, home.canonical()).unwrap_or(path).to_path_buf();
        found.push(NamedDirectory { variable, path: path.to_path_buf(), located, whole });
    };
    let programs = environment.get(PATH).map(std::env::split_paths);
    programs.into_iter().flatten().for_each(|path| add(PATH, &path));
    for row in NAMED {
        if let Some(path) = environment.path(row.path) {
            add(row.path, path);
        }
    }
    found
}

/// The directory above a `bin` that has the `lib` of its programs beside it; not one that holds the home.
fn whole<'a>(path: &'a Path, home: &Path) -> Option<&'a Path> {
    let above = path.parent().filter(|_| path.ends_with("bin"))?;
    let canonical = above.canonicalize().ok()?;
    (canonical.join("lib").is_dir() && !home.starts_with(canonical)).then_some(above)
}
