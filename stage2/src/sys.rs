//! The system calls that no crate wraps: this module and the one below it are the only unsafe
//! code. The lint is denied everywhere else, and a test (`tests/rooms/unsafe_code.rs`) looks for exceptions.
#![allow(unsafe_code)]

pub(crate) mod layers;
pub(crate) mod memory;
#[cfg(target_os = "linux")]
pub mod mounts;
pub mod processes;
pub mod signals;
pub mod terminal;

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
#[cfg(target_os = "linux")]
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::unistd::Pid;

static CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

/// Which of descriptors 0, 1 and 2 the caller had closed. The Rust runtime opens `/dev/null` in
/// their place before `main`, so they are looked at before it starts.
pub fn closed_at_start() -> [bool; 3] {
    std::array::from_fn(|index| CLOSED[index].load(Ordering::Relaxed))
}

extern "C" fn note_closed() {
    for (descriptor, closed) in (0..).zip(&CLOSED) {
        // SAFETY: F_GETFD reads a flag of the descriptor table and touches no memory.
        let missing = unsafe { libc::fcntl(descriptor, libc::F_GETFD) } == -1;
        closed.store(missing, Ordering::Relaxed);
    }
}

// SAFETY: the loader calls every function of this section once, before `main`, while there is
// one thread; `note_closed` needs nothing that is not set up by then.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static NOTE_CLOSED: extern "C" fn() = note_closed;

/// The user's own directory for temporary files, whatever `TMPDIR` says; `confstr(3)`.
#[cfg(target_os = "macos")]
pub fn user_temporary_directory() -> Option<std::path::PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let mut buffer = vec![0_u8; 1024];
    let start = buffer.as_mut_ptr().cast();
    // SAFETY: at most so many bytes are written, with a zero at their end.
    let length = unsafe { libc::confstr(libc::_CS_DARWIN_USER_TEMP_DIR, start, buffer.len()) };
    // The length has the zero at the end, and is larger than the buffer where that was too small.
    buffer.truncate(length.checked_sub(1).filter(|length| *length < 1024)?);
    Some(std::ffi::OsString::from_vec(buffer).into())
}

/// Whether this program was started by an interpreter, as one that takes libraries from files is; `getauxval(3)`.
#[cfg(target_os = "linux")]
pub fn is_dynamic() -> bool {
    // SAFETY: reads what the kernel has put beside the environment.
    unsafe { libc::getauxval(libc::AT_BASE) != 0 }
}

/// Takes over a descriptor that was named by number, if it is open.
pub fn adopt(descriptor: RawFd) -> Option<OwnedFd> {
    // SAFETY: F_GETFD touches no memory.
    if descriptor < 0 || unsafe { libc::fcntl(descriptor, libc::F_GETFD) } == -1 {
        return None;
    }
    // SAFETY: the descriptor is open, and the caller was given its number in order to own it.
    Some(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// `dup2(2)`; the copy stays open across `execve(2)`, the original too.
pub fn duplicate_onto(source: RawFd, target: RawFd) -> io::Result<()> {
    if source == target {
        return Ok(());
    }
    // SAFETY: works on the descriptor table only; nobody owns the three standard numbers.
    check(unsafe { libc::dup2(source, target) }).map(drop)
}

/// A copy of `source` at `target` that `execve(2)` closes.
pub fn occupy_until_exec(source: RawFd, target: RawFd) -> io::Result<()> {
    duplicate_onto(source, target)?;
    close_on_exec(target)
}

/// Has the kernel send this process SIGIO whenever something in a directory gets another name or
/// content, `F_NOTIFY` in `fcntl(2)`.
#[cfg(target_os = "linux")]
pub fn notify_of_changes(directory: impl std::os::fd::AsFd) -> io::Result<()> {
    /// `DN_MODIFY`, `DN_CREATE`, `DN_RENAME` and `DN_MULTISHOT` of `<linux/fcntl.h>`.
    const CHANGES: libc::c_ulong = 0x2 | 0x4 | 0x10 | 0x8000_0000;
    let directory = directory.as_fd().as_raw_fd();
    // SAFETY: F_NOTIFY takes a number and touches no memory.
    check(unsafe { libc::fcntl(directory, libc::F_NOTIFY, CHANGES) }).map(drop)
}

/// Has `execve(2)` close a descriptor.
pub fn close_on_exec(descriptor: RawFd) -> io::Result<()> {
    // SAFETY: sets a flag of the descriptor table and touches no memory.
    check(unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) }).map(drop)
}

/// Has a descriptor outlive `execve(2)`.
pub fn keep_on_exec(descriptor: RawFd) -> io::Result<()> {
    // SAFETY: clears a flag of the descriptor table and touches no memory.
    check(unsafe { libc::fcntl(descriptor, libc::F_SETFD, 0) }).map(drop)
}

/// Whether a descriptor is open and outlives `execve(2)`.
pub fn outlives_exec(descriptor: RawFd) -> bool {
    // SAFETY: reads a flag of the descriptor table and touches no memory.
    check(unsafe { libc::fcntl(descriptor, libc::F_GETFD) })
        .is_ok_and(|flags| flags & libc::FD_CLOEXEC == 0)
}

