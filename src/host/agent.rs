//! The agent that the command is, and the places that its state will need.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::agent_links::{self, AgentLink};
use super::agent_sandbox::{self, SwitchedOn};
use super::home::Entry;
use super::look::Kind;
use super::origin::Origin;
use crate::facts::Facts;
use crate::policy::Os;
use crate::policy::agents::runtime::{kept_programs, own_directories};
use crate::policy::agents::{AGENTS, Agent, Directory, Names, recognise};
use crate::policy::first_start;
use crate::policy::home::{self, Treatment};

/// An agent that is run.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its row.
    pub row: &'static Agent,
    /// Directories of its state that are not there, relative to the home. What is not there cannot be
    /// mounted, so what the agent would save there would be lost.
    pub missing: Vec<PathBuf>,
    /// What its state is, relative to the home.
    pub state: Vec<PathBuf>,
    /// What of that is there, canonical.
    pub present: Vec<PathBuf>,
    /// Links of its directories and settings.
    pub linked: Vec<AgentLink>,
    /// The setting that has its own sandbox switched on.
    pub sandbox: Option<SwitchedOn>,
}

/// The agent that the command starts.
pub fn find(
    command: &[OsString],
    origin: &Origin,
    entries: &[Entry],
    facts: Facts,
) -> Option<Running> {
    let row = recognise(command)?;
    let directories = || [&row.directory].into_iter().chain(row.state);
    let mut state: Vec<_> =
        directories().filter_map(|directory| below_home(row, *directory, origin)).collect();
    let files = row.home.iter().filter(|one| one.treatment == Treatment::Copied);
    state.extend(files.map(|one| PathBuf::from(one.path)));
    let present =
        state.iter().filter_map(|path| origin.home.real()?.join(path).canonicalize().ok());
    let present = present.filter(|path| path.is_dir()).collect();
    let mut running =
        Running { row, missing: Vec::new(), state, present, linked: Vec::new(), sandbox: None };
    if facts.is_alone() {
        return Some(running);
    }
    for directory in directories() {
        let Some(place) = place(row, *directory, origin) else { continue };
        let is_known = |known: &Entry| known.path == place;
        if !entries.iter().any(is_known) && !running.missing.contains(&place) {
            running.missing.push(place);
        }
    }
    if let Some(directory) = settings_directory(row, origin) {
        running.sandbox = agent_sandbox::find(row, &directory, command);
        let state = row.state.iter().filter_map(|directory| {
            Some(origin.home.real()?.join(below_home(row, *directory, origin)?))
        });
        let directories: Vec<_> = [directory].into_iter().chain(state).collect();
        running.linked = agent_links::find(row, &directories);
    }
    Some(running)
}

/// A directory that is not there, below one without links.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Absent {
    /// The directory that it would be below, canonical.
    pub base: PathBuf,
    /// Relative to that.
    pub place: PathBuf,
}

impl Absent {
    /// `None` where something is there, be it a link that leads nowhere.
    fn new(base: &Path, place: &Path) -> Option<Self> {
        let is_absent = base.join(place).symlink_metadata().is_err();
        is_absent.then(|| Self { base: base.to_path_buf(), place: place.to_path_buf() })
    }
}

/// What no jail may make, in the state of agents that are in use: a process of the host would take
/// it for its own.
pub fn absent(origin: &Origin, entries: &[Entry]) -> Vec<Absent> {
    let by_path: HashMap<&OsStr, &Entry> =
        entries.iter().map(|entry| (entry.path.as_os_str(), entry)).collect();
    let find = |path: &Path| by_path.get(path.as_os_str()).copied();
    let is_in_use = |agent: &Agent| {
        agent
            .home
            .iter()
            .any(|row| row.treatment == Treatment::ReadWrite && find(row.path.as_ref()).is_some())
    };
    let own = own_directories().filter(|row| find(row.path.as_ref()).is_none());
    let programs = kept_programs().filter(|(agent, _)| is_in_use(agent));
    let paths = own.map(|row| row.path).chain(programs.map(|(_, place)| place.path));
    // Most agents are not in use, so nothing that their places are below is there.
    let paths = paths.filter(|path| {
        let top = path.split('/').next().unwrap_or(path);
        !home::is_dot_entry(top.as_ref()) || find(top.as_ref()).is_some()
    });
    let absent = |path: &'static str| {
        // Nearest the place, what of it is mounted for the jail to write.
        let above = Path::new(path).ancestors().skip(1);
        let mut above = above.filter(|above| home::find(Os::of_this_build(), above).is_some());
        let above = above.next()?;
        let base = find(above).filter(|entry| entry.kind == Kind::Directory)?;
        Absent::new(&base.located.canonical, Path::new(path).strip_prefix(above).ok()?)
    };
    let elsewhere =
        moved(origin).into_iter().filter_map(|place| Absent::new(&place.base, place.path));
    paths.filter_map(absent).chain(elsewhere).collect()
}

