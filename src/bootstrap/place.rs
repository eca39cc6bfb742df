//! Where an agent's file is, and whether it may be written there.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::BootstrapError;
use crate::host::links;
use crate::host::{Environment, Origin};
use crate::policy::agents::{Agent, File, Names};

/// What decides where the files are.
pub struct Places<'a> {
    /// The home, without links.
    pub home: &'a Path,
    /// The working directory, without links.
    pub project: &'a Path,
    /// The variables.
    pub environment: &'a Environment,
}

impl<'a> Places<'a> {
    /// From where the run starts.
    pub fn new(origin: &'a Origin) -> Result<Self, BootstrapError> {
        match origin.home.real() {
            Some(home) => {
                Ok(Self { home, project: &origin.project, environment: &origin.environment })
            }
            None => Err(BootstrapError::NoHome(origin.home.why().unwrap_or_default().to_owned())),
        }
    }

    /// The directory of an agent's configuration, and whether a variable names it.
    pub fn directory(&self, agent: &Agent) -> Result<(PathBuf, bool), BootstrapError> {
        for variable in agent.variables.iter().filter(|variable| variable.names == Names::Directory)
        {
            if let Some(path) = self.variable(variable.name)? {
                return Ok((path, true));
            }
        }
        let (variable, base, name) = agent.directory.parts();
        // The specification wants a relative value ignored.
        Ok(match variable.and_then(|variable| self.environment.path(variable)) {
            Some(base) => (base.join(name), true),
            None => (self.home.join(base).join(name), false),
        })
    }

    /// Every place where the agent looks for a file.
    pub fn candidates(&self, agent: &Agent, file: &File) -> Result<Candidates, BootstrapError> {
        let (directory, named) = self.directory(agent)?;
        let candidate = |name: &&str| Candidate { path: directory.join(name), named };
        let mut ranked: Vec<_> = file.ranked.iter().map(candidate).collect();
        let mut new = candidate(&file.name);
        if ranked.is_empty() {
            ranked.push(new.clone());
        }
        for variable in agent.variables.iter().filter(|variable| variable.names == Names::File) {
            let Some(path) = self.variable(variable.name)? else { continue };
            let file = Candidate { path, named: true };
            // A directory that a variable names outranks the file that one names, and both
            // outrank the usual directory.
            let from_variable = agent.variables.iter().any(|variable| {
                variable.names == Names::Directory && self.environment.path(variable.name).is_some()
            });
            if from_variable {
                ranked.push(file);
            } else {
                ranked.insert(0, file.clone());
                new = file;
            }
        }
        Ok(Candidates { ranked, new })
    }

    fn variable(&self, name: &'static str) -> Result<Option<PathBuf>, BootstrapError> {
        let Some(value) = self.environment.get(name).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let value = PathBuf::from(value);
        if value.is_absolute() {
            return Ok(Some(links::absolute(&value, Path::new("/"))));
        }
        Err(BootstrapError::Relative { variable: name, value })
    }

    /// Where a file really is.
    ///
    /// The directories of the agents' settings can be written by every jail, so a link in one may be an
    /// earlier run's bait as well as a dotfile manager's work. What tells them apart is where
    /// they lead: to a file of the same kind, the user's own, in the user's home and not in the
    /// project. What comes in there is a few settings in a file that was valid before.
    pub fn resolve(&self, candidate: &Candidate) -> Result<Target, BootstrapError> {
        let path = &candidate.path;
        let refuse =
            |why: String, hint| Err(BootstrapError::Place { path: path.clone(), why, hint });
        let (found, exists) = existing(path).map_err(|source| BootstrapError::Read {
            path: path.clone(),
            why: source.to_string(),
        })?;
        let linked = found != *path;
        if path.is_symlink() && !exists {
            return refuse("is a link to a file that does not exist".into(), REPAIR);
        }
        if linked && found.extension() != path.extension() {
            return refuse(format!("is a link to {}", crate::text::visible(&found)), REPLACE);
        }
        if linked && !candidate.named && !found.starts_with(self.home) {
            let why = format!("leads out of the home, to {}", crate::text::visible(&found));
            return refuse(why, ELSEWHERE);
        }
        // In the home itself, or above it, everything would be the project's.
        let project = !self.home.starts_with(self.project);
        if project && (linked || candidate.named) && found.starts_with(self.project) {
            return refuse("is in the working directory, a project".into(), ELSEWHERE);
        }
        if let Ok(metadata) = found.symlink_metadata() {
            let own = [self.owner(), nix::unistd::getuid().as_raw()];
            if linked && !own.contains(&metadata.uid()) {
                return refuse("is a link to another user's file".into(), REPLACE);
            }
        }
        Ok(Target { shown: path.clone(), file: found, exists })
    }

    fn owner(&self) -> u32 {
        self.home.metadata().map_or(u32::MAX, |metadata| metadata.uid())
    }
}

const REPAIR: &str = "remove or repair the link; nothing was written";
const REPLACE: &str = "put the file itself there; nothing was written";
const ELSEWHERE: &str = "nothing was written; put the settings there by hand, as docs/agents.md \
                         has them, and name the other agents: ai-jail --bootstrap AGENT...";

/// The places where the agent looks for a file.
pub struct Candidates {
    /// The strongest first.
    pub ranked: Vec<Candidate>,
    /// The one to make where there is none.
    pub new: Candidate,
}

/// A place where the agent looks for a file.
#[derive(Clone)]
pub struct Candidate {
    /// As the agent names it.
    pub path: PathBuf,
    /// Whether a variable of the user's leads there.
    pub named: bool,
}

/// A file that may be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// As the agent names it.
    pub shown: PathBuf,
    /// Where that is, without links.
    pub file: PathBuf,
    /// Whether it is there.
    pub exists: bool,
}

impl Target {
    /// What a map has to show for a jail to have the file: where the first link leads that a jail does not
    /// follow. Links that stand in the home itself are followed, since no jail can make one there.
    pub fn behind(&self, home: &Path) -> Option<PathBuf> {
        let below = self.shown.strip_prefix(home).ok()?;
        let mut above: Vec<_> = below.ancestors().filter(|path| path.parent().is_some()).collect();
        // The entry of the home.
        above.pop();
        let mut above = above.into_iter().rev().map(|path| home.join(path));
        above.find(|path| path.is_symlink())?.canonicalize().ok()
    }
}

/// Where a path leads, as far as it exists, and whether it does to its end.
fn existing(path: &Path) -> std::io::Result<(PathBuf, bool)> {
    match links::locate(path) {
        Ok(located) => Ok((located.canonical, true)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            match (path.parent(), path.file_name()) {
                (Some(parent), Some(name)) => Ok((existing(parent)?.0.join(name), false)),
                _ => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}
