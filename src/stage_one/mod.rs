//! Stage one: what a fork of the front does before it becomes bubblewrap, in a user and a mount
//! namespace of its own, and in a network namespace where the plan asks for one.
//!
//! Nothing is decided here: a [`Recipe`] is a rendering of the plan, as bubblewrap's arguments
//! are. Every step either succeeds or ends the fork, and [`spawn`] says which step failed and why;
//! no bubblewrap has run then, and the caller may start one without stage one.

mod late;
mod namespaces;
pub mod network;
mod tree;

use std::ffi::CString;
use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
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
    /// The directory over which it will stand.
    pub place: &'static Path,
    /// Open files whose content the front has, by their places in the jail.
    pub files: Vec<(PathBuf, RawFd)>,
    /// By which the jail's first process asks for what comes late, where something does.
    pub jail: Option<Channel>,
}

/// A step of stage one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
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
    /// Stage one went well, and bubblewrap could not be executed; or there was no fork at all.
    #[error(transparent)]
    Start(#[from] io::Error),
}

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
        if let Err(trouble) = enter(&recipe) {
            // The front learns of the failure by `spawn` too, though not of the step.
            let _ = front.send(&trouble);
            return Err(io::Error::other(trouble));
        }
        // Not left to the standard library: execvp(3) gives what is no program to a shell.
        match execv(&words[0], &words)? {}
    };
    sys::before_exec(&mut command, prepared);
    let started = command.spawn();
    // The command has the other end, and the fork's own is closed by now.
    drop(command);
    // Stage one has failed by now, or become bubblewrap: nothing is waited for.
    match ours.receive::<Trouble>().map_err(io::Error::from)? {
        Some(trouble) => Err(trouble.into()),
        None => Ok(started?),
    }
}

/// The steps, in order.
fn enter(recipe: &Recipe) -> Result<(), Trouble> {
    let caller = namespaces::enter(recipe.network.is_some())?;
    if let Some(wanted) = &recipe.network {
        network::set_up(wanted).map_err(Trouble::at(Step::Network))?;
    }
    if let Some(layout) = &recipe.tree {
        let late = layout.tree.late.as_ref().zip(layout.jail.as_ref());
        let late = late.map(|(late, jail)| late::start(layout, late, jail)).transpose();
        let late = late.map_err(Trouble::at(Step::Tree))?;
        tree::lay_out(layout).map_err(Trouble::at(Step::Tree))?;
        late.map_or(Ok(()), late::Started::wait).map_err(Trouble::at(Step::Tree))?;
    }
    namespaces::become_again(caller)
}
