//! What the client sends before anything is relayed: whom it names, and what it asks a proxy for.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Connection, First, Phase, Step};
use crate::engine::ending::Ending;
use crate::inspect::{self, Judgement, MAX_FIRST};
use crate::policy::{Destination, Why};
use crate::proxy;

impl Connection {
    /// Reads what a proxy's client asks for.
    pub(super) fn listen_to_client(&mut self, handshake: Duration) -> Result<Step, Ending> {
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
    pub(super) fn judge_first(&mut self, handshake: Duration) -> Result<Option<Instant>, Ending> {
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
}

/// Reads what is there, up to so many bytes in all; gives whether the other side has ended.
pub(super) fn take(stream: &mut TcpStream, into: &mut Vec<u8>, most: usize) -> io::Result<bool> {
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
