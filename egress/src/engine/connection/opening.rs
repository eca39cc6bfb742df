//! From an allowed destination to a server: the host's resolver, the dial, the host's own proxy.

use std::io::{self, ErrorKind, Write};
use std::time::{Duration, Instant};

use super::{Connection, Phase, Step, take};
use crate::engine::Engine;
use crate::engine::dial::{self, Dial, Network};
use crate::engine::ending::Ending;
use crate::policy::Destination;
use crate::proxy;
use crate::relay::connect::settle;
use crate::upstream;

impl Connection {
    /// Waits for addresses, and dials those that may be.
    pub(super) fn resolve(&mut self, engine: &mut Engine, slot: usize) -> Result<Step, Ending> {
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

    pub(super) fn dial(&mut self, engine: &mut Engine, slot: usize) -> Result<Step, Ending> {
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
    pub(super) fn open_tunnel(&mut self, handshake: Duration) -> Result<Step, Ending> {
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
    pub(super) fn announce(&mut self) {
        if let Some(protocol) = self.protocol.take() {
            self.may_speak_since = Instant::now();
            self.down.prepend(proxy::answer(protocol, proxy::Answer::Open, ""));
        }
    }
}
