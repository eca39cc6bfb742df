//! Both files, as they are now.

use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::parse::parse;
use super::read;
use crate::fields::{Fields, Owner};
use crate::files::Symlinks;
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

/// One file: its exact text and what that says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct File {
    /// The text; `None` where there is no file, or it is ignored.
    pub text: Option<String>,
    /// What it says; nothing where there is no text.
    pub fields: Fields,
    /// Device and inode.
    pub(super) identity: Option<(u64, u64)>,
}

/// Both files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Loaded {
    /// The user's own file.
    pub user: File,
    /// The project's file; absent with `--clean`.
    pub project: File,
}

/// Reads both files. With `clean` the project's file is not even opened, so that a broken one
/// can be replaced.
pub fn load(paths: &Paths, clean: bool) -> Result<Loaded, ConfigError> {
    let user = match &paths.user_file {
        Some(path) => file(path, Owner::User)?,
        None => File::default(),
    };
    let project =
        if clean || is_user_file(paths, &user) { File::default() } else { project_file(paths)? };
    Ok(Loaded { user, project })
}

/// The project's file alone, as it is now.
pub(super) fn project_file(paths: &Paths) -> Result<File, ConfigError> {
    file(&paths.project_file, Owner::Project)
}

/// The user's file alone, as it is now.
pub(super) fn user_file(path: &Path) -> Result<File, ConfigError> {
    file(path, Owner::User)
}

fn file(path: &Path, owner: Owner) -> Result<File, ConfigError> {
    // The user may keep the own file in a repository of settings and link to it; a project's
    // link may lead anywhere the project likes.
    let symlinks = match owner {
        Owner::User => Symlinks::Follow,
        Owner::Project => Symlinks::Refuse,
    };
    let Some(content) = read::regular(path, symlinks)? else {
        return Ok(File::default());
    };
    let (text, fields) = parse(path, content.bytes, owner)?;
    Ok(File { text: Some(text), fields, identity: Some(content.identity) })
}

/// Whether the file in the working directory is the user's own: in the home itself, or in the
/// repository of settings that the home links to. Its content is then the user's, not a
/// project's. Costs nothing where the user has no file.
pub(super) fn is_user_file(paths: &Paths, user: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Some(identity) = user.identity else {
        return false;
    };
    let metadata = paths.project_file.symlink_metadata();
    metadata.is_ok_and(|metadata| (metadata.dev(), metadata.ino()) == identity)
}
