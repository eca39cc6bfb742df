//! One run of the program, or of anything beside it, in a clean environment.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::own_home::Kept;
use super::world::PATH;
use super::{LIMIT, until};

/// Every signal that is passed on to the command, and its name in a shell.
pub const PASSED_ON: [(Signal, &str); 6] = [
    (Signal::SIGTERM, "TERM"),
    (Signal::SIGINT, "INT"),
    (Signal::SIGHUP, "HUP"),
    (Signal::SIGQUIT, "QUIT"),
    (Signal::SIGUSR1, "USR1"),
    (Signal::SIGUSR2, "USR2"),
];

/// What will be run.
pub struct Run {
    command: Command,
    input: Option<Vec<u8>>,
    /// The home and the project of a jail.
    jail: Option<[PathBuf; 2]>,
}

impl Run {
    /// A program with an environment of its own and no input.
    pub fn new<W: AsRef<OsStr>>(
        program: impl AsRef<OsStr>,
        words: impl IntoIterator<Item = W>,
        home: &Path,
        directory: &Path,
    ) -> Self {
        let mut command = Command::new(program);
        command
            .args(words)
            .env_clear()
            .env("HOME", home)
            .env("PATH", PATH)
            .env("TERM", "xterm")
            .env("LANG", "C.UTF-8")
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self { command, input: None, jail: None }
    }

    /// It is a jail, which keeps this home as it is where jails have a home of their own.
    pub fn keeping(mut self, home: &Path, project: &Path) -> Self {
        self.jail = Some([home.to_path_buf(), project.to_path_buf()]);
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Starts elsewhere.
    pub fn at(mut self, directory: impl AsRef<Path>) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Another standard input.
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.command.stdin(stdin);
        self
    }

    /// Another standard output.
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.command.stdout(stdout);
        self
    }

    /// Another standard error.
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Self {
        self.command.stderr(stderr);
        self
    }

    /// These bytes through a pipe as standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.command.stdin(Stdio::piped());
        self.input = Some(bytes.into());
        self
    }

    /// The command itself, for what only few tests need.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs it to its end.
    pub fn run(self) -> Ended {
        self.start().finish()
    }

    /// Starts it.
    pub fn start(mut self) -> Running {
        let words: Vec<OsString> = self.command.get_args().map(OsStr::to_owned).collect();
        // A jail that starts elsewhere has its project there.
        let at = self.command.get_current_dir().map(Path::to_path_buf);
        let kept = self.jail.and_then(|[home, project]| {
            Kept::look(&home, [project].into_iter().chain(at).collect(), &words)
        });
        let mut child = self.command.spawn().expect("a program to run");
        if let Some((mut pipe, bytes)) = child.stdin.take().zip(self.input) {
            // A reader that goes away early is its own business.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        let stdout = child.stdout.take().map(Collected::from);
        let stderr = child.stderr.take().map(Collected::from);
        Running { child, stdout, stderr, kept }
    }
}

/// What a pipe has brought so far.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Collected {
    fn from(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                let mut bytes = shared.lock().expect("a reader does not panic");
                bytes.extend_from_slice(&buffer[..length]);
            }
        });
        Self { bytes, reader }
    }

    fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.bytes.lock().expect("readable")).contains(text)
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.bytes.lock().expect("readable"))
    }
}

/// Something that runs.
pub struct Running {
    child: Child,
    stdout: Option<Collected>,
    stderr: Option<Collected>,
    kept: Option<Kept>,
}

impl Running {
    /// The process.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("a process number"))
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("it runs");
    }

    /// Waits until its output contains a text.
    pub fn says(&self, text: &str) {
        let stdout = self.stdout.as_ref().expect("its output is a pipe");
        until(&format!("it says {text:?}"), || stdout.contains(text));
    }

    /// Its output so far.
    pub fn output(&self) -> String {
        let stdout = self.stdout.as_ref().expect("its output is a pipe");
        String::from_utf8_lossy(&stdout.bytes.lock().expect("readable")).into_owned()
    }

    /// Whether all that write to its output have closed it.
    pub fn output_has_ended(&self) -> bool {
        let stdout = self.stdout.as_ref().expect("its output is a pipe");
        stdout.reader.is_finished()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("wait").is_some()
    }

    /// Waits for its end, and for the end of its output.
    pub fn finish(mut self) -> Ended {
        let start = Instant::now();
        while !self.has_ended() {
            if start.elapsed() > LIMIT {
                let _ = self.child.kill();
                panic!("it did not end within {LIMIT:?}");
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let take = |stream: Option<Collected>| {
            stream.map_or_else(Vec::new, |stream| {
                until("its output ends", || stream.reader.is_finished());
                stream.take()
            })
        };
        let (status, stdout) = (self.child.wait().expect("wait"), take(self.stdout.take()));
        let (news, stderr) = news(&take(self.stderr.take()));
        if let Some(kept) = &self.kept {
            kept.assert_kept();
        }
        Ended { status, stdout, stderr, news }
    }
}

impl Drop for Running {
    /// A test that fails half-way leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What has run.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error, without the lines of `news`.
    pub stderr: Vec<u8>,
    /// What it says that it remembers: of a fresh world each run says so, and few tests ask.
    pub news: Vec<String>,
}

/// What is remembered, and the rest of the errors.
pub fn news(stderr: &[u8]) -> (Vec<String>, Vec<u8>) {
    let is_news = |line: &&[u8]| line.starts_with(b"ai-jail: remembered in ");
    let lines = || stderr.split_inclusive(|byte| *byte == b'\n');
    let news = lines().filter(is_news).map(|line| String::from_utf8_lossy(line).into_owned());
    let rest = lines().filter(|line| !is_news(line)).flatten().copied();
    (news.collect(), rest.collect())
}

impl Ended {
    /// Its exit status.
    pub fn code(&self) -> i32 {
        let by_signal = || panic!("killed by {:?}: {self}", self.status.signal());
        self.status.code().unwrap_or_else(by_signal)
    }

    /// Its output as text.
    pub fn out(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("text")
    }

    /// Its errors as text.
    pub fn err(&self) -> &str {
        std::str::from_utf8(&self.stderr).expect("text")
    }

    /// Its output, once it is known that all went well and nothing was said besides.
    pub fn ok(&self) -> &str {
        assert_eq!((self.code(), self.err()), (0, ""), "{self}");
        self.out()
    }

    /// It was ai-jail's own failure: the status, one message with these words in it, no output.
    pub fn is_failure(&self, status: i32, words: &[&str]) {
        assert_eq!((self.code(), self.out()), (status, ""), "{self}");
        for word in words {
            assert!(self.err().contains(word), "{word:?} is not in: {self}");
        }
        let messages = self.err().matches("ai-jail:").count();
        assert_eq!(messages, 1, "one clear message: {self}");
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bytes: &[u8]| {
            let shown = &bytes[..bytes.len().min(2000)];
            String::from_utf8_lossy(shown).into_owned()
        };
        let (out, err) = (text(&self.stdout), text(&self.stderr));
        write!(formatter, "{}\n-- output:\n{out}\n-- errors:\n{err}", self.status)
    }
}
