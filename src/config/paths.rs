//! Where the configuration lives.

use std::path::{Path, PathBuf};

use crate::policy::own::SETTINGS_FILE;

/// Where trust is remembered, below the home. Always there and never where
/// `XDG_DATA_HOME` says: the place must be one that no jail can write, and the plan knows
/// this one.
pub const TRUST_DIR: &str = ".local/share/ai-jail/trust";

/// Where the configuration of this run lives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paths {
    /// The working directory.
    pub project_dir: PathBuf,
    /// `.ai-jail` in it.
    pub project_file: PathBuf,
    /// The home; `None` where the host has none for this user.
    pub home: Option<PathBuf>,
    /// `.ai-jail` in the home.
    pub user_file: Option<PathBuf>,
    /// The directory of trust records.
    pub trust_dir: Option<PathBuf>,
}

impl Paths {
    /// The places that follow from a working directory and a home. Touches nothing.
    pub fn new(project_dir: &Path, home: Option<&Path>) -> Self {
        Self {
            project_dir: project_dir.to_path_buf(),
            project_file: project_dir.join(SETTINGS_FILE),
            home: home.map(Path::to_path_buf),
            user_file: home.map(|home| home.join(SETTINGS_FILE)),
            trust_dir: home.map(|home| home.join(TRUST_DIR)),
        }
    }
}
