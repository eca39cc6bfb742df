//! Waiting for events of descriptors, each of which has a name.
//!
//! A loop names its sources in an enum, registers those that count at the moment, and gets back the
//! names of those that are ready: one more source is one more variant and one more handler.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::libc::FD_SETSIZE;
#[cfg(target_os = "linux")]
use nix::poll::{PollFd, poll};
use nix::poll::{PollFlags, PollTimeout};
use nix::sys::select::{FdSet, select};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::confinement::Confinement;

/// The descriptors of one wait, in the order in which their events are to be handled.
#[derive(Debug)]
pub struct Poll<'fd, S> {
    sources: Vec<Registered<'fd, S>>,
    confinement: Confinement,
}

/// One descriptor, and what is waited for: `POLLIN`, `POLLOUT`.
#[derive(Debug)]
struct Registered<'fd, S> {
    source: S,
    descriptor: BorrowedFd<'fd>,
    interest: PollFlags,
}

/// A source that is ready.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Event<S> {
    /// Which.
    pub source: S,
    /// For what. `POLLHUP` and `POLLERR` are told by `poll(2)` alone; `select(2)` shows both as
    /// ready for whatever was waited for.
    pub ready: PollFlags,
}

impl<'fd, S: Copy> Poll<'fd, S> {
    /// Nothing to wait for yet.
    pub fn new(confinement: Confinement) -> Self {
        Self { sources: Vec::new(), confinement }
    }

    /// Adds a descriptor that is to be read from.
    pub fn readable(&mut self, source: S, descriptor: &'fd impl AsFd) {
        self.register(source, descriptor, PollFlags::POLLIN);
    }

    /// Adds a descriptor.
    pub fn register(&mut self, source: S, descriptor: &'fd impl AsFd, interest: PollFlags) {
        let descriptor = descriptor.as_fd();
        self.sources.push(Registered { source, descriptor, interest });
    }

    /// Waits until a source is ready, and gives all that are; none when the time is over.
    ///
    /// # Errors
    ///
    /// `EINTR`; `EINVAL` for a descriptor's number that `select(2)` cannot take.
    pub fn wait(self, timeout: PollTimeout) -> nix::Result<Vec<Event<S>>> {
        match self.confinement {
            #[cfg(target_os = "linux")]
            Confinement::Namespaces => by_poll(&self.sources, timeout),
            // poll(2) of macOS knows no devices, terminals among them (its BUGS); tmux and others
            // use select(2) there.
            Confinement::Profile => by_select(&self.sources, timeout),
        }
    }
}

/// Waits for one descriptor; whether it is ready.
///
/// # Errors
///
/// As for [`Poll::wait`].
pub fn wait_for(
    descriptor: impl AsFd,
    interest: PollFlags,
    confinement: Confinement,
    timeout: PollTimeout,
) -> nix::Result<bool> {
    let mut poll = Poll::new(confinement);
    poll.register((), &descriptor, interest);
    Ok(!poll.wait(timeout)?.is_empty())
}

#[cfg(target_os = "linux")]
fn by_poll<S: Copy>(sources: &[Registered<S>], timeout: PollTimeout) -> nix::Result<Vec<Event<S>>> {
    let asked = sources.iter().map(|asked| PollFd::new(asked.descriptor, asked.interest));
    let mut descriptors: Vec<PollFd> = asked.collect();
    poll(&mut descriptors, timeout)?;
    let answers = descriptors.iter().map(|answer| answer.revents().unwrap_or(PollFlags::empty()));
    Ok(events(sources, answers))
}

fn by_select<S: Copy>(
    sources: &[Registered<S>],
    timeout: PollTimeout,
) -> nix::Result<Vec<Event<S>>> {
    let (mut readable, mut writable) = (FdSet::new(), FdSet::new());
    for Registered { descriptor, interest, .. } in sources {
        if usize::try_from(descriptor.as_raw_fd()).is_ok_and(|number| number >= FD_SETSIZE) {
            return Err(Errno::EINVAL);
        }
        if interest.contains(PollFlags::POLLIN) {
            readable.insert(*descriptor);
        }
        if interest.contains(PollFlags::POLLOUT) {
            writable.insert(*descriptor);
        }
    }
    // nix's own `as_millis` panics where there is no limit.
    let milliseconds = u32::try_from(timeout).ok();
    let mut timeout = milliseconds.map(|number| TimeVal::milliseconds(number.into()));
    select(None, &mut readable, &mut writable, None, timeout.as_mut())?;
    let answers = sources.iter().map(|asked| {
        let mut ready = PollFlags::empty();
        ready.set(PollFlags::POLLIN, readable.contains(asked.descriptor));
        ready.set(PollFlags::POLLOUT, writable.contains(asked.descriptor));
        ready
    });
    Ok(events(sources, answers))
}

