//! The relay between two terminals: the caller's, and the command's own in the jail.
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
mod settle;

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFlags, PollTimeout};
use nix::unistd::{read, write};
use stage2::confinement::Confinement;
use stage2::poll::{Event, Poll};
use stage2::spec::{Foreground, Pty};
use stage2::sys::terminal;
use stage2::terminal::Size;

use super::bar::{self, Wanted};
use crate::error::Error;
use crate::host::{Host, Stdio};
use crate::status_bar::Bar;
use crate::terminal_modes::Modes;
use crate::update::Check;
use host::HostTerminal;
use queue::Queue;
use settle::Expected;

/// Bytes read at once.
const BUFFER: usize = 64 * 1024;

/// Reads of the command's output before everything else is looked at again.
const ROUNDS: usize = 16;

/// How long a terminal may take to show what is written to it last.
const LAST_WRITE: Duration = Duration::from_millis(500);

/// For errors.
const SIZE: &str = "the terminal's size";

/// What a terminal in raw mode has for the end of the input: Ctrl-D.
const END_OF_INPUT: u8 = 4;

/// The front's part of the command's terminal.
#[derive(Debug)]
pub struct Relay {
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
    bar: Option<Bar>,
    /// What the command has made of the caller's terminal.
    modes: Modes,
    /// What the terminal may be about to send.
    expected: Expected,
    /// Will tell of a newer version, for the bar.
    check: Option<Check>,
}

/// What a relay waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// Our side of the command's terminal.
    Command,
    /// The caller's terminal, for what is typed.
    Typed,
    /// The caller's terminal, for room to show more.
    Room,
    /// The check for a newer version.
    News,
}

impl Relay {
    /// Prepares the caller's terminal; the command's is still to be made.
    pub fn new(host: &Host, bar: Option<Wanted>, confinement: Confinement) -> Result<Self, Error> {
        let terminal = HostTerminal::find(confinement)?;
        let built = match bar {
            Some(bar) => Some(bar.build(terminal.size().map_err(Error::system(SIZE))?)),
            None => None,
        };
        let (bar, check) = built.map_or((None, None), |(bar, check)| (Some(bar), check));
        Ok(Self {
            host: terminal,
            streams: host.stdio.map(|stream| stream == Stdio::Terminal),
            master: None,
            typed: Queue::default(),
            shown: Queue::default(),
            buffer: vec![0; BUFFER].into(),
            foreground: false,
            drained: true,
            hung_up: false,
            passed: 0,
            bar,
            modes: Modes::default(),
            expected: Expected::default(),
            check,
        })
    }

