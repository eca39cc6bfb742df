//! Starting bubblewrap with ourselves as the inner entry point.

pub mod orphans;
mod sources;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use egress::policy::Policy;
use nix::fcntl::{OFlag, open};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use stage2::channel::Channel;
use stage2::confinement::Confinement;
use stage2::os_bytes::BytePath;
use stage2::report::Achieved;
use stage2::spec::{ENTRY_POINT, Root, Spec};
use stage2::sys;

use super::Launched;
use super::copies::Copies;
use super::descriptors;
use super::filter;
use super::jail::{Cleanup, Handover};
use super::notice::{Notice, Sink};
use super::placed::Placed;
use crate::backend::bwrap::{self, FirstRoot};
use crate::backend::tree;
use crate::error::Error;
use crate::host::bubblewrap::Bubblewrap;
use crate::plan::network::{Filter, PROXY_PORT};
use crate::plan::{Places, Plan};
use crate::spec;
use crate::stage_one::{self, Failure, Layout, Recipe, Step, Trouble};

/// Starts bubblewrap: behind stage one where the kernel and what is around us let stage one do its
/// part, which only trying tells, else by itself. Says which it was.
pub fn start(
    plan: &mut Plan,
    bubblewrap: &Bubblewrap,
    copies: &Copies,
    mut handover: Handover,
    sink: Sink,
) -> Result<Launched, Error> {
    if !matches!(plan.places, Places::Linux(_)) {
        return Err(Error::Foreign { builder: "bubblewrap" });
    }
    let files = sources::files(plan, copies)?;
    let inherited = orphans::adopt()?;
    // Where the kernel refuses, bubblewrap says what it does not like.
    let _ = stage2::caps::drop_inherited();
    let mut placed = Placed::default();
    let (started, mounts) = match behind_stage_one(plan, bubblewrap, &files, &handover.spec, sink)?
    {
        Ok(started) => (started, "laid out beside bubblewrap".to_owned()),
        Err(trouble) => {
            // A bubblewrap that ends half-way leaves a child behind, which would hold the channel of the next one open.
            orphans::kill_all(&inherited);
            let proxies = proxies_instead(plan, &trouble, sink)?;
            if proxies.is_some() {
                handover.spec.listeners = spec::listeners(plan);
            }
            let sources = sources::open_all(plan, files, bubblewrap)?;
            let options = bwrap::options(plan, bubblewrap, &sources.numbers());
            let arguments = in_memory(&nul_separated(&options))?;
            let inner = Inner::new(&handover.spec)?;
            let command = inner.command(bubblewrap, &arguments);
            let started = alone(plan, command, proxies, sink)?;
            placed = sources.placed();
            (started, format!("made by bubblewrap one by one: {trouble}"))
        }
    };
    let jail = handover.start(started.process, Cleanup::Orphans(inherited))?;
    Ok(Launched { jail, filter: started.filter, mounts: Some(Achieved::Enforced(mounts)), placed })
}

/// Tries stage one's part in a network, with a program that does nothing: ourselves, since a name on
/// `PATH` could be a jail's.
pub fn try_network() -> Result<(), String> {
    let pair = || Channel::pair(Confinement::Namespaces).map_err(|error| error.to_string());
    let ((_filter, handover), (_, maker)) = (pair()?, pair()?);
    let over = |end| Channel::over(end, Confinement::Namespaces);
    let wanted = stage_one::network::Wanted {
        policy: Policy::default(),
        forwards: Vec::new(),
        publishes: false,
        handover: over(handover),
        maker: over(maker),
    };
    let mut command = Command::new("/proc/self/exe");
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let recipe = Recipe { network: Some(wanted), tree: None };
    match stage_one::spawn(command, recipe) {
        // Its status says nothing of the network.
        Ok(mut process) => {
            let _ = process.wait();
            Ok(())
        }
        Err(failure) => Err(failure.to_string()),
    }
}

/// Where stage one can make no network, an empty one is left, with proxies in it.
fn proxies_instead(
    plan: &mut Plan,
    trouble: &Trouble,
    sink: Sink,
) -> Result<Option<filter::Running>, Error> {
    let Some(filter) = plan.network.filter().filter(|_| trouble.step != Step::Tree) else {
        return Ok(None);
    };
    sink(&Notice::Proxies(trouble.to_string()));
    let (mut running, ends) = filter::start(filter, Confinement::Namespaces, sink)?;
    plan.fall_back_to_proxies(PROXY_PORT);
    let roles = plan.network.filter().map(Filter::listeners);
    running.expect_listeners(ends, roles.unwrap_or_default());
    Ok(Some(running))
}

