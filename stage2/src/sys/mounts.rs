//! The mount interface of Linux 5.2 and later, by descriptors: `open_tree(2)`, `move_mount(2)`,
//! `mount_setattr(2)` (5.12), `fsopen(2)`, `fsconfig(2)`, `fsmount(2)`.
//!
//! A mount that is made here hangs nowhere until it is moved to its place, so it is never seen
//! with other flags than those it ends with.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

/// What a mount forbids, `MOUNT_ATTR_…`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Flags(u64);

impl Flags {
    /// Nothing more.
    pub const NONE: Self = Self(0);
    /// Set-user-ID and file capabilities have no effect.
    pub const NO_SUID: Self = Self(libc::MOUNT_ATTR_NOSUID);
    /// Devices cannot be opened.
    pub const NO_DEVICES: Self = Self(libc::MOUNT_ATTR_NODEV);
    /// Nothing can be executed.
    pub const NO_EXEC: Self = Self(libc::MOUNT_ATTR_NOEXEC);
    /// Nothing can be changed.
    pub const READ_ONLY: Self = Self(libc::MOUNT_ATTR_RDONLY);

    /// These and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// A mount of what has this name in a directory, and of all that is mounted below, with more forbidden
/// than there; without a name, of the directory itself. A symbolic link is not followed.
pub fn bind(directory: BorrowedFd, name: &CStr, flags: Flags) -> io::Result<OwnedFd> {
    let how = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC;
    let how = how | number(libc::AT_RECURSIVE) | number(libc::AT_SYMLINK_NOFOLLOW);
    let how = how | number(libc::AT_EMPTY_PATH);
    // SAFETY: the kernel reads the name, which outlives the call.
    let tree =
        unsafe { libc::syscall(libc::SYS_open_tree, directory.as_raw_fd(), name.as_ptr(), how) };
    let tree = opened(tree)?;
    forbid_at(&tree, flags, libc::AT_RECURSIVE)?;
    Ok(tree)
}

/// Forbids more in one mount.
pub fn forbid(mount: &OwnedFd, flags: Flags) -> io::Result<()> {
    forbid_at(mount, flags, 0)
}

fn forbid_at(mount: &OwnedFd, flags: Flags, how: libc::c_int) -> io::Result<()> {
    let attributes =
        libc::mount_attr { attr_set: flags.0, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the path is an empty string; the kernel reads the structure, which outlives the call.
    done(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | how,
            &raw const attributes,
            size_of_val(&attributes),
        )
    })
}

/// A new file system of this type, with options for the type.
pub fn new(kind: &CStr, options: &[(&CStr, &CStr)], flags: Flags) -> io::Result<OwnedFd> {
    // SAFETY: the kernel reads a string.
    let context =
        opened(unsafe { libc::syscall(libc::SYS_fsopen, kind.as_ptr(), libc::FSOPEN_CLOEXEC) })?;
    for (key, value) in options {
        configure(&context, libc::FSCONFIG_SET_STRING, key.as_ptr(), value.as_ptr())?;
    }
    configure(&context, libc::FSCONFIG_CMD_CREATE, ptr::null(), ptr::null())?;
    // SAFETY: takes numbers, touches no memory.
    opened(unsafe {
        libc::syscall(libc::SYS_fsmount, context.as_raw_fd(), libc::FSMOUNT_CLOEXEC, flags.0)
    })
}

fn configure(
    context: &OwnedFd,
    command: libc::fsconfig_command,
    key: *const libc::c_char,
    value: *const libc::c_char,
) -> io::Result<()> {
    // SAFETY: both are null, or strings that outlive the call.
    done(unsafe { libc::syscall(libc::SYS_fsconfig, context.as_raw_fd(), command, key, value, 0) })
}

/// Puts a mount over what is open.
pub fn attach(mount: &OwnedFd, place: BorrowedFd) -> io::Result<()> {
    let how = libc::MOVE_MOUNT_F_EMPTY_PATH | libc::MOVE_MOUNT_T_EMPTY_PATH;
    move_to(mount, place, c"", how)
}

/// Puts a mount over what has this name in a directory. A symbolic link is not followed.
pub fn attach_at(mount: &OwnedFd, directory: BorrowedFd, name: &CStr) -> io::Result<()> {
    move_to(mount, directory, name, libc::MOVE_MOUNT_F_EMPTY_PATH)
}

fn move_to(mount: &OwnedFd, place: BorrowedFd, name: &CStr, how: libc::c_uint) -> io::Result<()> {
    let (mount, place) = (mount.as_raw_fd(), place.as_raw_fd());
    // SAFETY: the kernel reads both names, which outlive the call.
    done(unsafe {
        libc::syscall(libc::SYS_move_mount, mount, c"".as_ptr(), place, name.as_ptr(), how)
    })
}

fn done(result: libc::c_long) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn opened(result: libc::c_long) -> io::Result<OwnedFd> {
    done(result)?;
    let descriptor = i32::try_from(result).map_err(io::Error::other)?;
    // SAFETY: the kernel has opened it for this call, and nobody else knows its number.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// A flag of the `AT_` kind among those of a call of its own.
fn number(flag: libc::c_int) -> libc::c_uint {
    flag.unsigned_abs()
}
