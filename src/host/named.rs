//! Directories that the environment names: on `PATH`, and by the variables of tools.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::links::{self, Located};
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
}

impl NamedDirectory {
    /// What a map has to show for its programs to work: the directory above a `bin` that has the `lib` of its programs
    /// beside it, unless that holds the home. Looks at the host.
    pub fn whole(&self, home: &Path) -> &Path {
        let above = self.path.parent().filter(|_| self.path.ends_with("bin"));
        let holds_lib = |above: &&Path| {
            let canonical = above.canonicalize();
            canonical.is_ok_and(|it| it.join("lib").is_dir() && !home.starts_with(it))
        };
        above.filter(holds_lib).unwrap_or(&self.path)
    }
}

/// Those that are there, each once.
pub fn find(environment: &Environment) -> Vec<NamedDirectory> {
    let mut found: Vec<NamedDirectory> = Vec::new();
    let mut add = |variable, path: &Path| {
        let is_known = found.iter().any(|known| known.path == path);
        if is_known || !path.is_absolute() || !path.is_dir() {
            return;
        }
        let Ok(located) = links::locate(path) else { return };
        found.push(NamedDirectory { variable, path: path.to_path_buf(), located });
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
