//! Opening what will be mounted, so that nothing can be put in its place in between; and what is
//! in the files that the jail is given.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, OpenHow, ResolveFlag, open, openat2};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::{Mode, fstat};

use super::in_memory;
use crate::backend::bwrap::{self, Sources};
use crate::error::Error;
use crate::host::bubblewrap::Bubblewrap;
use crate::launch::copies::Copies;
use crate::launch::descriptors;
use crate::launch::placed::{self, Placed};
use crate::plan::{Access, Authority, Mount, MountKind, Plan};

/// Descriptors left for everything else.
const RESERVE: u64 = 64;

/// The opened sources: bubblewrap closes each after its one use.
#[derive(Debug, Default)]
pub struct OpenSources {
    /// By where they will be mounted.
    opened: BTreeMap<PathBuf, OwnedFd>,
    placed: Placed,
}

impl OpenSources {
    /// Their numbers, for the arguments.
    pub fn numbers(&self) -> Sources {
        self.opened.iter().map(|(path, fd)| (path.clone(), fd.as_raw_fd())).collect()
    }

    /// What they were; closes them.
    pub fn placed(self) -> Placed {
        self.placed
    }
}

/// Opens the sources of the plan's binds. The plan's paths have no symbolic links, and none is
/// followed here: what is opened is what was planned, or nothing.
///
/// An entry that the tables want and that has gone meanwhile is dropped from the plan.
///
/// # Errors
///
/// The project or a map that has gone, or that somebody replaced by a link.
pub fn open_all(
    plan: &mut Plan,
    files: BTreeMap<PathBuf, OwnedFd>,
    bubblewrap: &Bubblewrap,
) -> Result<OpenSources, Error> {
    let mut sources = OpenSources { opened: files, placed: Placed::default() };
    // What hides files of `/proc` is the empty device with either builder: bubblewrap mounts it itself.
    let proc = bwrap::proc(plan);
    let is_empty = |mount: &&Mount| {
        matches!(mount.kind, MountKind::EmptyFile | MountKind::Denied { directory: false })
            && !proc.is_some_and(|proc| bwrap::is_in(proc, mount))
    };
    for mount in plan.mounts().iter().filter(is_empty) {
        sources.opened.insert(mount.dest.clone(), nothing()?);
    }
    if !bubblewrap.bind_fd {
        for mount in plan.mounts() {
            let MountKind::Bind { source, .. } = &mount.kind else { continue };
            if let Ok(metadata) = source.symlink_metadata() {
                sources.placed.note(source.clone(), placed::identity(&metadata));
            }
        }
        return Ok(sources);
    }
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).map_err(Error::system("getrlimit"))?;
    let taken = u64::try_from(sources.opened.len()).unwrap_or(u64::MAX);
    let mut budget = limit.saturating_sub(RESERVE + taken);
    let mut failed = None;
    plan.places.retain_mounts(|mount| {
        let MountKind::Bind { source, access } = &mount.kind else {
            return true;
        };
        if *access == Access::Device || budget == 0 {
            return true;
        }
        match open_unfollowed(source) {
            Ok(descriptor) => {
                budget -= 1;
                if let Ok(status) = fstat(&descriptor) {
                    sources.placed.note(source.clone(), (status.st_dev, status.st_ino));
                }
                sources.opened.insert(mount.dest.clone(), descriptor);
                true
            }
            Err(error) => {
                if mount.authority > Authority::Table {
                    failed.get_or_insert(Error::Source { path: source.clone(), error });
                }
                false
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    sources.opened.values().try_for_each(descriptors::inherit)?;
    Ok(sources)
}

/// The files that the jail is given, in memory: nothing of them is ever on a disk.
pub fn files(plan: &Plan, copies: &Copies) -> Result<BTreeMap<PathBuf, OwnedFd>, Error> {
    let mut files = BTreeMap::new();
    for mount in plan.mounts() {
        let file = match &mount.kind {
            MountKind::File { content, .. } | MountKind::Replaced { content } => {
                in_memory(&content.0)?
            }
            MountKind::Copied { .. } => {
                let Some(copy) = copies.content(&mount.dest) else { continue };
                let copy = copy.map_err(Error::system("dup"))?;
                descriptors::inherit(&copy)?;
                copy
            }
            _ => continue,
        };
        files.insert(mount.dest.clone(), file);
    }
    Ok(files)
}

/// What an empty file of the jail's is made from: bubblewrap reads it to its end.
fn nothing() -> Result<OwnedFd, Error> {
    let null = open("/dev/null", OFlag::O_RDONLY, Mode::empty());
    null.map_err(Error::system("open /dev/null"))
}

/// Opens a path on which no symbolic link stands; `openat2(2)`, Linux 5.6.
fn open_unfollowed(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    let how = OpenHow::new().flags(flags).resolve(ResolveFlag::RESOLVE_NO_SYMLINKS);
    match openat2(AT_FDCWD, path, how) {
        Err(Errno::ENOSYS | Errno::EPERM) => {
            Ok(open(path, flags | OFlag::O_NOFOLLOW, Mode::empty())?)
        }
        result => Ok(result?),
    }
}
