//! Runs a probe in a process of its own and brings back what it found.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, pipe, setsid};
use stage2::report::Achieved;

/// How a probe ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It returned this.
    Said(String),
    /// It died of this signal.
    Died(Signal),
}

/// Runs `probe` in a child without a terminal.
pub fn run(probe: impl FnOnce() -> String) -> Outcome {
    let (mut result, sink) = pipe().map(|(r, w)| (File::from(r), w)).unwrap();
    // SAFETY: the child runs the probe and ends; the C library keeps its allocator usable
    // after a fork of a process with threads.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            drop(result);
            end_with(probe, sink)
        }
        ForkResult::Parent { child } => {
            drop(sink);
            let mut said = String::new();
            result.read_to_string(&mut said).unwrap();
            match waitpid(child, None).unwrap() {
                WaitStatus::Exited(_, 0) => Outcome::Said(said),
                WaitStatus::Signaled(_, signal, _) => Outcome::Died(signal),
                other => panic!("the probe ended with {other:?}: {said}"),
            }
        }
    }
}

fn end_with(probe: impl FnOnce() -> String, sink: OwnedFd) -> ! {
    // Nothing a probe does may reach the terminal of who runs the tests.
    let _ = setsid();
    let _ = SigSet::all().thread_unblock();
    let probe = std::panic::AssertUnwindSafe(probe);
    let (said, status) = match std::panic::catch_unwind(probe) {
        Ok(said) => (said, 0),
        Err(_) => ("panicked, see above".into(), 1),
    };
    let _ = File::from(sink).write_all(said.as_bytes());
    // SAFETY: ends this process without running what the test harness registered.
    unsafe { libc::_exit(status) }
}

/// Runs `probe` and gives what it said; a death is a failure of the test.
pub fn say(probe: impl FnOnce() -> String) -> String {
    match run(probe) {
        Outcome::Said(said) => said,
        Outcome::Died(signal) => panic!("the probe died of {signal}"),
    }
}

/// The errno that the last call failed with, by name, or `ok`.
pub fn errno<T>(result: Result<T, impl Into<std::io::Error>>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => name_of(&error.into()),
    }
}

fn name_of(error: &std::io::Error) -> String {
    let number = error.raw_os_error().unwrap_or_else(|| panic!("no system call failed: {error}"));
    format!("{:?}", nix::errno::Errno::from_raw(number))
}

/// Stops the probe where the layer was not applied in full.
pub fn enforced(achieved: Achieved) -> String {
    match achieved {
        Achieved::Enforced(what) => what,
        other => panic!("not enforced: {other:?}"),
    }
}

/// Says loudly that `test` proves nothing here, and counts it where the CI collects the lines.
pub fn skipped(test: &str, why: &str) {
    let line = format!("SKIPPED: {test}: {why}\n");
    eprint!("{line}");
    if let Some(log) = std::env::var_os("AI_JAIL_SKIP_LOG") {
        let mut log = File::options().create(true).append(true).open(log).unwrap();
        log.write_all(line.as_bytes()).unwrap();
    }
}

/// Whether the tests run as a root that may do all that root may (in a container it mostly may
/// not); says that `test` is skipped where they do not.
pub fn is_root(test: &str) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let unfiltered = status.lines().any(|line| line == "Seccomp:\t0");
    let root = nix::unistd::geteuid().is_root()
        && unfiltered
        && caps::has_cap(None, caps::CapSet::Effective, caps::Capability::CAP_SYS_ADMIN).unwrap();
    if !root {
        skipped(test, "needs root with its capabilities and without another filter");
    }
    root
}
