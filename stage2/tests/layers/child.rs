//! Runs a probe in a process of its own and brings back what it found.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, pipe, setsid};

/// How a probe ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The child returned this.
    Said(String),
    /// The child died of this signal.
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
