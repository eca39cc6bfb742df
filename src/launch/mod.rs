//! The only room with effects: descriptors, processes, signals, the terminal.

#[cfg_attr(target_os = "linux", path = "attempts/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "attempts/elsewhere.rs")]
mod attempts;
mod bar;
#[cfg(target_os = "linux")]
mod bubblewrap;
mod connection;
mod copies;
mod descriptors;
mod ending;
mod failure;
mod filter;
pub mod interrupt;
mod jail;
mod notice;
mod placed;
mod prune;
mod relay;
mod sandbox_exec;
mod signals;
mod supervise;
mod temporary;
mod terminal;
mod worktrees;

use std::iter;

use connection::Connection;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use attempts::Attempts;
pub use copies::Unsaved;
use copies::{Copies, Finished};
use jail::{Handover, Jail};
use placed::Placed;
use stage2::report::{Achieved, Layer};

pub use notice::{Notice, Sink};

use crate::error::Error;
use crate::host::Host;
use crate::host::builder::Builder;
use crate::plan::{EmptyLogin, Plan};
use crate::settings::Settings;

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The status to end with.
    pub status: u8,
    /// Whether the command died of SIGINT, which a status of 130 alone does not say.
    pub interrupted: bool,
    /// What was the jail's home, where that was memory: all of the jail is gone, so nobody
    /// changes it any more.
    pub home: Option<OwnedFd>,
    /// Settings that are read-only in the jail and that something in it tried to change.
    pub refused: Vec<PathBuf>,
    /// Logins that something in the jail looked for and that it does not have.
    pub looked_for: Vec<EmptyLogin>,
}

/// What the kernel noted of a run's attempts.
#[derive(Default)]
struct Noted {
    /// Settings that something tried to change.
    refused: Vec<PathBuf>,
    /// Worktrees that are gone.
    removed: Vec<PathBuf>,
    /// Logins that something looked for.
    looked_for: Vec<EmptyLogin>,
}

/// Runs the plan to its end.
///
/// `bar` are the settings that decide on a status bar, where there may be one; `held` are settings
/// of git that the jail cannot change: attempts to change them are noted, and to find a login, unless it is `None`; `sink` hears what happens
/// meanwhile.
///
/// # Errors
///
/// The jail could not be built.
pub fn run(
    mut plan: Plan,
    bar: Option<&Settings>,
    host: &Host,
    builder: &Builder,
    held: Option<&[PathBuf]>,
    sink: Sink,
) -> Result<Ended, Error> {
    let bar = bar.and_then(|settings| bar::Wanted::decide(settings, host, &plan, sink));
    // From here on a signal waits until there is a command to forward it to.
    let signals = signals::block(plan.terminal, builder.confinement())?;
    let mut copies = Copies::read(&mut plan);
    let (launched, connection) = start(&mut plan, bar, host, builder, &copies, sink)?;
    let Launched { jail, mut filter, mounts, placed } = launched;
    signals.listen().map_err(Error::system("sigprocmask"))?;
    let with_mounts = |notice: &Notice| tell(notice, mounts.as_ref(), sink);
    let worktrees = &host.protection.repositories.removable;
    let empty_logins = held.map(|_| plan.empty_logins.as_slice()).unwrap_or_default();
    let mut attempts = Attempts::watch(held.unwrap_or_default(), worktrees, empty_logins);
    let mut interrupted = false;
    let run = supervise::Run {
        builder,
        copies: &mut copies,
        attempts: &mut attempts,
        filter: filter.as_mut(),
        interrupted: &mut interrupted,
        sink: &with_mounts,
    };
    let outcome = supervise::supervise(jail, signals, connection, run);
    let Noted { refused, mut removed, looked_for } = attempts.finish();
    if let Some(filter) = filter {
        filter.finish(sink);
    }
    // The jail is gone: what is in the copies now is their last word.
    let Finished { directory: home, failed, taken_back } =
        copies.finish(host.trust_records.as_deref());
    for unsaved in failed {
        sink(&Notice::NotSaved(unsaved));
    }
    for (path, keys) in taken_back {
        sink(&Notice::TakenBack(path, keys));
    }
    removed.extend(worktrees::finish_removals(worktrees));
    for tree in removed {
        sink(&Notice::Removed(tree));
    }
    if let Some(memory) = &home {
        let home = host.origin.home.canonical();
        let lost = prune::prune_lost(&host.protection.repositories, home, memory);
        for tree in lost {
            sink(&Notice::Pruned(tree));
        }
    }
    let status = outcome.map_err(|error| placed.explain(error))?;
    Ok(Ended { status, interrupted, home, refused, looked_for })
}

/// Whether a jail can have a network of its own for a filter: tried, and nothing of it is left.
pub fn try_network() -> Option<Result<(), String>> {
    #[cfg(target_os = "linux")]
    return Some(bubblewrap::try_network());
    #[cfg(not(target_os = "linux"))]
    return None;
}

/// Tells something; where it is what stage two's layers achieved, with the mounts, which the front knows of, before them.
fn tell(notice: &Notice, mounts: Option<&Achieved>, sink: Sink) {
    match (notice, mounts) {
        (Notice::Layers(layers), Some(mounts)) => {
            let mounts = (Layer::Mounts, mounts.clone());
            sink(&Notice::Layers(iter::once(mounts).chain(layers.clone()).collect()));
        }
        _ => sink(notice),
    }
}

/// A jail that was started.
struct Launched {
    jail: Jail,
    /// The filter of its network.
    filter: Option<filter::Running>,
    /// How its mounts are made, where the front knows.
    mounts: Option<Achieved>,
    /// What the builder was told to mount.
    placed: Placed,
}

/// Starts what builds the jail, connected with the caller's terminal.
#[cfg_attr(not(target_os = "linux"), expect(unused_variables, clippy::needless_pass_by_ref_mut))]
fn start(
    plan: &mut Plan,
    bar: Option<bar::Wanted>,
    host: &Host,
    builder: &Builder,
    copies: &Copies,
    sink: Sink,
) -> Result<(Launched, Connection), Error> {
    let confinement = builder.confinement();
    match builder {
        #[cfg(target_os = "linux")]
        Builder::Bubblewrap(bubblewrap) => {
            let connection = Connection::new(plan, host, bar, confinement)?;
            let handover = Handover::new(plan, host, &connection, confinement)?;
            Ok((bubblewrap::start(plan, bubblewrap, copies, handover, sink)?, connection))
        }
        #[cfg(not(target_os = "linux"))]
        Builder::Bubblewrap(bubblewrap) => Err(Error::StartBwrap {
            path: bubblewrap.path.clone(),
            error: std::io::ErrorKind::Unsupported.into(),
        }),
        Builder::SandboxExec(path) => {
            let connection = Connection::new(plan, host, bar, confinement)?;
            let handover = Handover::new(plan, host, &connection, confinement)?;
            let (jail, filter) = sandbox_exec::start(plan, path, handover, sink)?;
            Ok((Launched { jail, filter, mounts: None, placed: Placed::default() }, connection))
        }
    }
}
