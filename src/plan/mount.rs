//! One mount of the jail.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::system::System;
use crate::policy::place::Place;

/// What a system's jail can have at a place. Each system has its own type of these, so that no
/// backend is ever handed what it cannot say.
pub trait Kind: Clone + fmt::Debug + PartialEq {
    /// Where on the host a place that the jail shows is, and what the jail may do there. `dest` is
    /// its place in the jail.
    fn bound<'a>(&'a self, dest: &'a Path) -> Option<(&'a Path, Access)>;

    /// Whether the place only exists within what is mounted above it.
    fn belongs_to_parent(&self) -> bool;

    /// Whether nothing of the host is to be seen at the place.
    fn is_closed(&self) -> bool;

    /// Whether every path is meant that begins like the place.
    fn is_prefix(&self) -> bool {
        false
    }
}

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

/// How a place of a jail on Linux comes to be.
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
    /// Something that can neither be read, listed nor written.
    Denied {
        /// Whether it is a directory.
        directory: bool,
    },
    /// The processes of the jail.
    Proc,
    /// The devices every jail has.
    Devices {
        /// Whether files may be made there: `/dev/shm`.
        writable: bool,
    },
    /// The jail's own message queues, `mq_overview(7)`.
    Queues,
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
    /// A file of the host that has another content in the jail, and that nothing can be written to.
    Replaced {
        /// What is in it.
        content: Content,
    },
    /// A symbolic link.
    Symlink {
        /// Its text.
        target: PathBuf,
    },
}

impl Kind for MountKind {
    fn bound<'a>(&'a self, _dest: &'a Path) -> Option<(&'a Path, Access)> {
        match self {
            Self::Bind { source, access } => Some((source, *access)),
            _ => None,
        }
    }

    fn belongs_to_parent(&self) -> bool {
        matches!(
            self,
            Self::Symlink { .. } | Self::Directory { .. } | Self::File { .. } | Self::Copied { .. }
        )
    }

    fn is_closed(&self) -> bool {
        matches!(self, Self::EmptyFile | Self::Denied { .. } | Self::Tmpfs { .. })
    }
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
    /// What pins another mount to its place.
    Pin,
    /// The project directory itself.
    Project,
    /// A map in the user's file.
    UserFile,
    /// A map in the project's file.
    ProjectFile,
    /// A hidden path: stronger than any configuration file.
    Hidden,
    /// A mask or a denial of something in the project.
    Mask,
    /// A map on the command line: the user's own decision.
    Flag,
}

impl Authority {
    /// Whether the user has named the place in a map.
    pub fn is_map(self) -> bool {
        matches!(self, Self::UserFile | Self::ProjectFile | Self::Flag)
    }
}

/// Why something is in the jail or is left out: a row of the tables, or words alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Why {
    /// The row.
    pub row: Option<Place>,
    /// The words.
    pub reason: String,
}

impl From<Place> for Why {
    fn from(row: Place) -> Self {
        Self { row: Some(row), reason: row.reason.to_owned() }
    }
}

impl From<&str> for Why {
    fn from(reason: &str) -> Self {
        Self { row: None, reason: reason.to_owned() }
    }
}

impl From<String> for Why {
    fn from(reason: String) -> Self {
        Self { row: None, reason }
    }
}

/// One mount of Linux, or one rule of macOS, with its reason.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mount<K = MountKind> {
    /// Where in the jail.
    pub dest: PathBuf,
    /// How it comes to be.
    pub kind: K,
    /// Who wants it.
    pub authority: Authority,
    /// The row of the tables that wants it, where one does.
    pub row: Option<Place>,
    /// Why.
    pub reason: String,
    /// A place of the host that must exist for this to be mounted on, because the mount above
    /// shows it: making it would leave it there. A rule needs none.
    pub mount_point: Option<PathBuf>,
    /// Whether that place may be made all the same.
    pub may_be_made: bool,
}

impl<K> Mount<K> {
    /// A mount of any kind.
    pub fn new(
        dest: impl Into<PathBuf>,
        kind: K,
        authority: Authority,
        why: impl Into<Why>,
    ) -> Self {
        let Why { row, reason } = why.into();
        Self {
            dest: dest.into(),
            kind,
            authority,
            row,
            reason,
            mount_point: None,
            may_be_made: false,
        }
    }