    /// What stage two shall make.
    pub fn pty(&self) -> Result<Pty, Error> {
        let attributes = self.host.attributes().map_err(Error::system("tcgetattr"))?;
        let size = self.host.size().map_err(Error::system(SIZE))?;
        let size = self.command_size(size);
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
            self.modes.go_on(self.shown.end());
            if let Some(bar) = &mut self.bar {
                bar.enter(self.shown.end());
                bar::set_shown(true);
            }
        } else {
            self.forget();
        }
        self.foreground
    }

    /// Gives the caller's terminal back while the command is stopped: keys send what they did before, and the
    /// screen stays as the command has it.
    pub fn suspend(&mut self) {
        self.give_back(Modes::pause);
    }

    /// Gives the caller's terminal back as it was, because the run is over.
    pub fn end(&mut self) {
        self.give_back(Modes::end);
    }

    fn give_back(&mut self, undo: impl FnOnce(&mut Modes, &mut Vec<u8>)) {
        if self.foreground {
            let waiting = self.shown.waiting().len();
            if let Some(bar) = &mut self.bar {
                bar.leave(self.shown.end());
            }
            let reports = self.modes.reports();
            undo(&mut self.modes, self.shown.end());
            if reports || self.expected.anything() {
                self.settle();
            } else if self.shown.waiting().len() > waiting {
                self.flush();
            }
            bar::set_shown(false);
        }
        self.foreground = false;
        raw::leave();
    }

    /// Shows all that waits, and keeps what the terminal sends because of the command from whoever reads next.
    fn settle(&mut self) {
        self.shown.push(Modes::ASK);
        self.flush();
        if self.shown.is_empty() {
            self.expected.discard(&self.host);
        }
        self.host.discard_typed();
    }

    /// Somebody else has the caller's terminal.
    fn forget(&mut self) {
        self.foreground = false;
        raw::forget();
        if let Some(bar) = &mut self.bar {
            bar.forget();
            bar::set_shown(false);
        }
    }

    /// Shows all that waits, because nobody will later; not for long, if the terminal takes nothing.
    fn flush(&mut self) {
        let start = Instant::now();
        while !self.shown.is_empty() && start.elapsed() < LAST_WRITE {
            match self.host.write(self.shown.waiting()) {
                Ok(length) => self.shown.advance(length),
                Err(Errno::EAGAIN) => self.host.wait_to_show(PollTimeout::from(100_u8)),
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }

    /// The part of the window that the command sees.
    fn command_size(&self, window: Size) -> Size {
        self.bar.as_ref().map_or(window, |bar| bar::without_bar(bar, window))
    }

    /// The caller's window may have another size. The kernel tells the command, if so.
    pub fn resize(&mut self) {
        let Ok(window) = self.host.size() else { return };
        if let Some(bar) = &mut self.bar {
            bar.resize(bar::cells(window), self.shown.end());
        }
        if let Some(master) = &self.master {
            let _ = terminal::set_size(master, self.command_size(window));
        }
    }

    /// Everything that the command's terminal says, on its way to the caller's.
    fn show(&mut self, length: usize) {
        self.passed += length as u64;
        let bytes = &self.buffer[..length];
        if self.modes.note(bytes) {
            self.expected.note(self.modes.take_asked());
        }
        match &mut self.bar {
            Some(bar) => bar.filter(bytes, self.shown.end()),
            None => self.shown.push(bytes),
        }
    }

    /// The check for a newer version is over.
    fn note_news(&mut self) {
        let Some(check) = self.check.take() else { return };
        if let Some(bar) = self.bar.as_mut().filter(|_| check.found()) {
            bar.set_newer(true, self.shown.end());
        }
    }

    /// Registers what counts at the moment.
    pub fn register<'fd, S: Copy + From<Source>>(&'fd self, poll: &mut Poll<'fd, S>) {
        if self.hung_up {
            return;
        }
        if let Some(master) = &self.master {
            let mut interest = PollFlags::empty();
            interest.set(PollFlags::POLLIN, self.shown.is_empty());
            interest.set(PollFlags::POLLOUT, !self.typed.is_empty());
            // A terminal without a slave says so whatever it is asked.
            if !interest.is_empty() {
                poll.register(Source::Command.into(), master, interest);
            }
        }
        if self.foreground && self.typed.is_empty() {
            poll.readable(Source::Typed.into(), self.host.typed());
        }
        if !self.shown.is_empty() {
            poll.register(Source::Room.into(), self.host.room(), PollFlags::POLLOUT);
        }
        if let Some(check) = &self.check {
            poll.readable(Source::News.into(), check);
        }
    }

    /// Takes an event of its own.
    ///
    /// # Errors
    ///
    /// The caller's terminal is gone.
    pub fn take(&mut self, Event { source, ready }: Event<Source>) -> nix::Result<()> {
        match source {
            _ if self.hung_up => {}
            Source::Command | Source::Room => self.expect_more(),
            Source::Typed => self.read_typed(ready)?,
            Source::News => self.note_news(),
        }
        Ok(())
    }

    /// Passes on what can be passed without waiting.
    ///
    /// # Errors
    ///
    /// The caller's terminal is gone.
    pub fn pass(&mut self) -> nix::Result<()> {
        if self.hung_up {
            return Ok(());
        }
        self.write_typed();
        if self.drained { Ok(()) } else { self.pass_shown() }
    }

    fn read_typed(&mut self, ready: PollFlags) -> nix::Result<()> {
        match self.host.read(&mut self.buffer) {
            Ok(0) if ready.contains(PollFlags::POLLHUP) || self.host.is_gone() => {
                return Err(Errno::EIO);
            }
            // Ctrl-D, from before raw mode.
            Ok(0) => self.typed.push(&[END_OF_INPUT]),
            Ok(length) => {
                let typed = &self.buffer[..length];
                self.expected.come(typed);
                match &self.bar {
                    Some(bar) => bar.filter_typed(typed, self.typed.end()),
                    None => self.typed.push(typed),
                }
            }
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            // The kernel's answer to a read in the background.
            Err(Errno::EIO) if !self.host.is_ours() => self.forget(),
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
        self.end();
        self.hung_up = true;
        self.master = None;
        self.typed.clear();
        self.shown.clear();
    }
}
