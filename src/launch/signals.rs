//! The signals that the front takes: which, and how it stops and dies of them itself.

use nix::sys::signal::{SigSet, Signal, killpg, raise};
use nix::unistd::getpgrp;
use stage2::confinement::Confinement;
use stage2::signals::Signals;
use stage2::sys::signals::with_default;

use crate::error::Error;
use crate::plan::Terminal;

/// Signals that reach the command.
const FORWARDED: [Signal; 8] = [
    Signal::SIGTERM,
    Signal::SIGINT,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGTSTP,
    Signal::SIGWINCH,
];

/// The forwarded signals that ask for an end.
pub const FATAL: [Signal; 4] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT];

/// Signals that would end us without a word. With the caller's terminal in raw mode they are read
/// as well, so that it is given back first.
const DEADLY: &[Signal] = &[
    Signal::SIGABRT,
    Signal::SIGALRM,
    Signal::SIGBUS,
    Signal::SIGFPE,
    Signal::SIGILL,
    Signal::SIGPROF,
    #[cfg(target_os = "linux")]
    Signal::SIGPWR,
    Signal::SIGSEGV,
    #[cfg(target_os = "linux")]
    Signal::SIGSTKFLT,
    #[cfg(target_os = "macos")]
    Signal::SIGEMT,
    Signal::SIGSYS,
    Signal::SIGTRAP,
    Signal::SIGVTALRM,
    Signal::SIGXCPU,
    Signal::SIGXFSZ,
];

/// What the front does about a signal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// The window of the caller's terminal has another size.
    Resized,
    /// Somebody stops the front.
    Stop,
    /// A child has ended, or stopped.
    Child,
    /// Somebody has resumed the front.
    Resumed,
    /// One of the jail's copies has changed.
    Changed,
    /// The signal is for the command.
    Forwarded,
    /// The front dies of it.
    Deadly,
}

impl Meaning {
    /// The meaning of a signal that was read.
    pub fn of(signal: Signal) -> Self {
        match signal {
            Signal::SIGWINCH => Self::Resized,
            Signal::SIGTSTP => Self::Stop,
            Signal::SIGCHLD => Self::Child,
            Signal::SIGCONT => Self::Resumed,
            Signal::SIGIO => Self::Changed,
            _ if FORWARDED.contains(&signal) => Self::Forwarded,
            _ => Self::Deadly,
        }
    }
}

/// Blocks the signals that the front takes, to read them instead. The jail's builder inherits the
/// mask, so that a Ctrl-C of the whole process group does not kill it.
pub fn block(terminal: Terminal, confinement: Confinement) -> Result<Signals, Error> {
    let mut read = SigSet::from_iter(FORWARDED);
    read.add(Signal::SIGCONT);
    read.add(Signal::SIGCHLD);
    read.add(Signal::SIGIO);
    let mut blocked = SigSet::empty();
    // Handing the terminal's foreground on and back must not stop us.
    blocked.add(Signal::SIGTTOU);
    if terminal == Terminal::Own {
        read.extend(DEADLY.iter().copied());
        // Nor must a read that comes too late, with the terminal still in raw mode.
        blocked.add(Signal::SIGTTIN);
    }
    blocked.thread_block().map_err(Error::system("sigprocmask"))?;
    Signals::block(&read, confinement).map_err(Error::system("the signals"))
}

/// Stops our process group, as the terminal would have done had the command been in it: whoever
/// waits for another process of our job sees the job stop. Without a shell to resume it (an
/// orphaned group) this has no effect.
pub fn stop_job(signal: Signal) {
    unblocked(signal, || {
        let _ = killpg(getpgrp(), signal);
    });
}

/// Stops us, whoever looks after us.
pub fn stop_ourselves() {
    let _ = raise(Signal::SIGSTOP);
}

/// Dies of a signal that was blocked and read.
pub fn die_of(signal: Signal) -> ! {
    unblocked(signal, || {
        let _ = raise(signal);
    });
    std::process::exit(stage2::sys::killed_by(signal as i32).into())
}

/// Does something with one signal let through, to its default effect.
fn unblocked(signal: Signal, act: impl FnOnce()) {
    with_default(signal, || {
        let before = SigSet::thread_get_mask();
        let _ = SigSet::from_iter([signal]).thread_unblock();
        act();
        if let Ok(before) = before {
            let _ = before.thread_set_mask();
        }
    });
}
