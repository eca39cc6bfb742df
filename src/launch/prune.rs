//! Git's records of worktrees that were made in the jail's home, which was only memory.
//!
//! `git worktree add ../other` leaves such a record in the repository when the jail and the worktree are
//! gone. `git worktree prune` would remove the record some months later; until then git refuses the branch to
//! every other worktree.

use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::fcntl::{AtFlags, OFlag, open, openat};
use nix::sys::stat::{Mode, SFlag, fstatat};

use crate::host::git::read_line;
use crate::host::links;
use crate::host::repositories::Repositories;

/// A directory, and no link: what stands there may be a jail's work.
const DIRECTORY: OFlag =
    OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// Git's records, in the directory of a repository.
const RECORDS: &str = "worktrees";

/// What keeps a record from `git worktree prune`. git itself has one there while it adds a worktree.
const LOCKED: &str = "locked";

/// Removes the records that were not there `before` and that name what only the jail's home had: `home`
/// is its path, and `memory` what was there. Gives the worktrees.
pub fn prune_lost(before: &Repositories, home: &Path, memory: &OwnedFd) -> Vec<PathBuf> {
    // Where not all were looked at before, nobody can tell which are new.
    let repositories = if before.more { &[][..] } else { &before.directories };
    let mut all = Vec::new();
    for repository in repositories {
        let records = repository.join(RECORDS);
        let Some(directory) = open_in_place(&records) else { continue };
        let through = PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()));
        let mut lost = Vec::new();
        for item in fs::read_dir(&through).into_iter().flatten().flatten() {
            let (record, name) = (records.join(item.file_name()), item.file_name());
            let is_directory = item.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_directory || before.worktrees.contains(&record) {
                continue;
            }
            let Some(tree) = lost_worktree(&through.join(&name), &record, home, memory) else {
                continue;
            };
            if fs::remove_dir_all(through.join(&name)).is_ok() {
                lost.push(tree);
            }
        }
        if !lost.is_empty() {
            // As git does; where other records are left, nothing happens.
            let _ = fs::remove_dir(&records);
        }
        all.extend(lost);
    }
    all
}

/// Opens a directory where it is not reached over a link: another jail could put one there at any time.
fn open_in_place(path: &Path) -> Option<OwnedFd> {
    let directory = open(path, DIRECTORY, Mode::empty()).ok()?;
    let place = fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd())).ok()?;
    (place == path).then_some(directory)
}

/// The worktree of a record, where the host does not have it and the jail's home had. The record is read at
/// `opened`; `record` is its path.
fn lost_worktree(opened: &Path, record: &Path, home: &Path, memory: &OwnedFd) -> Option<PathBuf> {
    if opened.join(LOCKED).symlink_metadata().is_ok() {
        return None;
    }
    let dot_git = links::absolute(Path::new(&read_line(&opened.join("gitdir"))?), record);
    let tree = dot_git.parent()?;
    let is_on_host = tree.symlink_metadata().is_ok();
    let was_in_memory = has_file(memory, dot_git.strip_prefix(home).ok()?);
    (!is_on_host && was_in_memory).then(|| tree.to_path_buf())
}

/// Whether there is a file; links are not followed.
fn has_file(directory: impl AsFd, path: &Path) -> bool {
    let mut names = path.iter();
    let Some(file) = names.next_back() else { return false };
    let Ok(mut inner) = directory.as_fd().try_clone_to_owned() else { return false };
    for name in names {
        let Ok(next) = openat(&inner, name, DIRECTORY, Mode::empty()) else { return false };
        inner = next;
    }
    fstatat(&inner, file, AtFlags::AT_SYMLINK_NOFOLLOW).is_ok_and(|status| {
        SFlag::from_bits_truncate(status.st_mode & SFlag::S_IFMT.bits()) == SFlag::S_IFREG
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A repository with one record, of `home/other`, which the jail's home had.
    struct Place {
        root: tempfile::TempDir,
        before: Repositories,
    }

    impl Place {
        fn new() -> Self {
            let root = tempfile::tempdir().expect("a directory");
            let here = root.path().canonicalize().expect("there");
            for directory in ["home", "memory/other", "git/worktrees/other"] {
                fs::create_dir_all(here.join(directory)).expect("made");
            }
            fs::write(here.join("memory/other/.git"), "gitdir: x\n").expect("written");
            let named = format!("{}\n", here.join("home/other/.git").display());
            fs::write(here.join("git/worktrees/other/gitdir"), named).expect("written");
            let directories = vec![here.join("git")];
            Self { root, before: Repositories { directories, ..Repositories::default() } }
        }

        fn at(&self, path: &str) -> PathBuf {
            self.root.path().canonicalize().expect("there").join(path)
        }

        fn prune(&self) -> Vec<PathBuf> {
            let memory = fs::File::open(self.at("memory")).expect("there").into();
            prune_lost(&self.before, &self.at("home"), &memory)
        }

        /// Nothing is removed.
        fn keeps(&self) {
            assert_eq!(self.prune(), [""; 0].map(PathBuf::from));
            assert!(self.at("git/worktrees/other/gitdir").exists());
        }
    }

    #[test]
    fn a_record_of_what_was_only_in_memory_is_removed() {
        let place = Place::new();
        assert_eq!(place.prune(), [place.at("home/other")]);
        assert!(!place.at("git/worktrees").exists());
        let place = Place::new();
        let record = place.at("git/worktrees/other/gitdir");
        fs::write(record, "../../../home/other/.git\n").expect("written");
        assert_eq!(place.prune(), [place.at("home/other")], "named from the record");
    }

    #[test]
    fn another_repository_keeps_what_it_has() {
        let mut place = Place::new();
        let other = place.at("other-git");
        fs::create_dir_all(other.join(RECORDS)).expect("made");
        place.before.directories.push(other.clone());
        assert_eq!(place.prune(), [place.at("home/other")]);
        assert!(other.join(RECORDS).exists());
    }

    #[test]
    fn other_records_stay() {
        let mut place = Place::new();
        place.before.worktrees.push(place.at("git/worktrees/other"));
        place.keeps();
        let mut place = Place::new();
        place.before.more = true;
        place.keeps();
        let place = Place::new();
        fs::write(place.at("git/worktrees/other/locked"), "").expect("written");
        place.keeps();
        let place = Place::new();
        fs::create_dir(place.at("home/other")).expect("made");
        place.keeps();
        let place = Place::new();
        fs::remove_file(place.at("memory/other/.git")).expect("removed");
        place.keeps();
    }

    #[test]
    fn links_that_a_jail_made_are_not_followed() {
        let place = Place::new();
        fs::rename(place.at("git/worktrees"), place.at("elsewhere")).expect("renamed");
        symlink(place.at("elsewhere"), place.at("git/worktrees")).expect("linked");
        place.keeps();
        let place = Place::new();
        fs::rename(place.at("git/worktrees/other"), place.at("record")).expect("renamed");
        symlink(place.at("record"), place.at("git/worktrees/other")).expect("linked");
        place.keeps();
        let place = Place::new();
        fs::rename(place.at("memory/other"), place.at("other")).expect("renamed");
        symlink(place.at("other"), place.at("memory/other")).expect("linked");
        place.keeps();
    }
}
