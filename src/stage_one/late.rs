//! The mounts that bubblewrap never sees: a process of stage one's lays them out before bubblewrap starts, and puts
//! them into the jail when its first process says that the rest is there.
//!
//! That process alone has a capability over the jail's mounts: stage one's user namespace is the one in which
//! bubblewrap has made the jail's. The jail has none, and hands over its namespace by a descriptor.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use nix::fcntl::{AT_FDCWD, OFlag};
use nix::sched::{CloneFlags, setns, unshare};
use nix::unistd::{Pid, getpid, pipe2};
use stage2::channel::Channel;
use stage2::sys::mounts::{self, Flags};
use stage2::{fds, parent, sys};

use super::{Layout, tree};
use crate::backend::tree::Late;

/// What the process says when everything is laid out.
const READY: &[u8] = b"ready";

/// Starts the process, which lays everything out while others do something else.
pub fn start(layout: &Layout, late: &Late, jail: &Channel) -> io::Result<Started> {
    let (ready, told) = pipe2(OFlag::O_CLOEXEC)?;
    let parent = getpid();
    let Some(_) = sys::fork()? else {
        drop(ready);
        serve(layout, late, jail, told.into(), parent);
        sys::exit_now(0);
    };
    Ok(Started(ready.into()))
}

/// The process, by what it says.
pub struct Started(File);

impl Started {
    /// Waits until everything is laid out. Where it cannot be, bubblewrap has not started yet.
    pub fn wait(mut self) -> io::Result<()> {
        let mut said = Vec::new();
        self.0.read_to_end(&mut said)?;
        if said == READY { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&said))) }
    }
}

/// The whole life of the process.
fn serve(layout: &Layout, late: &Late, jail: &Channel, mut told: File, parent: Pid) {
    let made = match lay_out(layout, late, parent) {
        Ok(made) => made,
        Err(error) => {
            let _ = told.write_all(error.to_string().as_bytes());
            return;
        }
    };
    // What waits for the end of bubblewrap's start, or of its words, must not wait for this process.
    let mut kept = vec![told.as_raw_fd(), jail.as_fd().as_raw_fd()];
    kept.extend(made.iter().map(|(mount, _)| mount.as_raw_fd()));
    if fds::close_all_but(kept).and_then(|()| told.write_all(READY)).is_err() {
        return;
    }
    drop(told);
    // No namespace comes from a bubblewrap that has failed.
    let Ok(Some(((), Some(namespace)))) = jail.receive_with::<()>() else { return };
    let attached = attach(&made, &namespace);
    let _ = jail.send(&attached.map_err(|error| error.to_string()));
}

/// Mounts that hang nowhere yet, and their places in the jail.
type Made<'a> = Vec<(OwnedFd, &'a Path)>;

/// Lays the mounts out where nobody sees them.
fn lay_out<'a>(layout: &Layout, late: &'a Late, parent: Pid) -> io::Result<Made<'a>> {
    parent::end_with(parent)?;
    let masks = late.masks.iter().map(|place| Ok((tree::nothing()?, place.as_path())));
    let masks = masks.collect::<io::Result<Made>>()?;
    let mut made = vec![(file_system(layout, late)?, late.dest.as_path())];
    made.extend(masks);
    Ok(made)
}

/// The file system with all that is in it.
fn file_system(layout: &Layout, late: &Late) -> io::Result<OwnedFd> {
    let root = tree::memory(late.mode)?;
    // Else it hangs in one more mount namespace meanwhile, and is taken out of there again as a copy.
    let hangs_nowhere = mounts::takes_mounts(&root);
    if !hangs_nowhere {
        unshare(CloneFlags::CLONE_NEWNS)?;
        tree::hang(&root, layout)?;
    }
    tree::grow(layout, &root, &late.dest, &late.pieces)?;
    if late.is_closed {
        mounts::forbid(&root, Flags::READ_ONLY)?;
    }
    if hangs_nowhere { Ok(root) } else { mounts::bind(root.as_fd(), c"", Flags::NONE) }
}

/// Puts the mounts into the jail.
fn attach(made: &Made, namespace: &OwnedFd) -> io::Result<()> {
    setns(namespace, CloneFlags::CLONE_NEWNS)?;
    for (mount, place) in made {
        mounts::attach(mount, tree::unfollowed(AT_FDCWD, *place)?.as_fd())?;
    }
    Ok(())
}