/// The sources that are ready.
fn events<S: Copy>(
    sources: &[Registered<S>],
    answers: impl Iterator<Item = PollFlags>,
) -> Vec<Event<S>> {
    let events = sources.iter().zip(answers);
    let events = events.map(|(asked, ready)| Event { source: asked.source, ready });
    events.filter(|event| !event.ready.is_empty()).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::sys::layers;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::pty::openpty;
    use nix::unistd::{pipe, write};

    const BOTH: [Confinement; 2] = [Confinement::Namespaces, Confinement::Profile];

    /// What one descriptor is ready for, with another before and behind it that is not.
    fn look(descriptor: &impl AsFd, interest: PollFlags, confinement: Confinement) -> PollFlags {
        let (idle, _writer) = pipe().expect("a pipe");
        let mut poll = Poll::new(confinement);
        poll.readable(1, &idle);
        poll.register(2, descriptor, interest);
        poll.readable(3, &idle);
        let events = poll.wait(PollTimeout::ZERO).expect("wait");
        assert!(events.iter().all(|event| event.source == 2), "{events:?}");
        events.first().map_or(PollFlags::empty(), |event| event.ready)
    }

    fn readable(
        descriptor: &impl AsFd,
        confinement: Confinement,
        timeout: PollTimeout,
    ) -> nix::Result<bool> {
        wait_for(descriptor, PollFlags::POLLIN, confinement, timeout)
    }

    #[test]
    fn both_ways_see_the_same_of_pipes() {
        for confinement in BOTH {
            let (reader, writer) = pipe().expect("a pipe");
            assert_eq!(look(&reader, PollFlags::POLLIN, confinement), PollFlags::empty());
            assert_eq!(look(&writer, PollFlags::POLLOUT, confinement), PollFlags::POLLOUT);
            assert_eq!(look(&writer, PollFlags::empty(), confinement), PollFlags::empty());
            write(&writer, b"x").expect("write");
            assert_eq!(look(&reader, PollFlags::POLLIN, confinement), PollFlags::POLLIN);
            assert_eq!(readable(&reader, confinement, PollTimeout::NONE), Ok(true), "no limit");
        }
    }

    #[test]
    fn both_ways_see_the_end_of_a_terminal_and_of_a_pipe() {
        for confinement in BOTH {
            let (reader, writer) = pipe().expect("a pipe");
            drop(writer);
            assert!(!look(&reader, PollFlags::POLLIN, confinement).is_empty());
            let pty = openpty(None, None).expect("a terminal");
            assert!(look(&pty.master, PollFlags::POLLIN, confinement).is_empty());
            drop(pty.slave);
            assert!(!look(&pty.master, PollFlags::POLLIN, confinement).is_empty());
        }
    }

    #[test]
    fn both_ways_wait_as_long_as_told() {
        for confinement in BOTH {
            let (reader, _writer) = pipe().expect("a pipe");
            let start = std::time::Instant::now();
            assert_eq!(readable(&reader, confinement, PollTimeout::from(30_u8)), Ok(false));
            assert!(start.elapsed().as_millis() >= 30, "{:?}", start.elapsed());
        }
    }

    #[test]
    fn events_come_in_the_order_of_their_sources() {
        for confinement in BOTH {
            let (reader, writer) = pipe().expect("a pipe");
            write(&writer, b"x").expect("write");
            let mut poll = Poll::new(confinement);
            poll.register('b', &writer, PollFlags::POLLOUT);
            poll.readable('a', &reader);
            let events = poll.wait(PollTimeout::ZERO).expect("wait");
            let expected = [('b', PollFlags::POLLOUT), ('a', PollFlags::POLLIN)];
            assert_eq!(events, expected.map(|(source, ready)| Event { source, ready }));
        }
    }

    #[test]
    fn a_number_that_select_cannot_take_is_an_error() {
        let (reader, _writer) = pipe().expect("a pipe");
        let (_, most) = layers::rlimit(nix::libc::RLIMIT_NOFILE).expect("a limit");
        layers::set_rlimit(nix::libc::RLIMIT_NOFILE, (most, most)).expect("up to the hard one");
        let limit = i32::try_from(FD_SETSIZE).expect("small");
        let high = fcntl(&reader, FcntlArg::F_DUPFD(limit)).expect("a number that high");
        let high = crate::sys::adopt(high).expect("just made");
        let waited = readable(&high, Confinement::Profile, PollTimeout::ZERO);
        assert_eq!(waited, Err(Errno::EINVAL));
    }
}
