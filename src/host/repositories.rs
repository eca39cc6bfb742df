//! The repositories that a jail may write to, and what in them git on the host obeys.
//!
//! What names them here may be a stranger's word: a `.git` file, a worktree's record. The worst
//! that a forged one does is to have one more place of the jail's own held read-only.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::git::read_line;
use super::git_config::GitConfig;
use super::held::{Held, Unheld};
use crate::policy::protect::{PROJECT, SKIPPED, git};

/// How much is looked at. Each repository and each worktree costs up to five mounts, and a jail can
/// make any number of what looks like one: with some thousand mounts the next launch would take
/// minutes, or fail.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Repositories.
    pub repositories: usize,
    /// Linked worktrees of all of them.
    pub worktrees: usize,
    /// Nested directories with a `.git`, which may be no more than a file.
    pub nested: usize,
}

impl Limits {
    /// For a launch.
    pub const LAUNCH: Self = Self { repositories: 32, worktrees: 64, nested: 64 };

    /// As many as were found before, and so many more.
    pub fn after(before: &Repositories) -> Self {
        Self {
            repositories: Self::LAUNCH.repositories + before.directories.len(),
            worktrees: Self::LAUNCH.worktrees + before.worktrees.len(),
            nested: Self::LAUNCH.nested + before.nested,
        }
    }
}

/// How far below the project a nested repository is looked for, in how many directories, and how
/// many are asked whether they are one.
const DEPTH: usize = 3;
const DIRECTORIES: usize = 64;
const LOOKS: usize = 512;

/// Entries read of one directory.
const ENTRIES: usize = 4096;

/// What is left to do of a rebase, and how a row of picked commits goes on: its strategy is a program.
pub const STEPS: [&str; 2] = ["rebase-merge/git-rebase-todo", "sequencer/opts"];

/// Directories of other programs for version control, of which the project's table speaks.
const OTHERS: [&str; 5] = [".hg", ".jj", ".sl", "_darcs", ".pijul"];

/// A submodule's name may have slashes, and so its directory is some way down.
const MODULE_DEPTH: usize = 4;

/// How many directories are asked whether they are a submodule's.
const MODULE_LOOKS: usize = 1024;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Repositories {
    /// What is there and can be held.
    pub held: Vec<Held>,
    /// What can only be looked at afterwards.
    pub watched: Vec<Unheld>,
    /// The directories of git.
    pub directories: Vec<PathBuf>,
    /// Its records of linked worktrees.
    pub worktrees: Vec<PathBuf>,
    /// Those worktrees that the jail may work in, and which git cannot wholly remove there.
    pub removable: Vec<Worktree>,
    /// Files that stand for a repository, and of which nobody can tell where it is.
    pub unclear: Vec<PathBuf>,
    /// How many nested directories were looked at.
    pub nested: usize,
    /// Whether there were more than are looked at.
    pub more: bool,
}

/// What every worktree has in its record, and git takes away only when it removes the worktree.
pub const WHOLE: [&str; 3] = ["HEAD", "gitdir", "logs"];

/// A linked worktree, `git-worktree(1)`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Worktree {
    /// Its directory.
    pub tree: PathBuf,
    /// What the repository keeps of it.
    pub record: PathBuf,
}

/// Looks at the project, at the directories that are mapped read-write, and at the repositories
/// nested in the project.
pub fn find(
    project: &Path,
    mapped: &[PathBuf],
    home: Option<&Path>,
    limits: Limits,
) -> Repositories {
    let found = Repositories::default();
    let module_looks = MODULE_LOOKS;
    let mut search =
        Search { project, mapped, home, left: limits, module_looks, seen: HashSet::new(), found };
    search.global_hooks();
    search.directory(project);
    let nested = nested(project);
    let count = nested.len().min(limits.nested);
    for directory in mapped.iter().chain(&nested[..count]) {
        search.directory(directory);
    }
    search.found.nested = count;
    search.found.more |= count < nested.len();
    search.found
}

/// Directories below the project that have a `.git` or may be one themselves, nearest first.
fn nested(project: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = VecDeque::from([(project.to_path_buf(), 1)]);
    let mut looks = 0;
    for _ in 0..DIRECTORIES {
        let Some((directory, depth)) = left.pop_front() else { break };
        for path in subdirectories(&directory) {
            looks += 1;
            if looks > LOOKS {
                return found;
            }
            let marks = [".git", "HEAD"].into_iter().chain(OTHERS);
            if marks.into_iter().any(|name| path.join(name).symlink_metadata().is_ok()) {
                found.push(path.clone());
            }
            if depth < DEPTH && may_have_directories(&path) {
                left.push_back((path, depth + 1));
            }
        }
    }
    found
}

