//! What carries bytes between two sockets: a pipe that the kernel moves pages through,
//! `splice(2)`, or a buffer where there is none.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

#[cfg(target_os = "linux")]
use self::pipe::Pipe;

/// Bytes of a buffer, and as many as a pipe holds when it is made.
const CAPACITY: usize = 64 * 1024;

/// Pipes that are kept for the next who needs one.
const MAX_IDLE: usize = 32;

/// One of the two.
#[derive(Debug)]
pub enum Carrier {
    /// Through the kernel.
    #[cfg(target_os = "linux")]
    Pipe(Pipe),
    /// Through memory: the bytes, and how many of them are written.
    Buffer(Vec<u8>, usize),
}

impl Carrier {
    /// Whether all that was read is written.
    pub fn is_empty(&self) -> bool {
        match self {
            #[cfg(target_os = "linux")]
            Self::Pipe(pipe) => pipe.is_empty(),
            Self::Buffer(bytes, written) => bytes.len() == *written,
        }
    }

    /// Reads; 0 at the end.
    pub fn fill(&mut self, mut from: &TcpStream) -> io::Result<usize> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Pipe(pipe) => pipe.fill(from),
            Self::Buffer(bytes, written) => loop {
                bytes.resize(CAPACITY, 0);
                let outcome = from.read(bytes);
                bytes.truncate(*outcome.as_ref().unwrap_or(&0));
                *written = 0;
                match outcome {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    outcome => return outcome,
                }
            },
        }
    }

    /// Writes what was read.
    pub fn drain(&mut self, mut to: &TcpStream) -> io::Result<usize> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Pipe(pipe) => pipe.drain(to),
            Self::Buffer(bytes, written) => {
                let outcome = to.write(&bytes[*written..]);
                *written += outcome.as_ref().unwrap_or(&0);
                outcome
            }
        }
    }
}

/// Pipes for whoever has bytes to move, no more than there may be.
#[derive(Debug)]
pub struct Pipes {
    idle: Vec<Carrier>,
    /// Pipes that may still be made.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    left: usize,
}

impl Pipes {
    /// At most this many pipes; more connections than that move bytes through buffers.
    pub fn new(most: usize) -> Self {
        Self { idle: Vec::new(), left: most }
    }

    /// One that is empty.
    pub fn take(&mut self) -> Carrier {
        self.idle.pop().unwrap_or_else(|| self.make())
    }

    /// Takes one back. Bytes may be left in it where a connection was reset: such a pipe goes.
    pub fn give_back(&mut self, carrier: Carrier) {
        #[cfg(target_os = "linux")]
        if matches!(carrier, Carrier::Pipe(_)) {
            if carrier.is_empty() && self.idle.len() < MAX_IDLE {
                self.idle.push(carrier);
            } else {
                self.left += 1;
            }
        }
        #[cfg(not(target_os = "linux"))]
        if carrier.is_empty() && self.idle.len() < MAX_IDLE {
            self.idle.push(carrier);
        }
    }

    fn make(&mut self) -> Carrier {
        #[cfg(target_os = "linux")]
        if self.left > 0 {
            if let Ok(pipe) = Pipe::new() {
                self.left -= 1;
                return Carrier::Pipe(pipe);
            }
        }
        Carrier::Buffer(Vec::new(), 0)
    }
}

#[cfg(target_os = "linux")]
mod pipe {
    use std::io;
    use std::net::TcpStream;
    use std::os::fd::OwnedFd;

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl, splice};
    use nix::unistd::pipe2;

    /// What the kernel lets an ordinary user make of a pipe: fewer and longer moves. Where it does
    /// not (`pipe-user-pages-soft`), the pipe stays as it was made.
    const CAPACITY: i32 = 256 * 1024;

    /// At most this much in one call; a pipe that is full ends it sooner.
    const MOST: usize = 1024 * 1024;

    /// A pipe, and how much is in it.
    #[derive(Debug)]
    pub struct Pipe {
        output: OwnedFd,
        input: OwnedFd,
        held: usize,
    }

    impl Pipe {
        pub fn new() -> io::Result<Self> {
            let (output, input) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
            let _ = fcntl(&input, FcntlArg::F_SETPIPE_SZ(CAPACITY));
            Ok(Self { output, input, held: 0 })
        }

        pub fn is_empty(&self) -> bool {
            self.held == 0
        }

        /// The pipe is empty, so `EAGAIN` is the socket's.
        pub fn fill(&mut self, from: &TcpStream) -> io::Result<usize> {
            let length = retry(|| splice(from, None, &self.input, None, MOST, flags()))?;
            self.held += length;
            Ok(length)
        }

        pub fn drain(&mut self, to: &TcpStream) -> io::Result<usize> {
            let length = retry(|| splice(&self.output, None, to, None, self.held, flags()))?;
            self.held -= length;
            Ok(length)
        }
    }

    fn flags() -> SpliceFFlags {
        SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK
    }

    fn retry(mut call: impl FnMut() -> nix::Result<usize>) -> io::Result<usize> {
        loop {
            match call() {
                Err(Errno::EINTR) => {}
                outcome => return Ok(outcome?),
            }
        }
    }
}
