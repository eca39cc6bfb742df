//! The mounts that bubblewrap never sees: a process of stage one's lays them out before bubblewrap starts, and puts
//! them into the jail when its first process says that the rest is there.
//!
//! That process alone has a capability over the jail's mounts: stage one's user namespace is the one in which
//! bubblewrap has made the jail's. The jail has none, and hands over its namespace by a descriptor.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use nix::fcntl::{AT_FDCWD, OFlag};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid, getppid, pipe2};
use stage2::channel::Channel;
use stage2::sys::mounts::{self, Flags};
use stage2::{fds, sys};

use super::{Layout, tree};
use crate::backend::tree::Late;

/// What the process says when everything is laid out.
const READY: &[u8] = b"ready";

/// Starts the process, and waits until it has laid everything out. Where it cannot, bubblewrap has not
/// started yet.
pub fn start(layout: &Layout, late: &Late, jail: &Channel) -> io::Result<()> {
    let (ready, told) = pipe2(OFlag::O_CLOEXEC)?;
    let parent = getpid();
    let Some(_) = sys::fork()? else {
        drop(ready);
        serve(layout, late, jail, told.into(), parent);
        sys::exit_now(0);
    };
    drop(told);
    let mut said = Vec::new();
    File::from(ready).read_to_end(&mut said)?;
    if said == READY { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&said))) }
}

/// The whole life of the process.
fn serve(layout: &Layout, late: &Late, jail: &Channel, mut told: File, parent: Pid) {
    let tree = match lay_out(layout, late, parent) {
        Ok(tree) => tree,
        Err(error) => {
            let _ = told.write_all(error.to_string().as_bytes());
            return;
        }
    };
    // What waits for the end of bubblewrap's start, or of its words, must not wait for this process.
    let kept = vec![tree.as_raw_fd(), told.as_raw_fd(), jail.as_fd().as_raw_fd()];
    if fds::close_all_but(kept).and_then(|()| told.write_all(READY)).is_err() {
        return;
    }
    drop(told);
    // No namespace comes from a bubblewrap that has failed.
    let Ok(Some(((), Some(namespace)))) = jail.receive_with::<()>() else { return };
    let attached = attach(&tree, &namespace, &late.dest);
    let _ = jail.send(&attached.map_err(|error| error.to_string()));
}

/// Lays the mounts out in one more mount namespace, and takes them out of it again as one.
fn lay_out(layout: &Layout, late: &Late, parent: Pid) -> io::Result<OwnedFd> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid() != parent {
        return Err(ErrorKind::NotConnected.into());
    }
    unshare(CloneFlags::CLONE_NEWNS)?;
    let root = tree::grow(layout, &late.pieces)?;
    let below = late.dest.strip_prefix("/").map_err(io::Error::other)?;
    let place = tree::unfollowed(&root, below)?;
    mounts::bind(place.as_fd(), c"", Flags::NONE)
}

/// Puts the mounts into the jail.
fn attach(tree: &OwnedFd, namespace: &OwnedFd, dest: &Path) -> io::Result<()> {
    setns(namespace, CloneFlags::CLONE_NEWNS)?;
    mounts::attach(tree, tree::unfollowed(AT_FDCWD, dest)?.as_fd())
}
