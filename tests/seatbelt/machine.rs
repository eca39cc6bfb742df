//! A home with a project in it, looked at by the real prober, and what a jail on macOS would let
//! be done there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::backend::seatbelt::{self, Profile};
use ai_jail::cli::Cli;
use ai_jail::config::{self, Paths};
use ai_jail::error::Error;
use ai_jail::host::{Environment, Host, Origin, links};
use ai_jail::plan::Plan;
use ai_jail::policy::Os;
use ai_jail::settings::Settings;

use super::evaluator::{Policy, Request};
use crate::support::tree::Tree;

/// What macOS gives a user for temporary files, and where that leads.
pub const TMPDIR: &str = "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/";
pub const TEMPORARY: &str = "/private/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T";
pub const CACHES: &str = "/private/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/C";

/// The directory for temporary files that the jail has of its own.
pub const OWN_TEMPORARY: &str = "/private/tmp/ai-jail-1-0123456789ab";

/// A directory that goes away with the test: `home`, and `home/project` to work in.
pub struct Mac {
    tree: Tree,
    home: PathBuf,
    project: PathBuf,
    environment: Vec<(OsString, OsString)>,
    /// Changes to what the prober has found.
    pub sockets: Vec<PathBuf>,
    /// What the system names for temporary files.
    pub user_temporary: Option<PathBuf>,
}

impl Mac {
    pub fn new() -> Self {
        Self::named("home".as_ref(), "home/project".as_ref())
    }

    /// With a home and a project of other names, relative to the root.
    pub fn named(home: &OsStr, project: &OsStr) -> Self {
        let tree = Tree::below(&std::env::temp_dir(), "mac-");
        let (home, project) = (tree.directory(home), tree.directory(project));
        let environment = [
            ("HOME".into(), home.clone().into_os_string()),
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("TMPDIR".into(), TMPDIR.into()),
        ];
        let environment = environment.into();
        Self {
            tree,
            home,
            project,
            environment,
            sockets: Vec::new(),
            user_temporary: Some(TMPDIR.into()),
        }
    }

    pub fn root(&self) -> &Path {
        self.tree.root()
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    pub fn project(&self) -> &Path {
        &self.project
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
    }

    /// Makes a file, with the directories above it; relative to the root.
    pub fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.tree.file(path, "content")
    }

    pub fn directory(&self, path: impl AsRef<Path>) -> PathBuf {
        self.tree.directory(path)
    }

    pub fn link(&self, target: impl AsRef<Path>, path: impl AsRef<Path>) -> PathBuf {
        self.tree.link(target, path)
    }

    /// Writes the project's configuration.
    pub fn configure(&self, text: &str) {
        fs::write(self.project.join(".ai-jail"), text).expect("a configuration");
    }

    /// What the prober finds, as on a Mac.
    pub fn host(&self, settings: &Settings) -> Host {
        let environment: Environment = self.environment.iter().cloned().collect();
        let origin = Origin::at(self.project.clone(), environment);
        let mut host = Host::probe(origin, settings);
        host.os = Os::MacOs;
        host.ourselves = Some("/opt/homebrew/bin/ai-jail".into());
        host.user_temporary.clone_from(&self.user_temporary);
        host.own_temporary = Some(OWN_TEMPORARY.into());
        host.sockets.clone_from(&self.sockets);
        host
    }

    pub fn settings<W: AsRef<OsStr>>(&self, words: &[W]) -> Settings {
        let words = words.iter().map(|word| word.as_ref().to_owned());
        let words: Vec<OsString> = [OsString::from("ai-jail")].into_iter().chain(words).collect();
        let cli = Cli::parse(&words).expect("a command line");
        let paths = Paths::new(&self.project, Some(&self.home));
        let loaded = config::load(&paths, cli.clean).expect("a configuration");
        config::resolve(&cli, &loaded)
    }

    pub fn try_jail<W: AsRef<OsStr>>(&self, words: &[W]) -> Result<Jail, Error> {
        let settings = self.settings(words);
        let plan = Plan::new(&settings, &self.host(&settings))?;
        Ok(Jail::new(plan))
    }

    /// The jail of a command line.
    #[track_caller]
    pub fn jail<W: AsRef<OsStr>>(&self, words: &[W]) -> Jail {
        self.try_jail(words).expect("a jail")
    }
}

/// A jail.
pub struct Jail {
    pub plan: Plan,
    pub profile: Profile,
    policy: Policy,
    /// Directories that can be passed through, as asked before.
    passed: RefCell<HashMap<PathBuf, bool>>,
}

