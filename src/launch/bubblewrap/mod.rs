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

use nix::fcntl::{OFlag, open};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use stage2::report::Achieved;
use stage2::spec::ENTRY_POINT;

use super::copies::Copies;
use super::jail::{Cleanup, Handover, Jail};
use super::placed::Placed;
use crate::backend::{bwrap, tree};
use crate::error::Error;
use crate::host::bubblewrap::Bubblewrap;
use crate::plan::{Places, Plan};
use crate::stage_one::{self, Failure, Layout, Recipe, Step, Trouble};

/// Starts bubblewrap: behind stage one where the kernel and what is around us let stage one do its
/// part, which only trying tells, else by itself. Says which it was.
pub fn start(
    plan: &mut Plan,
    bubblewrap: &Bubblewrap,
    copies: &Copies,
    handover: Handover,
) -> Result<(Jail, Achieved, Placed), Error> {
    if !matches!(plan.places, Places::Linux(_)) {
        return Err(Error::Foreign { builder: "bubblewrap" });
    }
    let files = sources::files(plan, copies)?;
    let inner =
        Inner { program: ourselves()?, spec: in_memory(handover.spec.to_json().as_bytes())? };
    let inherited = orphans::adopt()?;
    // Where the kernel refuses, bubblewrap says what it does not like.
    let _ = stage2::caps::drop_inherited();
    let behind = behind_stage_one(plan, bubblewrap, &files, &inner)?;
    let mut placed = Placed::default();
    let (process, achieved) = match behind {
        Ok(process) => (process, Achieved::Enforced("laid out before bubblewrap".into())),
        Err(trouble) => {
            let sources = sources::open_all(plan, files, bubblewrap)?;
            let options = bwrap::options(plan, bubblewrap, &sources.numbers());
            let arguments = in_memory(&nul_separated(&options))?;
            let process = inner.command(bubblewrap, &arguments).spawn();
            let process = process.map_err(|error| not_started(bubblewrap, error))?;
            placed = sources.placed();
            (process, Achieved::Enforced(format!("made by bubblewrap one by one: {trouble}")))
        }
    };
    Ok((handover.start(process, Cleanup::Orphans(inherited))?, achieved, placed))
}

/// Starts bubblewrap over a tree that stage one lays out; or says why stage one could not.
fn behind_stage_one(
    plan: &Plan,
    bubblewrap: &Bubblewrap,
    files: &BTreeMap<PathBuf, OwnedFd>,
    inner: &Inner,
) -> Result<Result<Child, Trouble>, Error> {
    let tree = tree::tree(plan, &bubblewrap.path);
    let Some(place) = tree.places.iter().copied().find(|place| place.is_dir()) else {
        let why = "there is no directory over which the tree could stand".into();
        return Ok(Err(Trouble { step: Step::Tree, why }));
    };
    let options = bwrap::options_over(plan, bubblewrap, place);
    let arguments = in_memory(&nul_separated(&options))?;
    let command = inner.command(bubblewrap, &arguments);
    let files = files.iter().map(|(path, file)| (path.clone(), file.as_raw_fd())).collect();
    let recipe = Recipe { network: false, tree: Some(Layout { tree, place, files }) };
    match stage_one::spawn(command, recipe) {
        Ok(spawned) => Ok(Ok(spawned.process)),
        Err(Failure::StageOne(trouble)) => Ok(Err(trouble)),
        Err(Failure::Start(error)) => Err(not_started(bubblewrap, error)),
    }
}

fn not_started(bubblewrap: &Bubblewrap, error: std::io::Error) -> Error {
    Error::StartBwrap { path: bubblewrap.path.clone(), error }
}

/// What bubblewrap executes in the jail.
struct Inner {
    program: OwnedFd,
    spec: OwnedFd,
}

impl Inner {
    /// bubblewrap, with options that stand in a file. It has no terminal: it would bind one into the jail as
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
