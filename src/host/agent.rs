//! The agent that the command is, and the places that its state will need.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::home::Entry;
use super::look::Kind;
use super::origin::Origin;
use crate::facts::Facts;
use crate::policy::Os;
use crate::policy::agents::runtime::{PROGRAMS, RUNTIME};
use crate::policy::agents::{AGENTS, Agent, Directory, Names};
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
}

/// The agent that `program` is, by its name.
pub fn find(program: &OsStr, origin: &Origin, entries: &[Entry], facts: Facts) -> Option<Running> {
    let name = Path::new(program).file_name()?;
    let row = AGENTS.iter().find(|row| name == row.command)?;
    let mut missing = Vec::new();
    if !facts.is_alone() {
        for directory in [&row.directory].into_iter().chain(row.state) {
            let Some(place) = place(row, *directory, origin) else { continue };
            if !entries.iter().any(|entry| entry.path == place) && !missing.contains(&place) {
                missing.push(place);
            }
        }
    }
    let directories = [&row.directory].into_iter().chain(row.state);
    let mut state: Vec<_> =
        directories.filter_map(|directory| below_home(row, *directory, origin)).collect();
    state.extend(row.home_files.iter().map(PathBuf::from));
    let present =
        state.iter().filter_map(|path| origin.home.real()?.join(path).canonicalize().ok());
    let present = present.filter(|path| path.is_dir()).collect();
    Some(Running { row, missing, state, present })
}

/// A directory that is not there, below one without links.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Absent {
    /// The entry of the home that it would be in, canonical.
    pub base: PathBuf,
    /// Relative to that.
    pub place: PathBuf,
}

/// What no jail may make, in the state of agents that are in use: a process of the host would take
/// it for its own.
pub fn absent(entries: &[Entry]) -> Vec<Absent> {
    let find = |path: &Path| entries.iter().find(|entry| entry.path == path);
    let is_directory =
        |path: &str| find(path.as_ref()).is_some_and(|entry| entry.kind == Kind::Directory);
    let runtime = RUNTIME.iter().filter(|row| find(row.path.as_ref()).is_none());
    let runtime = runtime.map(|row| row.path);
    let programs = PROGRAMS.iter().filter(|programs| is_directory(programs.beside));
    let programs = programs.map(|programs| programs.place.path);
    let absent = |path: &'static str| {
        // Nearest the place, what of it is mounted for the jail to write.
        let above = Path::new(path).ancestors().skip(1);
        let mut above = above.filter(|above| home::find(Os::of_this_build(), above).is_some());
        let above = above.next()?;
        let base = find(above).filter(|entry| entry.kind == Kind::Directory)?;
        let (base, place) = (&base.located.canonical, Path::new(path).strip_prefix(above).ok()?);
        // A link that leads nowhere is there.
        let is_absent = base.join(place).symlink_metadata().is_err();
        is_absent.then(|| Absent { base: base.clone(), place: place.into() })
    };
    runtime.chain(programs).filter_map(absent).collect()
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
    let moves = row.variables.iter().filter(|variable| variable.names == Names::Directory);
    let mut names = moves.map(|variable| variable.name);
    if directory == row.directory && names.any(|name| origin.environment.path(name).is_some()) {
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
