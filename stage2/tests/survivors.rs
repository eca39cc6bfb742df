//! What is left of a jail without a PID namespace is found by descent and ended; on Linux, where
//! processes behave as on macOS but for sandboxes and their marks.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use stage2::survivors::{Process, Survivors};
use stage2::sys::processes;

/// What each test's processes have in their arguments: a duration of its own.
fn running(seconds: &str) -> BTreeSet<i32> {
    let has_word = |pid: &i32| {
        let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        words.split(|byte| *byte == 0).any(|word| word == seconds.as_bytes())
    };
    let all = processes::all().into_iter().filter(|process| !process.has_ended);
    all.map(|process| process.pid).filter(has_word).collect()
}

/// Starts a script in a session of its own and waits for so many of its `sleep`.
fn start(script: &str, seconds: &str, count: usize) -> Child {
    let child = Command::new("setsid").args(["sh", "-c", script]).spawn().expect("setsid");
    let begin = Instant::now();
    while running(seconds).len() < count {
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", running(seconds));
        sleep(Duration::from_millis(5));
    }
    child
}

fn pid(child: &Child) -> i32 {
    child.id().try_into().expect("a number")
}

#[test]
fn whoever_descends_is_ended_and_nobody_else() {
    let mut other = start("exec sleep 71001", "71001", 1);
    // Children, a grandchild, an orphan, and a session of its own.
    let script = "sleep 71002 & (sleep 71002 & sleep 71002) & (sleep 71002 &)
        setsid sh -c 'sleep 71002 & wait' & sleep 71002 & exec sleep 71005";
    let mut first = start(script, "71002", 6);
    assert_eq!(Survivors::of(pid(&first), None).end(), 0);
    assert_eq!(running("71002"), BTreeSet::new());
    assert!(first.try_wait().expect("wait").is_none(), "the first itself is spared until it ends");
    first.kill().expect("kill");
    first.wait().expect("wait");
    assert!(other.try_wait().expect("wait").is_none(), "another session is no part of it");
    other.kill().expect("kill");
    other.wait().expect("wait");
}

#[test]
fn a_first_that_is_gone_has_left_its_session() {
    let mut first =
        start("sleep 71003 & setsid sleep 71003 & sleep 71003 & sleep 71003", "71003", 4);
    first.kill().expect("kill");
    assert_eq!(first.wait().expect("wait").signal(), Some(9));
    // Its own session is known by its number; one that was begun in there has no more ties.
    let left = running("71003");
    assert_eq!(left.len(), 4, "the control");
    assert_eq!(Survivors::of(pid(&first), None).end(), 0);
    let escaped = running("71003");
    assert_eq!(escaped.len(), 1, "known limit: docs/macos.md");
    for process in processes::all().into_iter().filter(|process| escaped.contains(&process.pid)) {
        assert_eq!(process.session, process.pid);
        Command::new("kill").arg(process.pid.to_string()).status().expect("kill");
    }
}

#[test]
fn nothing_multiplies_faster_than_it_is_ended() {
    // Each dies soon and is two by then, sixty-four at most.
    let script = "spawn() {
            sleep 0.01
            [ $(ps -o pid= -s $$ | wc -l) -lt 64 ] && { spawn & }
            spawn
        }
        sleep 71004 & spawn & spawn";
    let mut first = start(script, "71004", 1);
    let count = || processes::all().iter().filter(|process| process.session == pid(&first)).count();
    let begin = Instant::now();
    while count() < 16 {
        assert!(begin.elapsed() < Duration::from_secs(20), "the control: {} processes", count());
        sleep(Duration::from_millis(5));
    }
    first.kill().expect("kill");
    assert_eq!(Survivors::of(pid(&first), None).end(), 0);
    let is_left = |process: &Process| process.session == pid(&first) && !process.has_ended;
    assert!(!processes::all().iter().any(is_left));
    first.wait().expect("wait");
}
