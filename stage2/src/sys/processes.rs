//! The processes of this machine, as far as this user may look at them, and which of them are in
//! a sandbox.

use std::ffi::CStr;

use crate::survivors::Process;

/// All processes of this machine.
#[cfg(target_os = "linux")]
pub fn all() -> Vec<Process> {
    let Ok(listing) = std::fs::read_dir("/proc") else { return Vec::new() };
    let numbers = listing.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter_map(one).collect()
}

/// `proc_pid_stat(5)`.
#[cfg(target_os = "linux")]
fn one(pid: i32) -> Option<Process> {
    let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name before may hold anything, parentheses too.
    let end = text.iter().rposition(|byte| *byte == b')')?;
    let text = std::str::from_utf8(&text[end + 1..]).ok()?;
    let mut fields = text.split_ascii_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X");
    let mut number = || fields.next()?.parse().ok();
    let (parent, group, session) = (number()?, number()?, number()?);
    // The 22nd of all fields; these six were the first.
    let started = fields.nth(15)?.parse().ok()?;
    Some(Process { pid, parent, group, session, started, has_ended })
}

/// All processes of this machine; `proc_listallpids` of `<libproc.h>`.
#[cfg(target_os = "macos")]
pub fn all() -> Vec<Process> {
    // SAFETY: without a buffer nothing is written, and the number of processes comes back.
    let count = unsafe { libc::proc_listallpids(std::ptr::null_mut(), 0) };
    // Room for those that start meanwhile.
    let mut pids = vec![0_i32; usize::try_from(count).unwrap_or_default() + 256];
    let size = i32::try_from(size_of_val(pids.as_slice())).unwrap_or(i32::MAX);
    // SAFETY: the kernel writes at most so many bytes.
    let count = unsafe { libc::proc_listallpids(pids.as_mut_ptr().cast(), size) };
    pids.truncate(usize::try_from(count).unwrap_or_default());
    pids.into_iter().filter_map(one).collect()
}

/// `PROC_PIDTBSDINFO` of `<sys/proc_info.h>`, and `getsid(2)`.
#[cfg(target_os = "macos")]
fn one(pid: i32) -> Option<Process> {
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let size = i32::try_from(size_of::<libc::proc_bsdinfo>()).unwrap_or_default();
    let flavor = libc::PROC_PIDTBSDINFO;
    // SAFETY: the kernel writes at most so many bytes.
    let written = unsafe { libc::proc_pidinfo(pid, flavor, 0, info.as_mut_ptr().cast(), size) };
    if written != size {
        return None;
    }
    // SAFETY: all zero is a value of this type, and now it is filled in.
    let info = unsafe { info.assume_init() };
    // SAFETY: takes a number, touches no memory.
    let session = unsafe { libc::getsid(pid) };
    Some(Process {
        pid,
        parent: i32::try_from(info.pbi_ppid).ok()?,
        group: i32::try_from(info.pbi_pgid).ok()?,
        session,
        started: info.pbi_start_tvsec.wrapping_mul(1_000_000).wrapping_add(info.pbi_start_tvusec),
        has_ended: info.pbi_status == libc::SZOMB,
    })
}

/// Whether this process is in a sandbox; `None` where that cannot be asked.
pub fn in_sandbox() -> Option<bool> {
    // SAFETY: takes a number, touches no memory.
    let ourselves = unsafe { libc::getpid() };
    denies(ourselves, None)
}

/// Whether the sandbox of a process denies looking up a service of this name; `None` where that
/// cannot be asked. A process without a sandbox may look up all.
pub fn denies_lookup(pid: i32, name: &CStr) -> Option<bool> {
    denies(pid, Some(name))
}

/// `sandbox_check`, which macOS has since 10.5 and documents nowhere; browsers ask by it. Found at
/// run time, so that its absence takes nothing else along.
#[cfg(target_os = "macos")]
fn denies(pid: i32, lookup: Option<&CStr>) -> Option<bool> {
    use std::sync::OnceLock;

    /// A variadic function: on arm64 those take their arguments elsewhere.
    type Check =
        unsafe extern "C" fn(libc::pid_t, *const libc::c_char, libc::c_int, ...) -> libc::c_int;
    /// `SANDBOX_FILTER_GLOBAL_NAME`.
    const GLOBAL_NAME: libc::c_int = 2;
    /// `SANDBOX_CHECK_NO_REPORT`: a refusal is not written to the system's log.
    const NO_REPORT: libc::c_int = 0x4000_0000;
    static CHECK: OnceLock<Option<Check>> = OnceLock::new();

    let check = (*CHECK.get_or_init(|| {
        // SAFETY: a name of the C library's, ended by a zero byte.
        let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"sandbox_check".as_ptr()) };
        // SAFETY: the function of that name has this type.
        (!symbol.is_null())
            .then(|| unsafe { std::mem::transmute::<*mut libc::c_void, Check>(symbol) })
    }))?;
    let answer = match lookup {
        // SAFETY: without an operation it looks at nothing else.
        None => unsafe { check(pid, std::ptr::null(), 0) },
        // SAFETY: both strings are ended by a zero byte and outlive the call.
        Some(name) => unsafe {
            check(pid, c"mach-lookup".as_ptr(), GLOBAL_NAME | NO_REPORT, name.as_ptr())
        },
    };
    match answer {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Other systems have no sandboxes of this kind.
#[cfg(not(target_os = "macos"))]
fn denies(_: i32, _: Option<&CStr>) -> Option<bool> {
    None
}
