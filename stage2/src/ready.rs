//! Waiting for descriptors.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::libc::FD_SETSIZE;
#[cfg(target_os = "linux")]
use nix::poll::{PollFd, poll};
use nix::poll::{PollFlags, PollTimeout};
use nix::sys::select::{FdSet, select};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::confinement::Confinement;

/// Something to wait for.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'fd> {
    descriptor: Option<BorrowedFd<'fd>>,
    /// `POLLIN`, `POLLOUT`.
    events: PollFlags,
    /// What became of it in the last wait. `POLLHUP` and `POLLERR` are told by `poll(2)` alone;
    /// with `select(2)` they are seen as the others.
    pub ready: PollFlags,
}

impl<'fd> Watched<'fd> {
    /// Nothing, which never happens.
    pub const NOTHING: Self =
        Self { descriptor: None, events: PollFlags::empty(), ready: PollFlags::empty() };

    /// These events of a descriptor.
    pub fn new(descriptor: &'fd impl AsFd, events: PollFlags) -> Self {
        Self { descriptor: Some(descriptor.as_fd()), events, ready: PollFlags::empty() }
    }

    /// Whether anything has happened.
    pub fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }
}

impl Confinement {
    /// Waits until something happens, and gives how many have.
    ///
    /// # Errors
    ///
    /// `EINTR`, and then nothing counts as ready; `EINVAL` for a number that `select(2)` cannot
    /// take.
    pub fn wait(self, watched: &mut [Watched], timeout: PollTimeout) -> nix::Result<usize> {
        for one in watched.iter_mut() {
            one.ready = PollFlags::empty();
        }
        match self {
            #[cfg(target_os = "linux")]
            Self::Namespaces => by_poll(watched, timeout),
            // poll(2) of macOS knows no devices, terminals among them (its BUGS); tmux and others
            // use select(2) there.
            Self::Profile => by_select(watched, timeout),
        }
    }
}

#[cfg(target_os = "linux")]
fn by_poll(watched: &mut [Watched], timeout: PollTimeout) -> nix::Result<usize> {
    let asked = watched.iter().filter_map(|one| Some(PollFd::new(one.descriptor?, one.events)));
    let mut descriptors: Vec<PollFd> = asked.collect();
    let count = poll(&mut descriptors, timeout)?;
    let asked = watched.iter_mut().filter(|one| one.descriptor.is_some());
    for (one, answer) in asked.zip(descriptors) {
        one.ready = answer.revents().unwrap_or(PollFlags::empty());
    }
    Ok(usize::try_from(count).unwrap_or_default())
}

fn by_select(watched: &mut [Watched], timeout: PollTimeout) -> nix::Result<usize> {
    let (mut readable, mut writable) = (FdSet::new(), FdSet::new());
    for one in watched.iter() {
        let Some(descriptor) = one.descriptor else { continue };
        if usize::try_from(descriptor.as_raw_fd()).is_ok_and(|number| number >= FD_SETSIZE) {
            return Err(Errno::EINVAL);
        }
        if one.events.contains(PollFlags::POLLIN) {
            readable.insert(descriptor);
        }
        if one.events.contains(PollFlags::POLLOUT) {
            writable.insert(descriptor);
        }
    }
    // nix's own `as_millis` panics where there is no limit.
    let milliseconds = u32::try_from(timeout).ok();
    let mut timeout = milliseconds.map(|number| TimeVal::milliseconds(number.into()));
    select(None, &mut readable, &mut writable, None, timeout.as_mut())?;
    let mut count = 0;
    for one in watched.iter_mut() {
        let Some(descriptor) = one.descriptor else { continue };
        one.ready.set(PollFlags::POLLIN, readable.contains(descriptor));
        one.ready.set(PollFlags::POLLOUT, writable.contains(descriptor));
        count += usize::from(one.is_ready());
    }
    Ok(count)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::sys::layers;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::pty::openpty;
    use nix::unistd::{pipe, write};

    const BOTH: [Confinement; 2] = [Confinement::Namespaces, Confinement::Profile];

    fn look(descriptor: &impl AsFd, events: PollFlags, confinement: Confinement) -> PollFlags {
        let mut watched = [Watched::NOTHING, Watched::new(descriptor, events), Watched::NOTHING];
        let count = confinement.wait(&mut watched, PollTimeout::ZERO).expect("wait");
        assert_eq!(count, usize::from(watched[1].is_ready()));
        watched[1].ready
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
            let mut watched = [Watched::new(&reader, PollFlags::POLLIN)];
            assert_eq!(confinement.wait(&mut watched, PollTimeout::NONE), Ok(1), "without a limit");
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
            let mut watched = [Watched::new(&reader, PollFlags::POLLIN)];
            let count = confinement.wait(&mut watched, PollTimeout::from(30_u8)).expect("wait");
            assert_eq!(count, 0);
            assert!(start.elapsed().as_millis() >= 30, "{:?}", start.elapsed());
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
        let mut watched = [Watched::new(&high, PollFlags::POLLIN)];
        let waited = Confinement::Profile.wait(&mut watched, PollTimeout::ZERO);
        assert_eq!(waited, Err(Errno::EINVAL));
    }
}