/// Those that are in the state of the agent that runs: with a home of the jails' own, that of others is
/// not written to.
pub fn absent_of(agent: Option<&Running>, mut absent: Vec<Absent>) -> Vec<Absent> {
    absent.retain(|place| {
        let mut state = agent.iter().flat_map(|agent| &agent.present);
        state.any(|directory| place.base.starts_with(directory))
    });
    absent
}

/// What the command would make on its first start, and cannot in a jail.
pub fn made_on_first_start(command: &OsStr, origin: &Origin) -> Option<Absent> {
    let row = first_start::find(Path::new(command).file_name()?)?;
    let is_moved = origin.environment.get(row.moved_by).is_some();
    let home = origin.home.real().filter(|_| !is_moved)?;
    Absent::new(home, Path::new(row.directory))
}

/// A place of an agent whose directory a variable moves.
pub struct Moved {
    /// The directory that the variable names, canonical.
    pub base: PathBuf,
    /// The place, relative to that.
    pub path: &'static Path,
    /// Why nobody else may write there.
    pub reason: &'static str,
    /// Whether it holds programs.
    pub is_programs: bool,
}

/// The same places as in the tables, where variables move what they are in.
pub fn moved(origin: &Origin) -> Vec<Moved> {
    let mut found = Vec::new();
    for agent in AGENTS {
        let (_, base, name) = agent.directory.parts();
        let usual = Path::new(base).join(name);
        let Some(base) = by_variable(agent, origin).and_then(|path| path.canonicalize().ok())
        else {
            continue;
        };
        let own = agent.own.iter().map(|row| (row.path, row.reason, false));
        let programs = agent.programs.iter().map(|place| (place.path, place.reason, true));
        for (path, reason, is_programs) in own.chain(programs) {
            if let Ok(path) = Path::new(path).strip_prefix(&usual) {
                found.push(Moved { base: base.clone(), path, reason, is_programs });
            }
        }
    }
    found
}

/// The directory that a variable names for an agent's settings.
fn by_variable<'a>(row: &Agent, origin: &'a Origin) -> Option<&'a Path> {
    let mut directories = row.variables.iter().filter(|one| one.names == Names::Directory);
    directories.find_map(|variable| origin.environment.path(variable.name))
}

/// Where an agent's settings are.
fn settings_directory(row: &Agent, origin: &Origin) -> Option<PathBuf> {
    if let Some(path) = by_variable(row, origin) {
        return Some(path.to_path_buf());
    }
    let (variable, base, name) = row.directory.parts();
    let moved = variable.and_then(|variable| origin.environment.path(variable));
    match moved {
        Some(base) => Some(base.join(name)),
        None => Some(origin.home.real()?.join(base).join(name)),
    }
}

/// What of the home has to be mounted for an agent's directory, if a jail may write there.
fn place(row: &Agent, directory: Directory, origin: &Origin) -> Option<PathBuf> {
    let path = below_home(row, directory, origin)?;
    let mut rows =
        path.ancestors().filter_map(|path| Some((path, home::find(Os::of_this_build(), path)?)));
    let (place, row) = rows.next()?;
    (row.treatment == Treatment::ReadWrite).then(|| place.to_path_buf())
}

/// Where an agent's directory is, relative to the home, if it is there.
fn below_home(row: &Agent, directory: Directory, origin: &Origin) -> Option<PathBuf> {
    if directory == row.directory && by_variable(row, origin).is_some() {
        return None;
    }
    let home = origin.home.real()?;
    let (variable, base, name) = directory.parts();
    Some(match variable.and_then(|variable| origin.environment.path(variable)) {
        Some(base) => {
            let path = base.join(name);
            let below = |home| path.strip_prefix(home).map(Path::to_path_buf);
            below(home).or_else(|_| below(origin.home.path())).ok()?
        }
        None => Path::new(base).join(name),
    })
}
