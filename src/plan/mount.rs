//! One mount of the jail.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// What the jail may do with a bind mount.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Read and execute.
    ReadOnly,
    /// Write too.
    ReadWrite,
    /// Use device nodes too.
    Device,
}

/// How a place of the jail comes to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MountKind {
    /// A place of the host.
    Bind {
        /// Its canonical path on the host.
        source: PathBuf,
        /// What the jail may do there.
        access: Access,
    },
    /// An empty file system in memory.
    Tmpfs {
        /// Permissions of its root.
        mode: u32,
        /// Whether the jail may write there.
        writable: bool,
    },
    /// An empty file that nothing can be written to: the mask of a file.
    EmptyFile,
    /// The processes of the jail.
    Proc,
    /// The devices every jail has.
    Devices {
        /// Whether files may be made there: `/dev/shm`.
        writable: bool,
    },
    /// A directory in the tmpfs that is its parent.
    Directory {
        /// Its permissions.
        mode: u32,
    },
    /// A file in the tmpfs that is its parent.
    File {
        /// What is in it.
        content: Content,
        /// Its permissions.
        mode: u32,
    },
    /// A copy of a file of the host, in the tmpfs that is its parent.
    Copied {
        /// Its canonical path on the host.
        source: PathBuf,
    },
    /// A place that is refused, whether anything is there or not: macOS has no masks.
    Closed {
        /// Whether everything is meant whose path begins so.
        prefix: bool,
    },
    /// A symbolic link.
    Symlink {
        /// Its text.
        target: PathBuf,
    },
}

/// What is in a file that the jail is given: not to be shown, since it may be a key.
#[derive(Clone, Eq, PartialEq)]
pub struct Content(pub Vec<u8>);

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Content({} bytes)", self.0.len())
    }
}

/// Who wants a mount; of two at the same place the later one here wins.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// The end of a symbolic link that the tables lead to: wanted only where nothing shows it.
    Link,
    /// The tables.
    Table,
    /// What the host runs later.
    Protect,
    /// What keeps another mount in its place.
    Keep,
    /// The project directory itself.
    Project,
    /// A map in the user's file.
    UserFile,
    /// A map in the project's file.
    ProjectFile,
    /// A hidden path: stronger than any configuration file.
    Hidden,
    /// A map on the command line: the user's own decision.
    Flag,
}

/// One mount, with its reason.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mount {
    /// Where in the jail.
    pub dest: PathBuf,
    /// How it comes to be.
    pub kind: MountKind,
    /// Who wants it.
    pub authority: Authority,
    /// Why.
    pub reason: String,
    /// A place of the host that must exist for this to be mounted on, because the mount above
    /// shows it: making it would leave it there.
    pub mount_point: Option<PathBuf>,
    /// Whether that place may be made all the same.
    pub may_be_made: bool,
}

impl Mount {
    /// A mount of any kind.
    pub fn new(
        dest: impl Into<PathBuf>,
        kind: MountKind,
        authority: Authority,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            dest: dest.into(),
            kind,
            authority,
            reason: reason.into(),
            mount_point: None,
            may_be_made: false,
        }
    }

    /// A place of the host at its own path.
    pub fn bind(
        path: &Path,
        access: Access,
        authority: Authority,
        reason: impl Into<String>,
    ) -> Self {
        Self::bind_at(path, path, access, authority, reason)
    }

    /// A place of the host at another path.
    pub fn bind_at(
        source: &Path,
        dest: &Path,
        access: Access,
        authority: Authority,
        reason: impl Into<String>,
    ) -> Self {
        let kind = MountKind::Bind { source: source.to_path_buf(), access };
        Self::new(dest, kind, authority, reason)
    }

    /// Anything of the jail's own that the tables want.
    pub fn own(dest: impl Into<PathBuf>, kind: MountKind, reason: impl Into<String>) -> Self {
        Self::new(dest, kind, Authority::Table, reason)
    }

    /// Where on the host a path in the jail is, if this mount shows it.
    pub fn host_path(&self, path: &Path) -> Option<PathBuf> {
        let MountKind::Bind { source, .. } = &self.kind else {
            return None;
        };
        let below = below(path, &self.dest)?;
        Some(if below.as_os_str().is_empty() { source.clone() } else { source.join(below) })
    }

    /// Where in the jail a path of the host is, if this mount shows it.
    pub fn jail_path(&self, host_path: &Path) -> Option<PathBuf> {
        let MountKind::Bind { source, .. } = &self.kind else {
            return None;
        };
        let below = below(host_path, source)?;
        Some(if below.as_os_str().is_empty() { self.dest.clone() } else { self.dest.join(below) })
    }

    /// Whether this is a bind of the very place `path` of the host.
    pub fn is_at(&self, path: &Path) -> bool {
        matches!(&self.kind, MountKind::Bind { source, .. } if source == path)
    }

    /// Whether something is mounted: the others are made in a tmpfs, and belong to it.
    pub fn is_mount_point(&self) -> bool {
        !matches!(
            self.kind,
            MountKind::Symlink { .. }
                | MountKind::Directory { .. }
                | MountKind::File { .. }
                | MountKind::Copied { .. }
        )
    }

    /// Whether this is a file whose content the plan has.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, MountKind::File { .. })
    }

    /// Whether it decides about `path`, unless something deeper does.
    pub fn covers(&self, path: &Path) -> bool {
        below(path, &self.dest).is_some()
            || self.is_prefix()
                && path.as_os_str().as_bytes().starts_with(self.dest.as_os_str().as_bytes())
    }

    /// Whether it speaks of everything whose path begins so.
    pub fn is_prefix(&self) -> bool {
        matches!(self.kind, MountKind::Closed { prefix: true })
    }

    /// The access that a bind gives.
    pub fn access(&self) -> Option<Access> {
        match self.kind {
            MountKind::Bind { access, .. } => Some(access),
            _ => None,
        }
    }
}

/// The innermost mount at or above `path`.
pub fn nearest<'a>(mounts: &'a [Mount], path: &Path) -> Option<&'a Mount> {
    mounts
        .iter()
        .filter(|mount| mount.is_mount_point() && mount.covers(path))
        .max_by_key(|mount| mount.dest.as_os_str().len())
}

/// `path` relative to `base`, where it is `base` or beneath. Both are absolute and without `.`,
/// `..` or doubled slashes, so bytes decide: the standard library's own way takes a path apart
/// each time, and a plan compares each mount with each hidden place.
pub fn below<'a>(path: &'a Path, base: &Path) -> Option<&'a Path> {
    let base = match base.as_os_str().as_bytes() {
        b"/" => b"",
        bytes => bytes,
    };
    match path.as_os_str().as_bytes().strip_prefix(base)? {
        b"" => Some(Path::new("")),
        [b'/', rest @ ..] => Some(Path::new(OsStr::from_bytes(rest))),
        _ => None,
    }
}

/// Orders paths so that a parent comes before its children and before everything that only
/// begins like them: `/a`, `/a/b`, `/a-b`.
pub fn compare(left: &Path, right: &Path) -> Ordering {
    keys(left).cmp(keys(right))
}

/// The bytes of a path with the separator as the lowest.
fn keys(path: &Path) -> impl Iterator<Item = u8> {
    path.as_os_str().as_bytes().iter().map(|byte| if *byte == b'/' { 0 } else { *byte })
}
