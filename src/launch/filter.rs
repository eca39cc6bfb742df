//! The network filter as a process of its own beside the front: it holds nothing of the run but its own sockets, and ends
//! with the run.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use egress::engine::{self, Setup};
use egress::handover::{self, Network};
use egress::listen::{Role, Socket, Wanted};
use egress::maker::Maker;
use egress::sockets;
use nix::sys::socket::{Shutdown, shutdown};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getpid, pipe, setsid};
use stage2::channel::Channel;
use stage2::confinement::Confinement;
use stage2::{parent, sys};

use super::descriptors;
use super::notice::{Notice, Sink};
use crate::error::Error;
use crate::plan::network::Filter;

/// The running filter.
#[derive(Debug)]
pub struct Running {
    process: Pid,
    /// The filter ends when this does.
    control: OwnedFd,
    /// What it counted, at its end.
    report: OwnedFd,
    /// The front's way to hand over sockets, where no other part of the launch does.
    proxies: Option<Proxies>,
}

/// What whoever makes the jail's network needs.
#[derive(Debug)]
pub struct Ends {
    /// Takes the sockets.
    pub handover: Channel,
    /// Asks for sockets while the jail runs; macOS has no process that could make them.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    pub maker: Channel,
}

/// Listeners of the jail that stage two has made, until all are there.
#[derive(Debug)]
struct Proxies {
    handover: Channel,
    roles: Vec<(u16, Role)>,
    sockets: Vec<Socket>,
}

/// Starts it; `sink` hears each decision as it falls, in the filter's own process.
///
/// # Errors
///
/// A published port is taken on the host; there is no process to be had.
pub fn start(
    filter: &Filter,
    confinement: Confinement,
    sink: Sink,
) -> Result<(Running, Ends), Error> {
    let published = publish(filter)?;
    let pair = || Channel::pair(confinement).map_err(Error::system("socketpair"));
    let ((handover, to_filter), (maker, to_maker)) = (pair()?, pair()?);
    let (control, its_control) = UnixStream::pair().map_err(Error::system("socketpair"))?;
    let (report, its_report) = pipe().map_err(Error::system("pipe"))?;
    descriptors::close_on_exec(&report)?;
    descriptors::close_on_exec(&its_report)?;
    let front = getpid();
    if let Some(process) = sys::fork().map_err(Error::system("fork"))? {
        let over = |end| Channel::over(end, confinement);
        let ends = Ends { handover: over(to_filter), maker: over(to_maker) };
        return Ok((Running { process, control: control.into(), report, proxies: None }, ends));
    }
    drop((control, report, to_filter, to_maker));
    let process =
        Process { handover, maker, control: its_control.into(), report: its_report, published };
    let status = process.work(filter, front, sink).is_err();
    sys::exit_now(u8::from(status))
}

/// Listens on the host's loopback for the jail's servers.
fn publish(filter: &Filter) -> Result<Vec<Socket>, Error> {
    let listen = |forward: &egress::listen::Forward| {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, forward.listen));
        let role = Role::Publish { target: forward.target };
        let port = forward.listen;
        sockets::make(Wanted { role, address }).map_err(|error| Error::PublishPort { port, error })
    };
    filter.publishes.iter().map(listen).collect()
}

/// The filter's own process.
struct Process {
    handover: Channel,
    maker: Channel,
    control: OwnedFd,
    report: OwnedFd,
    published: Vec<Socket>,
}

impl Process {
    /// Its life. Nobody waits for a word of it but for the report.
    fn work(self, filter: &Filter, front: Pid, sink: Sink) -> io::Result<()> {
        self.part_from(front)?;
        let network = handover::receive(&self.handover)?;
        // Whoever hands over is done, and learns so.
        drop(self.handover);
        let setup = Setup {
            policy: filter.policy.clone(),
            has_ipv6: network.has_ipv6,
            sockets: network.sockets.into_iter().chain(self.published).collect(),
            maker: Some(Maker::over(self.maker)),
            upstream: filter.upstream.clone(),
            files: egress::dns::files::Files::default(),
            handshake: engine::HANDSHAKE,
        };
        let mut tell = |event: &egress::event::Event| sink(&Notice::Network(event.to_string()));
        let tally = engine::run(setup, self.control, &mut tell)?;
        File::from(self.report).write_all(&serde_json::to_vec(&tally)?)
    }

    /// Lets go of what is the front's alone: its terminal and its job, the caller's streams, every other descriptor. The
    /// kernel ends this process with the front, however that ends.
    fn part_from(&self, front: Pid) -> io::Result<()> {
        parent::end_with(front)?;
        setsid()?;
        sys::release_stdio(&null()?, false)?;
        let own =
            [self.handover.as_fd(), self.maker.as_fd(), self.control.as_fd(), self.report.as_fd()];
        let published = self.published.iter().map(|socket| socket.descriptor.as_fd());
        let kept: Vec<RawFd> =
            own.into_iter().chain(published).map(|end| end.as_raw_fd()).collect();
        stage2::fds::close_all_but(kept)
    }
}

/// What takes the place of the caller's streams.
fn null() -> io::Result<OwnedFd> {
    Ok(File::options().read(true).write(true).open("/dev/null")?.into())
}

impl Running {
    /// The front itself hands over what stage two makes in the jail.
    pub fn expect_listeners(&mut self, ends: Ends, roles: Vec<(u16, Role)>) {
        self.proxies = Some(Proxies { handover: ends.handover, roles, sockets: Vec::new() });
    }

    /// Stage two has made a listener at this port of the jail.
    pub fn take_listener(&mut self, port: u16, descriptor: OwnedFd) {
        let Some(proxies) = &mut self.proxies else { return };
        if let Some((_, role)) = proxies.roles.iter().find(|(own, _)| *own == port) {
            proxies.sockets.push(Socket { role: *role, descriptor });
        }
    }

    /// The command is about to start: every listener is there.
    pub fn begin(&mut self) {
        if let Some(Proxies { handover, sockets, .. }) = self.proxies.take() {
            // A filter that has ended answers nobody, which is what its absence means.
            let _ = handover::send(&handover, &Network { sockets, has_ipv6: false });
        }
    }

    /// Ends the filter, and tells what it refused.
    pub fn finish(self, sink: Sink) {
        let _ = shutdown(self.control.as_raw_fd(), Shutdown::Both);
        let mut text = Vec::new();
        // Of a filter that has died nothing is known.
        let _ = File::from(self.report).read_to_end(&mut text);
        let _ = waitpid(self.process, None);
        if let Ok(tally) = serde_json::from_slice(&text) {
            sink(&Notice::Refused(tally));
        }
    }

    /// Ends the filter of a network that there will not be.
    #[cfg(target_os = "linux")]
    pub fn abandon(self) {
        let _ = sys::kill(self.process.as_raw(), nix::libc::SIGKILL);
        let _ = waitpid(self.process, None);
    }
}
