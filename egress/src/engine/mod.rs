//! The filter at work: one thread, one loop over everything that is ready.

mod connection;
mod dial;
mod ending;
mod limits;
mod lookups;
mod slots;
mod stub;

use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use slab::Slab;

use crate::dns::files::Files;
use crate::dns::stub::Stub;
use crate::event::Event;
use crate::listen::{Role, Socket};
use crate::maker::Maker;
use crate::name::Name;
use crate::policy::Policy;
use crate::relay::Pipes;
use crate::tally::Tally;
use crate::upstream::Upstream;
use connection::Connection;
use limits::Limits;
use lookups::Waiting;
use slots::{Next, Slot, Source};

/// Events that are taken at once.
const EVENTS: usize = 256;

/// Connections that one listener accepts before others have their turn.
const ACCEPTS: usize = 64;

/// How long a listener rests when there are no descriptors left.
const REST: Duration = Duration::from_millis(50);

/// What the filter works with.
#[derive(Debug)]
pub struct Setup {
    /// The rules.
    pub policy: Policy,
    /// The jail's network has IPv6.
    pub has_ipv6: bool,
    /// Where the filter listens.
    pub sockets: Vec<Socket>,
    /// Who makes sockets of the jail's network.
    pub maker: Option<Maker>,
    /// The host's own proxy.
    pub upstream: Option<Upstream>,
    /// The host's resolver.
    pub files: Files,
    /// How long a client has for its handshake where one must come.
    pub handshake: Duration,
}

/// A client that does not say in this time which server it wants says it never.
pub const HANDSHAKE: Duration = Duration::from_secs(10);

/// Whoever is told each decision as it falls.
pub type Sink<'a> = &'a mut dyn FnMut(&Event);

/// Works until the other end of `control` is closed; gives what was refused.
///
/// # Errors
///
/// The kernel gives no way to wait for sockets, or the sockets cannot be used.
pub fn run(setup: Setup, control: OwnedFd, sink: Sink) -> io::Result<Tally> {
    let mut engine = Engine::new(setup, sink)?;
    let control_descriptor = control.as_raw_fd();
    engine.insert(Source::Control(control), control_descriptor)?;
    let mut events = Events::with_capacity(EVENTS);
    let mut ready = BTreeSet::new();
    loop {
        let timeout = engine.timeout(!ready.is_empty());
        match engine.poll.poll(&mut events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => outcome?,
        }
        ready.extend(events.iter().map(|event| event.token().0));
        ready.extend(engine.due());
        let turn = std::mem::take(&mut ready);
        for slot in turn {
            match engine.turn(slot) {
                Turn::Over => {}
                Turn::Again => drop(ready.insert(slot)),
                Turn::Stop => return Ok(engine.tally),
            }
        }
        ready.extend(engine.woken.drain(..));
    }
}

/// What a turn leaves.
enum Turn {
    Over,
    Again,
    Stop,
}

/// Everything but the loop.
struct Engine<'a> {
    poll: Poll,
    slots: Slab<Slot>,
    timers: BTreeSet<(Instant, usize)>,
    /// Slots that have their turn without an event.
    woken: Vec<usize>,
    /// Listeners that wait for connections to end.
    paused: BTreeSet<usize>,
    connections: usize,
    /// Listeners that were made for names of wildcards.
    later: usize,
    /// Counts connections, so that one is told from a later one in its slot.
    started: u64,
    lookups: HashMap<Name, usize>,
    limits: Limits,
    pipes: Pipes,
    policy: Policy,
    stub: Stub,
    maker: Option<Maker>,
    upstream: Option<Upstream>,
    files: Files,
    handshake: Duration,
    tally: Tally,
    sink: Sink<'a>,
}

impl<'a> Engine<'a> {
    fn new(setup: Setup, sink: Sink<'a>) -> io::Result<Self> {
        let limits = Limits::raise(setup.sockets.len());
        let mut engine = Self {
            poll: Poll::new()?,
            slots: Slab::new(),
            timers: BTreeSet::new(),
            woken: Vec::new(),
            paused: BTreeSet::new(),
            connections: 0,
            later: 0,
            started: 0,
            lookups: HashMap::new(),
            pipes: Pipes::new(limits.pipes),
            limits,
            stub: Stub::new(&setup.policy, setup.has_ipv6),
            policy: setup.policy,
            maker: setup.maker,
            upstream: setup.upstream,
            files: setup.files,
            handshake: setup.handshake,
            tally: Tally::default(),
            sink,
        };
        setup.sockets.into_iter().try_for_each(|socket| engine.listen(socket))?;
        Ok(engine)
    }

    /// Takes a socket over.
    fn listen(&mut self, Socket { role, descriptor }: Socket) -> io::Result<()> {
        let number = descriptor.as_raw_fd();
        let source = if role == Role::Dns {
            let socket = UdpSocket::from(descriptor);
            socket.set_nonblocking(true)?;
            Source::Dns(socket)
        } else {
            let listener = TcpListener::from(descriptor);
            listener.set_nonblocking(true)?;
            Source::Listener(listener, role)
        };
        self.insert(source, number).map(drop)
    }

