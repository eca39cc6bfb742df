//! What a bubblewrap that failed half-way leaves behind.
//!
//! Its inner process waits for the outer one to set up the user namespace. Where the outer one dies
//! first, nobody ever answers: it would wait for good, with our descriptors in its hands.

use std::fs;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getpid};

use crate::error::Error;

/// The children that we had before there was a jail: a shell that started jobs and then became
/// ai-jail (`server & exec ai-jail …`) leaves us its own.
#[derive(Debug)]
pub struct Inherited(Vec<Pid>);

/// Makes orphans of our children ours, `PR_SET_CHILD_SUBREAPER(2const)`. Those within the jail
/// belong to its own PID 1 whatever we do.
pub fn adopt() -> Result<Inherited, Error> {
    prctl::set_child_subreaper(true).map_err(Error::system("prctl"))?;
    Ok(Inherited(children()))
}

/// Ends all that is left of a jail that never came to be.
pub fn kill_all(inherited: &Inherited) {
    // Killing one can hand down its own children.
    let left = || children().into_iter().find(|child| !inherited.0.contains(child));
    while let Some(child) = left() {
        let _ = kill(child, Signal::SIGKILL);
        if waitpid(child, None).is_err() {
            return;
        }
    }
}

/// Our children, as `proc_pid_task_children(5)` lists them; none where the kernel has no list.
fn children() -> Vec<Pid> {
    let own = getpid();
    let list = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    let pids = list.split_ascii_whitespace().filter_map(|word| word.parse().ok());
    pids.map(Pid::from_raw).collect()
}
