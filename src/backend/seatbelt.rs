//! A plan as a profile of macOS's sandbox, which is also called Seatbelt; see `sandbox-exec(1)`.
//!
//! The language has no public description. What is relied upon, and where that is published, is
//! in docs/macos.md; `tests/seatbelt/` evaluates profiles by it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::plan::mount::{below, nearest};
use crate::plan::{Access, Authority, Mount, MountKind, Plan};

/// Rules of every jail.
const BASE: &str = include_str!("seatbelt/base.sbpl");

/// More, where there is a network.
const NETWORK: &str = include_str!("seatbelt/network.sbpl");

/// Everything that is done to a file without changing it. A place that cannot be read has no
/// programs either.
const READ: &str = "file-read* file-test-existence file-map-executable process-exec*";

/// Everything that changes a file, or gives it another name by which it could be changed.
const WRITE: &str = "file-write* file-link file-clone";

/// What is enough to follow a path through a directory.
const PASS: &str = "file-read-metadata file-test-existence";

/// What `sandbox-exec` is given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Profile {
    /// The policy's text, for `-p`. There is no path of the host in it.
    pub policy: String,
    /// What the text calls `(param "KEY")`, for `-D KEY=VALUE`.
    pub parameters: Vec<(String, OsString)>,
}

/// Renders a plan.
pub fn profile(plan: &Plan) -> Profile {
    let mut writer = Writer { plan, policy: BASE.to_owned(), parameters: Vec::new() };
    if !plan.lockdown {
        writer.policy.push_str("\n");
        writer.policy.push_str(NETWORK);
    }
    writer.comment("The plan: outer places before inner ones.");
    for mount in &plan.mounts {
        writer.mount(mount);
    }
    writer.comment("Files that are saved by renaming another over them.");
    for path in &plan.macos.replaced {
        writer.replaced(path);
    }
    writer.comment("A file that the jail makes shall make nobody else of who runs it.");
    writer.rule("deny", "file-write-setugid", "");
    Profile { policy: writer.policy, parameters: writer.parameters }
}

struct Writer<'a> {
    plan: &'a Plan,
    policy: String,
    parameters: Vec<(String, OsString)>,
}