/// Starts a bubblewrap that makes the mounts by itself.
fn alone(
    plan: &Plan,
    mut command: Command,
    proxies: Option<filter::Running>,
    sink: Sink,
) -> Result<Started, Error> {
    if plan.network.filter().is_some() && proxies.is_none() {
        let started = with_network(plan, command, None, sink)?;
        return started.map_err(|trouble| Error::Network { why: trouble.to_string() });
    }
    let path = PathBuf::from(command.get_program());
    let process = command.spawn().map_err(|error| Error::StartBwrap { path, error })?;
    Ok(Started { process, filter: proxies })
}

/// Starts bubblewrap beside a process of stage one's that brings the jail its root; or says why stage one could not.
fn behind_stage_one(
    plan: &Plan,
    bubblewrap: &Bubblewrap,
    files: &BTreeMap<PathBuf, OwnedFd>,
    spec: &Spec,
    sink: Sink,
) -> Result<Result<Started, Trouble>, Error> {
    let (jail, theirs) =
        Channel::pair(Confinement::Namespaces).map_err(Error::system("socketpair"))?;
    descriptors::inherit(&theirs)?;
    let directory = BytePath(plan.directory.clone());
    let root = Some(Root { socket: theirs.as_raw_fd(), directory });
    let inner = Inner::new(&Spec { root, ..spec.clone() })?;
    let first = if sys::is_dynamic() { FirstRoot::OfTheHost } else { FirstRoot::Empty };
    let options = bwrap::options_without_root(plan, bubblewrap, first);
    let arguments = in_memory(&nul_separated(&options))?;
    let command = inner.command(bubblewrap, &arguments);
    let files = files.iter().map(|(path, file)| (path.clone(), file.as_raw_fd())).collect();
    with_network(plan, command, Some(Layout { tree: tree::tree(plan), files, jail }), sink)
}

/// bubblewrap, and the filter where there is one.
struct Started {
    process: Child,
    filter: Option<filter::Running>,
}

/// Starts bubblewrap behind stage one, with a filter beside it where the plan has one.
fn with_network(
    plan: &Plan,
    command: Command,
    tree: Option<Layout>,
    sink: Sink,
) -> Result<Result<Started, Trouble>, Error> {
    let (filter, network) = match plan.network.filter() {
        None => (None, None),
        Some(filter) => {
            let (running, ends) = filter::start(filter, Confinement::Namespaces, sink)?;
            let wanted = stage_one::network::Wanted {
                policy: filter.policy.clone(),
                forwards: filter.forwards.clone(),
                publishes: !filter.publishes.is_empty(),
                handover: ends.handover,
                maker: ends.maker,
            };
            (Some(running), Some(wanted))
        }
    };
    let path = PathBuf::from(command.get_program());
    let failure = match stage_one::spawn(command, Recipe { network, tree }) {
        Ok(process) => return Ok(Ok(Started { process, filter })),
        Err(failure) => failure,
    };
    if let Some(filter) = filter {
        filter.abandon();
    }
    match failure {
        Failure::StageOne(trouble) => Ok(Err(trouble)),
        Failure::Start(error) => Err(Error::StartBwrap { path, error }),
    }
}

/// What bubblewrap executes in the jail.
struct Inner {
    program: OwnedFd,
    spec: OwnedFd,
}

impl Inner {
    fn new(spec: &Spec) -> Result<Self, Error> {
        Ok(Self { program: ourselves()?, spec: in_memory(spec.to_json().as_bytes())? })
    }

    /// bubblewrap, with arguments that it reads from a file. It has no terminal: it would bind one into the jail as
    /// `/dev/console`.
    fn command(&self, bubblewrap: &Bubblewrap, arguments: &OwnedFd) -> Command {
        let mut command = Command::new(&bubblewrap.path);
        command
            .arg("--args")
            .arg(arguments.as_raw_fd().to_string())
            .arg("--")
            .arg(format!("/proc/self/fd/{}", self.program.as_raw_fd()))
            .arg(ENTRY_POINT)
            .arg(self.spec.as_raw_fd().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }
}

/// A file in memory that holds `content`, at its start, and that the next program inherits.
fn in_memory(content: &[u8]) -> Result<OwnedFd, Error> {
    let descriptor =
        memfd_create(c"ai-jail", MFdFlags::empty()).map_err(Error::system("memfd_create"))?;
    let mut file = File::from(descriptor);
    file.write_all(content).and_then(|()| file.rewind()).map_err(Error::system("write"))?;
    Ok(file.into())
}

/// This very program, which runs as the inner entry point without being visible in the jail.
fn ourselves() -> Result<OwnedFd, Error> {
    open("/proc/self/exe", OFlag::O_PATH, Mode::empty())
        .map_err(Error::system("open /proc/self/exe"))
}

/// The form of `--args FD`: paths and values stay out of `ps`.
fn nul_separated(options: &[Vec<OsString>]) -> Vec<u8> {
    let mut text = Vec::new();
    for word in options.iter().flatten() {
        text.extend_from_slice(word.as_bytes());
        text.push(0);
    }
    text
}
