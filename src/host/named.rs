//! Directories that the environment names: on `PATH`, and by the variables of tools.

use std::fs;
use std::path::{Path, PathBuf};

use super::environment::Environment;
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
    pub canonical: PathBuf,
}

/// Those that are there, each once.
pub fn find(environment: &Environment) -> Vec<NamedDirectory> {
    let mut found: Vec<NamedDirectory> = Vec::new();
    let mut add = |variable, path: &Path| {
        let is_known = found.iter().any(|known| known.path == path);
        if is_known || !path.is_absolute() || !path.is_dir() {
            return;
        }
        let Ok(canonical) = fs::canonicalize(path) else { return };
        found.push(NamedDirectory { variable, path: path.to_path_buf(), canonical });
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