impl Writer<'_> {
    /// A comment of ours: nothing of the host's is in it.
    fn comment(&mut self, text: &str) {
        let _ = writeln!(self.policy, "\n; {text}");
    }

    fn rule(&mut self, verb: &str, operations: &str, filters: &str) {
        let space = if filters.is_empty() { "" } else { " " };
        let _ = writeln!(self.policy, "({verb} {operations}{space}{filters})");
    }

    /// What the policy calls a path.
    fn parameter(&mut self, path: &Path) -> String {
        let known = self.parameters.iter().find(|(_, value)| value == path.as_os_str());
        let key = known.map(|(key, _)| key.clone()).unwrap_or_else(|| {
            let key = format!("P{}", self.parameters.len());
            self.parameters.push((key.clone(), path.into()));
            key
        });
        format!("(param \"{key}\")")
    }

    /// A place and all below it. `subpath` alone is said to leave out the place itself where that
    /// is not there yet.
    fn tree(&mut self, path: &Path) -> String {
        let path = self.parameter(path);
        format!("(literal {path}) (subpath {path})")
    }

    fn literal(&mut self, path: &Path) -> String {
        let path = self.parameter(path);
        format!("(literal {path})")
    }

    fn mount(&mut self, mount: &Mount) {
        match &mount.kind {
            MountKind::Bind { access: Access::Device, .. } => self.device(&mount.dest),
            MountKind::Bind { access: Access::ReadOnly, .. } => self.read_only(&mount.dest),
            MountKind::Bind { access: Access::ReadWrite, .. } => self.read_write(mount),
            MountKind::Closed { prefix } => self.closed(&mount.dest, *prefix),
            MountKind::Symlink { .. } => {
                self.way_to(&mount.dest);
                let link = self.literal(&mount.dest);
                self.rule("allow", "file-read* file-test-existence", &link);
            }
            // macOS makes nothing for a jail, and its plans have none of these.
            MountKind::Tmpfs { .. }
            | MountKind::EmptyFile
            | MountKind::Proc
            | MountKind::Devices { .. }
            | MountKind::Directory { .. }
            | MountKind::File { .. }
            | MountKind::Copied { .. } => {}
        }
        self.sockets(mount);
    }

    /// Lets paths be followed to a place: without it, its own rules could not be reached. Only
    /// directories above what nothing else opens need that.
    fn way_to(&mut self, path: &Path) {
        for directory in path.ancestors().skip(1).filter(|above| *above != Path::new("/")) {
            let is_open = nearest(&self.plan.mounts, directory).is_some_and(|mount| {
                mount.access().is_some() && below(directory, &mount.dest).is_some()
            });
            if !is_open {
                let directory = self.literal(directory);
                let rule = format!("(allow {PASS} {directory})\n");
                if !self.policy.contains(&rule) {
                    self.policy.push_str(&rule);
                }
            }
        }
    }

    fn device(&mut self, path: &Path) {
        self.way_to(path);
        let device = self.tree(path);
        // Nothing is made and nothing removed.
        self.rule("allow", "file-read* file-test-existence file-write-data file-ioctl", &device);
    }

    fn read_only(&mut self, path: &Path) {
        self.way_to(path);
        let place = self.tree(path);
        self.rule("allow", READ, &place);
        if self.is_in_writable(path) {
            self.rule("deny", WRITE, &place);
        }
    }

    fn read_write(&mut self, mount: &Mount) {
        let path = &mount.dest;
        self.way_to(path);
        if mount.authority != Authority::Keep {
            let place = self.tree(path);
            self.rule("allow", &format!("{READ} {WRITE}"), &place);
        }
        // As a mount point it can be neither removed nor renamed, and so nothing can be put in its
        // place: not a link, which the next jail would follow.
        if !self.plan.macos.replaced.contains(path) {
            let place = self.literal(path);
            self.rule("deny", "file-write-unlink", &place);
            let other = format!("(require-all {place} (require-not (vnode-type DIRECTORY)))");
            self.rule("deny", "file-write-create", &other);
        }
    }

    fn closed(&mut self, path: &Path, prefix: bool) {
        let place = self.place(path, prefix);
        self.rule("deny", &format!("{READ} {WRITE} file-ioctl"), &place);
    }

    /// A place and all below it, or with `prefix` everything that begins so.
    fn place(&mut self, path: &Path, prefix: bool) -> String {
        if !prefix {
            return self.tree(path);
        }
        let path = self.parameter(path);
        format!("(prefix {path})")
    }

    /// Whether a place is inside one that can be written.
    fn is_in_writable(&self, path: &Path) -> bool {
        let around = path.parent().and_then(|parent| nearest(&self.plan.mounts, parent));
        around.is_some_and(|mount| mount.access() == Some(Access::ReadWrite))
    }

    /// What becomes of Unix sockets at a place.
    fn sockets(&mut self, mount: &Mount) {
        let macos = &self.plan.macos;
        let is_below = |open: &PathBuf| below(&mount.dest, open).is_some();
        if macos.sockets.contains(&mount.dest) {
            let place = self.parameter(&mount.dest);
            let there = format!("unix-socket (subpath {place})");
            self.rule("allow", "network-outbound", &format!("(remote {there})"));
            self.rule("allow", "network-bind network-inbound", &format!("(local {there})"));
            let here = |path: &&PathBuf| path.parent() == Some(&mount.dest);
            for path in macos.no_sockets.iter().filter(here) {
                let beginning = self.parameter(path);
                self.rule("deny", "network-outbound", &format!("(prefix {beginning})"));
            }
        } else if let MountKind::Closed { prefix } = mount.kind {
            if macos.sockets.iter().any(is_below) {
                let place = self.place(&mount.dest, prefix);
                self.rule("deny", "network-outbound", &place);
            }
        }
    }

    /// A file and what is made beside it to be renamed over it: names that begin like its own and
    /// a dot. No links, which the next jail would follow, and nothing with a directory in it.
    fn replaced(&mut self, path: &Path) {
        let place = self.literal(path);
        let mut beside = path.as_os_str().to_owned();
        beside.push(".");
        let beside = self.parameter(Path::new(&beside));
        let names = format!("{place} (prefix {beside})");
        self.rule("allow", &format!("{READ} {WRITE}"), &names);
        let links = format!("(require-all (require-any {names}) (vnode-type SYMLINK))");
        self.rule("deny", "file-write-create", &links);
    }
}
