//! What the front asks of stage two: one versioned value, sent as JSON over a descriptor.
//!
//! Nothing here is ever put into an argument list, where other users could read it.

use std::ffi::OsString;
use std::io::Read;
use std::os::fd::RawFd;

use serde::{Deserialize, Deserializer, Serialize};

use crate::os_bytes::{self, BytePath};
use crate::terminal::{Attributes, Size};

/// The hidden first argument that makes this binary stage two.
pub const ENTRY_POINT: &str = "__stage2";

/// The version of [`Spec`]. Front and stage two are one binary, so any difference means that
/// the spec is not ours.
pub const VERSION: u32 = 4;

/// Everything stage two needs to know.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Always [`VERSION`].
    pub version: u32,
    /// The program and its arguments; never empty.
    #[serde(with = "os_bytes::list")]
    pub command: Vec<OsString>,
    /// The status channel to the front. `None` when a person pasted the output of `--dry-run`.
    #[serde(deserialize_with = "stated")]
    pub control: Option<RawFd>,
    /// The descriptors that become the command's 0, 1 and 2; `None` leaves that one closed.
    pub stdio: [Option<RawFd>; 3],
    /// Pipes of the caller's that the command has besides, at the same numbers.
    pub handed: Vec<RawFd>,
    /// A terminal of the jail's own, or `None` where the command has the caller's or none.
    #[serde(deserialize_with = "stated")]
    pub pty: Option<Pty>,
    /// Whether the command has a terminal, and how it gets the foreground.
    pub foreground: Foreground,
    /// Strict mode: a layer the kernel has but that could not be applied is fatal.
    pub lockdown: bool,
    /// The resource limits, or `None` with `--no-rlimits`.
    #[serde(deserialize_with = "stated")]
    pub rlimits: Option<Rlimits>,
    /// The Landlock rules, or `None` with `--no-landlock`.
    #[serde(deserialize_with = "stated")]
    pub landlock: Option<Landlock>,
    /// The system-call filter, or `None` with `--no-seccomp`.
    #[serde(deserialize_with = "stated")]
    pub seccomp: Option<Seccomp>,
    /// Where the jail's root comes from, if it is not there from the start.
    #[serde(deserialize_with = "stated")]
    pub root: Option<Root>,
    /// The directory with the files that the front writes back, if there are any.
    #[serde(deserialize_with = "stated")]
    pub copies: Option<BytePath>,
    /// Ports of the jail's loopback at which the front answers: their listeners are sent to it.
    pub listeners: Vec<u16>,
    /// mise, where it has something to set up.
    #[serde(deserialize_with = "stated")]
    pub mise: Option<Mise>,
}

/// Reads a field that may be `null` but not left out: a layer that somebody forgot must not
/// count as switched off.
fn stated<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

/// A root that a process outside gives the jail when stage two asks for it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// The socket by which it is asked.
    pub socket: RawFd,
    /// The working directory, which is in that root.
    pub directory: BytePath,
}

/// A pseudo-terminal that stage two opens in the jail. Its other side goes to the front.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pty {
    /// Which of the command's 0, 1 and 2 it becomes; the others are what `stdio` says.
    pub streams: [bool; 3],
    /// What it is set to when the command starts.
    pub attributes: Attributes,
    /// Its size then.
    pub size: Size,
}

/// How the command's process group relates to its terminal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Foreground {
    /// There is no controlling terminal in the jail.
    None,
    /// The command is made the foreground process group before it starts.
    AtStart,
    /// The command starts in the background and gets the foreground when it first reads from
    /// or configures the terminal, so that the rest of a pipeline keeps it until then, or the
    /// shell that started it there.
    OnDemand,
}

/// Resource limits, soft and hard alike; a lower limit of the host is kept. See `getrlimit(2)`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rlimits {
    /// `RLIMIT_NPROC`: processes and threads of this user.
    pub nproc: u64,
    /// `RLIMIT_NOFILE`: one above the highest descriptor number.
    pub nofile: u64,
    /// `RLIMIT_CORE`: bytes of a core dump.
    pub core: u64,
}

