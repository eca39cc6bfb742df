//! One connection, from its acceptance to its end.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::{Duration, Instant};

use super::Engine;
use super::dial::{self, Dial, Network};
use super::ending::Ending;
use super::lookups::Found;
use super::slots::Next;
use crate::dns::names::is_stubs;
use crate::event::Event;
use crate::inspect::{self, Judgement, MAX_FIRST};
use crate::listen::{Role, loopback};
use crate::policy::{Decision, Destination, Why};
use crate::proxy::{self, Protocol};
use crate::relay::connect::settle;
use crate::relay::{Direction, Flow, Pipes, reset_on_close};
use crate::upstream;

/// A connection.
#[derive(Debug)]
pub struct Connection {
    id: u64,
    client: TcpStream,
    since: Instant,
    /// Since when the client could have sent its handshake.
    may_speak_since: Instant,
    goal: Option<(Destination, u16)>,
    /// How a proxy's client is answered.
    protocol: Option<Protocol>,
    phase: Phase,
    first: First,
    up: Direction,
    down: Direction,
}

/// How far it is.
#[derive(Debug)]
enum Phase {
    /// The policy has not been asked.
    New,
    /// A forwarded port: the other side is given.
    Given(u16, Network),
    /// A proxy's client says where it wants to go.
    Asking { input: Vec<u8>, greeted: bool },
    /// The host's resolver is asked, for the name or for that of the host's proxy.
    Resolving { found: Option<Found>, is_proxy: bool },
    /// The server is dialled, or the host's proxy.
    Dialing { dial: Dial, is_proxy: bool },
    /// The host's proxy is asked for a tunnel: what is still to be sent, and what it said.
    Tunnel { server: TcpStream, output: Vec<u8>, input: Vec<u8> },
    /// There is a server.
    Open(TcpStream),
}

/// The client's first bytes, which name the server.
#[derive(Debug)]
enum First {
    /// Not judged yet, and not sent on.
    Held(Vec<u8>),
    /// Nothing more is looked at.
    Passed,
}

/// Whether a step has led on.
enum Step {
    On,
    Wait(Option<Instant>),
}

impl Connection {
    /// One that a listener has accepted.
    pub fn accepted(client: TcpStream, role: Role, id: u64) -> io::Result<Self> {
        settle(&client);
        let local = client.local_addr()?;
        let (goal, phase) = match role {
            Role::Proxy => (None, Phase::Asking { input: Vec::new(), greeted: false }),
            Role::Forward { target } => (None, Phase::Given(target, Network::Host)),
            Role::Publish { target } => (None, Phase::Given(target, Network::Jail)),
            Role::Intercept | Role::Dns | Role::DnsStream => {
                let address = Destination::Address(local.ip().to_canonical());
                (Some((address, local.port())), Phase::New)
            }
        };
        Ok(Self {
            id,
            client,
            since: Instant::now(),
            may_speak_since: Instant::now(),
            goal,
            protocol: None,
            phase,
            first: First::Passed,
            up: Direction::default(),
            down: Direction::default(),
        })
    }

    /// Whether this is that connection.
    pub fn is(&self, id: u64) -> bool {
        self.id == id
    }

    /// The host's resolver has answered.
    pub fn resolved(&mut self, result: Found) {
        if let Phase::Resolving { found, .. } = &mut self.phase {
            *found = Some(result);
        }
    }

    /// Gives back what it holds.
    pub fn close(mut self, pipes: &mut Pipes) {
        self.up.release(pipes);
        self.down.release(pipes);
    }

    /// Does what can be done without waiting.
    pub fn advance(&mut self, engine: &mut Engine, slot: usize) -> Next {
        match self.go(engine, slot) {
            Ok(next) => next,
            Err(ending) => {
                self.end(ending, engine);
                Next::End
            }
        }
    }

