//! A project whose `.git` is a file: a worktree or a submodule, whose repository is elsewhere.
//!
//! The file comes from the project, so it is a stranger's word. The repository it names is
//! believed only where it names the project in turn, from a place the project cannot write:
//! otherwise a forged `.git` could have any directory mounted.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

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

/// A small file that is text. The project may have put anything there, a link to anything too:
/// nothing is waited for, and what says that it is empty may have no end (`/proc/self/pagemap`).
pub fn read_file(path: &Path) -> Option<String> {
    // Opening a device may do something by itself.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = File::options().read(true).custom_flags(flags.bits()).open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    file.take(MAX_FILE + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= MAX_FILE).then_some(text)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::{MAX_FILE, read_file};

    #[test]
    fn a_file_that_does_not_end_is_not_read_and_one_that_waits_is_not_waited_for() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("file");
        std::fs::write(&path, "text").expect("write");
        assert_eq!(read_file(&path).as_deref(), Some("text"));
        std::fs::write(&path, vec![b'x'; usize::try_from(MAX_FILE).expect("small")])
            .expect("write");
        assert!(read_file(&path).is_some());
        std::fs::write(&path, vec![b'x'; usize::try_from(MAX_FILE).expect("small") + 1])
            .expect("write");
        assert_eq!(read_file(&path), None);
        // Says that it is a file of no bytes, and has some hundred thousand million.
        let endless = std::path::Path::new("/proc/self/pagemap");
        assert!(endless.metadata().is_ok_and(|it| it.is_file() && it.len() == 0));
        for target in [endless.as_os_str(), "/dev/zero".as_ref(), "/".as_ref()] {
            let link = place.path().join("link");
            let _ = std::fs::remove_file(&link);
            symlink(target, &link).expect("a link");
            assert_eq!(read_file(&link), None, "{}", target.to_string_lossy());
        }
        let fifo = place.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
        assert_eq!(read_file(&fifo), None);
    }
}
