//! Between two terminals: the caller's, and the command's own in the jail.
//!
//! The command's does what a terminal does: it edits lines, echoes, turns Ctrl-C into a signal.
//! The caller's is in raw mode meanwhile and passes every byte. While we are in its background it
//! is left alone, except that what the command writes is shown, as any program's would be.
//!
//! Nothing is read before what was read last is written: whoever writes too fast, the command or
//! the user, waits as at one terminal.

mod host;
mod queue;
mod raw;

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags};
use nix::unistd::{read, write};
use stage2::spec::{Foreground, Pty};
use stage2::sys::terminal;
use stage2::terminal::Size;

use crate::error::Error;
use crate::host::{Host, Stdio};
use host::HostTerminal;
use queue::Queue;

/// Bytes read at once.
const BUFFER: usize = 64 * 1024;

/// Reads of the command's output before everything else is looked at again.
const ROUNDS: usize = 16;

/// What a terminal in raw mode has for the end of the input: Ctrl-D.
const END_OF_INPUT: u8 = 4;

/// The front's part of the command's terminal.
#[derive(Debug)]
pub struct Proxy {
    host: HostTerminal,
    /// Which of the command's standard descriptors are its terminal.
    streams: [bool; 3],
    /// Our side of the command's terminal: once it has arrived, and until it has closed.
    master: Option<OwnedFd>,
    typed: Queue,
    shown: Queue,
    buffer: Box<[u8]>,
    /// Whether the caller's terminal is ours and in raw mode.
    foreground: bool,
    /// Whether the last read found nothing.
    drained: bool,
    /// Whether the caller's terminal is gone.
    hung_up: bool,
    /// Bytes of the command's output so far.
    passed: u64,
}

/// What became ready: our side of the command's terminal, the caller's input, the caller's output.
pub type Ready = [PollFlags; 3];

impl Proxy {
    /// Prepares the caller's terminal; the command's is still to be made.
    pub fn new(host: &Host) -> Result<Self, Error> {
        Ok(Self {
            host: HostTerminal::find()?,
            streams: host.stdio.map(|stream| stream == Stdio::Terminal),
            master: None,
            typed: Queue::default(),
            shown: Queue::default(),
            buffer: vec![0; BUFFER].into(),
            foreground: false,
            drained: true,
            hung_up: false,
            passed: 0,
        })
    }

    /// What stage two shall make.
    pub fn pty(&self) -> Result<Pty, Error> {
        let attributes = self.host.attributes().map_err(Error::system("tcgetattr"))?;
        let size = self.command_size().map_err(Error::system("the terminal's size"))?;
        Ok(Pty { streams: self.streams, attributes, size })
    }

    /// A command that is started in the background of the caller's terminal is in that of its own.
    pub fn foreground(&self) -> Foreground {
        if self.is_ours() { Foreground::AtStart } else { Foreground::OnDemand }
    }

    /// Whether the caller's terminal is ours to use.
    pub fn is_ours(&self) -> bool {
        self.host.is_ours()
    }