/// `close(2)`; a descriptor that is not open stays so.
pub fn close(descriptor: RawFd) {
    // SAFETY: called before anything else owns descriptors, for numbers that nobody owns.
    unsafe { libc::close(descriptor) };
}

/// `close_range(2)`, Linux 5.9.
#[cfg(target_os = "linux")]
pub fn close_range(first: RawFd, last: RawFd) -> io::Result<()> {
    // SAFETY: as for `close`.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Not to be had here.
#[cfg(not(target_os = "linux"))]
pub fn notify_of_changes(_: impl std::os::fd::AsFd) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// `fork(2)`: `None` in the child.
pub fn fork() -> io::Result<Option<Pid>> {
    // SAFETY: this process has one thread, so the child may do whatever the parent may.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { child } => Ok(Some(child)),
        nix::unistd::ForkResult::Child => Ok(None),
    }
}

/// Has the child do something between `fork(2)` and `execve(2)`; an error of it is an error of
/// starting the program.
pub fn before_exec(
    command: &mut std::process::Command,
    act: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    use std::os::unix::process::CommandExt;
    // SAFETY: as for `fork`.
    unsafe { command.pre_exec(act) };
}

/// Sets a variable of this process. The name must not be empty nor contain `=`, and neither may
/// contain a zero byte.
pub fn set_variable(name: &OsStr, value: &OsStr) {
    // SAFETY: this process has one thread, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var(name, value) };
}

/// Gives every signal its default disposition: the command must not inherit what the Rust runtime
/// or a caller ignored.
pub fn default_signals() {
    #[cfg(target_os = "linux")]
    for signal in 1..=LAST_SIGNAL {
        // libc's own function refuses 32 and 33, which its posix_spawn(3) leaves ignored.
        let default = KernelSigaction::default();
        let set_size = size_of_val(&default.mask);
        let (new, old) = (&raw const default, ptr::null::<KernelSigaction>());
        // SAFETY: SIG_DFL, which is 0, installs no handler. SIGKILL and SIGSTOP refuse.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, new, old, set_size) };
    }
    #[cfg(not(target_os = "linux"))]
    for signal in 1..=31 {
        // SAFETY: SIG_DFL installs no handler. SIGKILL and SIGSTOP refuse.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// The last real-time signal, `signal(7)`.
#[cfg(target_os = "linux")]
const LAST_SIGNAL: i32 = 64;

/// The argument of `rt_sigaction(2)` on x86-64 and arm64; all zero means the default.
#[cfg(target_os = "linux")]
#[repr(C)]
#[derive(Default)]
struct KernelSigaction {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: u64,
}

/// What `waitpid(2)` has to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Waited {
    /// A child ended with this exit status.
    Ended(Pid, u8),
    /// A child died of this signal.
    Killed(Pid, i32),
    /// A child stopped on this signal.
    Stopped(Pid, i32),
    /// Children are left, and nothing is new.
    Nothing,
    /// No children are left.
    NoChildren,
}

/// `waitpid(2)` for any child, without waiting. nix's own knows no real-time signals.
pub fn wait_any() -> Waited {
    let mut status = 0;
    // SAFETY: `status` is valid for the call.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG | libc::WUNTRACED) };
    match pid {
        0 => Waited::Nothing,
        -1 => Waited::NoChildren,
        _ if libc::WIFSTOPPED(status) => {
            Waited::Stopped(Pid::from_raw(pid), libc::WSTOPSIG(status))
        }
        _ if libc::WIFSIGNALED(status) => {
            Waited::Killed(Pid::from_raw(pid), libc::WTERMSIG(status))
        }
        _ => {
            // Eight bits by definition, wait(2).
            let status = u8::try_from(libc::WEXITSTATUS(status)).unwrap_or(u8::MAX);
            Waited::Ended(Pid::from_raw(pid), status)
        }
    }
}

/// The status that says that a signal ended the command; signal numbers end at 64.
pub fn killed_by(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// `kill(2)` with any signal number, real-time ones too.
pub fn kill(pid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: touches no memory.
    check(unsafe { libc::kill(pid, signal) }).map(drop)
}

/// Ends this process at once: no destructors, no flushing of what the parent also holds.
pub fn exit_now(status: u8) -> ! {
    // SAFETY: always allowed.
    unsafe { libc::_exit(status.into()) }
}

fn check(result: i32) -> io::Result<i32> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Lets go of the command's standard descriptors, so that their other ends see an end of file
/// when the command closes them; `null`, which is `/dev/null`, takes their numbers. Standard error
/// is kept where nothing else can say something.
pub fn release_stdio(null: &OwnedFd, stderr_too: bool) -> io::Result<()> {
    let last = if stderr_too { 2 } else { 1 };
    (0..=last).try_for_each(|descriptor| duplicate_onto(null.as_raw_fd(), descriptor))
}
