//! One connection, from its acceptance to its end.

mod client;
mod opening;

use std::io::{self, Write};
use std::net::{IpAddr, TcpStream};
use std::time::Instant;

use client::take;

use super::Engine;
use super::dial::{Dial, Network};
use super::ending::Ending;
use super::lookups::Found;
use super::slots::Next;
use crate::dns::names::is_stubs;
use crate::event::Event;
use crate::listen::{Role, loopback};
use crate::policy::{Decision, Destination, Why};
use crate::proxy::{self, Protocol};
use crate::relay::connect::settle;
use crate::relay::{Direction, Flow, Pipes, reset_on_close};

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
            // The server has ended, and the client has said nothing that could be sent to it.
            (_, Ok(Flow::Finished)) if matches!(self.first, First::Held(_)) => Err(Ending::Closed),
            (Ok(Flow::More), _) | (_, Ok(Flow::More)) => Ok(Next::Again),
            _ => Ok(Next::Wait(judged_by)),
        }
    }

    /// Tells, and closes as the client can understand.
    fn end(&mut self, ending: Ending, engine: &mut Engine) {
        let (answer, why) = match &ending {
            // Programs look for servers of the jail's own there; that is no attempt to leave it.
            Ending::Refused(Why::Loopback) if self.protocol.is_none() => {
                return reset_on_close(&self.client);
            }
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
