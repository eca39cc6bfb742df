//! One run of a program that nobody trusts, before there is a command: bounded in time and in
//! what it may say, and over as soon as the front asks for an end.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::poll::{PollFlags, PollTimeout};
use nix::unistd::{Pid, getpid, pipe};

use super::become_mise;
use crate::confinement::Confinement;
use crate::poll::{Poll, wait_for};
use crate::report::{FromJail, ToJail};
use crate::reporter::{Asked, Reporter};
use crate::signals::Signals;
use crate::spec::Mise;
use crate::survivors::Survivors;
use crate::sys::{self, Waited};

/// Far longer than mise takes where its tools are installed (some 20 ms), and about as long as
/// somebody waits for a prompt.
const LIMIT: Duration = Duration::from_secs(5);

/// Bytes. All arguments and variables of a program have to fit into a quarter of the stack's
/// limit, `execve(2)`: with these the command must still start.
const MAX_OUTPUT: usize = 256 * 1024;

/// Bytes of what it says about itself.
const MAX_WORDS: usize = 4096;

/// Characters of that which are told, in one line.
const MAX_LINE: usize = 300;

/// What its errors begin with; others are warnings.
const ERROR: &str = "mise ERROR ";

/// How mise ended.
pub enum Ended {
    /// Well, and this is what it printed.
    Printed(Vec<u8>),
    /// Badly, and this is why.
    Failed(String),
    /// The whole run is over, with this status.
    Run(u8),
}

/// Runs mise to its end, or ends it; nothing of it is left afterwards.
pub fn run(
    mise: &Mise,
    signals: &Signals,
    report: &Reporter,
    confinement: Confinement,
) -> io::Result<Ended> {
    let (output, output_end) = closing_pipe()?;
    let (words, words_end) = closing_pipe()?;
    let ends = [output_end, words_end];
    let Some(child) = sys::fork()? else { become_mise(mise, &ends) };
    drop(ends);
    signals.listen()?;
    let mut step = Step {
        signals,
        report,
        confinement,
        child,
        output: Stream::new(output, MAX_OUTPUT)?,
        words: Stream::new(words, MAX_WORDS)?,
        deadline: Some(Instant::now() + LIMIT),
    };
    let watched = step.watch();
    step.end_all()?;
    match watched? {
        Seen::Exited(status) => step.conclude(status),
        Seen::Ended(ended) => Ok(ended),
    }
}

/// What the loop waits for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Source {
    /// A message of the front.
    Control,
    /// A child that ended.
    Signals,
    /// What mise prints, or what it says about itself.
    Pipes,
}

/// What was seen first.
enum Seen {
    /// The program's end, with this status.
    Exited(u8),
    /// A reason not to wait for that.
    Ended(Ended),
}

struct Step<'a> {
    signals: &'a Signals,
    report: &'a Reporter,
    confinement: Confinement,
    child: Pid,
    output: Stream,
    words: Stream,
    /// `None` while the run is stopped.
    deadline: Option<Instant>,
}

