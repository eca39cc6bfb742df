//! A real X server, which lets in nobody without the key.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use super::run::{Ended, Run, Running};
use super::{World, has_program, until};

/// The programs that the tests of X11 need.
const PROGRAMS: [&str; 3] = ["Xvfb", "xauth", "xdpyinfo"];

/// What a client that is let in says first.
const LET_IN: &str = "name of display:";

/// A world with an X server, and the user's file with the key to it.
pub struct X11 {
    server: Running,
    /// The rest of the world.
    pub world: World,
    /// The number of the display.
    pub number: u32,
    /// The key, as xauth writes it.
    pub key: String,
    /// The file of keys.
    pub keys: PathBuf,
}

impl X11 {
    /// A server with a socket, as desktops have it; `None` where this machine has none.
    pub fn new() -> Option<Self> {
        Self::listening(World::new(), &["-nolisten", "tcp"])
    }

    /// A server that listens otherwise.
    pub fn listening(world: World, options: &[&str]) -> Option<Self> {
        if !PROGRAMS.iter().all(|name| has_program(name)) {
            return None;
        }
        let mut key = String::new();
        for byte in random() {
            let _ = write!(key, "{byte:02x}");
        }
        // The server takes every key in its file, whatever the number beside it.
        let allowed = world.root().join("allowed");
        add_key(&world, &allowed, ":0", &key);
        let mut words = vec!["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "64x48x24"];
        words.extend(["-auth", allowed.to_str().expect("plain")]);
        words.extend(options);
        let server = world.outside(words).start();
        server.says("\n");
        let number = server.output().trim().parse().expect("the number of the display");
        let keys = world.root().join("keys");
        add_key(&world, &keys, &format!(":{number}"), &key);
        Some(Self { server, world, number, key, keys })
    }

    /// Its name on the host.
    pub fn display(&self) -> String {
        format!(":{}", self.number)
    }

    /// Its name in a jail.
    pub fn inner(&self) -> String {
        format!(":{}", self.inner_number())
    }

    /// Its number in a jail.
    pub fn inner_number(&self) -> u32 {
        self.number + 1000
    }

    /// Its socket on the host.
    pub fn socket(&self) -> PathBuf {
        format!("/tmp/.X11-unix/X{}", self.number).into()
    }

    /// The variables of a session on this display.
    pub fn session(&self, run: Run) -> Run {
        run.env("DISPLAY", self.display()).env("XAUTHORITY", &self.keys)
    }

    /// A command in a jail of that session.
    pub fn exec<F: AsRef<OsStr>, W: AsRef<OsStr>>(
        &self,
        flags: impl IntoIterator<Item = F>,
        words: impl IntoIterator<Item = W>,
    ) -> Run {
        self.session(self.world.exec_with(flags, words))
    }

    /// A script in a jail of that session.
    pub fn sh<F: AsRef<OsStr>>(&self, flags: impl IntoIterator<Item = F>, script: &str) -> Run {
        self.exec(flags, ["sh", "-c", script])
    }
}

/// The display that `xdpyinfo` reached, if it was let in.
pub fn reached(ended: &Ended) -> Option<String> {
    let line = ended.out().lines().find_map(|line| line.strip_prefix(LET_IN));
    assert_eq!(line.is_some(), ended.code() == 0, "{ended}");
    line.map(|name| name.trim().to_owned())
}

impl Drop for X11 {
    /// With time to remove its socket and its lock.
    fn drop(&mut self) {
        self.server.signal(Signal::SIGTERM);
        until("the X server ends", || self.server.has_ended());
    }
}

/// Adds a key for a display to a file of keys.
pub fn add_key(world: &World, file: &Path, display: &str, key: &str) {
    let words = ["-q", "-f", file.to_str().expect("plain"), "add", display, ".", key];
    let ended = world.outside([&["xauth"], &words[..]].concat()).run();
    assert_eq!(ended.code(), 0, "{ended}");
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    let mut file = std::fs::File::open("/dev/urandom").expect("/dev/urandom");
    std::io::Read::read_exact(&mut file, &mut bytes).expect("random bytes");
    bytes
}
