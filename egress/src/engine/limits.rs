//! How many descriptors there are, and so how many connections at once.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Enough for any number of connections that one jail has use for.
const ENOUGH: u64 = 65_536;

/// Descriptors for lookups, the stub's streams and what the process has anyway.
const RESERVE: usize = 128;

/// A client, a server, and a second attempt to reach it.
const PER_CONNECTION: usize = 3;

/// The limits of this process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; others wait to be accepted.
    pub connections: usize,
    /// Listeners that are made when a wildcard's name is looked up.
    pub later: usize,
    /// Pipes at once; other connections use buffers.
    pub pipes: usize,
}

impl Limits {
    /// Raises the soft limit to the hard one: the jail has a limit of its own.
    pub fn raise(listeners: usize) -> Self {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
        let wanted = hard.min(ENOUGH).max(soft);
        let descriptors = match setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) {
            Ok(()) => wanted,
            Err(_) => soft,
        };
        Self::of(usize::try_from(descriptors).unwrap_or(usize::MAX), listeners)
    }

    fn of(descriptors: usize, listeners: usize) -> Self {
        let pipes = (descriptors / 16).clamp(8, 256);
        let left = descriptors.saturating_sub(RESERVE + listeners + 2 * pipes);
        let later = left / 8;
        Self { connections: ((left - later) / PER_CONNECTION).max(8), later, pipes }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn all_that_may_be_open_fits_into_the_limit() {
        for (descriptors, listeners) in [(256, 5), (1024, 5), (1024, 300), (65_536, 2048)] {
            let limits = Limits::of(descriptors, listeners);
            let used = 3 * limits.connections + 2 * limits.pipes + limits.later + listeners;
            assert!(used <= descriptors, "{descriptors}: {limits:?}");
        }
        assert!(Limits::of(1024, 5).connections > 200);
        // An eighth is kept for listeners of names that wildcards allow.
        assert!(Limits::of(65_536, 5).connections > 18_000);
    }
}
