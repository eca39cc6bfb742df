//! Asking the host's resolver for a name's addresses.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::Instant;

use super::files::{Files, ResolvConf};
use super::message::{A, AAAA, Reply, ask, reply};
use crate::name::Name;
use crate::relay::connect;

/// The longest datagram that a server sends to a client without EDNS is 512 bytes; some send more.
const DATAGRAM: usize = 4096;

/// How a lookup ended.
pub type Found = io::Result<Vec<IpAddr>>;

/// One lookup: both types at once from one server, then the next server, then the next candidate.
#[derive(Debug)]
pub struct Lookup {
    conf: ResolvConf,
    candidates: Vec<Name>,
    /// Counts servers and rounds for the current candidate.
    tries: usize,
    exchange: Option<Exchange>,
}

/// The questions to one server.
#[derive(Debug)]
struct Exchange {
    transport: Transport,
    questions: [Question; 2],
    server: SocketAddr,
    deadline: Instant,
}

#[derive(Debug)]
struct Question {
    id: u16,
    kind: u16,
    reply: Option<Reply>,
}

#[derive(Debug)]
enum Transport {
    Datagrams(UdpSocket),
    /// With what is still to be written, and what was read.
    Stream(TcpStream, Vec<u8>, Vec<u8>),
}

/// What a lookup waits for.
#[derive(Debug)]
pub enum Progress {
    /// Its descriptor, until the deadline.
    Waits {
        /// A descriptor to watch that was not there before.
        descriptor: Option<RawFd>,
        /// When to go on in any case.
        deadline: Instant,
    },
    /// Nothing any more.
    Done(Found),
}

impl Lookup {
    /// Begins; the files may know already.
    pub fn start(name: &Name, files: &Files) -> Result<Self, Vec<IpAddr>> {
        let known = files.hosts(name);
        if !known.is_empty() {
            return Err(known);
        }
        let conf = files.resolv_conf();
        let mut candidates = conf.candidates(name);
        candidates.reverse();
        Ok(Self { conf, candidates, tries: 0, exchange: None })
    }

    /// Does what can be done without waiting.
    pub fn advance(&mut self, now: Instant) -> Progress {
        loop {
            let Some(name) = self.candidates.last() else {
                return Progress::Done(Err(io::Error::new(
                    ErrorKind::NotFound,
                    "the host's resolver knows no such name",
                )));
            };
            let Some(exchange) = &mut self.exchange else {
                match self.begin(now) {
                    Some(waits) => return waits,
                    None => return Progress::Done(Err(silent())),
                }
            };
            match exchange.receive(name) {
                Ok(Some(descriptor)) => {
                    let deadline = exchange.deadline;
                    return Progress::Waits { descriptor: Some(descriptor), deadline };
                }
                Ok(None) => {}
                Err(_) => {
                    self.exchange = None;
                    continue;
                }
            }
            match exchange.outcome(now) {
                Outcome::Waits => {
                    return Progress::Waits { descriptor: None, deadline: exchange.deadline };
                }
                Outcome::Found(addresses) => return Progress::Done(Ok(addresses)),
                Outcome::NoName => {
                    self.candidates.pop();
                    self.tries = 0;
                    self.exchange = None;
                }
                Outcome::Failed => self.exchange = None,
            }
        }
    }

    /// Asks the next server that can be asked; `None` where all have been, as often as may be.
    fn begin(&mut self, now: Instant) -> Option<Progress> {
        let name = self.candidates.last()?;
        while self.tries < self.conf.servers.len() * self.conf.attempts {
            let server = self.conf.servers[self.tries % self.conf.servers.len()];
            self.tries += 1;
            if let Ok(exchange) = Exchange::start(server, name, now + self.conf.timeout) {
                let descriptor = Some(exchange.transport.descriptor());
                let deadline = exchange.deadline;
                self.exchange = Some(exchange);
                return Some(Progress::Waits { descriptor, deadline });
            }
        }
        None
    }
}

fn silent() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "no resolver of the host answered")
}

enum Outcome {
    Waits,
    Found(Vec<IpAddr>),
    NoName,
    Failed,
}

