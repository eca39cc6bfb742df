//! Nothing outlives the command, nor the front.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::harness::{Run, World, own_sleep, sleepers, until};

/// How many sleep after a script that is told to end when so many of them do.
///
/// They are counted from outside: ps(1) of macOS is setuid, and runs in no sandbox.
fn left_after(run: Run, seconds: &str, count: usize) -> usize {
    let running = run.start();
    until("all of them run", || sleepers(seconds).len() == count);
    running.signal(Signal::SIGTERM);
    running.finish();
    sleepers(seconds).len()
}

pub fn background_jobs_end_with_the_command() {
    let world = World::new();
    let seconds = own_sleep(1);
    // Each has let go of the output, which else would be waited for.
    let script = format!(
        "for job in 1 2 3; do sleep {seconds} > /dev/null 2>&1 & done
        (nohup sleep {seconds} > /dev/null 2>&1 &)
        wait"
    );
    assert_eq!(left_after(world.sh(&script), &seconds, 4), 0);
    let outside = world.outside(["sh", "-c", &script]);
    assert_eq!(left_after(outside, &seconds, 4), 4, "the control");
    end(&sleepers(&seconds));
}

pub fn a_session_of_its_own_ends_with_the_command() {
    let world = World::new();
    let seconds = own_sleep(2);
    // perl is on every Mac and every Linux of ours, setsid(1) is not. Its parent lives on: the tie
    // by which it is found where there are no marks.
    let begin = format!("perl -MPOSIX -e 'POSIX::setsid(); exec \"sleep\", \"{seconds}\"' & wait");
    let script = format!("({begin}) > /dev/null 2>&1 & wait");
    assert_eq!(left_after(world.sh(&script), &seconds, 1), 0);
}

pub fn a_killed_front_leaves_nothing() {
    let world = World::new();
    let seconds = own_sleep(3);
    let script = format!("sleep {seconds} & sleep {seconds} & echo ready; wait");
    let running = world.sh(&script).start();
    running.says("ready");
    until("both run", || sleepers(&seconds).len() == 2);
    running.signal(Signal::SIGKILL);
    until("nothing is left", || sleepers(&seconds).is_empty());
    drop(running);
}

pub fn a_killed_stage_two_leaves_nothing() {
    let world = World::new();
    let seconds = own_sleep(4);
    // The shell's parent is stage two, which nothing here protects from the command.
    let script = format!("sleep {seconds} & sleep {seconds} & kill -KILL $PPID; wait");
    let ended = world.sh(&script).run();
    assert_eq!((ended.code(), ended.out()), (137, ""), "{ended}");
    assert!(ended.err().contains("the jail was killed"), "{ended}");
    assert_eq!(sleepers(&seconds), []);
}

pub fn nothing_of_the_callers_is_ended() {
    let world = World::new();
    let seconds = own_sleep(5);
    // In the front's own session and group, and its very child.
    let caller = format!(
        "sleep {seconds} > /dev/null 2>&1 & (sleep {seconds} > /dev/null 2>&1 & exec \"$0\" --exec -- true)"
    );
    assert_eq!(world.caller(&caller).run().ok(), "");
    let left = sleepers(&seconds);
    assert_eq!(left.len(), 2);
    end(&left);
}

/// A process without any tie to what started it: found by what it may look up. Without marks it
/// would stay, as `stage2/tests/survivors.rs` shows.
#[cfg(target_os = "macos")]
pub fn a_daemon_that_forked_twice_is_found_by_its_mark() {
    let world = World::new();
    let seconds = own_sleep(6);
    let daemon = format!(
        "perl -MPOSIX -e 'exit if fork; POSIX::setsid(); exit if fork; exec \"sleep\", \"{seconds}\"'"
    );
    let script = format!("{daemon} > /dev/null 2>&1; sleep 1000 & wait");
    assert_eq!(left_after(world.sh(&script), &seconds, 1), 0);
    let outside = world.outside(["sh", "-c", &script]);
    assert_eq!(left_after(outside, &seconds, 1), 1, "the control");
    end(&sleepers(&seconds));
}

fn end(processes: &[(i32, char)]) {
    for (pid, _) in processes {
        kill(Pid::from_raw(*pid), Signal::SIGKILL).expect("it is ours");
    }
}
