//! The end of a run that was interrupted at the keyboard. The front dies of SIGINT itself: a shell
//! that sees a status of 130 goes on with its loop, one that sees the signal ends it
//! (<https://www.cons.org/cracauer/sigint.html>). `$?` is the same. A command that ends with 130 by
//! itself, as a shell does after an interrupted line, interrupts nobody.

use std::io::{stderr, stdin, stdout};
use std::os::fd::AsFd;

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{Pid, getpgrp, getpid, tcgetpgrp};

use crate::plan::Terminal;

/// Dies of SIGINT, as a command on a terminal did. Returns where we are not in the foreground of
/// one, or the caller has SIGINT ignored.
pub fn pass_on(terminal: Terminal) {
    if !in_foreground() {
        return;
    }
    let interrupt: SigSet = [Signal::SIGINT].into_iter().collect();
    // A failure of either leaves the status, which says as much.
    let _ = interrupt.thread_unblock();
    let _ = kill(target(terminal), Signal::SIGINT);
}

fn in_foreground() -> bool {
    let is_ours = |stream: &dyn AsFd| tcgetpgrp(stream.as_fd()) == Ok(getpgrp());
    is_ours(&stdin()) || is_ours(&stdout()) || is_ours(&stderr())
}

/// Who is interrupted. Where the command had the foreground of a terminal, the keyboard's signal did
/// not reach our own group: a script that runs us and waits for us is in it.
fn target(terminal: Terminal) -> Pid {
    if terminal == Terminal::None { getpid() } else { Pid::from_raw(0) }
}
