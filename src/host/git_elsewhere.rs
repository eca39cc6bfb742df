//! What git reads or writes outside the project although nothing there names the project in turn.
//!
//! The project's own files name it, and a stranger or an earlier jail may have written those, so the
//! jail does not have it unless the user maps it.

use std::fs;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::git::{read_file, read_line};

/// A place that git would go to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Elsewhere {
    /// Where it is.
    pub path: PathBuf,
    /// What it is to git.
    pub reason: &'static str,
    /// Whether git writes there.
    pub writable: bool,
}

const POINTER: &str = "the repository that .git leads to";
const VARIABLE: &str = "the repository that GIT_DIR names";
const BORROWED: &str = "the objects that this repository borrows (git clone --shared)";

/// As deep as git follows a chain of repositories that borrow from each other.
const MAX_BORROWED: usize = 5;

/// What the project's `.git`, `GIT_DIR` and the repository's list of lenders name. `directory` is
/// where the project's repository is known to be, if that is not `.git`.
pub fn find(project: &Path, directory: Option<&Path>, environment: &Environment) -> Vec<Elsewhere> {
    let named = |path: PathBuf, reason| {
        repository(&path).map(|path| Elsewhere { path, reason, writable: true })
    };
    let dot_git = project.join(".git");
    let is_link = dot_git.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let text = read_line(&dot_git);
    let pointer = text.as_deref().and_then(|line| line.strip_prefix("gitdir: "));
    let by_pointer = pointer.and_then(|path| named(project.join(path), POINTER));
    let by_link = is_link.then(|| named(dot_git.clone(), POINTER)).flatten();
    let variable = environment.get("GIT_DIR").filter(|value| !value.is_empty());
    let by_variable = variable.and_then(|value| named(project.join(value), VARIABLE));
    let mut found: Vec<_> = [by_pointer, by_link, by_variable].into_iter().flatten().collect();
    let lent = found.first().map(|found| found.path.clone());
    let lent = lent.or_else(|| directory.map(Path::to_path_buf)).unwrap_or(dot_git);
    let borrowed = borrowed(&lent.join("objects")).into_iter();
    found.extend(borrowed.map(|path| Elsewhere { path, reason: BORROWED, writable: false }));
    found
}

/// The repository that a directory of git belongs to: the record of a worktree is of no use without
/// the repository that has it.
fn repository(path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok().filter(|path| path.is_dir())?;
    let common = read_line(&path.join("commondir"));
    let common = common.and_then(|common| fs::canonicalize(path.join(common)).ok());
    Some(common.unwrap_or(path))
}

/// The directories of objects that a repository borrows from; `gitrepository-layout(5)`.
fn borrowed(objects: &Path) -> Vec<PathBuf> {
    let text = read_file(&objects.join("info/alternates")).unwrap_or_default();
    let paths = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let paths = paths.filter_map(|line| fs::canonicalize(objects.join(line)).ok());
    paths.filter(|path| path.is_dir()).take(MAX_BORROWED).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::super::Environment;
    use super::{BORROWED, POINTER, VARIABLE, find};

    /// A project, and a repository beside it.
    fn world() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let place = tempfile::tempdir().expect("a directory");
        let above = place.path().canonicalize().expect("a path");
        let (project, other) = (above.join("project"), above.join("other.git"));
        fs::create_dir_all(project.join(".git/objects/info")).expect("directories");
        fs::create_dir_all(other.join("objects/info")).expect("directories");
        (place, project, other)
    }

    fn found(project: &Path, variable: Option<&Path>) -> Vec<(PathBuf, &'static str, bool)> {
        let variable = variable.map(|path| ("GIT_DIR".into(), path.into()));
        let found = find(project, None, &variable.into_iter().collect::<Environment>());
        found.into_iter().map(|it| (it.path, it.reason, it.writable)).collect()
    }

    #[test]
    fn objects_that_are_borrowed() {
        let (_place, project, other) = world();
        assert_eq!(found(&project, None), []);
        let list = project.join(".git/objects/info/alternates");
        fs::write(&list, "# a word\n\n../../../other.git/objects\n/nowhere\n").expect("a file");
        let borrowed = (other.join("objects"), BORROWED, false);
        assert_eq!(found(&project, None), [borrowed]);
    }

    #[test]
    fn a_repository_kept_apart() {
        let (_place, project, other) = world();
        assert_eq!(found(&project, Some(&other)), [(other.clone(), VARIABLE, true)]);
        fs::remove_dir_all(project.join(".git")).expect("it is there");
        fs::write(project.join(".git"), "gitdir: ../other.git\n").expect("a file");
        assert_eq!(found(&project, None), [(other.clone(), POINTER, true)]);
        fs::remove_file(project.join(".git")).expect("it is there");
        symlink(&other, project.join(".git")).expect("a link");
        assert_eq!(found(&project, None), [(other.clone(), POINTER, true)]);
        let record = other.join("worktrees/w");
        fs::create_dir_all(&record).expect("a directory");
        fs::write(record.join("commondir"), "../..\n").expect("a file");
        assert_eq!(found(&project, Some(&record))[1], (other, VARIABLE, true));
    }
}
