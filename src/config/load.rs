//! Both files, as they are now.

use std::path::Path;

use super::command_record;
use super::error::ConfigError;
use super::parse::parse;
use super::paths::Paths;
use super::read;
use crate::fields::{Fields, Owner};
use crate::files::Symlinks;

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
    /// What this user typed in an earlier run here and no file keeps: the command.
    pub remembered: Fields,
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
    let remembered = if clean { Fields::default() } else { command_record::load(paths) };
    Ok(Loaded { user, project, remembered })
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
