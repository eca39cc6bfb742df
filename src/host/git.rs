//! A project whose `.git` is a file: a worktree or a submodule, whose repository is elsewhere.
//!
//! The file comes from the project, so it is a stranger's word. The repository it names is
//! believed only where it names the project in turn, from a place the project cannot write:
//! otherwise a forged `.git` could have any directory mounted.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files;

/// Longer than any path git writes into such a file.
const MAX_FILE: u64 = 64 * 1024;

/// The directory that must be mounted for git to work in `project`, if there is one outside.
pub fn common_directory(project: &Path) -> Option<PathBuf> {
    let dot_git = project.join(".git");
    if !dot_git.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let named = read_line(&dot_git)?;
    let named = named.strip_prefix("gitdir: ")?;
    let git_dir = fs::canonicalize(project.join(named)).ok()?;
    let common = worktree(&git_dir, &dot_git).or_else(|| submodule(&git_dir, project))?;
    let outside = !common.starts_with(project) && !project.starts_with(&common);
    (outside && common.join("HEAD").is_file() && common.join("objects").is_dir()).then_some(common)
}

/// `COMMON/worktrees/NAME`, whose `gitdir` file names the project's `.git`;
/// `gitrepository-layout(5)`.
fn worktree(git_dir: &Path, dot_git: &Path) -> Option<PathBuf> {
    let worktrees = git_dir.parent()?;
    if worktrees.file_name()? != "worktrees" {
        return None;
    }
    let back = read_line(&git_dir.join("gitdir"))?;
    let back = fs::canonicalize(git_dir.join(back)).ok()?;
    (back == dot_git).then(|| worktrees.parent().map(Path::to_path_buf))?
}

/// `SUPERPROJECT/.git/modules/NAME`, whose `core.worktree` names the project.
fn submodule(git_dir: &Path, project: &Path) -> Option<PathBuf> {
    let text = read_file(&git_dir.join("config"))?;
    let back = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "worktree").then(|| value.trim().to_owned())
    })?;
    let back = fs::canonicalize(git_dir.join(back)).ok()?;
    (back == project).then(|| git_dir.to_path_buf())
}

/// The first line of a small file.
pub fn read_line(path: &Path) -> Option<String> {
    Some(read_file(path)?.lines().next()?.to_owned())
}

/// A small file that is text. The project may have put anything there, a link to anything too.
pub fn read_file(path: &Path) -> Option<String> {
    files::read::small_text(path, MAX_FILE)
}
