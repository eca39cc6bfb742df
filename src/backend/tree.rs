//! A plan's mounts as the tree that stage one lays out, with every entry of it named.
//!
//! bubblewrap is left with what needs the jail's own namespaces of processes and of queues: `/proc`, `/dev/mqueue`.

use std::path::{Path, PathBuf};

use super::bwrap;
use crate::plan::{Access, Authority, Content, Mount, MountKind, Plan};
use crate::policy::devices::{BASIC, Basic};

/// Where the tree can stand while it is laid out, if the kernel lets nothing be mounted in what hangs nowhere: in a
/// namespace of its own it covers the place, so nothing that is needed until then may be there.
///
/// Every Linux has the first; a mount over it hides nothing but terminals.
const PLACES: [&str; 4] = ["/dev/pts", "/dev/shm", "/mnt", "/media"];

/// What stage one lays out.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Tree {
    /// Parents before children.
    pub pieces: Vec<Piece>,
    /// Whether the root is read-only in the end.
    pub is_closed: bool,
    /// What bubblewrap has mounted.
    pub kept: Vec<OfBubblewrap>,
    /// What is mounted in the jail's `/proc`.
    pub in_proc: Vec<Piece>,
}

/// A mount of bubblewrap's, which the tree has a directory for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OfBubblewrap {
    /// Where in the jail.
    pub dest: PathBuf,
    /// Whether it becomes read-only.
    pub is_closed: bool,
}

/// One entry of the tree.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Piece {
    /// Where in the jail.
    pub dest: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// Whether it stands in a file system of the jail's own, in which its place is made.
    pub is_made: bool,
}

/// What an entry is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A mount of a place of the host.
    Bind {
        /// Its canonical path.
        source: PathBuf,
        /// What the jail may do there.
        access: Access,
        /// Whether it may have gone since it was planned.
        is_optional: bool,
    },
    /// A mount of an empty file system in memory.
    Memory {
        /// Permissions of its root.
        mode: u32,
        /// Whether it is read-only in the end.
        is_closed: bool,
    },
    /// A mount of the jail's own terminals, `pts(4)`.
    Terminals,
    /// A directory in memory.
    Directory {
        /// Its permissions.
        mode: u32,
    },
    /// A symbolic link in memory.
    Link {
        /// Its text.
        target: PathBuf,
    },
    /// A mount of a file in memory, read-only.
    Over {
        /// What is in it.
        content: Content,
        /// Its permissions.
        mode: u32,
    },
    /// A file in memory.
    File {
        /// What is in it; `None` where the front has a copy of a file of the host.
        content: Option<Content>,
        /// Its permissions.
        mode: u32,
    },
}

/// The tree of a plan.
pub fn tree(plan: &Plan) -> Tree {
    let closed = bwrap::read_only_at_last(plan);
    let mut pieces = Vec::new();
    // The mounts around the current one, innermost last.
    let mut around: Vec<&Mount> = Vec::new();
    let proc = bwrap::proc(plan);
    let is_in_proc = |mount: &&Mount| {
        mount.kind != MountKind::Proc && proc.is_some_and(|proc| bwrap::is_in(proc, mount))
    };
    for mount in plan.mounts().iter().filter(|mount| !is_in_proc(mount)) {
        while around.last().is_some_and(|above| !bwrap::is_in(&above.dest, mount)) {
            around.pop();
        }
        let in_memory = around.last().is_none_or(|above| above.host_path(&mount.dest).is_none());
        let is_made = in_memory || mount.may_be_made;
        let is_closed = closed.contains(&mount.dest.as_path());
        pieces.extend(of_mount(mount, is_made, is_closed));
        if mount.is_mount_point() {
            around.push(mount);
        }
    }
    let kept = plan.mounts().iter().filter(|mount| bwrap::needs_namespaces(mount)).map(|mount| {
        let is_closed = plan.proc_is_read_only && mount.kind == MountKind::Proc;
        OfBubblewrap { dest: mount.dest.clone(), is_closed }
    });
    let in_proc = plan.mounts().iter().filter(is_in_proc);
    let in_proc =
        in_proc.flat_map(|mount| of_mount(mount, false, closed.contains(&mount.dest.as_path())));
    Tree {
        is_closed: closed.contains(&Path::new("/")),
        kept: kept.collect(),
        in_proc: in_proc.collect(),
        pieces,
    }
}

impl Tree {
    /// Where the tree can stand meanwhile: the places that cover nothing of what is mounted.
    pub fn places(&self) -> impl Iterator<Item = &'static Path> {
        let covers = |place: &Path| {
            self.pieces.iter().any(|piece| {
                matches!(&piece.kind, Kind::Bind { source, .. } if source.starts_with(place))
            })
        };
        PLACES.into_iter().map(Path::new).filter(move |place| !covers(place))
    }
}

/// The entries of one mount.
fn of_mount(mount: &Mount, is_made: bool, is_closed: bool) -> Vec<Piece> {
    let kind = match &mount.kind {
        MountKind::Bind { source, access } => Kind::Bind {
            source: source.clone(),
            access: *access,
            is_optional: mount.authority <= Authority::Table,
        },
        MountKind::EmptyFile => {
            Kind::Over { content: Content(Vec::new()), mode: bwrap::EMPTY_FILE }
        }
        MountKind::Denied { directory: false } => {
            Kind::Over { content: Content(Vec::new()), mode: 0 }
        }
        MountKind::Denied { directory: true } => Kind::Memory { mode: 0, is_closed },
        MountKind::Tmpfs { mode, .. } => Kind::Memory { mode: *mode, is_closed },
        MountKind::Directory { mode } => Kind::Directory { mode: *mode },
        MountKind::Symlink { target } => Kind::Link { target: target.clone() },
        MountKind::File { content, mode } => {
            Kind::File { content: Some(content.clone()), mode: *mode }
        }
        MountKind::Copied { .. } => Kind::File { content: None, mode: 0o600 },
        MountKind::Replaced { content } => Kind::Over { content: content.clone(), mode: 0o644 },
        MountKind::Devices { .. } => return devices(&mount.dest, is_made, is_closed),
        // bubblewrap mounts them.
        MountKind::Proc | MountKind::Queues => Kind::Directory { mode: 0o755 },
    };
    vec![Piece { dest: mount.dest.clone(), kind, is_made }]
}

/// What `--dev` of `bwrap(1)` makes.
fn devices(dest: &Path, is_made: bool, is_closed: bool) -> Vec<Piece> {
    let root = Kind::Memory { mode: 0o755, is_closed };
    let entry = |(name, basic): &(&str, Basic)| {
        let kind = match basic {
            Basic::Device => device(&format!("/dev/{name}")),
            Basic::Link(target) => Kind::Link { target: target.into() },
            Basic::Directory => Kind::Terminals,
            Basic::SharedMemory => Kind::Directory { mode: 0o755 },
        };
        Piece { dest: dest.join(name), kind, is_made: true }
    };
    let mut pieces = vec![Piece { dest: dest.to_path_buf(), kind: root, is_made }];
    pieces.extend(BASIC.iter().map(entry));
    pieces
}

/// A device of the host.
fn device(path: &str) -> Kind {
    Kind::Bind { source: path.into(), access: Access::Device, is_optional: false }
}
