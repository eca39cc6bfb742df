//! The system calls of the layers that no crate wraps.

#[cfg(target_os = "linux")]
use std::os::fd::RawFd;

use nix::errno::Errno;
use nix::libc;

/// The type of `RLIMIT_…`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub type Resource = libc::__rlimit_resource_t;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub type Resource = libc::c_int;

/// The soft and the hard limit. `nix` does not know `RLIMIT_NPROC` on macOS.
pub fn rlimit(resource: Resource) -> Result<(u64, u64), Errno> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes the structure, which outlives the call.
    Errno::result(unsafe { libc::getrlimit(resource, &raw mut limit) })?;
    Ok((limit.rlim_cur, limit.rlim_max))
}

/// Sets the soft and the hard limit.
pub fn set_rlimit(resource: Resource, (soft, hard): (u64, u64)) -> Result<(), Errno> {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: the kernel reads the structure, which outlives the call.
    Errno::result(unsafe { libc::setrlimit(resource, &raw const limit) }).map(drop)
}

/// The kernel's Landlock ABI, from 1. `ENOSYS`: not built in; `EOPNOTSUPP`: not enabled at
/// boot. See `landlock_create_ruleset(2)`.
#[cfg(target_os = "linux")]
pub fn landlock_abi() -> Result<i32, Errno> {
    const CREATE_RULESET_VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the attribute pointer must be null and nothing is written.
    let abi = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            CREATE_RULESET_VERSION,
        )
    };
    Errno::result(abi).map(|abi| i32::try_from(abi).unwrap_or(i32::MAX))
}

/// Whether capability number `index` is in the bounding set; `EINVAL` past the last one that
/// the kernel knows.
#[cfg(target_os = "linux")]
pub fn in_bounding_set(index: u8) -> Result<bool, Errno> {
    // SAFETY: takes numbers, touches no memory.
    let rc = unsafe { libc::prctl(libc::PR_CAPBSET_READ, libc::c_ulong::from(index), 0, 0, 0) };
    Errno::result(rc).map(|rc| rc == 1)
}

/// Removes capability number `index` from the bounding set; needs `CAP_SETPCAP`.
#[cfg(target_os = "linux")]
pub fn drop_from_bounding_set(index: u8) -> Result<(), Errno> {
    // SAFETY: takes numbers, touches no memory.
    let rc = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(index), 0, 0, 0) };
    Errno::result(rc).map(drop)
}

/// Sets the securebits of `capabilities(7)`; needs `CAP_SETPCAP`.
#[cfg(target_os = "linux")]
pub fn set_securebits(bits: u32) -> Result<(), Errno> {
    // SAFETY: takes numbers, touches no memory.
    let rc = unsafe { libc::prctl(libc::PR_SET_SECUREBITS, libc::c_ulong::from(bits), 0, 0, 0) };
    Errno::result(rc).map(drop)
}

/// The flags a descriptor was opened with; `EBADF` where it is not open.
#[cfg(target_os = "linux")]
pub fn open_flags(fd: RawFd) -> Result<libc::c_int, Errno> {
    // SAFETY: F_GETFL takes no argument and touches no memory.
    Errno::result(unsafe { libc::fcntl(fd, libc::F_GETFL) })
}

/// Leaves the session's keyring for an empty one, `keyctl(2)`; the keys stay with the session.
#[cfg(target_os = "linux")]
pub fn new_session_keyring() -> Result<(), Errno> {
    const JOIN_SESSION_KEYRING: libc::c_ulong = 1;
    let anonymous = std::ptr::null::<libc::c_char>();
    // SAFETY: without a name nothing is read from memory.
    let rc = unsafe { libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, anonymous) };
    Errno::result(rc).map(drop)
}
