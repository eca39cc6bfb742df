//! What is left of a jail without a PID namespace, and its end.
//!
//! In a namespace the kernel ends everything with PID 1. Without one the processes have to be
//! found. Those of the same sandbox carry its [`Mark`], and nothing takes that off. Without marks
//! there is only descent: who has a parent, a process group or a session of the jail's. A process
//! that has left all three (a daemon that forks twice, a session whose founder's parent has ended)
//! is not found by descent.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::sys;
use crate::sys::processes::{all, denies_lookup};

/// A process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Its parent.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// When it started, in the system's own units; it tells a process from a later one of the
    /// same number.
    pub started: u64,
    /// Only its parent has not yet been told.
    pub has_ended: bool,
}

/// What tells the processes of one run from all others: its profile alone lets them look up a
/// service of a name that nobody else knows. There is no such service.
#[derive(Clone, Debug)]
pub struct Mark {
    name: CString,
    /// One that no profile names: a process that may look up this too is in no sandbox, or in one
    /// that closes nothing.
    other: CString,
}

impl Mark {
    /// The mark that consists of this name; `None` where it cannot be one.
    pub fn new(name: &str) -> Option<Self> {
        let other = CString::new(format!("{name}.other")).ok()?;
        Some(Self { name: CString::new(name).ok()?, other })
    }

    fn is_on(&self, process: &Process) -> bool {
        let denies = |name: &CStr| denies_lookup(process.pid, name);
        denies(&self.name) == Some(false) && denies(&self.other) == Some(true)
    }
}

/// The processes of a jail.
#[derive(Clone, Debug)]
pub struct Survivors {
    /// Those known to be of it, ended ones too: their number may still name a group or a session.
    members: HashSet<i32>,
    /// Never to be ended.
    spared: i32,
    mark: Option<Mark>,
}

/// How long the end of all may take. Stopped processes cannot multiply, so this is for a machine
/// that is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait for ends that are on their way.
const PAUSE: Duration = Duration::from_millis(1);

impl Survivors {
    /// Those that descend from `first`, and those with the mark. `first` itself is spared: it is
    /// stage two, which asks for this, or which has ended.
    pub fn of(first: i32, mark: Option<Mark>) -> Self {
        Self { members: HashSet::from([first]), spared: first, mark }
    }

    /// Those of `processes` that are of the jail and still run.
    fn find(&mut self, processes: &[Process]) -> Vec<Process> {
        loop {
            let known = self.members.len();
            for process in processes.iter().filter(|process| process.pid != self.spared) {
                let ties = [process.parent, process.group, process.session];
                let descends = ties.iter().any(|tie| self.members.contains(tie));
                if descends || self.mark.as_ref().is_some_and(|mark| mark.is_on(process)) {
                    self.members.insert(process.pid);
                }
            }
            if self.members.len() == known {
                break;
            }
        }
        let is_left = |process: &&Process| {
            self.members.contains(&process.pid) && process.pid != self.spared && !process.has_ended
        };
        processes.iter().filter(is_left).copied().collect()
    }

    /// Ends all of them: first they are stopped, until a look finds no other, so that none can make
    /// new ones meanwhile. Gives how many are left all the same.
    pub fn end(mut self) -> usize {
        let start = Instant::now();
        let mut stopped = HashSet::new();
        let mut left = self.find(&all());
        while start.elapsed() < PATIENCE {
            let mut is_new = false;
            for process in &left {
                if stopped.insert((process.pid, process.started)) {
                    is_new = true;
                    let _ = sys::kill(process.pid, libc::SIGSTOP);
                }
            }
            if !is_new {
                break;
            }
            left = self.find(&all());
        }
        while !left.is_empty() && start.elapsed() < PATIENCE {
            for process in &left {
                let _ = sys::kill(process.pid, libc::SIGKILL);
            }
            sleep(PAUSE);
            left = self.find(&all());
        }
        left.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn process(pid: i32, parent: i32, group: i32, session: i32) -> Process {
        Process { pid, parent, group, session, started: 0, has_ended: false }
    }

    /// Stage two is 10; 1 is the system's first process, 2 the front, 3 the front's shell.
    const MACHINE: [Process; 11] = [
        process(1, 0, 1, 1),
        process(3, 1, 3, 3),
        process(2, 3, 2, 3),
        process(4, 3, 4, 3),
        process(10, 2, 10, 10),
        process(11, 10, 11, 10),
        // Its parent and its group's first have ended, as with a shell's job.
        process(13, 1, 12, 10),
        // In a session of its own, and with a child in a group of its own.
        process(14, 11, 14, 14),
        process(15, 14, 15, 14),
        // What a session's first has left behind.
        process(16, 1, 16, 14),
        process(20, 1, 20, 20),
    ];

    fn found(first: i32, processes: &[Process]) -> Vec<i32> {
        let mut survivors = Survivors::of(first, None);
        survivors.find(processes).iter().map(|process| process.pid).collect()
    }

    #[test]
    fn descent_is_by_parents_groups_and_sessions() {
        assert_eq!(found(10, &MACHINE), [11, 13, 14, 15, 16]);
        let mut reversed = MACHINE;
        reversed.reverse();
        assert_eq!(found(10, &reversed), [16, 15, 14, 13, 11], "in whatever order they are listed");
    }

    #[test]
    fn the_caller_and_its_session_are_no_survivors() {
        // Stage two in the session and the group of the front.
        let shared = [
            process(3, 1, 3, 3),
            process(2, 3, 2, 3),
            process(10, 2, 2, 3),
            process(11, 10, 11, 3),
            process(12, 11, 11, 3),
        ];
        assert_eq!(found(10, &shared), [11, 12]);
        assert_eq!(found(10, &MACHINE[..4]), [0; 0], "where it has left nothing");
    }

    #[test]
    fn what_has_ended_is_not_ended_again_and_still_ties() {
        let mut processes = MACHINE;
        processes[7].has_ended = true;
        assert_eq!(found(10, &processes), [11, 13, 15, 16]);
    }
}