    fn go(&mut self, engine: &mut Engine, slot: usize) -> Result<Next, Ending> {
        loop {
            let judged_by = self.judge_first(engine.handshake)?;
            let step = match &mut self.phase {
                Phase::New => self.decide(engine)?,
                Phase::Given(port, network) => {
                    let addresses: Vec<IpAddr> = loopback(true).collect();
                    let dial = Dial::new(&addresses, *port, *network);
                    self.phase = Phase::Dialing { dial, is_proxy: false };
                    Step::On
                }
                Phase::Asking { .. } => self.listen_to_client(engine.handshake)?,
                Phase::Resolving { .. } => self.resolve(engine, slot)?,
                Phase::Dialing { .. } => self.dial(engine, slot)?,
                Phase::Tunnel { .. } => self.open_tunnel(engine.handshake)?,
                Phase::Open(_) => return self.relay(&mut engine.pipes, judged_by),
            };
            if let Step::Wait(deadline) = step {
                let deadlines = [deadline, judged_by];
                return Ok(Next::Wait(deadlines.into_iter().flatten().min()));
            }
        }
    }

    /// Asks the policy about the destination.
    fn decide(&mut self, engine: &mut Engine) -> Result<Step, Ending> {
        let Some((destination, port)) = self.goal.take() else { return Err(Ending::Closed) };
        let named = match &destination {
            Destination::Address(address) => match engine.stub.name(*address) {
                Some(name) => Destination::Name(name.clone()),
                None if is_stubs(*address) => {
                    self.goal = Some((destination, port));
                    return Err(Ending::Refused(Why::Unknown));
                }
                None => destination,
            },
            Destination::Name(_) => destination,
        };
        self.goal = Some((named.clone(), port));
        let by = match engine.policy.decide(&named, port) {
            Decision::Allowed { by } => by,
            Decision::Refused(why) => return Err(Ending::Refused(why)),
        };
        let from = engine.policy.entries[by].from.clone();
        engine.tell(&Event::Allowed { destination: named.clone(), port, from });
        let through = engine.upstream.as_ref().filter(|upstream| !upstream.is_bypassed(&named));
        self.phase = match (&named, through) {
            (Destination::Address(address), None) => {
                let dial = Dial::new(&[*address], port, Network::Host);
                Phase::Dialing { dial, is_proxy: false }
            }
            (_, through) => Phase::Resolving { found: None, is_proxy: through.is_some() },
        };
        // What a proxy's client has sent behind its request is held already.
        if matches!((&named, &self.first), (Destination::Name(_), First::Passed)) {
            self.first = First::Held(Vec::new());
        }
        Ok(Step::On)
    }

    /// Waits for addresses, and dials those that may be.
    fn resolve(&mut self, engine: &mut Engine, slot: usize) -> Result<Step, Ending> {
        let Phase::Resolving { found, is_proxy } = &mut self.phase else { return Ok(Step::On) };
        let is_proxy = *is_proxy;
        let Some((destination, port)) = &self.goal else { return Err(Ending::Closed) };
        let waiter = (slot, self.id);
        let result = match (found.take(), is_proxy) {
            (Some(found), _) => found,
            (None, true) => match engine.look_up_proxy(waiter) {
                Some(found) => found,
                None => return Ok(Step::Wait(None)),
            },
            (None, false) => {
                let Destination::Name(name) = destination else { return Err(Ending::Closed) };
                match engine.look_up(name, waiter) {
                    Some(found) => found,
                    None => return Ok(Step::Wait(None)),
                }
            }
        };
        let addresses = result.map_err(Ending::Failed)?;
        let dial = match (destination, &engine.upstream, is_proxy) {
            (_, Some(upstream), true) => Dial::new(&addresses, upstream.port, Network::Host),
            (Destination::Name(name), ..) => {
                let may = engine.policy.dialable(name, *port, &addresses);
                Dial::new(&may.map_err(Ending::Refused)?, *port, Network::Host)
            }
            (Destination::Address(_), ..) => return Err(Ending::Closed),
        };
        self.phase = Phase::Dialing { dial, is_proxy };
        Ok(Step::On)
    }

