//! A directory that goes away with the test, and what a test puts into it. The worlds of real jails,
//! of macOS's profiles, of the configuration and of Linux's plans are made of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The directory. Paths of what is made are relative to it.
#[derive(Debug)]
pub struct Tree {
    _directory: TempDir,
    root: PathBuf,
}

impl Tree {
    /// An empty one below `parent`, with a name that begins with `prefix`.
    pub fn below(parent: &Path, prefix: &str) -> Self {
        let directory = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
        let directory = directory.expect("a directory for the test");
        let root = directory.path().canonicalize().expect("just made");
        Self { _directory: directory, root }
    }

    /// Its path, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes a file, with the directories above it.
    pub fn file(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("directories");
        fs::write(&path, content).expect("a file of the test");
        path
    }

    /// Makes a file that can be executed.
    pub fn script(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(path, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("chmod");
        path
    }

    /// Makes a directory.
    pub fn directory(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(&path).expect("a directory of the test");
        path
    }

    /// Makes a symbolic link.
    pub fn link(&self, target: impl AsRef<Path>, path: impl AsRef<Path>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a link has a directory")).expect("directories");
        symlink(target, &path).expect("a link of the test");
        path
    }
}