impl Jail {
    pub fn new(plan: Plan) -> Self {
        let profile = seatbelt::profile(plan.macos().expect("a plan for macOS"), &plan.network);
        let policy = Policy::new(&profile.policy, &profile.parameters);
        let policy = policy.unwrap_or_else(|error| panic!("{error}\n{}", profile.policy));
        Self { plan, profile, policy, passed: RefCell::default() }
    }

    /// Whether an operation is allowed.
    pub fn allows(&self, operation: &str, request: &Request) -> bool {
        self.policy.allows(operation, request)
    }

    fn file(&self, operation: &str, path: &Path, vnode: Option<&'static str>) -> bool {
        let request = Request { path: Some(path.into()), vnode, ..Request::default() };
        self.allows(operation, &request)
    }

    /// What a path leads to. The kernel judges that; on the way it asks about each link.
    fn resolved(&self, path: &Path) -> (PathBuf, bool) {
        let Ok(located) = links::locate(path) else { return (path.to_path_buf(), true) };
        let passes = |link: &links::Link| self.file("file-read-metadata", &link.path, None);
        (located.canonical, located.links.iter().all(passes))
    }

    /// Asks about a file. What is allowed can be reached: each directory above it can be asked
    /// about, as realpath(3) does.
    fn asks(&self, operation: &str, path: &Path, vnode: Option<&'static str>) -> bool {
        let (path, passes) = self.resolved(path);
        let allowed = passes && self.file(operation, &path, vnode);
        for directory in path.ancestors().skip(1).filter(|_| allowed) {
            let ask = || self.file("file-read-metadata", directory, Some("DIRECTORY"));
            let passes = *self.passed.borrow_mut().entry(directory.into()).or_insert_with(ask);
            assert!(
                passes,
                "{} is allowed and {} is not passed",
                path.display(),
                directory.display()
            );
        }
        allowed
    }

    pub fn reads(&self, path: impl AsRef<Path>) -> bool {
        self.asks("file-read-data", path.as_ref(), None)
    }

    /// Whether it can be known that something is there.
    pub fn sees(&self, path: impl AsRef<Path>) -> bool {
        self.asks("file-read-metadata", path.as_ref(), None)
    }

    pub fn runs(&self, path: impl AsRef<Path>) -> bool {
        self.asks("process-exec", path.as_ref(), None)
    }

    /// Writes to what is there.
    pub fn writes(&self, path: impl AsRef<Path>) -> bool {
        self.asks("file-write-data", path.as_ref(), None)
    }

    /// Makes something: links are not followed at the end.
    pub fn makes(&self, path: impl AsRef<Path>, vnode: &'static str) -> bool {
        let path = self.unfollowed(path.as_ref());
        self.file("file-write-create", &path, Some(vnode))
    }

    pub fn removes(&self, path: impl AsRef<Path>) -> bool {
        self.file("file-write-unlink", &self.unfollowed(path.as_ref()), None)
    }

    /// Gives something another name. It is not published what the kernel says of the kind of
    /// thing that the new name is for, so it may be unknown.
    pub fn renames(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> bool {
        let to = self.unfollowed(to.as_ref());
        let replaces = to.symlink_metadata().is_err() || self.file("file-write-unlink", &to, None);
        self.removes(from) && self.file("file-write-create", &to, None) && replaces
    }

    /// Gives what is there a second name.
    pub fn links(&self, path: impl AsRef<Path>) -> bool {
        self.asks("file-link", path.as_ref(), None)
    }

    /// Every way to change what is there.
    pub fn changes(&self, path: impl AsRef<Path>) -> Vec<&'static str> {
        let path = path.as_ref();
        let ways = [
            "file-write-data",
            "file-write-create",
            "file-write-unlink",
            "file-write-mode",
            "file-write-owner",
            "file-write-flags",
            "file-write-times",
            "file-write-xattr",
            "file-write-acl",
            "file-link",
            "file-clone",
        ];
        ways.into_iter().filter(|way| self.asks(way, path, Some("REGULAR-FILE"))).collect()
    }

    /// Whether a Unix socket is reached.
    pub fn connects(&self, path: impl AsRef<Path>) -> bool {
        self.asks("network-outbound", path.as_ref(), None)
    }

    /// Whether a Unix socket can be made.
    pub fn listens(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        self.asks("network-bind", path, None) && self.makes(path, "SOCKET")
    }

    fn unfollowed(&self, path: &Path) -> PathBuf {
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => self.resolved(parent).0.join(name),
            _ => path.to_path_buf(),
        }
    }
}
