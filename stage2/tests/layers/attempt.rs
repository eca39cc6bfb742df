//! One raw system call in a process of its own, and what became of it.
//!
//! The layers' own tests make such calls, and so does a probe inside a whole jail.

use stage2::seccomp::samples::Args;

use crate::child;

/// How to make a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// As it is. An errno may be the filter's or the kernel's own.
    Plain,
    /// Behind one more filter, which lets no call of this number reach the kernel: it asks for a
    /// tracer, and as there is none the call ends with `ENOSYS`. An errno of another filter
    /// outranks that (`seccomp(2)`: `SECCOMP_RET_ERRNO` before `SECCOMP_RET_TRACE`), so here
    /// `EPERM` can only come from the filter under test.
    Witnessed,
}

// linux/bpf_common.h
const LOAD: u16 = 0x20;
const JUMP_EQ: u16 = 0x15;
const RETURN: u16 = 0x06;

/// The filter of [`Way::Witnessed`].
fn witness(number: u32) -> [seccompiler::sock_filter; 4] {
    let instruction = |code, jt, jf, k| seccompiler::sock_filter { code, jt, jf, k };
    [
        instruction(LOAD, 0, 0, 0),
        instruction(JUMP_EQ, 0, 1, number),
        instruction(RETURN, 0, 0, libc::SECCOMP_RET_TRACE),
        instruction(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

/// Makes the call in this process: an errno's name, or `ok`.
pub fn call(way: Way, number: u32, args: Args) -> String {
    if way == Way::Witnessed {
        seccompiler::apply_filter(&witness(number)).expect("one more filter");
    }
    // SAFETY: the arguments come from a table whose pointers are invalid to the kernel; this
    // process ends afterwards.
    let result = unsafe {
        libc::syscall(number.into(), args[0], args[1], args[2], args[3], args[4], args[5])
    };
    child::errno(nix::errno::Errno::result(result))
}

/// A call without arguments through i386's entry point.
#[cfg(target_arch = "x86_64")]
pub fn int_0x80(number: i32) -> i32 {
    let result: i32;
    // SAFETY: the calls made here take no pointer; the kernel changes only these registers.
    unsafe {
        std::arch::asm!(
            "int 0x80",
            inlateout("eax") number => result,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    result
}
