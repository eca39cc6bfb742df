//! The agent that the command is, and the places that its state will need.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::home::Entry;
use super::origin::Origin;
use crate::policy::Os;
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
}

/// The agent that `program` is, by its name.
pub fn find(
    program: &OsStr,
    origin: &Origin,
    entries: &[Entry],
    lockdown: bool,
) -> Option<Running> {
    let name = Path::new(program).file_name()?;
    let row = AGENTS.iter().find(|row| name == row.command)?;
    let mut missing = Vec::new();
    if !lockdown {
        for directory in [&row.directory].into_iter().chain(row.state) {
            let Some(place) = place(row, *directory, origin) else { continue };
            if !entries.iter().any(|entry| entry.path == place) && !missing.contains(&place) {
                missing.push(place);
            }
        }
    }
    Some(Running { row, missing })
}

/// What of the home has to be mounted for an agent's directory, if a jail may write there.
fn place(row: &Agent, directory: Directory, origin: &Origin) -> Option<PathBuf> {
    let moves = row.variables.iter().filter(|variable| variable.names == Names::Directory);
    let mut names = moves.map(|variable| variable.name);
    if directory == row.directory && names.any(|name| origin.environment.path(name).is_some()) {
        return None;
    }
    let home = origin.home.real()?;
    let (variable, base, name) = directory.parts();
    let path = match variable.and_then(|variable| origin.environment.path(variable)) {
        Some(base) => {
            let path = base.join(name);
            let below = |home| path.strip_prefix(home).map(Path::to_path_buf);
            below(home).or_else(|_| below(origin.home.path())).ok()?
        }
        None => Path::new(base).join(name),
    };
    let mut rows =
        path.ancestors().filter_map(|path| Some((path, home::find(Os::of_this_build(), path)?)));
    let (place, row) = rows.next()?;
    (row.treatment == Treatment::ReadWrite).then(|| place.to_path_buf())
}
