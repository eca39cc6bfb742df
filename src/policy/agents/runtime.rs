//! The kinds of places that agents keep in the home.
//!
//! A daemon, an editor or a launcher outside finds work, a key or a program in such a place, and
//! acts on the host. So the first are each jail's own and empty, and programs are read-only. What of them
//! is not there yet is made before the jail starts, or the jail could make it: an empty directory
//! of the user's, in the state of an agent that is in use.

use std::path::Path;

use super::{AGENTS, Agent, Guard};
use crate::policy::home_row::{HomeRow, Treatment};
use crate::policy::place::{Place, place};

const DAEMON: &str = "work for an agent's daemon, and the key to it";
const EDITOR: &str = "key to the host's editor";
const SESSIONS: &str = "an agent's running sessions, by process";
const SHELL: &str = "shell code that an agent's running session reads";
const RUNNING: &str = "programs of an agent that is running";
/// Why the settings of agents are watched.
pub const RUNS: &str = "an agent runs what it names";

/// Why programs that an agent keeps for itself are read-only.
pub const KEPT: &str = "programs that an agent keeps for itself";

/// What an agent and its user have in common with every jail.
pub(super) const fn state(path: &'static str, reason: &'static str) -> HomeRow {
    HomeRow { path, treatment: Treatment::ReadWrite, reason }
}

const fn own(path: &'static str, reason: &'static str) -> HomeRow {
    HomeRow { path, treatment: Treatment::Empty, reason }
}

/// Work for a daemon, or its address and key.
pub(super) const fn daemon(path: &'static str) -> HomeRow {
    own(path, DAEMON)
}

/// The address and the key of an editor.
pub(super) const fn editor(path: &'static str) -> HomeRow {
    own(path, EDITOR)
}

/// Sessions by process numbers, which repeat in jails.
pub(super) const fn sessions(path: &'static str) -> HomeRow {
    own(path, SESSIONS)
}

/// What the shell of each command reads.
pub(super) const fn shell(path: &'static str) -> HomeRow {
    own(path, SHELL)
}

/// What is first on the search path of each command.
pub(super) const fn running(path: &'static str) -> HomeRow {
    own(path, RUNNING)
}

/// Programs.
pub(super) const fn programs(path: &'static str) -> Place {
    place(path, KEPT)
}

/// Settings, and what is beside them to be run.
pub(super) const fn runs(path: &'static str) -> Place {
    place(path, RUNS)
}

/// What the agents have of the home, all of them.
pub fn home_rows() -> impl Iterator<Item = &'static HomeRow> {
    AGENTS.iter().flat_map(|agent| agent.home.iter().chain(agent.own).chain(agent.own_files))
}

/// The directories that each jail has to itself.
pub fn own_directories() -> impl Iterator<Item = &'static HomeRow> {
    AGENTS.iter().flat_map(|agent| agent.own)
}

/// The directories of programs, and whose they are.
pub fn kept_programs() -> impl Iterator<Item = (&'static Agent, &'static Place)> {
    AGENTS.iter().flat_map(|agent| agent.programs.iter().map(move |place| (agent, place)))
}

/// What no jail changes of a file that is written back.
pub fn guard(file: &str) -> Option<&'static Guard> {
    AGENTS.iter().filter_map(|agent| agent.guard.as_ref()).find(|guard| guard.file == file)
}

/// The directories of all agents: what each is below, relative to the home, and its name there.
pub fn directories() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = AGENTS.iter().flat_map(|agent| [&agent.directory].into_iter().chain(agent.state));
    all.map(|directory| {
        let (_, base, name) = directory.parts();
        (base, name)
    })
}

/// What the agents run and change.
pub fn watched() -> impl Iterator<Item = &'static Place> {
    AGENTS.iter().flat_map(|agent| agent.watched)
}

/// Whether something below a watched place is an agent's data.
pub fn is_data(watched: &Path, below: &Path) -> bool {
    let data = AGENTS.iter().flat_map(|agent| agent.data);
    data.filter_map(|path| path.rsplit_once('/'))
        .any(|(above, name)| watched.ends_with(above) && below.starts_with(name))
}
