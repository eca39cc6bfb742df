//! Step one: of all descriptors only the command's three and the status channel stay open.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::report::Achieved;
use crate::spec::Spec;
use crate::sys;

/// This process's descriptors: `proc_pid_fd(5)`, `fd(4)`.
#[cfg(target_os = "linux")]
const LISTING: &str = "/proc/self/fd";
#[cfg(not(target_os = "linux"))]
const LISTING: &str = "/dev/fd";

/// Puts the command's standard descriptors in place, `pty` where the spec says so, and closes every
/// other one, at any number.
///
/// bubblewrap and `sandbox-exec` hand down all that they inherit; a sandbox that closes only the ones it knows lets
/// a directory of the caller through.
///
/// # Errors
///
/// A descriptor of the spec that is not open.
pub fn apply(spec: &Spec, pty: Option<OwnedFd>) -> io::Result<Achieved> {
    let null = File::open("/dev/null")?;
    for (target, source) in (0..).zip(sources(spec, pty.as_ref())) {
        match source {
            Some(source) => sys::duplicate_onto(source, target)?,
            // Closed for the command, but not free for what stage two opens meanwhile.
            None => sys::occupy_until_exec(null.as_raw_fd(), target)?,
        }
    }
    drop((null, pty));
    // mise runs before the command, and pipes of the caller's are not for it.
    for kept in spec.control.iter().chain(&spec.handed) {
        sys::close_on_exec(*kept)?;
    }
    close_all_but(spec.control.iter().chain(&spec.handed).copied().collect())?;
    Ok(Achieved::Enforced(match spec.handed.as_slice() {
        [] => "only 0, 1 and 2 are the command's".into(),
        handed => format!("only 0, 1, 2 and the named pipes {handed:?} are the command's"),
    }))
}

/// What becomes the command's 0, 1 and 2.
fn sources(spec: &Spec, pty: Option<&OwnedFd>) -> [Option<RawFd>; 3] {
    let is_pty = spec.pty.as_ref().map_or([false; 3], |pty| pty.streams);
    let pty = pty.map(AsRawFd::as_raw_fd);
    [0, 1, 2].map(|index: usize| if is_pty[index] { pty } else { spec.stdio[index] })
}

/// Closes every descriptor from 3 on but these.
///
/// # Errors
///
/// The kernel cannot do it by itself, and the descriptors cannot be listed.
pub fn close_all_but(mut kept: Vec<RawFd>) -> io::Result<()> {
    kept.retain(|number| *number > 2);
    kept.sort_unstable();
    let mut first = 3;
    for number in kept {
        close_between(first, number - 1)?;
        first = number + 1;
    }
    close_between(first, RawFd::MAX)
}

/// Closes `first..=last`; nothing where that is empty.
fn close_between(first: RawFd, last: RawFd) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if first > last || sys::close_range(first, last).is_ok() {
        return Ok(());
    }
    // macOS has no close_range(2), nor Linux before 5.9.
    close_listed(first, last)
}

/// Closes those of `first..=last` that the system lists as open.
fn close_listed(first: RawFd, last: RawFd) -> io::Result<()> {
    // Reading the directory opens a descriptor of its own, so the numbers are collected first.
    let open: Vec<RawFd> = std::fs::read_dir(LISTING)?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|descriptor| (first..=last).contains(descriptor))
        .collect();
    open.into_iter().for_each(sys::close);
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use nix::fcntl::{FcntlArg, fcntl};

    #[test]
    fn what_is_listed_is_closed_at_any_number_and_nothing_else() {
        // In a child, which has nothing that anybody misses.
        let Some(child) = sys::fork().expect("fork") else {
            let kept = File::open("/dev/null").expect("a file");
            let kept = fcntl(&kept, FcntlArg::F_DUPFD(300)).expect("a number");
            let file = File::open("/dev/null").expect("a file");
            let stray = [20, 299, 301, 1000]
                .map(|number| fcntl(&file, FcntlArg::F_DUPFD(number)).expect("a number"));
            let closed =
                close_listed(10, kept - 1).and_then(|()| close_listed(kept + 1, RawFd::MAX));
            let is_open = |number: &RawFd| sys::duplicate_onto(*number, 5).is_ok();
            let well =
                closed.is_ok() && is_open(&0) && is_open(&kept) && !stray.iter().any(is_open);
            sys::exit_now(u8::from(!well));
        };
        let waited = nix::sys::wait::waitpid(child, None).expect("wait");
        assert_eq!(waited, nix::sys::wait::WaitStatus::Exited(child, 0));
    }
}
