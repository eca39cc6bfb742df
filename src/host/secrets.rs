//! Places of secrets that the environment names.

use std::path::PathBuf;

use super::look::{self, Kind};
use super::origin::Origin;
use crate::policy::place::{Place, place};
use crate::policy::secret_variables::VARIABLES;
use crate::policy::system;

/// One of them, which is there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Secret {
    /// As the variable names it.
    pub named: PathBuf,
    /// Where that leads.
    pub path: PathBuf,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// The place of the home whose part it takes.
    pub row: Place,
}

/// Those that are there. A variable may be a stranger's word: what the project itself has is the
/// project's, and neither the home nor a place of the system is ever hidden by one.
pub fn find(origin: &Origin) -> Vec<Secret> {
    let mut found = Vec::new();
    for row in VARIABLES {
        let Some(value) = origin.environment.get(row.variable) else { continue };
        for named in std::env::split_paths(value).filter(|path| path.is_absolute()) {
            let named = if row.below.is_empty() { named } else { named.join(row.below) };
            let Ok(path) = named.canonicalize() else { continue };
            let Some(thing) = look::look(&path) else { continue };
            let is_of_others = path.starts_with(&origin.project)
                || origin.project.starts_with(&path)
                || origin.home.real().is_some_and(|home| home.starts_with(&path))
                || system::is_taken(&path);
            if is_of_others || thing.kind.is_special() {
                continue;
            }
            let is_directory = thing.kind == Kind::Directory;
            found.push(Secret { named, path, is_directory, row: place(row.usual, row.reason) });
        }
    }
    found
}
