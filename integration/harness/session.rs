//! A process that leads a session on a terminal, as a login shell does.

use std::io::stdin;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::unistd::setsid;
use stage2::sys::terminal::make_controlling;

/// Has a command lead a session on the terminal that is its standard input.
pub fn lead(command: &mut Command) {
    let begin = || {
        setsid()?;
        make_controlling(stdin().as_fd())
    };
    // SAFETY: between fork and exec these are two system calls, and nothing is allocated.
    unsafe { command.pre_exec(begin) };
}
