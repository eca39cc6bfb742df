//! What runs in the jail's network: sets it up, then does what it is told, a line at a time.

use std::io::{self, BufRead, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use egress::dns::message::{Reply, ask, reply};
use egress::dns::names::STUB;
use egress::listen::Forward;
use egress::name::Name;
use egress::{handover, maker, netns};
use serde::{Deserialize, Serialize};
use stage2::channel::Channel;
use stage2::confinement::Confinement;

/// The first argument of this program in there.
pub const MARK: &str = "inside-the-network";

/// What to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum Act {
    /// Look a name up: A or AAAA.
    LookUp { name: String, kind: u16 },
    /// The same over a stream.
    LookUpOverStream { name: String },
    /// Look up names that are counted, as fast as can be.
    LookUpMany { count: u32, zone: String },
    /// Connect, send in pieces of this size, end, and read to the end.
    Talk { to: SocketAddr, send: Vec<u8>, piece: usize, ends: bool },
    /// Connect this often at the same time; each sends its number and reads it back.
    Crowd { to: SocketAddr, count: u32 },
    /// Connect, send nothing, and see how long that lasts.
    Wait { to: SocketAddr },
    /// Read so much, slowly at first.
    Drain { to: SocketAddr, length: usize },
    /// Connect, and reset.
    Reset { to: SocketAddr },
    /// Send a datagram; what the next call says.
    Datagram { to: SocketAddr },
    /// Listen as a server of the jail, in a thread, and greet.
    Serve { at: SocketAddr },
    /// How long connecting takes until the first answer, in microseconds, the median of many.
    Median { to: SocketAddr, count: usize },
}

/// What became of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Outcome {
    Addresses(Vec<IpAddr>),
    NoName,
    Heard(Vec<u8>),
    /// An errno, and what failed.
    Failed(i32, String),
    Lasted(u64),
    Count(u64),
}

/// The program: channels for the sockets and for the maker, the rules, the forwarded ports.
pub fn main(arguments: &[String]) {
    let [sockets, maker_end, policy, forwards] = arguments else { panic!("four arguments") };
    let channel = |number: &String| {
        let number = number.parse().expect("a number");
        let socket = stage2::sys::adopt(number).expect("an inherited descriptor");
        Channel::over(socket, Confinement::Namespaces)
    };
    let policy = super::world::policy(&serde_json::from_str::<Vec<String>>(policy).expect("rules"));
    let forwards: Vec<Forward> = serde_json::from_str(forwards).expect("ports");
    let network = netns::set_up(&policy, &forwards).expect("a network");
    handover::send(&channel(sockets), &network).expect("the filter takes it");
    drop(network);
    let maker_end = channel(maker_end);
    std::thread::spawn(move || maker::serve(&maker_end));
    for line in io::stdin().lock().lines() {
        let act = serde_json::from_str(&line.expect("a line")).expect("an act");
        let outcome = perform(act).unwrap_or_else(|error| failed("", &error));
        println!("{}", serde_json::to_string(&outcome).expect("text"));
    }
}

fn failed(what: &str, error: &io::Error) -> Outcome {
    Outcome::Failed(error.raw_os_error().unwrap_or_default(), format!("{what}: {error}"))
}