/// The directories in a directory, less those that are not worth a look. Links are not followed.
fn subdirectories(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let listing = fs::read_dir(directory).into_iter().flatten().flatten().take(ENTRIES);
    let directories = listing.filter(|item| item.file_type().is_ok_and(|kind| kind.is_dir()));
    let wanted =
        directories.filter(|item| !SKIPPED.iter().any(|skipped| item.file_name() == *skipped));
    wanted.map(|item| item.path())
}

/// Whether a directory may hold others: most file systems count a link for each one's `..`, and two
/// for the directory itself. To ask costs less than to read it.
fn may_have_directories(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.nlink() != 2)
}

/// As git itself decides it, roughly: `gitrepository-layout(5)`. The objects may be elsewhere.
pub fn is_git_directory(path: &Path) -> bool {
    let is_there = |name: &str| path.join(name).symlink_metadata().is_ok();
    is_there("HEAD") && (path.join("objects").is_dir() || is_there("commondir"))
}

/// A path whose directories are no links, though it may be one itself, or nothing.
fn in_real_directory(path: &Path) -> Option<PathBuf> {
    let (parent, name) = path.parent().zip(path.file_name())?;
    Some(fs::canonicalize(parent).ok()?.join(name))
}

struct Search<'a> {
    project: &'a Path,
    mapped: &'a [PathBuf],
    home: Option<&'a Path>,
    /// How much may still be looked at.
    left: Limits,
    /// How many directories may still be asked whether they are a submodule's.
    module_looks: usize,
    /// Everything held or watched.
    seen: HashSet<PathBuf>,
    found: Repositories,
}

