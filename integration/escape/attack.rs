//! One act, outside and in jails with fewer and fewer layers.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::Write;

use crate::harness::{Ended, Run, World};

/// All layers.
pub const ALL: &[&str] = &[];
/// Namespaces, mounts, privileges and the filter.
pub const NO_LANDLOCK: &[&str] = &["--no-landlock"];
/// Namespaces, mounts, privileges and Landlock.
pub const NO_SECCOMP: &[&str] = &["--no-seccomp"];
/// Only what bubblewrap built, with privileges dropped.
pub const BARE: &[&str] = &["--no-landlock", "--no-seccomp", "--no-rlimits"];
/// The strict mode.
pub const LOCKDOWN: &[&str] = &["--lockdown"];
/// The strict mode with only what bubblewrap built.
pub const BARE_LOCKDOWN: &[&str] = &["--lockdown", "--no-landlock", "--no-seccomp", "--no-rlimits"];

/// Jails with a home of their own: tried where an attack writes in the home.
pub const OWN_HOME: &[&str] = &["--own-home"];

/// What a Unix socket gives in lockdown. Where Landlock does not guard those, none can be made.
pub fn sealed(otherwise: &'static str) -> &'static str {
    let guards = |abi| abi >= stage2::landlock::GUARDS_UNIX_SOCKETS;
    if stage2::landlock::abi().is_ok_and(guards) { otherwise } else { "EPERM" }
}

/// What every probe begins with.
const PRELUDE: &str = include_str!("probes/prelude.py");

/// The file that collects what was found, if somebody makes a table of it.
const LOG: &str = "AI_JAIL_ATTACK_LOG";

/// How a run is prepared: variables, descriptors.
type Prepare<'a> = Box<dyn Fn(Run) -> Run + 'a>;

/// A probe: a program in Python that tries something and prints what came of it, one word.
pub struct Attack<'a> {
    world: &'a World,
    title: &'static str,
    words: Vec<OsString>,
    prepare: Prepare<'a>,
}

impl<'a> Attack<'a> {
    /// An attack by a script of `probes/`.
    pub fn new(world: &'a World, title: &'static str, probe: &str) -> Self {
        Self { world, title, words: self::probe(probe), prepare: Box::new(|run| run) }
    }

    /// An attack by any command.
    pub fn by<W: AsRef<OsStr>>(
        world: &'a World,
        title: &'static str,
        command: impl IntoIterator<Item = W>,
    ) -> Self {
        let words = command.into_iter().map(|word| word.as_ref().to_owned()).collect();
        Self { world, title, words, prepare: Box::new(|run| run) }
    }

    /// What the probe has to know of the host.
    pub fn with<W: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// How its runs are prepared.
    pub fn prepared(mut self, prepare: impl Fn(Run) -> Run + 'a) -> Self {
        self.prepare = Box::new(prepare);
        self
    }

    /// What comes of it in a jail with these flags, or outside.
    pub fn outcome(&self, jail: Option<&[&str]>) -> String {
        let run = match jail {
            Some(flags) => self.world.exec_with(flags, &self.words),
            None => self.world.outside(&self.words),
        };
        said(&(self.prepare)(run).run()).to_owned()
    }

    /// It works outside: the control.
    pub fn works(&self, expected: &str) -> &Self {
        assert_eq!(self.outcome(None), expected, "{}: the control", self.title);
        self
    }

    /// What comes of it in a jail with these flags, for the test and for the table.
    pub fn gives(&self, flags: &[&str], expected: &str) -> &Self {
        assert_eq!(self.outcome(Some(flags)), expected, "{}: {flags:?}", self.title);
        found(self.title, flags, expected);
        self
    }
}

/// The words that run a script of `probes/`.
pub fn probe(script: &str) -> Vec<OsString> {
    let script = format!("{PRELUDE}\n{script}");
    ["/usr/bin/python3", "-I", "-c", &script].map(OsString::from).into()
}

/// The output of a probe that came to its end.
fn said(ended: &Ended) -> &str {
    assert_eq!((ended.code(), ended.err()), (0, ""), "{ended}");
    ended.out().trim_end()
}

/// Puts a finding into the table.
///
/// # Panics
///
/// Where it cannot be written.
pub fn found(title: &str, flags: &[&str], result: &str) {
    let Some(log) = std::env::var_os(LOG) else { return };
    // Paths are others in each run.
    let flags: Vec<&str> = flags.iter().filter(|word| !word.starts_with('/')).copied().collect();
    let line = format!("{title}\t{}\t{}\n", flags.join(" "), result.replace('\n', ", "));
    let mut file = OpenOptions::new().append(true).create(true).open(log).expect("the log");
    // At once, since several tests write.
    file.write_all(line.as_bytes()).expect("the log");
}
