//! The end of a run that was interrupted at the keyboard. The front dies of SIGINT itself: a shell
//! that sees a status of 130 goes on with its loop, one that sees the signal ends it
//! (<https://www.cons.org/cracauer/sigint.html>). `$?` is the same.

use std::io::stdin;

use nix::libc;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{Pid, getpgrp, getpid, tcgetpgrp};

use crate::plan::Terminal;

/// Dies of SIGINT where a command on a terminal did. Returns where there is nothing to pass on, or
/// the caller has SIGINT ignored.
pub fn pass_on(status: u8, terminal: Terminal) {
    if status != stage2::sys::killed_by(libc::SIGINT) || terminal == Terminal::None {
        return;
    }
    let interrupt: SigSet = [Signal::SIGINT].into_iter().collect();
    // A failure of either leaves the status, which says as much.
    let _ = interrupt.thread_unblock();
    let _ = kill(target(terminal), Signal::SIGINT);
}

/// Who is interrupted. The jail's own terminal kept the keyboard's signal from the group that the
/// caller's terminal would have given it to: a script around us, which waits for it.
fn target(terminal: Terminal) -> Pid {
    let in_foreground = || tcgetpgrp(stdin()) == Ok(getpgrp());
    if terminal == Terminal::Own && in_foreground() { Pid::from_raw(0) } else { getpid() }
}