/// Landlock rules, derived from the same plan as the mounts. See `landlock(7)`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Landlock {
    /// Paths inside the jail and what may be done beneath each; a missing one is passed over.
    pub rules: Vec<PathRule>,
    /// Whether TCP bind and connect are denied (ABI 4).
    pub deny_tcp: bool,
}

/// One path and the access beneath it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// An absolute path as the jail sees it.
    pub path: BytePath,
    /// What may be done at and beneath it.
    pub access: PathAccess,
}

/// The kinds of access a mount gives.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathAccess {
    /// Listing directories only: the way to other places.
    List,
    /// Read, list and execute.
    ReadOnly,
    /// Everything but device `ioctl`: files can be made, changed, moved, linked and removed.
    ReadWrite,
    /// Reading, writing and `ioctl`, but nothing created or removed: device directories.
    Device,
}

/// How the command gets its environment from mise.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mise {
    /// The program, an absolute path as the jail sees it.
    pub program: BytePath,
    /// Whether the command is an interactive bash, which gets mise's own hook instead.
    pub hook: bool,
    /// Variables that are not taken from mise; a name may end in `*`.
    pub withheld: Vec<String>,
}

/// Which filter of the table in `seccomp.rs` to load. Each has all that those before it have.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seccomp {
    /// Kernel attack surface and ways round the jail.
    Default,
    /// Also what only unusual programs need.
    Lockdown,
    /// As lockdown, and no Unix socket that could connect: where Landlock does not guard those.
    Sealed,
}

/// Why a spec was refused.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// The descriptor could not be read.
    #[error("cannot read the jail's specification: {0}")]
    Read(#[from] std::io::Error),
    /// Not JSON, an unknown field, or a wrong type.
    #[error("the jail's specification is not valid: {0}")]
    Parse(#[from] serde_json::Error),
    /// Made by another version of this program.
    #[error("the jail's specification has version {found}, this program speaks {VERSION}")]
    Version {
        /// What the specification says.
        found: u32,
    },
    /// There is nothing to run.
    #[error("the jail's specification names no command")]
    NoCommand,
    /// A number that no descriptor has, or a standard one where another is needed.
    #[error("the jail's specification names descriptor {0}, which cannot be")]
    Descriptor(RawFd),
}

impl Spec {
    /// Reads a spec up to the end of `input`.
    pub fn read(mut input: impl Read) -> Result<Self, SpecError> {
        let mut text = Vec::new();
        input.read_to_end(&mut text)?;
        Self::parse(&text)
    }

    /// Parses a spec.
    pub fn parse(text: &[u8]) -> Result<Self, SpecError> {
        let spec: Self = serde_json::from_slice(text)?;
        if spec.version != VERSION {
            return Err(SpecError::Version { found: spec.version });
        }
        if spec.command.is_empty() {
            return Err(SpecError::NoCommand);
        }
        if let Some(number) = spec.impossible_descriptor() {
            return Err(SpecError::Descriptor(number));
        }
        Ok(spec)
    }

    /// The sockets and what is handed on are kept beside the command's three descriptors, so they are none of those.
    fn impossible_descriptor(&self) -> Option<RawFd> {
        let root = self.root.as_ref().map(|root| root.socket);
        let sockets = [self.control, root].into_iter().flatten();
        let mut beside = sockets.chain(self.handed.iter().copied());
        let impossible = beside.find(|number| !(3..RawFd::MAX).contains(number));
        impossible.or_else(|| self.stdio.into_iter().flatten().find(|number| *number < 0))
    }

    /// The form that [`Spec::parse`] reads.
    ///
    /// # Panics
    ///
    /// Never: every field has a JSON form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a spec is plain data")
    }
}
