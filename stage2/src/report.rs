//! What stage two and the front say to each other, in JSON, a message at a time.
//!
//! The [channel](crate::channel) keeps the messages apart, and each side sees the other's death
//! as an end of file.

use serde::{Deserialize, Serialize};

/// A layer of the jail, in the order of application.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The jail's mounts, which are there before stage two is.
    Mounts,
    /// The profile of macOS's sandbox.
    Profile,
    /// Stray descriptors closed.
    Descriptors,
    /// Resource limits.
    Rlimits,
    /// `no_new_privs`, capabilities, dumpability.
    Privileges,
    /// Landlock.
    Landlock,
    /// The system-call filter.
    Seccomp,
}

impl Layer {
    /// The name people see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mounts => "mounts",
            Self::Profile => "profile",
            Self::Descriptors => "descriptors",
            Self::Rlimits => "rlimits",
            Self::Privileges => "privileges",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
        }
    }
}

/// What a layer achieved.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Achieved {
    /// Everything that was asked for; the text says what that is.
    Enforced(String),
    /// Applied, but the kernel lacks what the text names.
    Partial(String),
    /// Not applied: switched off, or the kernel has nothing of the kind.
    Skipped(String),
    /// The kernel has it, and it could not be applied: fatal in lockdown.
    Failed(String),
}

/// How many characters of a text from inside are told. Written as JSON each takes up to six
/// bytes, and all texts of one message have to fit into a datagram.
pub const MAX_TEXT: usize = 2048;

/// Why the command could not be started, as texts for a message.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExecFailure {
    /// Its name.
    pub program: String,
    /// The directories in which it was looked for.
    pub looked: String,
    /// The file that was found and could not be executed; `None` where there was none.
    pub found: Option<Unusable>,
}

/// A file that could not be executed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Unusable {
    /// Its path.
    pub file: String,
    /// Why.
    pub why: String,
    /// The interpreter that it names and that is not in the jail.
    pub interpreter: Option<String>,
}

impl ExecFailure {
    /// The status of a shell for this: 127 where nothing was found, otherwise 126.
    pub fn status(&self) -> u8 {
        if self.found.is_some() { 126 } else { 127 }
    }
}

/// What every layer achieved, in the order of application.
pub type Layers = Vec<(Layer, Achieved)>;

/// Stage two to the front.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FromJail {
    /// The command has a terminal of its own: the master's side travels with this message.
    Terminal,
    /// The directory of the copies that the front writes back travels with this message.
    Copies,
    /// A listener at this port of the jail's loopback travels with this message.
    Listener(u16),
    /// What mise gave the command, where it was asked for. The caller's terminal is still its own.
    Mise(Achieved),
    /// The command is being started behind these layers.
    Started(Layers),
    /// The command could not be started.
    ExecFailed(ExecFailure),
    /// Stage two itself failed; the text says on what and why.
    Failed(String),
    /// Something failed that does not end the run; the text says what and why.
    Warning(String),
    /// The command stopped on this signal.
    Stopped(i32),
    /// This signal killed the command; its status follows.
    Killed(i32),
    /// The command ended with this status: its own, or 128 + the signal.
    Exited(u8),
}

/// The front to stage two.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToJail {
    /// Send this signal to the command.
    Signal(i32),
    /// Send this signal to the command's process group: it came from the terminal's keyboard.
    GroupSignal(i32),
    /// Resume the command's process group, with the terminal's foreground if `true`.
    Continue(bool),
}