    fn insert(&mut self, source: Source, descriptor: RawFd) -> io::Result<usize> {
        let slot = self.slots.insert(Slot { source, deadline: None });
        if let Err(error) = self.watch(descriptor, slot) {
            self.slots.remove(slot);
            return Err(error);
        }
        Ok(slot)
    }

    /// Has a descriptor's news reach a slot. The kernel forgets the descriptor when it is closed.
    fn watch(&self, descriptor: RawFd, slot: usize) -> io::Result<()> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut SourceFd(&descriptor), Token(slot), interest)
    }

    fn timeout(&self, at_once: bool) -> Option<Duration> {
        if at_once {
            return Some(Duration::ZERO);
        }
        let first = self.timers.first()?.0;
        Some(first.saturating_duration_since(Instant::now()))
    }

    /// The slots whose time has come.
    fn due(&mut self) -> Vec<usize> {
        let now = Instant::now();
        let mut due = Vec::new();
        while let Some(&(deadline, slot)) = self.timers.first() {
            if deadline > now {
                break;
            }
            self.timers.pop_first();
            if let Some(slot) = self.slots.get_mut(slot) {
                slot.deadline = None;
            }
            due.push(slot);
        }
        due
    }

    /// One slot does what it can. An event may be older than what is in the slot now; none minds.
    fn turn(&mut self, slot: usize) -> Turn {
        let Some(held) = self.slots.get_mut(slot) else { return Turn::Over };
        let mut source = std::mem::replace(&mut held.source, Source::Taken);
        let next = match &mut source {
            Source::Control(control) if slots::is_closed(control) => return Turn::Stop,
            Source::Taken | Source::Control(_) => Next::Wait(None),
            Source::Dns(socket) => self.answer_datagrams(socket),
            Source::Listener(listener, role) => self.accept(listener, *role, slot),
            Source::DnsClient(client) => self.answer_stream(client),
            Source::Lookup(waiting) => self.look_further(waiting, slot),
            Source::Connection(connection) => connection.advance(self, slot),
        };
        let (deadline, turn) = match next {
            Next::Wait(deadline) => (deadline, Turn::Over),
            Next::Again => (None, Turn::Again),
            Next::End => {
                self.end(source, slot);
                return Turn::Over;
            }
        };
        self.slots[slot].source = source;
        self.set_timer(slot, deadline);
        turn
    }

    fn set_timer(&mut self, slot: usize, deadline: Option<Instant>) {
        let before = std::mem::replace(&mut self.slots[slot].deadline, deadline);
        if before != deadline {
            before.map(|before| self.timers.remove(&(before, slot)));
            deadline.map(|deadline| self.timers.insert((deadline, slot)));
        }
    }

    fn end(&mut self, source: Source, slot: usize) {
        self.set_timer(slot, None);
        self.slots.remove(slot);
        if let Source::Connection(connection) = source {
            connection.close(&mut self.pipes);
            self.connections -= 1;
            self.woken.extend(std::mem::take(&mut self.paused));
        }
    }

    /// Accepts what waits, as far as there are descriptors: what is not accepted waits in the
    /// kernel, and its sender with it.
    fn accept(&mut self, listener: &TcpListener, role: Role, slot: usize) -> Next {
        for _ in 0..ACCEPTS {
            if self.connections >= self.limits.connections {
                self.paused.insert(slot);
                return Next::Wait(None);
            }
            match listener.accept() {
                Ok((stream, _)) => self.welcome(stream, role),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Next::Wait(None),
                // The client has gone again.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Next::Wait(Some(Instant::now() + REST)),
            }
        }
        Next::Again
    }

    /// A connection that cannot be watched is closed.
    fn welcome(&mut self, stream: TcpStream, role: Role) {
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        let descriptor = stream.as_raw_fd();
        let source = if role == Role::DnsStream {
            stub::client(stream)
        } else {
            self.started += 1;
            match Connection::accepted(stream, role, self.started) {
                Ok(connection) => Source::Connection(Box::new(connection)),
                Err(_) => return,
            }
        };
        let is_connection = matches!(source, Source::Connection(_));
        if let Ok(slot) = self.insert(source, descriptor) {
            self.connections += usize::from(is_connection);
            self.woken.push(slot);
        }
    }

    /// Tells and counts.
    fn tell(&mut self, event: &Event) {
        self.tally.note(event);
        (self.sink)(event);
    }

    /// Hands a lookup's outcome to a connection, if that is still there.
    fn deliver(&mut self, waiter: (usize, u64), found: &lookups::Found) {
        let (slot, id) = waiter;
        if let Some(Slot { source: Source::Connection(connection), .. }) = self.slots.get_mut(slot)
        {
            if connection.is(id) {
                connection.resolved(found.clone());
                self.woken.push(slot);
            }
        }
    }

    fn look_further(&mut self, waiting: &mut Waiting, slot: usize) -> Next {
        match waiting.advance(|descriptor| self.watch(descriptor, slot)) {
            lookups::Progress::Waits(deadline) => Next::Wait(Some(deadline)),
            lookups::Progress::Done(found) => {
                self.lookups.remove(&waiting.name);
                for waiter in std::mem::take(&mut waiting.waiters) {
                    self.deliver(waiter, &found);
                }
                Next::End
            }
        }
    }
}