impl Search<'_> {
    /// A directory that may have a `.git`, or be one: git takes a bare repository for one wherever
    /// it stands in it.
    fn directory(&mut self, directory: &Path) {
        self.working_tree(directory);
        self.others(directory);
        if is_git_directory(directory) {
            self.git_directory(directory, None);
        }
    }

    /// What other programs for version control have in a directory that is not the project itself.
    fn others(&mut self, directory: &Path) {
        if directory == self.project {
            return;
        }
        let is_there = |name: &&&str| directory.join(name).symlink_metadata().is_ok();
        for name in OTHERS.iter().filter(is_there) {
            for row in PROJECT.iter().filter(|row| Path::new(row.path).starts_with(name)) {
                self.item(&directory.join(row.path), row.reason);
            }
        }
    }

    /// A directory that may have a `.git`.
    fn working_tree(&mut self, directory: &Path) {
        let dot_git = directory.join(".git");
        let Ok(metadata) = dot_git.symlink_metadata() else { return };
        if metadata.is_dir() {
            self.git_directory(&dot_git, Some(directory));
            return;
        }
        self.item(&dot_git, git::POINTER);
        if metadata.is_symlink() {
            let Ok(target) = fs::canonicalize(&dot_git) else { return };
            if target.is_dir() {
                self.git_directory(&target, Some(directory));
                return;
            }
        }
        let named = read_line(&dot_git);
        let named = named.as_deref().and_then(|line| line.strip_prefix("gitdir: "));
        let Some(Ok(git_dir)) = named.map(|named| fs::canonicalize(directory.join(named))) else {
            self.found.unclear.push(dot_git);
            return;
        };
        let common = read_line(&git_dir.join("commondir"));
        match common.and_then(|common| fs::canonicalize(git_dir.join(common)).ok()) {
            Some(common) => {
                let config = self.git_directory(&common, None);
                self.linked_worktree(&git_dir, config.is_on("extensions.worktreeconfig"));
            }
            None => {
                self.git_directory(&git_dir, Some(directory));
            }
        }
    }

    /// A directory of git: a repository, or a submodule's. `tree` is the working tree.
    fn git_directory(&mut self, directory: &Path, tree: Option<&Path>) -> GitConfig {
        let config_file = directory.join("config");
        let config = GitConfig::read(&config_file);
        if !is_git_directory(directory) || !self.enter(directory) {
            return config;
        }
        self.item(&directory.join("hooks"), git::HOOKS);
        self.item(&config_file, git::CONFIG);
        // There is none in a repository: one that appears would make git believe another's files.
        self.item(&directory.join("commondir"), git::POINTER);
        self.steps(directory);
        for included in config.included() {
            let path = self.named_path(included, directory);
            if let Some(path) = in_real_directory(&path) {
                self.item(&path, git::CONFIG);
            }
        }
        let own_config = config.is_on("extensions.worktreeconfig");
        if own_config {
            self.item(&directory.join("config.worktree"), git::CONFIG);
        }
        if let Some(path) = config.get("core.hookspath") {
            self.hooks_path(path, tree.unwrap_or(self.project));
        }
        if let Some(tree) = config.get("core.worktree") {
            if let Ok(tree) = fs::canonicalize(directory.join(tree)) {
                self.item_if_there(&tree.join(".git"), git::POINTER);
            }
        }
        for worktree in subdirectories(&directory.join("worktrees")) {
            self.linked_worktree(&worktree, own_config);
        }
        self.submodules(&directory.join("modules"), MODULE_DEPTH);
        config
    }

    /// Notes a repository; whether it is a new one and may be looked at.
    fn enter(&mut self, directory: &Path) -> bool {
        if self.found.directories.iter().any(|known| known == directory) {
            return false;
        }
        if self.left.repositories == 0 {
            self.found.more = true;
            return false;
        }
        self.left.repositories -= 1;
        self.found.directories.push(directory.to_path_buf());
        true
    }

    /// The record of a linked worktree, `git-worktree(1)`.
    fn linked_worktree(&mut self, record: &Path, own_config: bool) {
        if self.found.worktrees.iter().any(|known| known == record) {
            return;
        }
        if self.left.worktrees == 0 {
            self.found.more = true;
            return;
        }
        self.left.worktrees -= 1;
        self.found.worktrees.push(record.to_path_buf());
        let dot_git = read_line(&record.join("gitdir")).map(|dot_git| record.join(dot_git));
        if dot_git.as_deref().is_some_and(|dot_git| self.is_out_of_reach(dot_git)) {
            // In the jail its files are missing, and to git it looks like one that can be pruned.
            self.item(record, git::RECORD);
            return;
        }
        self.item(&record.join("commondir"), git::POINTER);
        self.steps(record);
        if own_config {
            self.item(&record.join("config.worktree"), git::CONFIG);
        }
        if let Some(dot_git) = dot_git {
            self.item_if_there(&dot_git, git::POINTER);
            let tree = dot_git.parent().and_then(|tree| fs::canonicalize(tree).ok());
            if let Some(tree) = tree.filter(|_| WHOLE.iter().all(|name| record.join(name).exists()))
            {
                self.found.removable.push(Worktree { tree, record: record.to_path_buf() });
            }
        }
    }

    /// Whether a worktree is there on the host, and not where the jail works.
    fn is_out_of_reach(&self, dot_git: &Path) -> bool {
        let Some(tree) = dot_git.parent().and_then(|tree| fs::canonicalize(tree).ok()) else {
            return false;
        };
        !self
            .mapped
            .iter()
            .map(PathBuf::as_path)
            .chain([self.project])
            .any(|at| tree.starts_with(at))
    }

    /// What is left to do of something that is not over.
    fn steps(&mut self, directory: &Path) {
        for steps in STEPS {
            self.watch(&directory.join(steps), git::STEPS);
        }
    }

    /// A path as git's settings name it, from `base` or from the home.
    fn named_path(&self, named: &str, base: &Path) -> PathBuf {
        match (named.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => base.join(named),
        }
    }

    fn submodules(&mut self, directory: &Path, depth: usize) {
        for path in subdirectories(directory) {
            if self.module_looks == 0 {
                self.found.more = true;
                return;
            }
            self.module_looks -= 1;
            if is_git_directory(&path) {
                self.git_directory(&path, None);
            } else if depth > 0 {
                self.submodules(&path, depth - 1);
            }
        }
    }

    /// A directory of hooks that the settings name: the project's own files, so the agent's work.
    fn hooks_path(&mut self, named: &str, tree: &Path) {
        let path = self.named_path(named, tree);
        // husky's own scripts are in `_`, and run those above it.
        if path.ends_with("_") {
            if let Some(parent) = path.parent() {
                self.watch(parent, git::HOOKS_PATH);
            }
        }
        self.watch(&path, git::HOOKS_PATH);
    }

    /// The user's own settings may name a directory of every project.
    fn global_hooks(&mut self) {
        let Some(home) = self.home else { return };
        for file in [".gitconfig", ".config/git/config"] {
            if let Some(path) = GitConfig::read(&home.join(file)).get("core.hookspath") {
                self.hooks_path(path, self.project);
            }
        }
    }

    /// Holds what is there; what is not, or is a link that no mount can hold, is watched.
    fn item(&mut self, path: &Path, reason: &'static str) {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                self.watch(path, reason);
                if let Ok(target) = fs::canonicalize(path) {
                    self.watch(&target, reason);
                }
            }
            Ok(_) => {
                if self.seen.insert(path.to_path_buf()) {
                    self.found.held.push(Held { path: path.to_path_buf(), reason });
                }
            }
            Err(_) => self.watch(path, reason),
        }
    }

    /// The same for what a record names: only what is there matters.
    fn item_if_there(&mut self, path: &Path, reason: &'static str) {
        let path = in_real_directory(path);
        if let Some(path) = path.filter(|path| path.symlink_metadata().is_ok()) {
            self.item(&path, reason);
        }
    }

    fn watch(&mut self, path: &Path, reason: &'static str) {
        if self.seen.insert(path.to_path_buf()) {
            self.found.watched.push(Unheld { path: path.to_path_buf(), reason });
        }
    }
}