impl Exchange {
    fn start(server: SocketAddr, name: &Name, deadline: Instant) -> io::Result<Self> {
        let any: IpAddr = match server {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        // A socket of its own, connected: another port for each lookup, and nobody else's answers.
        let socket = UdpSocket::bind((any, 0))?;
        socket.set_nonblocking(true)?;
        socket.connect(server)?;
        let questions = [A, AAAA].map(|kind| Question { id: random_id(kind), kind, reply: None });
        for question in &questions {
            socket.send(&ask(question.id, name, question.kind))?;
        }
        Ok(Self { transport: Transport::Datagrams(socket), questions, server, deadline })
    }

    /// Takes what has come. Gives a new descriptor where the transport has changed.
    fn receive(&mut self, name: &Name) -> io::Result<Option<RawFd>> {
        match &mut self.transport {
            Transport::Datagrams(socket) => {
                let mut buffer = [0; DATAGRAM];
                loop {
                    match socket.recv(&mut buffer) {
                        Ok(length) => note(&mut self.questions, &buffer[..length], name),
                        Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                        Err(error) => return Err(error),
                    }
                }
                let is_cut = |question: &Question| question.reply == Some(Reply::Truncated);
                if self.questions.iter().any(is_cut) {
                    self.over_stream(name).map(Some)
                } else {
                    Ok(None)
                }
            }
            Transport::Stream(stream, output, input) => {
                let has_more = exchange_bytes(stream, output, input)?;
                while let Some(message) = take_message(input) {
                    note(&mut self.questions, &message, name);
                }
                let is_open = self.questions.iter().any(|question| question.reply.is_none());
                if !has_more && is_open { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(None) }
            }
        }
    }

    /// Asks what did not fit into a datagram once more over a stream.
    fn over_stream(&mut self, name: &Name) -> io::Result<RawFd> {
        let stream = connect::begin(self.server)?;
        let mut output = Vec::new();
        for question in &mut self.questions {
            if question.reply.as_ref().is_none_or(|reply| *reply == Reply::Truncated) {
                question.reply = None;
                let message = ask(question.id, name, question.kind);
                // 12 bytes of header, 255 of the name, 4 of the type.
                output.extend_from_slice(
                    &u16::try_from(message.len()).unwrap_or_default().to_be_bytes(),
                );
                output.extend_from_slice(&message);
            }
        }
        let descriptor = stream.as_raw_fd();
        self.transport = Transport::Stream(stream, output, Vec::new());
        Ok(descriptor)
    }

    fn outcome(&self, now: Instant) -> Outcome {
        let replies = || self.questions.iter().filter_map(|question| question.reply.as_ref());
        let is_complete = replies().count() == self.questions.len();
        if !is_complete && now < self.deadline {
            return Outcome::Waits;
        }
        let found: Vec<_> = replies()
            .filter_map(|reply| match reply {
                Reply::Addresses(addresses) => Some(addresses),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        let has_no_name = replies().any(|reply| matches!(reply, Reply::NoName));
        let has_no_data = replies().all(|reply| matches!(reply, Reply::Addresses(_)));
        match found.is_empty() {
            false => Outcome::Found(found),
            true if has_no_name || (is_complete && has_no_data) => Outcome::NoName,
            true => Outcome::Failed,
        }
    }
}

impl Transport {
    fn descriptor(&self) -> RawFd {
        match self {
            Self::Datagrams(socket) => socket.as_raw_fd(),
            Self::Stream(stream, ..) => stream.as_raw_fd(),
        }
    }
}

fn note(questions: &mut [Question; 2], bytes: &[u8], name: &Name) {
    for question in questions.iter_mut().filter(|question| question.reply.is_none()) {
        question.reply = reply(bytes, question.id, name, question.kind);
    }
}

/// Writes and reads what can be; gives whether the other side is still there.
fn exchange_bytes(
    stream: &mut TcpStream,
    output: &mut Vec<u8>,
    input: &mut Vec<u8>,
) -> io::Result<bool> {
    while !output.is_empty() {
        match stream.write(output) {
            Ok(length) => drop(output.drain(..length)),
            Err(error) if is_not_yet(&error) => return Ok(true),
            Err(error) => return Err(error),
        }
    }
    let mut buffer = [0; DATAGRAM];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(false),
            // Two answers of 64 KiB.
            Ok(_) if input.len() > 0x2_0000 => return Err(ErrorKind::InvalidData.into()),
            Ok(length) => input.extend_from_slice(&buffer[..length]),
            Err(error) if is_not_yet(&error) => return Ok(true),
            Err(error) => return Err(error),
        }
    }
}

/// A socket that is still being connected says so in its own way.
fn is_not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected)
}

fn take_message(input: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_be_bytes([*input.first()?, *input.get(1)?]));
    let message = input.get(2..2 + length)?.to_vec();
    input.drain(..2 + length);
    Some(message)
}

/// A number that cannot be foreseen: keyed with the system's random bytes.
fn random_id(kind: u16) -> u16 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u16(kind);
    let bytes = hasher.finish().to_be_bytes();
    u16::from_be_bytes([bytes[0], bytes[1]])
}
