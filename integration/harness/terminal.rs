//! A terminal of our own, with a session on it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::pty::openpty;

use super::run::{Ended, Running};
use super::{LIMIT, World, program};

/// The master's side of a pseudo-terminal whose session runs a script.
pub struct Tty {
    master: File,
    shown: Arc<Mutex<Vec<u8>>>,
    _reader: JoinHandle<()>,
    session: Running,
}

impl Tty {
    /// Runs `sh -c SCRIPT` as the session of a new terminal; `$AI_JAIL_BIN` is the program.
    pub fn session(world: &World, script: &str) -> Self {
        Self::run(world, ["sh", "-c", script])
    }

    /// Runs a command as the session leader of a new terminal.
    pub fn run<W: AsRef<OsStr>>(world: &World, command: impl IntoIterator<Item = W>) -> Self {
        let pty = openpty(None, None).expect("a pseudo-terminal");
        let slave = |descriptor: &OwnedFd| descriptor.try_clone().expect("dup");
        let mut words: Vec<_> = ["setsid", "--ctty"].map(Into::into).into();
        words.extend(command.into_iter().map(|word| word.as_ref().to_owned()));
        let session = world
            .outside(words)
            .env("AI_JAIL_BIN", program())
            .env("PS1", "prompt> ")
            .stdin(slave(&pty.slave))
            .stdout(slave(&pty.slave))
            .stderr(slave(&pty.slave))
            .start();
        drop(pty.slave);
        let master = File::from(pty.master);
        let shown = Arc::new(Mutex::new(Vec::new()));
        let reader = read_all(master.try_clone().expect("dup"), Arc::clone(&shown));
        Self { master, shown, _reader: reader, session }
    }

    /// Types.
    pub fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).expect("typing");
    }

    /// Waits until the terminal has shown a text.
    pub fn shows(&self, text: &str) {
        let start = Instant::now();
        while !self.text().contains(text) {
            assert!(start.elapsed() < LIMIT, "{text:?} was not shown: {self}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// All that the terminal has shown.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("readable")).into_owned()
    }

    /// Waits for the end of the session.
    pub fn finish(self) -> Ended {
        self.session.finish()
    }
}

impl std::fmt::Display for Tty {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text())
    }
}

/// Reads until the last slave is closed, which Linux reports as `EIO`.
fn read_all(mut master: File, shown: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        use std::io::Read;
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = master.read(&mut buffer) {
            let mut bytes = shown.lock().expect("a reader does not panic");
            bytes.extend_from_slice(&buffer[..length]);
        }
    })
}
