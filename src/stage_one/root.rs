//! The process that brings the jail its root: it lays the root out while bubblewrap makes the jail's namespaces, and
//! puts the root into them when the jail's first process says that they are there.
//!
//! bubblewrap up to 0.12 reads the whole mount table for each mount that it makes, so it gets to see none of these. In a
//! root that is empty otherwise bubblewrap mounts what shows its namespaces, and those mounts are taken over.
//!
//! This process alone has a capability over the jail's mounts: stage one's user namespace is the one in which
//! bubblewrap has made the jail's. The jail has none, and hands over its namespace by a descriptor.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::fcntl::AT_FDCWD;
use nix::mount::{MntFlags, umount2};
use nix::sched::{CloneFlags, setns};
use nix::unistd::{Pid, fchdir, getpid, pivot_root};
use stage2::channel::Channel;
use stage2::sys::mounts;
use stage2::{fds, parent, sys};

use super::tree::{self, LaidOut};
use super::{Layout, Said, Step, Trouble};
use crate::backend::tree::OfBubblewrap;

/// Starts the process. It tells the front how laying out went, and serves the jail once.
pub fn start(layout: &Layout, front: &Channel) -> io::Result<()> {
    let parent = getpid();
    if sys::fork()?.is_some() {
        return Ok(());
    }
    match lay_out(layout, parent) {
        Ok(made) => serve(layout, &made, front),
        Err(error) => {
            // The front ends bubblewrap, and what that leaves behind.
            let _ = front.send(&Said::Err(Trouble::at(Step::Tree)(error)));
        }
    }
    sys::exit_now(0)
}

/// Mounts that hang nowhere yet.
struct Made {
    tree: LaidOut,
    in_proc: Vec<OwnedFd>,
}

/// Lays the mounts out where nobody sees them.
fn lay_out(layout: &Layout, parent: Pid) -> io::Result<Made> {
    parent::end_with(parent)?;
    let in_proc = layout.tree.in_proc.iter().map(tree::for_proc);
    Ok(Made { in_proc: in_proc.collect::<io::Result<_>>()?, tree: tree::lay_out(layout)? })
}

/// Waits until the jail's namespaces are there, and puts the mounts into them.
fn serve(layout: &Layout, made: &Made, front: &Channel) {
    let jail = &layout.jail;
    // What waits for the end of bubblewrap's start, or of its words, must not wait for this process.
    let mut kept = vec![jail.as_fd().as_raw_fd(), made.tree.root.as_raw_fd()];
    kept.extend(made.in_proc.iter().chain(&made.tree.unfinished).map(AsRawFd::as_raw_fd));
    if front.send(&Said::Ok(())).is_err() || fds::close_all_but(kept).is_err() {
        return;
    }
    // No namespace comes from a bubblewrap that has failed.
    let Ok(Some(((), Some(namespace)))) = jail.receive_with::<()>() else { return };
    let entered = enter(layout, made, &namespace);
    let _ = jail.send(&entered.map_err(|error| error.to_string()));
}

/// Makes the root that of the jail, for every process in it.
fn enter(layout: &Layout, made: &Made, namespace: &OwnedFd) -> io::Result<()> {
    setns(namespace, CloneFlags::CLONE_NEWNS)?;
    let kept = layout.tree.kept.iter().map(|kept| Ok((copy(kept)?, kept.dest.as_path())));
    let kept = kept.collect::<io::Result<Vec<_>>>()?;
    mounts::attach(&made.tree.root, tree::unfollowed(AT_FDCWD, c"/")?.as_fd())?;
    // The new root is put in the place of the old, which then lies over it: pivot_root(2).
    fchdir(&made.tree.root)?;
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    tree::finish(&made.tree.unfinished)?;
    let in_proc = layout.tree.in_proc.iter().map(|piece| piece.dest.as_path());
    let in_proc = made.in_proc.iter().zip(in_proc);
    for (mount, place) in kept.iter().map(|(mount, place)| (mount, *place)).chain(in_proc) {
        let attached =
            tree::unfollowed(AT_FDCWD, place).and_then(|over| mounts::attach(mount, over.as_fd()));
        attached.map_err(|error| tree::at(place, &error))?;
    }
    Ok(())
}

/// A mount of bubblewrap's once more, since the one that is there goes away with its root.
fn copy(kept: &OfBubblewrap) -> io::Result<OwnedFd> {
    let there = tree::unfollowed(AT_FDCWD, kept.dest.as_path());
    let copy = there.and_then(|it| mounts::bind(it.as_fd(), c"", tree::closed(kept.is_closed)));
    copy.map_err(|error| tree::at(&kept.dest, &error))
}
