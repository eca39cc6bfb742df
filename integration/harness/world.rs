//! A home with a project in it, for one test alone.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::own_home;
use super::program;
use super::run::Run;
use super::tree::Tree;

/// The search path of everything that the tests run.
pub const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A directory that goes away with the test: `home`, and `home/project` to work in.
pub struct World {
    tree: Tree,
    project: PathBuf,
}

impl World {
    /// A world in the usual place for temporary files.
    pub fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// A world somewhere else.
    pub fn below(parent: &Path) -> Self {
        Self::with_project(parent, "home/project")
    }

    /// A world with the project at another place, relative to its root.
    pub fn with_project(parent: &Path, project: impl AsRef<Path>) -> Self {
        own_home::leave_out();
        let tree = Tree::below(parent, "jail-world-");
        let project = tree.directory(project);
        tree.directory("home");
        Self { tree, project }
    }

    /// The directory that holds everything.
    pub fn root(&self) -> &Path {
        self.tree.root()
    }

    /// The home.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The project, where commands start.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// Makes a file, with the directories above it; relative to the root.
    pub fn file(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        self.tree.file(path, content)
    }

    /// Makes a file that can be executed.
    pub fn script(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        self.tree.script(path, content)
    }

    /// Makes a directory.
    pub fn directory(&self, path: impl AsRef<Path>) -> PathBuf {
        self.tree.directory(path)
    }

    /// Makes a symbolic link.
    pub fn link(&self, target: impl AsRef<Path>, path: impl AsRef<Path>) -> PathBuf {
        self.tree.link(target, path)
    }

    /// `ai-jail WORDS…`, as typed.
    pub fn jail<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Run {
        let words: Vec<OsString> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        Run::new(program(), &words, &self.home(), &self.project)
            .keeping(&self.home(), &self.project)
    }

    /// `ai-jail --exec -- COMMAND…`.
    pub fn exec<W: AsRef<OsStr>>(&self, command: impl IntoIterator<Item = W>) -> Run {
        self.exec_with(NO_FLAGS, command)
    }

    /// `ai-jail --exec FLAGS… -- COMMAND…`.
    pub fn exec_with<F: AsRef<OsStr>, W: AsRef<OsStr>>(
        &self,
        flags: impl IntoIterator<Item = F>,
        command: impl IntoIterator<Item = W>,
    ) -> Run {
        let mut words = vec!["--exec".into()];
        words.extend(flags.into_iter().map(|flag| flag.as_ref().to_owned()));
        words.push("--".into());
        words.extend(command.into_iter().map(|word| word.as_ref().to_owned()));
        self.jail(words)
    }

    /// `ai-jail --exec -- sh -c SCRIPT`.
    pub fn sh(&self, script: &str) -> Run {
        self.exec(["sh", "-c", script])
    }

    /// `ai-jail --exec FLAGS… -- sh -c SCRIPT`.
    pub fn sh_with<F: AsRef<OsStr>>(
        &self,
        flags: impl IntoIterator<Item = F>,
        script: &str,
    ) -> Run {
        self.exec_with(flags, ["sh", "-c", script])
    }

    /// The same act without a jail: the control.
    pub fn outside<W: AsRef<OsStr>>(&self, command: impl IntoIterator<Item = W>) -> Run {
        let mut words = command.into_iter();
        let name = words.next().expect("a command");
        Run::new(name.as_ref(), words, &self.home(), &self.project)
    }

    /// A shell script that calls ai-jail, as `$0`.
    pub fn caller(&self, script: &str) -> Run {
        let program = program();
        self.outside(["sh".as_ref(), "-c".as_ref(), script.as_ref(), program.as_os_str()])
    }
}

/// For [`World::exec_with`].
const NO_FLAGS: [&str; 0] = [];
