//! Memory that a waiting process does not need.

/// Gives back what the allocator keeps, and the pages of the program's own code: those are the file's,
/// and come back when they are next used.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    use std::ptr::addr_of;

    // ld(1) and its like define both: the first byte of the program, and the one behind its code.
    // What can be written to is loaded behind.
    unsafe extern "C" {
        static __executable_start: u8;
        static etext: u8;
    }
    let (start, end) = (addr_of!(__executable_start), addr_of!(etext));
    let length = (end as usize).saturating_sub(start as usize);
    // SAFETY: these pages are mapped from the program's file and never written to, so whoever reads
    // them next reads what is there now.
    unsafe { libc::madvise(start.cast_mut().cast(), length, libc::MADV_DONTNEED) };
    // SAFETY: keeps all that is allocated.
    unsafe { libc::malloc_trim(0) };
}

/// Other systems and C libraries are left alone.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
