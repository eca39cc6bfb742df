//! What the agents' processes tell each other through files of the home, and the programs that
//! agents keep for themselves.
//!
//! A daemon, an editor or a launcher outside finds work, a token or a program in such a place, and
//! acts on the host. So [`RUNTIME`] is each jail's own and empty, and [`PROGRAMS`] are read-only.
//! What of them is not there yet is made before the jail starts, or the jail could make it: an
//! empty directory of the user's, in the state of an agent that is in use.

use crate::policy::home_row::{HomeRow, Treatment};
use crate::policy::place::{Place, place};

/// A directory that each jail has empty and to itself.
const fn own(path: &'static str, reason: &'static str) -> HomeRow {
    HomeRow { path, treatment: Treatment::Empty, reason }
}

const DAEMON: &str = "work for an agent's daemon, and the key to it";
const EDITOR: &str = "key to the host's editor";
const SESSIONS: &str = "an agent's running sessions, by process";
const SHELL: &str = "shell code that an agent's running session reads";
const RUNNING: &str = "programs of an agent that is running";

/// Directories.
pub const RUNTIME: &[HomeRow] = &[
    // `claude --bg`, which runs what is in `dispatch`, with the jobs' own arguments and hooks.
    own(".claude/daemon", DAEMON),
    own(".claude/jobs", DAEMON),
    own(".claude/ide", EDITOR),
    // Each has a key to send messages to that session. In jails the process numbers repeat.
    own(".claude/sessions", SESSIONS),
    // The shell of each command reads them.
    own(".claude/shell-snapshots", SHELL),
    own(".claude/session-env", SHELL),
    own(".codex/app-server-control", DAEMON),
    own(".codex/app-server-daemon", DAEMON),
    // `apply_patch` and the like, first on the search path of each command.
    own(".codex/tmp", RUNNING),
    own(".cline/data/locks", DAEMON),
    own(".cline/cron", DAEMON),
    own(".copilot/ide", EDITOR),
    own(".qwen/ide", EDITOR),
    own(".local/share/amp/ide", EDITOR),
];

/// Files beside them, which cannot be had before they are there.
pub const RUNTIME_FILES: &[HomeRow] = &[
    own(".claude/daemon.lock", DAEMON),
    own(".claude/daemon.json", DAEMON),
    own(".claude/daemon.status.json", DAEMON),
];

/// Programs that an agent keeps for itself.
#[derive(Debug)]
pub struct Programs {
    /// Where, and what they are to the host.
    pub place: Place,
    /// A directory of the home that whoever uses the agent has.
    pub beside: &'static str,
}

const fn programs(path: &'static str, beside: &'static str) -> Programs {
    Programs { place: place(path, KEPT), beside }
}

/// What they are to the host.
pub const KEPT: &str = "programs that an agent keeps for itself";

/// Directories of programs.
pub const PROGRAMS: &[Programs] = &[
    programs(".claude/local", ".claude"),
    // What a browser starts for Claude.
    programs(".claude/chrome", ".claude"),
    // The daemon's own Codex, and what it starts.
    programs(".codex/packages", ".codex"),
    // The launcher runs the newest version that is here.
    programs(".cache/copilot", ".copilot"),
    programs(".copilot/pkg", ".copilot"),
    // ripgrep and language servers, where the system has none.
    programs(".cache/opencode/bin", ".local/share/opencode"),
    programs(".local/share/opencode/bin", ".local/share/opencode"),
    programs(".cache/kilo/bin", ".local/share/kilo"),
    programs(".gemini/tmp/bin", ".gemini"),
];
