//! A project below the root of a repository, as a package of many in one: git looks for the
//! repository in the directories above.

use std::path::{Path, PathBuf};

use super::git;
use super::look::is_there;
use super::origin::Origin;
use super::repositories::is_git_directory;
use crate::policy::system;

/// The repository around the project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Around {
    /// The root of its working tree.
    pub root: PathBuf,
    /// Where git keeps it: `.git` in the root, or what that names.
    pub directory: PathBuf,
}

/// The nearest repository above the project, as git finds it. None where the project has one of its
/// own, and none whose root would show too much: the home, what is above it, a place of the system.
pub fn find(origin: &Origin) -> Option<Around> {
    let project = &origin.project;
    if is_there(&project.join(".git")) || is_git_directory(project) {
        return None;
    }
    let root = project
        .ancestors()
        .skip(1)
        .find(|directory| is_there(&directory.join(".git")) || is_git_directory(directory))?;
    let shows_home = origin.home.real().is_some_and(|home| home.starts_with(root));
    if shows_home || system::is_taken(root) {
        return None;
    }
    let directory = directory(root)?;
    Some(Around { root: root.to_path_buf(), directory })
}

fn directory(root: &Path) -> Option<PathBuf> {
    let dot_git = root.join(".git");
    let is_directory = dot_git.symlink_metadata().ok()?.is_dir();
    if is_directory {
        return is_git_directory(&dot_git).then_some(dot_git);
    }
    git::common_directory(root)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::{Environment, Origin};
    use super::find;

    /// A repository as git makes it, as far as it is looked at.
    fn repository(directory: &Path) {
        fs::create_dir_all(directory.join(".git/objects")).expect("a directory");
        fs::write(directory.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a file");
    }

    fn origin(home: &Path, project: &Path) -> Origin {
        fs::create_dir_all(project).expect("a directory");
        let home = ("HOME".into(), home.into());
        Origin::at(project.to_path_buf(), [home].into_iter().collect::<Environment>())
    }

    #[test]
    fn the_nearest_one_counts() {
        let place = tempfile::tempdir().expect("a directory");
        let home = place.path().canonicalize().expect("a path");
        let (outer, inner) = (home.join("a"), home.join("a/b/c"));
        repository(&outer);
        let found = find(&origin(&home, &home.join("a/b/c/d"))).expect("a repository");
        assert_eq!((found.root, found.directory), (outer.clone(), outer.join(".git")));
        repository(&inner);
        let found = find(&origin(&home, &home.join("a/b/c/d"))).expect("a repository");
        assert_eq!(found.root, inner);
        // A repository's own root needs none.
        assert_eq!(find(&origin(&home, &outer)), None);
        // A directory of that name which git does not take for one hides those above.
        fs::create_dir_all(home.join("a/x/.git")).expect("a directory");
        assert_eq!(find(&origin(&home, &home.join("a/x/y"))), None);
    }

    #[test]
    fn the_home_is_not_shown_for_the_sake_of_its_repository() {
        let place = tempfile::tempdir().expect("a directory");
        let above = place.path().canonicalize().expect("a path");
        let home = above.join("home");
        for root in [&above, &home] {
            repository(root);
            assert_eq!(find(&origin(&home, &home.join("src/p"))), None, "{}", root.display());
        }
    }
}