fn perform(act: Act) -> io::Result<Outcome> {
    match act {
        Act::LookUp { name, kind } => {
            let name = Name::parse(&name).expect("a name");
            let socket = stub()?;
            socket.send(&ask(7, &name, kind))?;
            let mut buffer = [0; 512];
            let length = socket.recv(&mut buffer)?;
            Ok(told(reply(&buffer[..length], 7, &name, kind)))
        }
        Act::LookUpOverStream { name } => {
            let name = Name::parse(&name).expect("a name");
            let query = ask(7, &name, 1);
            let mut stream = TcpStream::connect((STUB, 53))?;
            let length = u16::try_from(query.len()).expect("a short query");
            // A byte at a time.
            for byte in [&length.to_be_bytes()[..], &query].concat() {
                stream.write_all(&[byte])?;
            }
            let mut length = [0; 2];
            stream.read_exact(&mut length)?;
            let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut answer)?;
            Ok(told(reply(&answer, 7, &name, 1)))
        }
        Act::LookUpMany { count, zone } => {
            let socket = stub()?;
            let mut answers = 0;
            for number in 0..count {
                let name = Name::parse(&format!("n{number}.{zone}")).expect("a name");
                socket.send(&ask(7, &name, 1))?;
                let mut buffer = [0; 512];
                let length = socket.recv(&mut buffer)?;
                answers += u64::from(reply(&buffer[..length], 7, &name, 1).is_some());
            }
            Ok(Outcome::Count(answers))
        }
        Act::Talk { to, send, piece, ends } => talk(to, &send, piece, ends),
        Act::Crowd { to, count } => crowd(to, count),
        Act::Wait { to } => {
            let mut stream = connect(to)?;
            let start = Instant::now();
            let _ = stream.read(&mut [0; 1]);
            let lasted = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
            Ok(Outcome::Lasted(lasted))
        }
        Act::Drain { to, length } => drain(to, length),
        Act::Reset { to } => {
            let stream = connect(to)?;
            std::thread::sleep(Duration::from_millis(100));
            let linger = nix::libc::linger { l_onoff: 1, l_linger: 0 };
            nix::sys::socket::setsockopt(&stream, nix::sys::socket::sockopt::Linger, &linger)?;
            Ok(Outcome::Count(0))
        }
        Act::Datagram { to } => {
            let socket = UdpSocket::bind(("0.0.0.0", 0))?;
            socket.connect(to)?;
            socket.set_read_timeout(Some(Duration::from_secs(3)))?;
            socket.send(b"x")?;
            socket.recv(&mut [0; 8]).map(|_| Outcome::Count(1))
        }
        Act::Serve { at } => {
            let listener = TcpListener::bind(at)?;
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    let _ = stream.and_then(|mut stream| stream.write_all(b"from the jail"));
                }
            });
            Ok(Outcome::Count(0))
        }
        Act::Median { to, count } => {
            let mut times = Vec::new();
            for _ in 0..count {
                let start = Instant::now();
                let mut stream = TcpStream::connect(to)?;
                stream.write_all(b"x")?;
                stream.read_exact(&mut [0; 1])?;
                times.push(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
            }
            times.sort_unstable();
            Ok(Outcome::Lasted(times[times.len() / 2]))
        }
    }
}

fn told(reply: Option<Reply>) -> Outcome {
    match reply {
        Some(Reply::Addresses(addresses)) => Outcome::Addresses(addresses),
        Some(Reply::NoName) => Outcome::NoName,
        other => Outcome::Failed(0, format!("{other:?}")),
    }
}

fn stub() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(("0.0.0.0", 0))?;
    socket.connect((STUB, 53))?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok(socket)
}

fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, Duration::from_secs(20))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

fn talk(to: SocketAddr, send: &[u8], piece: usize, ends: bool) -> io::Result<Outcome> {
    let mut stream = match connect(to) {
        Err(error) => return Ok(failed("connect", &error)),
        Ok(stream) => stream,
    };
    stream.set_nodelay(true)?;
    for piece in send.chunks(piece) {
        if let Err(error) = stream.write_all(piece) {
            return Ok(failed("write", &error));
        }
        if send.len() < 4096 && piece.len() == 1 {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    if ends {
        if let Err(error) = stream.shutdown(Shutdown::Write) {
            return Ok(failed("shutdown", &error));
        }
    }
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard) {
        Ok(_) => Ok(Outcome::Heard(heard)),
        Err(error) => Ok(failed("read", &error)),
    }
}

/// All are open before the first one talks.
fn crowd(to: SocketAddr, count: u32) -> io::Result<Outcome> {
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(connect(to)?);
    }
    let mut answered = 0;
    for (number, mut stream) in (0_u32..).zip(streams) {
        stream.write_all(&number.to_be_bytes())?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        answered += u64::from(answer == number.to_be_bytes());
    }
    Ok(Outcome::Count(answered))
}

fn drain(to: SocketAddr, length: usize) -> io::Result<Outcome> {
    let mut stream = connect(to)?;
    // The server fills what is between us, and has to wait.
    std::thread::sleep(Duration::from_millis(300));
    let (mut buffer, mut read, mut sum) = (vec![0; 1 << 20], 0, 0_u64);
    while read < length {
        let part = stream.read(&mut buffer)?;
        if part == 0 {
            break;
        }
        sum = checksum(sum, &buffer[..part]);
        read += part;
    }
    Ok(Outcome::Count(sum))
}

/// A sum in which every byte's place counts.
pub fn checksum(sum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()))
}

/// Keeps a descriptor for the program that is started.
pub fn inherit(descriptor: &OwnedFd) {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    fcntl(descriptor, FcntlArg::F_SETFD(FdFlag::empty())).expect("an open descriptor");
}
