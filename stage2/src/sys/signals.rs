//! Handlers of signals.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, Ordering};

use nix::errno::Errno;
use nix::sys::signal::Signal;

use super::check;

/// One more than the last signal number, `signal(7)`; macOS has fewer.
const SIGNALS: usize = 65;

/// What has come, by number.
static NOTED: [AtomicU8; SIGNALS] = [const { AtomicU8::new(NOTHING) }; SIGNALS];
const NOTHING: u8 = 0;
const FROM_PROCESS: u8 = 1;
const FROM_KERNEL: u8 = 2;

/// What the caller had ignored before it was noted, by number.
static IGNORED: [AtomicBool; SIGNALS] = [const { AtomicBool::new(false) }; SIGNALS];

/// Where a byte wakes whoever waits; -1 where nobody does.
static WAKE: AtomicI32 = AtomicI32::new(-1);

/// Signals that a program's own fault causes. Where a handler returns from one the fault happens
/// again, so its second time it must have its default effect.
const FAULTS: [Signal; 6] = [
    Signal::SIGBUS,
    Signal::SIGFPE,
    Signal::SIGILL,
    Signal::SIGSEGV,
    Signal::SIGSYS,
    Signal::SIGTRAP,
];

/// From now on handlers write to this descriptor, which must not block and has to stay open as
/// long.
pub fn wake_through(descriptor: Option<BorrowedFd>) {
    WAKE.store(descriptor.map_or(-1, |descriptor| descriptor.as_raw_fd()), Ordering::SeqCst);
}

/// Has a signal noted instead of taking its effect.
pub fn note(signal: Signal) -> io::Result<()> {
    let mut action = default_action();
    action.sa_sigaction = take_down as extern "C" fn(_, _, _) as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
    if FAULTS.contains(&signal) {
        action.sa_flags |= libc::SA_RESETHAND;
    }
    let mut before = default_action();
    // SAFETY: the handler touches atomics and calls write(2) alone, which may be done at any time.
    check(unsafe { libc::sigaction(signal as i32, &raw const action, &raw mut before) })?;
    if before.sa_sigaction == libc::SIG_IGN {
        IGNORED[signal as usize].store(true, Ordering::SeqCst);
    }
    Ok(())
}

/// Has the ends of children told. A caller that ignores SIGCHLD hands that down, `execve(2)`, and
/// then the kernel keeps no status for `wait(2)`, here and in all that is started from here.
pub fn hear_of_children() -> io::Result<()> {
    let default = default_action();
    // SAFETY: SIG_DFL installs no handler.
    check(unsafe { libc::sigaction(libc::SIGCHLD, &raw const default, ptr::null_mut()) }).map(drop)
}

/// Has a write past the limit of file sizes (`ulimit -f`) fail with `EFBIG` instead of ending the
/// process in the middle of a file. The command gets the default back.
pub fn outlive_file_size_limit() -> io::Result<()> {
    let mut ignore = default_action();
    ignore.sa_sigaction = libc::SIG_IGN;
    // SAFETY: SIG_IGN installs no handler.
    check(unsafe { libc::sigaction(libc::SIGXFSZ, &raw const ignore, ptr::null_mut()) }).map(drop)
}

/// Whether a signal has come since it was asked last, and then whether the kernel has sent it.
pub fn take_note(signal: Signal) -> Option<bool> {
    match NOTED[signal as usize].swap(NOTHING, Ordering::SeqCst) {
        NOTHING => None,
        noted => Some(noted == FROM_KERNEL),
    }
}

/// Does something while a signal has its default effect, or none where the caller ignores it: one
/// that ignores SIGTSTP resumes nobody who stops.
pub fn with_default(signal: Signal, act: impl FnOnce()) {
    let default = default_action();
    let mut before = default_action();
    let number = signal as i32;
    // SAFETY: changes nothing; the structure outlives the call.
    let known = unsafe { libc::sigaction(number, ptr::null(), &raw mut before) } == 0;
    let ignored =
        before.sa_sigaction == libc::SIG_IGN || IGNORED[signal as usize].load(Ordering::SeqCst);
    // SAFETY: SIG_DFL installs no handler; the structure outlives the call.
    let changed = known
        && !ignored
        && unsafe { libc::sigaction(number, &raw const default, ptr::null_mut()) } == 0;
    act();
    if changed {
        // SAFETY: what was in place before, with the flags that belong to it.
        unsafe { libc::sigaction(number, &raw const before, ptr::null_mut()) };
    }
}

/// `SIG_DFL`, with nothing blocked.
fn default_action() -> libc::sigaction {
    // SAFETY: all zero is a value of this type: SIG_DFL, no flags, an empty mask.
    unsafe { std::mem::zeroed() }
}

extern "C" fn take_down(number: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let errno = Errno::last_raw();
    // SAFETY: with SA_SIGINFO the kernel hands over a valid structure.
    let noted = if unsafe { is_from_kernel(info) } { FROM_KERNEL } else { FROM_PROCESS };
    if let Some(slot) = usize::try_from(number).ok().and_then(|number| NOTED.get(number)) {
        slot.store(noted, Ordering::SeqCst);
    }
    let descriptor = WAKE.load(Ordering::SeqCst);
    if descriptor >= 0 {
        // SAFETY: one byte of a constant, to a descriptor that its owner keeps open.
        unsafe { libc::write(descriptor, b"!".as_ptr().cast(), 1) };
    }
    Errno::set_raw(errno);
}

/// `SI_KERNEL` says so on Linux. Elsewhere a process that sends a signal is named in it, and none
/// is where the terminal's driver does.
unsafe fn is_from_kernel(info: *const libc::siginfo_t) -> bool {
    #[cfg(target_os = "linux")]
    // SAFETY: the caller's promise.
    return unsafe { (*info).si_code } == libc::SI_KERNEL;
    #[cfg(not(target_os = "linux"))]
    // SAFETY: the caller's promise.
    return unsafe { (*info).si_pid } == 0;
}
