//! When the copies are written back.

use std::ffi::OsString;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::original::Saved;
use super::{Copy, complaint};

/// The first change is written back at once, and then no more than one in this time.
const INTERVAL: Duration = Duration::from_millis(100);

/// How soon to look again for a lock that somebody else has.
const AGAIN: Duration = Duration::from_millis(20);

/// How long the end of the run waits for that.
const PATIENCE: Duration = Duration::from_secs(3);

/// Writes the copies in `directory` back until `ended` is closed at its other end, and then once
/// more. Gives what could not be written back, in sentences.
pub fn write_back(files: &mut [Copy], directory: &OwnedFd, ended: &OwnedFd) -> Vec<String> {
    let watch = watch(directory).ok();
    // Something may have changed before there was a watch. Without one only the end counts.
    let mut is_due = watch.is_some();
    let mut not_before = Instant::now();
    loop {
        let timeout = is_due.then(|| not_before.saturating_duration_since(Instant::now()));
        match wait(watch.as_ref(), ended, timeout) {
            Ok(Woken::Changed(watch)) => is_due |= concerns(watch, files),
            Ok(Woken::Late) => {}
            Ok(Woken::Ended) | Err(_) => break,
        }
        if !is_due || Instant::now() < not_before {
            continue;
        }
        let pause = save_all(files, directory);
        is_due = pause == AGAIN;
        not_before = Instant::now() + pause;
    }
    files.iter_mut().filter_map(|file| finish(file, directory)).collect()
}

/// A watch for files that get their place or their last byte in a directory.
fn watch(directory: &OwnedFd) -> nix::Result<Inotify> {
    let watch = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
    // The directory has no path here, since it is in the jail's mounts.
    let path = format!("/proc/self/fd/{}", directory.as_raw_fd());
    let events = AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_MOVED_TO;
    watch.add_watch(path.as_str(), events | AddWatchFlags::IN_ONLYDIR)?;
    Ok(watch)
}

/// Why [`wait`] has returned.
enum Woken<'a> {
    Changed(&'a Inotify),
    Ended,
    Late,
}

/// Waits for a change, for the end, or for so long.
fn wait<'a>(
    watch: Option<&'a Inotify>,
    ended: &OwnedFd,
    timeout: Option<Duration>,
) -> nix::Result<Woken<'a>> {
    let readable = |descriptor| PollFd::new(descriptor, PollFlags::POLLIN);
    let mut ready = vec![readable(ended.as_fd())];
    ready.extend(watch.map(|watch| readable(watch.as_fd())));
    // Rounded up, so that what is left cannot be nothing over and over.
    let milliseconds = |timeout: Duration| timeout.as_micros().div_ceil(1000);
    let timeout = timeout.map_or(PollTimeout::NONE, |timeout| {
        u16::try_from(milliseconds(timeout)).unwrap_or(u16::MAX).into()
    });
    match poll(&mut ready, timeout) {
        Err(Errno::EINTR) => return Ok(Woken::Late),
        result => result?,
    };
    let is_ready = |index: usize| ready.get(index).and_then(PollFd::any).unwrap_or(false);
    Ok(match watch {
        _ if is_ready(0) => Woken::Ended,
        Some(watch) if is_ready(1) => Woken::Changed(watch),
        _ => Woken::Late,
    })
}

/// Takes the news; whether one is about these files. One without a name tells of lost ones.
fn concerns(watch: &Inotify, files: &[Copy]) -> bool {
    let is_ours = |name: &OsString| files.iter().any(|file| file.name == *name);
    let mut concerns = false;
    while let Ok(events) = watch.read_events() {
        concerns |= events.iter().any(|event| event.name.as_ref().is_none_or(is_ours));
    }
    concerns
}

/// Writes back what has changed; gives how long to leave it at that. What fails now may be half
/// of a change, and is tried again with the next one.
fn save_all(files: &mut [Copy], directory: &OwnedFd) -> Duration {
    let pause = |file: &mut Copy| match file.original.save(directory, &file.name, false) {
        Ok(Saved::Busy) => AGAIN,
        Ok(Saved::Changed) => INTERVAL,
        Ok(Saved::Same) | Err(_) => Duration::ZERO,
    };
    let pauses: Vec<Duration> = files.iter_mut().map(pause).collect();
    if pauses.contains(&AGAIN) { AGAIN } else { pauses.into_iter().max().unwrap_or_default() }
}

/// The last time: nobody changes the copy any more.
fn finish(file: &mut Copy, directory: &OwnedFd) -> Option<String> {
    let start = Instant::now();
    loop {
        let impatient = start.elapsed() > PATIENCE;
        match file.original.save(directory, &file.name, impatient) {
            Ok(Saved::Same | Saved::Changed) => return None,
            Ok(Saved::Busy) => std::thread::sleep(AGAIN),
            Err(error) => return Some(complaint(file.original.path(), &error)),
        }
    }
}
