//! Which terminal the command gets.

use crate::facts::Facts;
use crate::host::{Host, Stdio};
use crate::settings::Settings;

/// The command's controlling terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Terminal {
    /// None: a session of its own that has no terminal.
    None,
    /// The caller's, in the caller's session.
    Callers,
    /// One of the jail's own, in a session of its own; the front connects it with the caller's.
    Own,
}

impl Terminal {
    /// Decides. The front can stand between only where both ends are terminals: what goes through
    /// a pipe goes straight to the command.
    pub fn decide(settings: &Settings, facts: Facts, host: &Host) -> Self {
        let is_terminal = |index: usize| host.stdio[index] == Stdio::Terminal;
        if !settings.exec && is_terminal(0) && is_terminal(1) {
            Self::Own
        } else {
            Self::without_front(facts, host)
        }
    }

    /// The choice where nothing can stand between: for `--exec` and a pasted `--dry-run`.
    pub fn without_front(facts: Facts, host: &Host) -> Self {
        if facts.is_alone() || !host.stdio.contains(&Stdio::Terminal) {
            Self::None
        } else {
            Self::Callers
        }
    }

    /// Whether the jail is a session of its own, which cannot take the caller's terminal.
    pub fn is_new_session(self) -> bool {
        self != Self::Callers
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Callers => "caller's",
            Self::Own => "own",
        }
    }
}