impl Step<'_> {
    fn watch(&mut self) -> io::Result<Seen> {
        loop {
            if let Some(status) = self.reap() {
                return Ok(Seen::Exited(status));
            }
            let left = self.deadline.map(|deadline| deadline.duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                let why = format!("it took longer than {} seconds", LIMIT.as_secs());
                return Ok(Seen::Ended(Ended::Failed(why)));
            }
            let control_ready = self.wait(left)?;
            // Only a wake-up: any number of children may be behind one signal.
            while self.signals.take()?.is_some() {}
            self.output.read()?;
            self.words.read()?;
            if control_ready {
                if let Some(status) = self.obey()? {
                    return Ok(Seen::Ended(Ended::Run(status)));
                }
            }
        }
    }

    /// Waits until something is new; gives whether the front has a message.
    fn wait(&self, left: Option<Duration>) -> io::Result<bool> {
        let timeout = match left {
            // Rounded up, so that what is left cannot be nothing over and over.
            Some(left) => {
                PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::NONE)
            }
            None => PollTimeout::NONE,
        };
        let mut poll = Poll::new(self.confinement);
        if let Some(control) = &self.report.0 {
            poll.readable(Source::Control, control);
        }
        poll.readable(Source::Signals, self.signals);
        for pipe in [&self.output.pipe, &self.words.pipe].into_iter().flatten() {
            poll.readable(Source::Pipes, pipe);
        }
        match poll.wait(timeout) {
            Ok(events) => Ok(events.iter().any(|event| event.source == Source::Control)),
            Err(Errno::EINTR) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Reaps everything that ended; the status if the program was among it.
    fn reap(&self) -> Option<u8> {
        loop {
            match sys::wait_any() {
                Waited::Ended(pid, status) if pid == self.child => return Some(status),
                Waited::Killed(pid, signal) if pid == self.child => {
                    return Some(sys::killed_by(signal));
                }
                Waited::Ended(..) | Waited::Killed(..) | Waited::Stopped(..) => {}
                Waited::Nothing | Waited::NoChildren => return None,
            }
        }
    }

    /// Does what the front asks, as the command would with no handlers of its own; the status
    /// where that is an end.
    fn obey(&mut self) -> io::Result<Option<u8>> {
        let request = match self.report.take_request()? {
            Asked::For(request) => request,
            Asked::Nothing => return Ok(None),
            Asked::Gone => return Ok(Some(sys::killed_by(libc::SIGKILL))),
        };
        match request {
            ToJail::Signal(libc::SIGWINCH) | ToJail::GroupSignal(libc::SIGWINCH) => {}
            ToJail::Signal(libc::SIGTSTP) | ToJail::GroupSignal(libc::SIGTSTP) => {
                let _ = sys::kill(self.everybody(), libc::SIGSTOP);
                self.deadline = None;
                self.report.send(&FromJail::Stopped(libc::SIGTSTP));
            }
            ToJail::Signal(signal) | ToJail::GroupSignal(signal) => {
                return Ok(Some(sys::killed_by(signal)));
            }
            ToJail::Continue(_) => {
                let _ = sys::kill(self.everybody(), libc::SIGCONT);
                self.deadline = Some(Instant::now() + LIMIT);
            }
        }
        Ok(None)
    }

    /// What a program that ended by itself has given. Its pipes have no writers any more.
    fn conclude(mut self, status: u8) -> io::Result<Ended> {
        self.output.read()?;
        self.words.read()?;
        Ok(match status {
            0 if self.output.is_cut => {
                Ended::Failed(format!("it printed more than {} KiB", MAX_OUTPUT / 1024))
            }
            0 => Ended::Printed(self.output.bytes),
            _ => Ended::Failed(one_line(&self.words.bytes, status)),
        })
    }

    /// Whom a signal to all reaches, for `kill(2)`: in a PID namespace all processes but this one,
    /// otherwise the program's group, which is the one that it began with.
    fn everybody(&self) -> i32 {
        match self.confinement {
            #[cfg(target_os = "linux")]
            Confinement::Namespaces => -1,
            Confinement::Profile => -self.child.as_raw(),
        }
    }

    /// Ends everything that was started, whatever group or session it has put itself into; without
    /// a PID namespace, as far as it can be found.
    fn end_all(&self) -> io::Result<()> {
        /// Milliseconds. The signal of a child that ended comes at once; this is for none.
        const AGAIN: u8 = 100;
        if self.confinement == Confinement::Profile {
            Survivors::of(getpid().as_raw(), None).end();
        }
        loop {
            let _ = sys::kill(self.everybody(), libc::SIGKILL);
            loop {
                match sys::wait_any() {
                    Waited::NoChildren => return Ok(()),
                    Waited::Nothing => break,
                    Waited::Ended(..) | Waited::Killed(..) | Waited::Stopped(..) => {}
                }
            }
            match wait_for(self.signals, PollFlags::POLLIN, self.confinement, AGAIN.into()) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            while self.signals.take()?.is_some() {}
        }
    }
}

/// A pipe whose ends close on exec. Nothing is forked meanwhile.
fn closing_pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pipe()?;
    sys::close_on_exec(reader.as_raw_fd())?;
    sys::close_on_exec(writer.as_raw_fd())?;
    Ok((reader, writer))
}

/// What mise said, or how it ended where it said nothing. Of mise's words its errors count most.
fn one_line(words: &[u8], status: u8) -> String {
    let words = String::from_utf8_lossy(words);
    let lines = || words.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut said: Vec<&str> = lines().filter_map(|line| line.strip_prefix(ERROR)).collect();
    if said.is_empty() {
        said = lines().collect();
    }
    if said.is_empty() {
        return format!("it ended with status {status}");
    }
    let whole = said.join("; ");
    let cut: String = whole.chars().take(MAX_LINE).collect();
    if cut.len() < whole.len() { format!("{cut}…") } else { cut }
}

/// What a pipe has brought so far.
struct Stream {
    /// `None` after its end.
    pipe: Option<File>,
    bytes: Vec<u8>,
    /// Bytes that are kept; what comes after them is read and dropped.
    limit: usize,
    is_cut: bool,
}

impl Stream {
    fn new(pipe: OwnedFd, limit: usize) -> io::Result<Self> {
        fcntl(&pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self { pipe: Some(pipe.into()), bytes: Vec::new(), limit, is_cut: false })
    }

    /// Reads what there is. One that writes faster than this reads must not hold it up.
    fn read(&mut self) -> io::Result<()> {
        const READS: usize = 16;
        let mut buffer = [0; 16 * 1024];
        for _ in 0..READS {
            let Some(pipe) = &mut self.pipe else { return Ok(()) };
            match pipe.read(&mut buffer) {
                Ok(0) => self.pipe = None,
                Ok(length) => {
                    let room = self.limit - self.bytes.len();
                    self.is_cut |= length > room;
                    self.bytes.extend_from_slice(&buffer[..length.min(room)]);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
