//! A terminal of our own, with a session on it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::unistd::{Pid, pipe};
use stage2::sys::terminal;
use stage2::terminal::{Attributes, Size};

use super::run::{Ended, Running, news};
use super::{LIMIT, World, program, session};

/// The master's side of a pseudo-terminal whose session runs a script.
pub struct Tty {
    master: File,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    /// Closing it ends the reader.
    reading: Option<OwnedFd>,
    session: Running,
}

impl Tty {
    /// Runs `sh -c SCRIPT` as the session of a new terminal; `$AI_JAIL_BIN` is the program.
    pub fn session(world: &World, script: &str) -> Self {
        Self::run(world, ["sh", "-c", script])
    }

    /// Runs an interactive shell, which does job control, and waits for its prompt.
    pub fn interactive(world: &World) -> Self {
        let tty = Self::run(world, ["bash", "--norc", "--noprofile", "--noediting", "-i"]);
        tty.shows("prompt> ");
        tty
    }

    /// Runs `ai-jail -- COMMAND…` as the session itself: what the terminal shows is the command's.
    pub fn jail<W: AsRef<OsStr>>(world: &World, command: impl IntoIterator<Item = W>) -> Self {
        let mut words = vec![program().into_os_string(), "--".into()];
        words.extend(command.into_iter().map(|word| word.as_ref().to_owned()));
        Self::run(world, words)
    }

    /// Runs a command as the session leader of a new terminal.
    pub fn run<W: AsRef<OsStr>>(world: &World, command: impl IntoIterator<Item = W>) -> Self {
        let pty = openpty(None, None).expect("a pseudo-terminal");
        // A session that had the master as well would never see it close.
        for side in [&pty.master, &pty.slave] {
            fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("fcntl");
        }
        let size = Size { rows: 24, columns: 80, ..Size::default() };
        terminal::set_size(&pty.slave, size).expect("a size");
        let slave = |descriptor: &OwnedFd| descriptor.try_clone().expect("dup");
        let mut session = world
            .outside(command)
            .env("AI_JAIL_BIN", program())
            .env("PS1", "prompt> ")
            .stdin(slave(&pty.slave))
            .stdout(slave(&pty.slave))
            .stderr(slave(&pty.slave));
        session::lead(session.command());
        let session = session.start();
        drop(pty.slave);
        let master = File::from(pty.master);
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (ends, reading) = pipe().expect("a pipe");
        let reader = read_all(master.try_clone().expect("dup"), ends, Arc::clone(&shown));
        Self { master, shown, reader, reading: Some(reading), session }
    }

    /// The session leader.
    pub fn pid(&self) -> Pid {
        self.session.pid()
    }

    /// Types.
    pub fn types(&mut self, text: &str) {
        self.sends(text.as_bytes());
    }

    /// Types any bytes.
    pub fn sends(&mut self, bytes: &[u8]) {
        self.master.write_all(bytes).expect("typing");
    }

    /// Waits until the terminal has shown a text.
    pub fn shows(&self, text: &str) {
        let start = Instant::now();
        while !self.text().contains(text) {
            assert!(start.elapsed() < LIMIT, "{text:?} was not shown: {self}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a text is the last thing shown: a prompt. What is typed while a jail runs goes
    /// into the jail, and nowhere else afterwards.
    pub fn prompts(&self, prompt: &str) {
        let start = Instant::now();
        while !self.text().ends_with(prompt) {
            assert!(start.elapsed() < LIMIT, "{prompt:?} was not shown last: {self}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// All that the terminal has shown.
    pub fn text(&self) -> String {
        let bytes = without_news(&self.shown.lock().expect("readable"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What the terminal shows, for another thread.
    pub fn shown(&self) -> Arc<Mutex<Vec<u8>>> {
        Arc::clone(&self.shown)
    }

    /// Gives the window another size.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = Size { rows, columns, ..Size::default() };
        terminal::set_size(&self.master, size).expect("a size");
    }

    /// What the terminal is set to.
    pub fn settings(&self) -> Attributes {
        terminal::attributes(&self.master).expect("a terminal")
    }

    /// Waits for the end of the session.
    pub fn finish(self) -> Ended {
        self.session.finish()
    }

    /// Waits for the end of the session and gives all that it has shown, byte by byte.
    pub fn finish_showing(self) -> (Ended, Vec<u8>) {
        let ended = self.session.finish();
        super::until("all is shown", || self.reader.is_finished());
        let bytes = std::mem::take(&mut *self.shown.lock().expect("readable"));
        (ended, without_news(&bytes))
    }

    /// Shows nothing from now on: what is written has to wait.
    pub fn shows_no_more(&mut self) {
        drop(self.reading.take());
        super::until("the reader ends", || self.reader.is_finished());
    }

    /// Closes the window.
    pub fn hangs_up(mut self) -> Running {
        drop(self.reading.take());
        self.reader.join().expect("a reader does not panic");
        drop(self.master);
        self.session
    }
}

impl std::fmt::Display for Tty {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text())
    }
}

/// Reads until the last slave is closed, which Linux reports as `EIO`, or until `ends` does.
fn read_all(mut master: File, ends: OwnedFd, shown: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        use std::io::Read;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let mut ready = [
                PollFd::new(master.as_fd(), PollFlags::POLLIN),
                PollFd::new(ends.as_fd(), PollFlags::empty()),
            ];
            poll(&mut ready, PollTimeout::NONE).expect("poll");
            if ready[1].any() == Some(true) {
                return;
            }
            let Ok(length @ 1..) = master.read(&mut buffer) else { return };
            shown.lock().expect("a reader does not panic").extend_from_slice(&buffer[..length]);
        }
    })
}

/// What is shown, without the lines on what is remembered: of a fresh world each run says so, and few
/// tests ask. The last such line may stand behind output that has no line feed at its end.
fn without_news(shown: &[u8]) -> Vec<u8> {
    const NEWS: &[u8] = b"ai-jail: remembered in ";
    let (_, mut rest) = news(shown);
    let tail = rest.len().saturating_sub(1000);
    let start = rest[tail..].windows(NEWS.len()).rposition(|words| words == NEWS);
    let is_last = |start: &usize| {
        let line = &rest[tail + start..];
        line.iter().position(|byte| *byte == b'\n') == Some(line.len() - 1)
    };
    if let Some(start) = start.filter(is_last) {
        rest.truncate(tail + start);
    }
    rest
}
