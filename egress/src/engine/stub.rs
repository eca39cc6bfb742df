//! The jail's queries, over both transports.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use super::Engine;
use super::slots::{Next, Source};
use crate::dns::stub::Outcome;
use crate::event::Event;
use crate::listen::{self, Role, Socket};
use crate::name::Name;

/// Queries that are answered before others have their turn.
const QUERIES: usize = 64;

/// The longest query over a stream that is read.
const MAX_QUERY: usize = 4096;

/// How long a stream may be idle, RFC 7766 section 6.2.3.
const IDLE: Duration = Duration::from_secs(10);

/// A client of the stub's stream.
pub struct Client {
    stream: TcpStream,
    input: Vec<u8>,
    output: Vec<u8>,
    until: Instant,
}

/// A new one.
pub fn client(stream: TcpStream) -> Source {
    let until = Instant::now() + IDLE;
    Source::DnsClient(Client { stream, input: Vec::new(), output: Vec::new(), until })
}

impl Engine<'_> {
    pub fn answer_datagrams(&mut self, socket: &UdpSocket) -> Next {
        let mut buffer = [0; MAX_QUERY];
        for _ in 0..QUERIES {
            match socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    if let Some(answer) = self.answer(&buffer[..length]) {
                        // A full buffer loses an answer as the network would.
                        let _ = socket.send_to(&answer, from);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Next::Wait(None),
                // A client that did not wait for its answer (ECONNREFUSED).
                Err(_) => {}
            }
        }
        Next::Again
    }

    pub fn answer_stream(&mut self, client: &mut Client) -> Next {
        if Instant::now() >= client.until {
            return Next::End;
        }
        loop {
            while !client.output.is_empty() {
                match client.stream.write(&client.output) {
                    Ok(length) => drop(client.output.drain(..length)),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        return Next::Wait(Some(client.until));
                    }
                    Err(_) => return Next::End,
                }
            }
            if let Some(query) = client.take_query() {
                client.until = Instant::now() + IDLE;
                let answer = self.answer(&query).unwrap_or_default();
                let length = u16::try_from(answer.len()).unwrap_or_default();
                client.output = [&length.to_be_bytes()[..], &answer].concat();
                continue;
            }
            let mut buffer = [0; 1024];
            match client.stream.read(&mut buffer) {
                Ok(length) if length > 0 && client.input.len() < MAX_QUERY => {
                    client.input.extend_from_slice(&buffer[..length]);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Next::Wait(Some(client.until));
                }
                _ => return Next::End,
            }
        }
    }

    fn answer(&mut self, query: &[u8]) -> Option<Vec<u8>> {
        let answer = self.stub.answer(query, &self.policy);
        match answer.outcome {
            Outcome::Quiet => {}
            Outcome::HandedOut(name, addresses) => self.listen_for(&name, addresses),
            Outcome::Refused(name) => self.tell(&Event::NameRefused { name }),
            Outcome::Exhausted => self.tell(&Event::TooManyNames),
        }
        answer.bytes
    }

    /// Listens at the high ports of a name that a wildcard allows, before its address is told.
    fn listen_for(&mut self, name: &Name, addresses: [IpAddr; 2]) {
        for port in listen::later(&self.policy, name) {
            for address in addresses {
                if self.later >= self.limits.later {
                    return;
                }
                let address = SocketAddr::new(address, port);
                let made = self.maker.as_ref().map(|maker| maker.listen(address));
                // Without IPv6 in the jail, one of the two cannot be had.
                if let Some(Ok(listener)) = made {
                    let socket = Socket { role: Role::Intercept, descriptor: listener.into() };
                    self.later += usize::from(self.listen(socket).is_ok());
                }
            }
        }
    }
}

impl Client {
    fn take_query(&mut self) -> Option<Vec<u8>> {
        let length = usize::from(u16::from_be_bytes([*self.input.first()?, *self.input.get(1)?]));
        let query = self.input.get(2..2 + length)?.to_vec();
        self.input.drain(..2 + length);
        Some(query)
    }
}
