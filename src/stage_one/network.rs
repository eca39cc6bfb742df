//! The network namespace that the jail will have.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};

use egress::listen::{self, Forward};
use egress::policy::Policy;
use egress::{handover, maker, netns};
use stage2::channel::Channel;
use stage2::{caps, fds, sys};

/// What a filtered network takes.
#[derive(Debug)]
pub struct Wanted {
    /// The filter's rules.
    pub policy: Policy,
    /// Ports of the jail's loopback that lead to the host's.
    pub forwards: Vec<Forward>,
    /// Whether servers of the jail are published.
    pub publishes: bool,
    /// The way of the sockets to the filter.
    pub handover: Channel,
    /// The filter's requests for more of them.
    pub maker: Channel,
}

/// Makes every address local and hands the listeners over.
pub fn set_up(wanted: &Wanted) -> io::Result<()> {
    let network = netns::set_up(&wanted.policy, &wanted.forwards).map_err(io::Error::other)?;
    if wanted.publishes || listen::has_later(&wanted.policy) {
        start_maker(&wanted.maker)?;
    }
    handover::send(&wanted.handover, &network)
}

/// A process that makes sockets of this network while the jail runs. It is none of the jail's: no process of the jail
/// sees it. It ends with the filter.
fn start_maker(channel: &Channel) -> io::Result<()> {
    if sys::fork()?.is_some() {
        return Ok(());
    }
    if alone_with(channel).is_ok() {
        let _ = caps::apply();
        maker::serve(channel);
    }
    sys::exit_now(0)
}

/// Closes what others would wait for.
fn alone_with(channel: &Channel) -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?.into();
    sys::release_stdio(&null, true)?;
    drop(null);
    fds::close_all_but(vec![channel.as_fd().as_raw_fd()])
}
