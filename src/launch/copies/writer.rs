//! The thread that writes copies back: neither a slow disk nor a file of many megabytes holds up
//! the terminal. It is started by the first change, so most runs have none.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::original::{Saved, When};
use super::{Copy, Files};

/// The first change is written back at once, and then no more than one in this time.
const INTERVAL: Duration = Duration::from_millis(100);

/// How soon to look again: for a lock that somebody else has, or at one more piece of news.
const AGAIN: Duration = Duration::from_millis(20);

/// How often to look where the kernel tells nothing.
const WITHOUT_NEWS: Duration = Duration::from_secs(1);

/// The thread.
pub struct Writer {
    thread: JoinHandle<()>,
    /// A byte is news; closed, it tells that the jail is gone.
    news: UnixStream,
}

impl Writer {
    /// Starts it. `is_told` is whether there will be [`Self::news`].
    pub fn start(files: Files, directory: Arc<OwnedFd>, is_told: bool) -> io::Result<Self> {
        let (news, heard) = UnixStream::pair()?;
        news.set_nonblocking(true)?;
        heard.set_nonblocking(true)?;
        let idle = (!is_told).then_some(WITHOUT_NEWS);
        let work = move || {
            let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
            write_back(&mut files, &directory, heard, idle);
        };
        let thread = std::thread::Builder::new().name("copies".into()).spawn(work)?;
        Ok(Self { thread, news })
    }

    /// Something has changed. Unread news is news enough.
    pub fn news(&mut self) {
        let _ = self.news.write(&[0]);
    }

    /// Ends it.
    pub fn finish(self) {
        drop(self.news);
        let _ = self.thread.join();
    }
}

/// Writes the copies in `directory` back until the other end of `heard` is closed.
fn write_back(
    files: &mut [Copy],
    directory: &OwnedFd,
    mut heard: UnixStream,
    idle: Option<Duration>,
) {
    let mut due = Some(Instant::now());
    let mut not_before = Instant::now();
    loop {
        let now = Instant::now();
        let until_due = due.map(|due| due.max(not_before).saturating_duration_since(now));
        match wait(&mut heard, until_due.or(idle)) {
            Ok(Woken::Ended) | Err(_) => return,
            Ok(Woken::ByNews | Woken::Late) => due = due.or(Some(now)),
        }
        if Instant::now() < not_before {
            continue;
        }
        let (pause, is_busy) = save_all(files, directory);
        not_before = Instant::now() + pause;
        due = is_busy.then_some(not_before);
    }
}

/// Why [`wait`] has returned.
enum Woken {
    ByNews,
    Ended,
    Late,
}

/// Waits for news, for the end, or for so long.
fn wait(heard: &mut UnixStream, timeout: Option<Duration>) -> io::Result<Woken> {
    // Rounded up, so that what is left cannot be nothing over and over.
    let milliseconds = |timeout: Duration| timeout.as_micros().div_ceil(1000);
    let timeout = timeout.map_or(PollTimeout::NONE, |timeout| {
        u16::try_from(milliseconds(timeout)).unwrap_or(u16::MAX).into()
    });
    match poll(&mut [PollFd::new(heard.as_fd(), PollFlags::POLLIN)], timeout) {
        Ok(0) | Err(Errno::EINTR) => return Ok(Woken::Late),
        result => result?,
    };
    // Any number of changes may be behind it.
    match heard.read(&mut [0; 256]) {
        Ok(0) => Ok(Woken::Ended),
        _ => Ok(Woken::ByNews),
    }
}

/// Writes back what has changed; gives how long to leave it at that, and whether somebody has a
/// lock that was wanted. What fails now may be half of a change, and is tried again when there is
/// more.
fn save_all(files: &mut [Copy], directory: &OwnedFd) -> (Duration, bool) {
    let (mut pause, mut is_busy) = (AGAIN, false);
    for file in files {
        match file.original.save(directory, &file.name, When::Meanwhile) {
            Ok(Saved::Changed) => pause = INTERVAL,
            Ok(Saved::Busy) => is_busy = true,
            Ok(Saved::Same) | Err(_) => {}
        }
    }
    (if is_busy { AGAIN } else { pause }, is_busy)
}
