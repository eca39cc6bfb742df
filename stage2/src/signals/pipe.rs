//! The self-pipe: a handler notes the signal and writes a byte, which wakes whoever waits.
//!
//! `sigaction(2)` and `pipe(2)` are all it takes. macOS has no `signalfd(2)`, and its `kqueue(2)`
//! does not tell who has sent a signal.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{pipe, read};

use super::Taken;
use crate::sys::{self, signals};

/// The pipe, and the signals whose handlers write to it.
#[derive(Debug)]
pub struct SelfPipe {
    reader: OwnedFd,
    _writer: OwnedFd,
    set: SigSet,
}

impl SelfPipe {
    /// Puts the handlers in place; the signals are blocked.
    // On macOS a set is four bytes, on Linux 128.
    #[cfg_attr(target_os = "macos", allow(clippy::trivially_copy_pass_by_ref))]
    pub fn new(set: &SigSet) -> io::Result<Self> {
        let (reader, writer) = pipe()?;
        for end in [&reader, &writer] {
            sys::close_on_exec(end.as_raw_fd())?;
            // A handler must never wait, and a byte more says no more.
            fcntl(end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        signals::wake_through(Some(writer.as_fd()));
        let pipe = Self { reader, _writer: writer, set: *set };
        for signal in set {
            signals::note(signal)?;
        }
        Ok(pipe)
    }

    /// Lets the signals through to the handlers.
    pub fn listen(&self) -> io::Result<()> {
        Ok(self.set.thread_unblock()?)
    }

    /// The first that has come, in the order of the numbers.
    pub fn take(&self) -> io::Result<Option<Taken>> {
        let mut bytes = [0; 64];
        loop {
            match read(&self.reader, &mut bytes) {
                // Emptied before the notes are looked at: one that comes now wakes again.
                Err(Errno::EAGAIN) => break,
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        let noted = |signal: Signal| {
            signals::take_note(signal).map(|by_kernel| Taken { signal, by_kernel })
        };
        Ok(self.set.iter().find_map(noted))
    }
}

impl AsFd for SelfPipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

impl Drop for SelfPipe {
    /// As with `signalfd(2)`, what comes from now on stays blocked.
    fn drop(&mut self) {
        let _ = self.set.thread_block();
        signals::wake_through(None);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::confinement::Confinement;
    use crate::poll::wait_for;
    use nix::poll::{PollFlags, PollTimeout};
    use nix::sys::signal::raise;

    /// One test, because a process has one set of handlers. Only this thread lets them through.
    #[test]
    fn signals_are_noted_and_wake() {
        let set = SigSet::from_iter([Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH]);
        set.thread_block().expect("sigprocmask");
        let pipe = SelfPipe::new(&set).expect("handlers");
        let is_ready = || {
            let confinement = Confinement::Profile;
            wait_for(&pipe, PollFlags::POLLIN, confinement, PollTimeout::ZERO).expect("wait")
        };
        let took = |signal| Some(Taken { signal, by_kernel: false });

        raise(Signal::SIGUSR2).expect("raise");
        assert!(!is_ready(), "blocked until somebody listens");
        pipe.listen().expect("sigprocmask");
        assert!(is_ready(), "and then it is there");
        assert_eq!(pipe.take().expect("take"), took(Signal::SIGUSR2));
        assert_eq!(pipe.take().expect("take"), None);
        assert!(!is_ready());

        // Far more than a pipe holds: none is lost that is the only one of its kind.
        for _ in 0..100_000 {
            raise(Signal::SIGUSR2).expect("raise");
        }
        raise(Signal::SIGUSR1).expect("raise");
        // By raise(3), as what is sent to the process may go to the harness's other thread.
        raise(Signal::SIGWINCH).expect("raise");
        assert!(is_ready());
        let all: Vec<_> = std::iter::from_fn(|| pipe.take().expect("take")).collect();
        let signals: Vec<_> = all.iter().map(|taken| taken.signal).collect();
        assert_eq!(signals, [Signal::SIGUSR1, Signal::SIGUSR2, Signal::SIGWINCH]);
        assert!(!is_ready());

        drop(pipe);
        raise(Signal::SIGUSR1).expect("raise");
        assert!(SigSet::thread_get_mask().expect("mask").contains(Signal::SIGUSR1), "as before");
    }
}
