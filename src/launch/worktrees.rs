//! Linked worktrees that git in the jail began to remove.
//!
//! What leads from a worktree to its repository and back is read-only in the jail, so `git worktree
//! remove` fails at the first of these files that it meets, and leaves neither a worktree nor none.
//! What it has begun is finished on the host.

use std::fs;
use std::path::PathBuf;

use crate::host::repositories::{WHOLE, Worktree};

/// Removes what is left of those that git has begun to remove, and gives them. git begins only where
/// nothing would be lost, or where it was told to by force.
pub fn finish_removals(worktrees: &[Worktree]) -> Vec<PathBuf> {
    let is_removed = |worktree: &&Worktree| is_begun(worktree) && remove(worktree).is_ok();
    worktrees.iter().filter(is_removed).map(|worktree| worktree.tree.clone()).collect()
}

/// Whether a part of the record is gone, but not all of it.
fn is_begun(worktree: &Worktree) -> bool {
    let is_there = |name: &str| worktree.record.join(name).symlink_metadata().is_ok();
    worktree.record.is_dir() && !WHOLE.iter().all(|name| is_there(name))
}

/// Links are not followed, whatever the jail has made meanwhile: `remove_dir_all` goes by
/// descriptors.
fn remove(worktree: &Worktree) -> std::io::Result<()> {
    if worktree.tree.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
        fs::remove_dir_all(&worktree.tree)?;
    }
    fs::remove_dir_all(&worktree.record)
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    /// A worktree with a file, whose record has these parts.
    fn worktree(parts: &[&str]) -> (tempfile::TempDir, Worktree) {
        let root = tempfile::tempdir().expect("a directory");
        let (tree, record) = (root.path().join("tree"), root.path().join("record"));
        fs::create_dir(&tree).and_then(|()| fs::create_dir(&record)).expect("made");
        for file in [tree.join(".git"), tree.join("file"), record.join("commondir")] {
            fs::write(file, "").expect("written");
        }
        for part in parts {
            fs::write(record.join(part), "").expect("written");
        }
        (root, Worktree { tree, record })
    }

    #[test]
    fn what_has_begun_is_finished() {
        for parts in [&["HEAD", "gitdir"][..], &["logs"], &[]] {
            let (root, worktree) = worktree(parts);
            assert_eq!(finish_removals(slice::from_ref(&worktree)), [worktree.tree]);
            assert_eq!(fs::read_dir(root.path()).expect("there").count(), 0, "{parts:?}");
        }
    }

    #[test]
    fn what_is_whole_stays_whatever_its_tree_has() {
        let (_root, worktree) = worktree(&WHOLE);
        fs::remove_file(worktree.tree.join("file")).expect("removed");
        assert_eq!(finish_removals(slice::from_ref(&worktree)), [""; 0].map(PathBuf::from));
        assert!(worktree.tree.join(".git").exists() && worktree.record.join("HEAD").exists());
    }

    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let (root, worktree) = worktree(&[]);
        let elsewhere = root.path().join("elsewhere");
        fs::rename(&worktree.tree, &elsewhere).expect("renamed");
        std::os::unix::fs::symlink(&elsewhere, &worktree.tree).expect("linked");
        finish_removals(&[worktree]);
        assert!(elsewhere.join("file").exists());
    }
}