    /// Anything of the jail's own that the tables want.
    pub fn own(dest: impl Into<PathBuf>, kind: K, why: impl Into<Why>) -> Self {
        Self::new(dest, kind, Authority::Table, why)
    }
}

impl<K: Clone> Mount<K> {
    /// With another type of its kind.
    pub fn map<L>(&self, kind: impl FnOnce(K) -> L) -> Mount<L> {
        let Self { dest, authority, row, reason, mount_point, may_be_made, .. } = self.clone();
        let kind = kind(self.kind.clone());
        Mount { dest, kind, authority, row, reason, mount_point, may_be_made }
    }
}

impl<K: System> Mount<K> {
    /// A place of the host at its own path.
    pub fn bind(path: &Path, access: Access, authority: Authority, why: impl Into<Why>) -> Self {
        Self::bind_at(path, path, access, authority, why)
    }

    /// A place of the host at another path; macOS has it at its own whatever `dest` says.
    pub fn bind_at(
        source: &Path,
        dest: &Path,
        access: Access,
        authority: Authority,
        why: impl Into<Why>,
    ) -> Self {
        Self::new(dest, K::bind(source, access), authority, why)
    }
}

impl<K: Kind> Mount<K> {
    /// Where on the host a path in the jail is, if this mount shows it.
    pub fn host_path(&self, path: &Path) -> Option<PathBuf> {
        let (source, _) = self.kind.bound(&self.dest)?;
        let below = below(path, &self.dest)?;
        Some(if below.as_os_str().is_empty() { source.to_path_buf() } else { source.join(below) })
    }

    /// Where in the jail a path of the host is, if this mount shows it.
    pub fn jail_path(&self, host_path: &Path) -> Option<PathBuf> {
        let (source, _) = self.kind.bound(&self.dest)?;
        let below = below(host_path, source)?;
        Some(if below.as_os_str().is_empty() { self.dest.clone() } else { self.dest.join(below) })
    }

    /// The place of the host that this mount shows.
    pub fn source(&self) -> Option<&Path> {
        self.kind.bound(&self.dest).map(|(source, _)| source)
    }

    /// Whether this is a bind of the very place `path` of the host.
    pub fn is_at(&self, path: &Path) -> bool {
        self.source() == Some(path)
    }

    /// Whether something is mounted: the others are made in a tmpfs, and belong to it.
    pub fn is_mount_point(&self) -> bool {
        !self.kind.belongs_to_parent()
    }

    /// Whether it decides about `path`, unless something deeper does.
    pub fn covers(&self, path: &Path) -> bool {
        below(path, &self.dest).is_some()
            || self.is_prefix()
                && path.as_os_str().as_bytes().starts_with(self.dest.as_os_str().as_bytes())
    }

    /// Whether it speaks of everything whose path begins so.
    pub fn is_prefix(&self) -> bool {
        self.kind.is_prefix()
    }

    /// The access that a bind gives.
    pub fn access(&self) -> Option<Access> {
        self.kind.bound(&self.dest).map(|(_, access)| access)
    }
}

impl Mount {
    /// Whether this is a file whose content the plan has.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, MountKind::File { .. })
    }
}

/// The innermost mount at or above `path`.
pub fn nearest<'a, K: Kind>(mounts: &'a [Mount<K>], path: &Path) -> Option<&'a Mount<K>> {
    nearest_of(mounts, path, |_| true)
}

/// Whether `path` of the host is in the jail under its own path.
pub fn shows<K: Kind>(mounts: &[Mount<K>], path: &Path) -> bool {
    nearest(mounts, path).is_some_and(|mount| mount.host_path(path).as_deref() == Some(path))
}

/// The same among those mounts that count.
pub fn nearest_of<'a, K: Kind>(
    mounts: &'a [Mount<K>],
    path: &Path,
    counts: impl Fn(&Mount<K>) -> bool,
) -> Option<&'a Mount<K>> {
    mounts
        .iter()
        .filter(|mount| mount.is_mount_point() && mount.covers(path) && counts(mount))
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
/// begins like them: `/a`, `/a/b`, `/a-b`. What both begin with is skipped first: most paths of a plan begin
/// with the home.
pub fn compare(left: &Path, right: &Path) -> Ordering {
    let (left, right) = (left.as_os_str().as_bytes(), right.as_os_str().as_bytes());
    let same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let key = |path: &[u8]| path.get(same).map(|byte| if *byte == b'/' { 0 } else { *byte });
    key(left).cmp(&key(right))
}