    /// Takes our side of the command's terminal.
    pub fn connect(&mut self, master: OwnedFd) -> Result<(), Error> {
        // Nobody else has this open file, so nobody else sees the flag.
        fcntl(&master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(Error::system("fcntl"))?;
        self.master = Some(master);
        Ok(())
    }

    /// The command starts or goes on. Gives whether it is in the foreground.
    pub fn resume(&mut self) -> bool {
        self.foreground = self.master.is_some() && !self.hung_up && self.host.is_ours();
        if self.foreground {
            // Where that fails the terminal has gone, which the next read tells.
            let _ = raw::enter(self.host.input());
            self.resize();
        } else {
            raw::forget();
        }
        self.foreground
    }

    /// Gives the caller's terminal back as it was.
    pub fn suspend(&mut self) {
        self.foreground = false;
        raw::leave();
    }

    /// The size of the window that the command sees; a status bar takes its rows from it here.
    fn command_size(&self) -> io::Result<Size> {
        self.host.size()
    }

    /// The caller's window may have another size. The kernel tells the command, if so.
    pub fn resize(&self) {
        if let (Some(master), Ok(size)) = (&self.master, self.command_size()) {
            let _ = terminal::set_size(master, size);
        }
    }

    /// Everything that the command's terminal says, on its way to the caller's; a status bar has
    /// its say here.
    fn show(&mut self, length: usize) {
        self.passed += length as u64;
        self.shown.push(&self.buffer[..length]);
    }

    /// What to wait for, in the order of [`Ready`]; the rest stays as it is.
    pub fn watch<'fd>(&'fd self, watched: &mut [PollFd<'fd>; 3]) {
        if self.hung_up {
            return;
        }
        let [master, input, output] = watched;
        if let Some(descriptor) = &self.master {
            let mut events = PollFlags::empty();
            events.set(PollFlags::POLLIN, self.shown.is_empty());
            events.set(PollFlags::POLLOUT, !self.typed.is_empty());
            // A terminal without a slave says so whatever it is asked.
            if !events.is_empty() {
                *master = PollFd::new(descriptor.as_fd(), events);
            }
        }
        if self.foreground && self.typed.is_empty() {
            *input = PollFd::new(self.host.input(), PollFlags::POLLIN);
        }
        if !self.shown.is_empty() {
            *output = PollFd::new(self.host.output(), PollFlags::POLLOUT);
        }
    }

    /// Passes on what can be passed without waiting.
    ///
    /// # Errors
    ///
    /// The caller's terminal is gone.
    pub fn pass(&mut self, [master, input, output]: Ready) -> nix::Result<()> {
        if self.hung_up {
            return Ok(());
        }
        if self.typed.is_empty() && !input.is_empty() {
            self.read_typed(input)?;
        }
        self.write_typed();
        if !master.is_empty() || !output.is_empty() || !self.drained {
            self.pass_shown()?;
        }
        Ok(())
    }

    fn read_typed(&mut self, ready: PollFlags) -> nix::Result<()> {
        match self.host.read(&mut self.buffer) {
            Ok(0) if ready.contains(PollFlags::POLLHUP) => return Err(Errno::EIO),
            // Ctrl-D, from before raw mode.
            Ok(0) => self.typed.push(&[END_OF_INPUT]),
            Ok(length) => self.typed.push(&self.buffer[..length]),
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            // The kernel's answer to a read in the background.
            Err(Errno::EIO) if !self.host.is_ours() => {
                self.foreground = false;
                raw::forget();
            }
            Err(errno) => return Err(errno),
        }
        Ok(())
    }

    fn write_typed(&mut self) {
        let Some(master) = self.master.as_ref().filter(|_| !self.typed.is_empty()) else {
            return;
        };
        match write(master, self.typed.waiting()) {
            Ok(length) => self.typed.advance(length),
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            // The jail is ending: nobody will read this.
            Err(_) => self.typed.clear(),
        }
    }

    fn pass_shown(&mut self) -> nix::Result<()> {
        for _ in 0..ROUNDS {
            if self.shown.is_empty() && !self.read_shown() {
                break;
            }
            match self.host.write(self.shown.waiting()) {
                Ok(length) => self.shown.advance(length),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Reads what the command has written, if it has.
    fn read_shown(&mut self) -> bool {
        let Some(master) = &self.master else {
            self.drained = true;
            return false;
        };
        match read(master, &mut self.buffer) {
            Ok(length @ 1..) => {
                self.show(length);
                self.drained = false;
                return true;
            }
            Err(Errno::EINTR) => return false,
            Err(Errno::EAGAIN) => {}
            // The last one in the jail has closed it, and everything was read.
            Ok(0) | Err(_) => self.master = None,
        }
        self.drained = true;
        false
    }

    /// What has been written until now will be read even without a sign of it.
    pub fn expect_more(&mut self) {
        self.drained = false;
    }

    /// Whether all that the command has written is on the caller's terminal.
    pub fn is_shown(&self) -> bool {
        self.hung_up || (self.drained && self.shown.is_empty())
    }

    /// Whether there may be more to read at once, without a sign of it.
    pub fn is_reading(&self) -> bool {
        !self.hung_up && !self.drained && self.shown.is_empty()
    }

    /// Bytes of the command's output so far.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// The caller's terminal has gone, or nobody wants to wait for it: the command's goes too.
    pub fn hang_up(&mut self) {
        self.suspend();
        self.hung_up = true;
        self.master = None;
        self.typed.clear();
        self.shown.clear();
    }
}
