//! Reaching a server that may have several addresses, RFC 8305: the next one is tried before the
//! last has failed.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use crate::maker::Maker;
use crate::relay::connect;

/// How long one address has before the next is tried, RFC 8305 section 5.
const STAGGER: Duration = Duration::from_millis(250);

/// How long all of it may take: what browsers wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// Addresses that are tried.
const MAX_ADDRESSES: usize = 8;

/// Attempts at the same time; each takes a descriptor.
const MAX_ATTEMPTS: usize = 2;

/// Whose network the connection leaves from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Network {
    Host,
    Jail,
}

/// The attempts.
#[derive(Debug)]
pub struct Dial {
    left: VecDeque<SocketAddr>,
    attempts: Vec<TcpStream>,
    network: Network,
    next_at: Instant,
    until: Instant,
    error: String,
}

/// What became of them.
pub enum Progress {
    Connected(TcpStream),
    Waits(Instant),
    Failed(String),
}

impl Dial {
    /// Addresses of both kinds in turn, IPv6 first: where the host has none, that is known at once.
    pub fn new(addresses: &[IpAddr], port: u16, network: Network) -> Self {
        let (v6, v4): (Vec<IpAddr>, Vec<IpAddr>) =
            addresses.iter().partition(|address| address.is_ipv6());
        let mut left = Vec::new();
        for index in 0..v4.len().max(v6.len()) {
            left.extend(v6.get(index).copied());
            left.extend(v4.get(index).copied());
        }
        let left =
            left.into_iter().take(MAX_ADDRESSES).map(|address| SocketAddr::new(address, port));
        let now = Instant::now();
        Self {
            left: left.collect(),
            attempts: Vec::new(),
            network,
            next_at: now,
            until: now + PATIENCE,
            error: "the name has no address".to_owned(),
        }
    }

    /// Goes on; `watch` is given each new descriptor.
    pub fn advance(
        &mut self,
        maker: Option<&Maker>,
        watch: impl Fn(RawFd) -> io::Result<()>,
    ) -> Progress {
        let now = Instant::now();
        loop {
            let mut index = 0;
            while index < self.attempts.len() {
                match connect::is_connected(&self.attempts[index]) {
                    Ok(true) => return Progress::Connected(self.attempts.swap_remove(index)),
                    Ok(false) => index += 1,
                    Err(error) => {
                        self.error = error.to_string();
                        self.attempts.swap_remove(index);
                        self.next_at = now;
                    }
                }
            }
            if now >= self.until {
                return Progress::Failed("nobody answered in time".to_owned());
            }
            let may_start = now >= self.next_at && self.attempts.len() < MAX_ATTEMPTS;
            match self.left.front() {
                Some(_) if may_start => self.start(maker, &watch, now),
                Some(_) => return Progress::Waits(self.next_at.max(now).min(self.until)),
                None if self.attempts.is_empty() => {
                    return Progress::Failed(std::mem::take(&mut self.error));
                }
                None => return Progress::Waits(self.until),
            }
        }
    }

    fn start(
        &mut self,
        maker: Option<&Maker>,
        watch: impl Fn(RawFd) -> io::Result<()>,
        now: Instant,
    ) {
        let Some(address) = self.left.pop_front() else { return };
        let begun = match (self.network, maker) {
            (Network::Host, _) => connect::begin(address),
            (Network::Jail, Some(maker)) => {
                maker.socket(address).and_then(|socket| connect::begin_with(socket, address))
            }
            (Network::Jail, None) => Err(io::ErrorKind::NotConnected.into()),
        };
        match begun.and_then(|stream| watch(stream.as_raw_fd()).map(|()| stream)) {
            Ok(stream) => {
                self.attempts.push(stream);
                self.next_at = now + STAGGER;
            }
            Err(error) => self.error = error.to_string(),
        }
    }
}
