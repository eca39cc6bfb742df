//! Names that are being resolved on the host. Connections that want the same name at the same time
//! share one lookup; the next one asks anew.

use std::io;
use std::net::IpAddr;
use std::os::fd::RawFd;
use std::time::Instant;

use super::Engine;
use super::slots::Source;
use crate::dns::resolver::{self, Lookup};
use crate::listen::loopback;
use crate::name::Name;

/// Addresses, or why there are none.
pub type Found = Result<Vec<IpAddr>, String>;

/// A lookup and who waits for it.
#[derive(Debug)]
pub struct Waiting {
    pub name: Name,
    lookup: Lookup,
    pub waiters: Vec<(usize, u64)>,
}

/// What became of it.
pub enum Progress {
    Waits(Instant),
    Done(Found),
}

impl Waiting {
    /// Goes on; `watch` is given each new descriptor.
    pub fn advance(&mut self, watch: impl Fn(RawFd) -> io::Result<()>) -> Progress {
        loop {
            match self.lookup.advance(Instant::now()) {
                resolver::Progress::Done(found) => {
                    return Progress::Done(found.map_err(|error| error.to_string()));
                }
                resolver::Progress::Waits { descriptor: None, deadline } => {
                    return Progress::Waits(deadline);
                }
                resolver::Progress::Waits { descriptor: Some(descriptor), .. } => {
                    if let Err(error) = watch(descriptor) {
                        return Progress::Done(Err(error.to_string()));
                    }
                }
            }
        }
    }
}

impl Engine<'_> {
    /// Resolves a name for a connection; gives the outcome where that is known at once.
    pub fn look_up(&mut self, name: &Name, waiter: (usize, u64)) -> Option<Found> {
        if let Some(slot) = self.lookups.get(name) {
            if let Source::Lookup(waiting) = &mut self.slots[*slot].source {
                waiting.waiters.push(waiter);
                return None;
            }
        }
        let lookup = match Lookup::start(name, &self.files) {
            Ok(lookup) => lookup,
            Err(known) => return Some(Ok(known)),
        };
        let waiting = Waiting { name: name.clone(), lookup, waiters: vec![waiter] };
        let slot = self
            .slots
            .insert(super::Slot { source: Source::Lookup(Box::new(waiting)), deadline: None });
        self.lookups.insert(name.clone(), slot);
        self.woken.push(slot);
        None
    }

    /// The addresses of the host's own proxy.
    pub fn look_up_proxy(&mut self, waiter: (usize, u64)) -> Option<Found> {
        let host = self.upstream.as_ref()?.host.clone();
        if let Ok(address) = host.parse() {
            return Some(Ok(vec![address]));
        }
        match Name::parse(&host) {
            Ok(name) if name.is_localhost() => Some(Ok(loopback(true).collect())),
            Ok(name) => self.look_up(&name, waiter),
            Err(error) => Some(Err(format!("the host's proxy: {error}"))),
        }
    }
}
