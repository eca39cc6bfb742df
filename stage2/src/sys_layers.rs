//! The system calls of the layers that no crate wraps.

#![allow(unsafe_code)]

use nix::errno::Errno;
use nix::libc;

/// Whether capability number `index` is in the bounding set; `EINVAL` past the last one that
/// the kernel knows.
pub fn in_bounding_set(index: u8) -> Result<bool, Errno> {
    // SAFETY: takes numbers, touches no memory.
    let rc = unsafe { libc::prctl(libc::PR_CAPBSET_READ, libc::c_ulong::from(index), 0, 0, 0) };
    Errno::result(rc).map(|rc| rc == 1)
}

/// Removes capability number `index` from the bounding set; needs `CAP_SETPCAP`.
pub fn drop_from_bounding_set(index: u8) -> Result<(), Errno> {
    // SAFETY: takes numbers, touches no memory.
    let rc = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(index), 0, 0, 0) };
    Errno::result(rc).map(drop)
}

/// Sets the securebits of `capabilities(7)`; needs `CAP_SETPCAP`.
pub fn set_securebits(bits: u32) -> Result<(), Errno> {
    // SAFETY: takes numbers, touches no memory.
    let rc = unsafe { libc::prctl(libc::PR_SET_SECUREBITS, libc::c_ulong::from(bits), 0, 0, 0) };
    Errno::result(rc).map(drop)
}