    fn dial(&mut self, engine: &mut Engine, slot: usize) -> Result<Step, Ending> {
        let Phase::Dialing { dial, is_proxy } = &mut self.phase else { return Ok(Step::On) };
        let watch = |descriptor| engine.watch(descriptor, slot);
        let server = match dial.advance(engine.maker.as_ref(), watch) {
            dial::Progress::Waits(deadline) => return Ok(Step::Wait(Some(deadline))),
            dial::Progress::Failed(error) => return Err(Ending::Failed(error)),
            dial::Progress::Connected(server) => server,
        };
        settle(&server);
        let is_proxy = *is_proxy;
        if let (Some(upstream), Some((destination, port)), true) =
            (&engine.upstream, &self.goal, is_proxy)
        {
            let output = upstream.request(destination, *port);
            self.phase = Phase::Tunnel { server, output, input: Vec::new() };
        } else {
            self.announce();
            self.phase = Phase::Open(server);
        }
        Ok(Step::On)
    }

    /// Has the host's proxy open a tunnel.
    fn open_tunnel(&mut self, handshake: Duration) -> Result<Step, Ending> {
        let Phase::Tunnel { server, output, input } = &mut self.phase else { return Ok(Step::On) };
        let failed = |error: &io::Error| Ending::Failed(format!("the host's proxy: {error}"));
        while !output.is_empty() {
            match server.write(output) {
                Ok(length) => drop(output.drain(..length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(failed(&error)),
            }
        }
        let is_ended = take(server, input, proxy::MAX_HEAD).map_err(|error| failed(&error))?;
        match upstream::opened(input).map_err(Ending::Failed)? {
            Some(head) => {
                let rest = input.split_off(head);
                let Phase::Tunnel { server, .. } = std::mem::replace(&mut self.phase, Phase::New)
                else {
                    return Ok(Step::On);
                };
                self.announce();
                self.down.prepend(rest);
                self.phase = Phase::Open(server);
                Ok(Step::On)
            }
            None if is_ended => Err(failed(&ErrorKind::UnexpectedEof.into())),
            None => match self.since + 4 * handshake {
                until if Instant::now() >= until => Err(failed(&ErrorKind::TimedOut.into())),
                until => Ok(Step::Wait(Some(until))),
            },
        }
    }

    /// A proxy's client is told that it is connected.
    fn announce(&mut self) {
        if let Some(protocol) = self.protocol.take() {
            self.may_speak_since = Instant::now();
            self.down.prepend(proxy::answer(protocol, proxy::Answer::Open, ""));
        }
    }

    /// Reads what a proxy's client asks for.
    fn listen_to_client(&mut self, handshake: Duration) -> Result<Step, Ending> {
        let Phase::Asking { input, greeted } = &mut self.phase else { return Ok(Step::On) };
        let is_ended = take(&mut self.client, input, proxy::MAX_HEAD).map_err(|_| Ending::Reset)?;
        match proxy::read(input, *greeted) {
            proxy::Step::More if is_ended => Err(Ending::Closed),
            proxy::Step::More => match self.since + handshake {
                until if Instant::now() >= until => Err(Ending::Closed),
                until => Ok(Step::Wait(Some(until))),
            },
            proxy::Step::Reply(bytes, used) => {
                input.drain(..used);
                *greeted = true;
                // Two bytes fit into the buffer of a connection that is new.
                self.client.write_all(&bytes).map_err(|_| Ending::Reset)?;
                Ok(Step::On)
            }
            proxy::Step::Close(bytes) => Err(Ending::BadRequest(bytes)),
            proxy::Step::Connect(request) => {
                self.goal = Some((request.destination, request.port));
                self.protocol = Some(request.protocol);
                self.first = First::Held(request.first);
                self.phase = Phase::New;
                Ok(Step::On)
            }
        }
    }

    /// Looks at the client's first bytes; gives until when they must be there. What the server
    /// sends meanwhile is not held.
    fn judge_first(&mut self, handshake: Duration) -> Result<Option<Instant>, Ending> {
        let First::Held(bytes) = &mut self.first else { return Ok(None) };
        if matches!(self.phase, Phase::New) {
            return Ok(None);
        }
        let (name, port) = match &self.goal {
            Some((Destination::Name(name), port)) => (name, *port),
            Some((Destination::Address(_), _)) => {
                self.up.prepend(std::mem::take(bytes));
                self.first = First::Passed;
                return Ok(None);
            }
            None => return Ok(None),
        };
        let was_empty = bytes.is_empty();
        let is_ended = take(&mut self.client, bytes, MAX_FIRST).map_err(|_| Ending::Reset)?;
        let is_tls = inspect::is_tls_port(port);
        if was_empty && !bytes.is_empty() && !is_tls {
            self.may_speak_since = Instant::now();
        }
        match inspect::judge(bytes, name, port) {
            Judgement::Refuse(why) => Err(Ending::Refused(why)),
            // The client has said nothing and will not.
            Judgement::More if is_ended && bytes.is_empty() && is_tls => Err(Ending::Closed),
            Judgement::More if is_ended && !bytes.is_empty() => Err(Ending::Refused(Why::Silent)),
            Judgement::More if !is_ended => {
                // A tunnel's client waits for its answer before it says more.
                let must_speak = self.protocol.is_none() && (is_tls || !bytes.is_empty());
                let until = must_speak.then_some(self.may_speak_since + handshake);
                match until {
                    Some(until) if Instant::now() >= until => Err(Ending::Refused(Why::Silent)),
                    until => Ok(until),
                }
            }
            Judgement::Pass | Judgement::More => {
                self.up.prepend(std::mem::take(bytes));
                if is_ended {
                    self.up.end();
                }
                self.first = First::Passed;
                Ok(None)
            }
        }
    }

    fn relay(&mut self, pipes: &mut Pipes, judged_by: Option<Instant>) -> Result<Next, Ending> {
        let Phase::Open(server) = &self.phase else { return Ok(Next::Again) };
        let down = self.down.pump(server, &self.client, pipes);
        let up = match self.first {
            First::Held(_) => Ok(Flow::Waits),
            First::Passed => self.up.pump(&self.client, server, pipes),
        };
        match (up, down) {
            (Err(_), _) | (_, Err(_)) => Err(Ending::Reset),
            (Ok(Flow::Finished), Ok(Flow::Finished)) => Err(Ending::Closed),
            (Ok(Flow::More), _) | (_, Ok(Flow::More)) => Ok(Next::Again),
            _ => Ok(Next::Wait(judged_by)),
        }
    }

    /// Tells, and closes as the client can understand.
    fn end(&mut self, ending: Ending, engine: &mut Engine) {
        let (answer, why) = match &ending {
            Ending::Refused(why) => (proxy::Answer::Refused, why.to_string()),
            Ending::Failed(error) => (proxy::Answer::Failed, error.clone()),
            Ending::BadRequest(bytes) => return drop(self.client.write(bytes)),
            Ending::Closed => return,
            Ending::Reset => {
                reset_on_close(&self.client);
                if let Phase::Open(server) = &self.phase {
                    reset_on_close(server);
                }
                return;
            }
        };
        if let Some((destination, port)) = self.goal.clone() {
            engine.tell(&match ending {
                Ending::Refused(why) => Event::Refused { destination, port, why },
                _ => Event::Failed { destination, port, error: why.clone() },
            });
        }
        match self.protocol {
            Some(protocol) => drop(self.client.write(&proxy::answer(protocol, answer, &why))),
            None => reset_on_close(&self.client),
        }
    }
}

/// Reads what is there, up to so many bytes in all; gives whether the other side has ended.
fn take(stream: &mut TcpStream, into: &mut Vec<u8>, most: usize) -> io::Result<bool> {
    let mut buffer = [0; 4096];
    while into.len() < most {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(length) => into.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
