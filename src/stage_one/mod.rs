//! Stage one: what a fork of the front does before it becomes bubblewrap, in a user and a mount
//! namespace of its own, and in a network namespace where the plan asks for one; and a process beside bubblewrap, which
//! brings the jail its root.
//!
//! Nothing is decided here: a [`Recipe`] is a rendering of the plan, as bubblewrap's arguments
//! are. Where a step fails, [`spawn`] says which and why; bubblewrap may have made namespaces and an empty root by then,
//! and is ended. The caller may start one without stage one.

mod namespaces;
pub mod network;
mod root;
mod tree;

use std::ffi::CString;
use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Child, Command};

use nix::unistd::execv;
use serde::{Deserialize, Serialize};
use stage2::channel::Channel;
use stage2::confinement::Confinement;
use stage2::sys;

use crate::backend::tree::Tree;

/// What stage one does.
#[derive(Debug, Default)]
pub struct Recipe {
    /// Make a network namespace, and in it what [`network::set_up`] says.
    pub network: Option<network::Wanted>,
    /// Lay out the jail's mounts.
    pub tree: Option<Layout>,
}

/// A tree, and what laying it out takes besides.
#[derive(Debug)]
pub struct Layout {
    /// The tree.
    pub tree: Tree,
    /// Open files whose content the front has, by their places in the jail.
    pub files: Vec<(PathBuf, RawFd)>,
    /// By which the jail's first process asks for its root.
    pub jail: Channel,
}

/// A step of stage one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Starting a process for it.
    Start,
    /// Making the namespaces.
    Namespaces,
    /// Writing which user and group of the host they belong to.
    Identity,
    /// Setting up the network.
    Network,
    /// Laying out the mounts.
    Tree,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Start => "starting a process for bubblewrap",
            Self::Namespaces => "making user and mount namespaces",
            Self::Identity => "mapping the user into the user namespace",
            Self::Network => "setting up the network namespace",
            Self::Tree => "laying out the mounts",
        })
    }
}

/// Why stage one failed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[error("{step}: {why}")]
pub struct Trouble {
    /// At which step.
    pub step: Step,
    /// The error of the system call, and on what.
    pub why: String,
}

impl Trouble {
    /// For `map_err` on what a step does.
    fn at<E: fmt::Display>(step: Step) -> impl FnOnce(E) -> Self {
        move |error| Self { step, why: error.to_string() }
    }
}

/// Why no bubblewrap was started.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Stage one failed.
    #[error(transparent)]
    StageOne(#[from] Trouble),
    /// Stage one went well, and bubblewrap could not be executed; or stage one could not be begun.
    #[error(transparent)]
    Start(#[from] io::Error),
}

/// What stage one says: that all went well, or what did not.
type Said = Result<(), Trouble>;

/// Starts `command` behind stage one.
///
/// # Errors
///
/// Stage one's own, or those of starting a program.
pub fn spawn(mut command: Command, recipe: Recipe) -> Result<Child, Failure> {
    let (ours, theirs) = Channel::pair(Confinement::Namespaces)?;
    let front = Channel::over(theirs, Confinement::Namespaces);
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words = words.map(|word| CString::new(word.as_bytes())).collect::<Result<Vec<_>, _>>();
    let words = words.map_err(io::Error::other)?;
    let prepared = move || {
        if let Err(trouble) = enter(&recipe, &front) {
            // The front learns of the failure by `spawn` too, though not of the step.
            let _ = front.send(&Said::Err(trouble.clone()));
            return Err(io::Error::other(trouble));
        }
        // Not left to the standard library: execvp(3) gives what is no program to a shell.
        match execv(&words[0], &words)? {}
    };
    sys::before_exec(&mut command, prepared);
    let started = command.spawn();
    // The command has the other end, and the fork's own is closed by now.
    drop(command);
    let trouble = match (hear(&ours), &started) {
        (Some(Ok(())), _) => return Ok(started?),
        (Some(Err(trouble)), _) => trouble,
        (None, Err(error)) => Trouble::at(Step::Start)(error),
        (None, Ok(_)) => {
            Trouble { step: Step::Tree, why: "the process that lays them out was killed".into() }
        }
    };
    if let Ok(mut started) = started {
        started.kill()?;
        started.wait()?;
    }
    Err(trouble.into())
}

/// What stage one says, if it says anything. There is no more to hear when all of it has said so.
fn hear(stage_one: &Channel) -> Option<Said> {
    let mut heard = None;
    loop {
        match stage_one.receive::<Said>() {
            Ok(Some(Ok(()))) => heard = Some(Ok(())),
            Ok(Some(Err(trouble))) => return Some(Err(trouble)),
            Ok(None) => return heard,
            Err(error) => return Some(Err(Trouble::at(Step::Tree)(error))),
        }
    }
}

/// The steps, in order. The tree is laid out by a process of its own, while this one becomes the command, which has
/// much to do until the jail needs the tree.
fn enter(recipe: &Recipe, front: &Channel) -> Result<(), Trouble> {
    let caller = namespaces::enter(recipe.network.is_some())?;
    if let Some(wanted) = &recipe.network {
        network::set_up(wanted).map_err(Trouble::at(Step::Network))?;
    }
    if let Some(layout) = &recipe.tree {
        root::start(layout, front).map_err(Trouble::at(Step::Tree))?;
    }
    namespaces::become_again(caller)?;
    if recipe.tree.is_none() {
        front.send(&Said::Ok(())).map_err(Trouble::at(Step::Namespaces))?;
    }
    Ok(())
}
