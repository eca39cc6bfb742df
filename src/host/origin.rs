//! Where a run starts.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::home::{self, Home};
use super::links::{self, Located};
use crate::error::Error;

/// Where the run starts: known before any configuration is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The project: the working directory, without symbolic links.
    pub project: PathBuf,
    /// The project as the user's shell names it, and the links in that name.
    pub named: PathBuf,
    /// Where `named` leads: to `project`.
    pub located: Located,
    /// The home.
    pub home: Home,
    /// The environment.
    pub environment: Environment,
    /// Root runs this.
    pub as_root: bool,
}

impl Origin {
    /// Finds the working directory and the home.
    ///
    /// # Errors
    ///
    /// A working directory that is gone.
    pub fn find(environment: Environment) -> Result<Self, Error> {
        let project = std::env::current_dir().map_err(Error::WorkingDirectory)?;
        // A shell keeps the name under which the user came here; it is only believed where it
        // leads here.
        let leads_here =
            |path: &Path| links::locate(path).ok().filter(|located| located.canonical == project);
        let named = environment
            .path("PWD")
            .and_then(|path| Some((links::absolute(path, Path::new("/")), leads_here(path)?)));
        let (named, located) = named.unwrap_or_else(|| {
            let located = Located { canonical: project.clone(), links: Vec::new() };
            (project.clone(), located)
        });
        let as_root = is_root();
        Ok(Self { project, named, located, home: home(&environment), environment, as_root })
    }

    /// Starts at a canonical path instead of in the working directory.
    pub fn at(project: PathBuf, environment: Environment) -> Self {
        let located = Located { canonical: project.clone(), links: Vec::new() };
        let named = project.clone();
        let as_root = is_root();
        Self { project, named, located, home: home(&environment), environment, as_root }
    }
}

fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}

fn home(environment: &Environment) -> Home {
    home::find(environment.get("HOME"), nix::unistd::getuid().as_raw())
}
