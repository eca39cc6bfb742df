//! The directory for temporary files that a jail on macOS has of its own.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::AT_FDCWD;
use nix::sys::signal::kill;
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use nix::unistd::{Pid, getuid};

use crate::host::temporary;

/// A directory that is there for as long as its jail.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// Makes it, after those are gone whose makers were killed before they could remove them.
    pub fn make(path: &Path) -> io::Result<Self> {
        path.parent().into_iter().for_each(remove_left_ones);
        DirBuilder::new().mode(0o700).create(path)?;
        Ok(Self { path: path.to_path_buf() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it with all that the jail has left in it. No link is followed.
    pub fn remove(&self) -> io::Result<()> {
        remove(&self.path)
    }
}

impl Drop for Temporary {
    /// A jail that was not built has had nobody to tell of a failure.
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

/// Removes a directory, also where some in it cannot be changed, as those of Go's module cache.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            open_up(path);
            fs::remove_dir_all(path)
        }
        removed => removed,
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Lets the owner change a directory and those below it.
fn open_up(directory: &Path) {
    let _ = fchmodat(AT_FDCWD, directory, Mode::S_IRWXU, FchmodatFlags::NoFollowSymlink);
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    // The kind of an entry is its own and not that of what a link leads to.
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        open_up(&entry.path());
    }
}

/// Removes what earlier runs of this user have left: those whose process is gone.
fn remove_left_ones(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        let Some(maker) = temporary::maker(&path).and_then(|pid| i32::try_from(pid).ok()) else {
            continue;
        };
        let is_gone = kill(Pid::from_raw(maker), None) == Err(Errno::ESRCH);
        let is_ours = |path: &Path| {
            path.symlink_metadata()
                .is_ok_and(|found| found.is_dir() && found.uid() == getuid().as_raw())
        };
        if is_gone && is_ours(&path) {
            let _ = remove(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn nothing_of_it_is_left_and_no_link_is_followed() {
        let world = tempfile::tempdir().expect("a directory");
        let outside = world.path().join("outside");
        fs::create_dir(&outside).expect("made");
        fs::write(outside.join("file"), "kept").expect("written");
        let made = Temporary::make(&world.path().join("ai-jail-1-x")).expect("made");
        let permissions = made.path().metadata().expect("there").permissions();
        assert_eq!(permissions.mode() & 0o7777, 0o700, "nobody else may look");
        let closed = made.path().join("deep/closed");
        fs::create_dir_all(&closed).expect("made");
        fs::write(closed.join("file"), "").expect("written");
        symlink(&outside, made.path().join("link")).expect("a link");
        symlink(&outside, closed.join("link")).expect("a link");
        for path in [closed.as_path(), made.path()] {
            fs::set_permissions(path, Permissions::from_mode(0o000)).expect("chmod");
        }
        made.remove().expect("removed");
        assert!(!made.path().exists());
        assert_eq!(fs::read_to_string(outside.join("file")).expect("there"), "kept");
        assert_eq!(outside.metadata().expect("there").permissions().mode() & 0o777, 0o755);
        made.remove().expect("twice is once");
    }

    #[test]
    fn what_is_there_is_not_taken_over() {
        let world = tempfile::tempdir().expect("a directory");
        let path = world.path().join("ai-jail-1-x");
        fs::create_dir(&path).expect("made");
        Temporary::make(&path).expect_err("somebody else's");
        assert!(path.exists());
    }

    #[test]
    fn those_of_killed_runs_are_removed_and_no_others() {
        let world = tempfile::tempdir().expect("a directory");
        let mut ended = std::process::Command::new("true").spawn().expect("true");
        let gone = ended.id();
        ended.wait().expect("its end");
        let place = |name: String| world.path().join(name);
        let left = place(format!("ai-jail-{gone}-a"));
        let others = [
            place(format!("ai-jail-{}-a", std::process::id())),
            place("ai-jail-notes".into()),
            place(format!("other-{gone}-a")),
        ];
        for path in others.iter().chain([&left]) {
            fs::create_dir(path).expect("made");
        }
        let link = place(format!("ai-jail-{gone}-link"));
        symlink(&others[2], &link).expect("a link");
        drop(Temporary::make(&place("ai-jail-1-b".into())).expect("made"));
        assert!(!left.exists());
        assert!(others.iter().chain([&link]).all(|path| path.exists()));
    }
}
