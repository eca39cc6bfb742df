//! What is at one place of the host, and what this user may do there.

use std::fs::{self, FileType, Metadata};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

/// What stands at a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link and its text.
    Link(PathBuf),
    /// A block or character device.
    Device,
    /// A socket.
    Socket,
    /// A FIFO.
    Fifo,
}

/// Something of the host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// What its own permissions let this user do.
    pub may: May,
}

impl Found {
    /// A directory of one's own that will have been made.
    pub const NEW_DIRECTORY: Self = Self { kind: Kind::Directory, may: May::ALL };
}

impl Kind {
    /// A socket, FIFO or device: a door rather than data.
    pub fn is_special(&self) -> bool {
        matches!(self, Self::Device | Self::Socket | Self::Fifo)
    }

    /// The kind of what is not a link.
    pub(super) fn of(file_type: FileType) -> Self {
        if file_type.is_dir() {
            Self::Directory
        } else if file_type.is_socket() {
            Self::Socket
        } else if file_type.is_fifo() {
            Self::Fifo
        } else if file_type.is_char_device() || file_type.is_block_device() {
            Self::Device
        } else {
            Self::File
        }
    }
}

/// What permissions allow, without any capability: the jail has none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct May {
    /// Read it; list it.
    pub read: bool,
    /// Write it; make something in it.
    pub write: bool,
    /// Execute it; pass through it.
    pub execute: bool,
}

impl May {
    /// All of it.
    pub const ALL: Self = Self { read: true, write: true, execute: true };
}

/// Whether something is at a path: a link counts, wherever it leads.
pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Looks at a path whose directories are no links; `None` where nothing is, or nothing that this
/// user could reach.
pub fn look(path: &Path) -> Option<Found> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let file_type = metadata.file_type();
    if file_type.is_symlink() {
        return Some(Found { kind: Kind::Link(fs::read_link(path).ok()?), may: May::ALL });
    }
    Some(Found { kind: Kind::of(file_type), may: may(path, &metadata) })
}

/// What the permissions of something that is no link allow.
fn may(path: &Path, metadata: &Metadata) -> May {
    let bits = bits_for_us(metadata);
    let allows = |bit, flag| bits & bit != 0 && access(path, flag).is_ok();
    May {
        read: allows(0o4, AccessFlags::R_OK),
        write: allows(0o2, AccessFlags::W_OK),
        execute: allows(0o1, AccessFlags::X_OK),
    }
}

/// The three permission bits that concern root. The kernel's own answer to root takes root's
/// capabilities into account, and those stay outside; to everybody else it is right as it is.
#[cfg(target_os = "linux")]
fn bits_for_us(metadata: &Metadata) -> u32 {
    use nix::unistd::{getgid, getgroups, getuid};
    use std::os::unix::fs::MetadataExt;
    if !getuid().is_root() {
        return 0o7;
    }
    let ours = |group: u32| {
        let groups = getgroups().unwrap_or_default();
        getgid().as_raw() == group || groups.iter().any(|ours| ours.as_raw() == group)
    };
    let mode = metadata.mode();
    match metadata {
        metadata if metadata.uid() == 0 => mode >> 6 & 0o7,
        metadata if ours(metadata.gid()) => mode >> 3 & 0o7,
        _ => mode & 0o7,
    }
}

/// No privilege is taken away on other systems.
#[cfg(not(target_os = "linux"))]
fn bits_for_us(_: &Metadata) -> u32 {
    0o7
}
