//! The namespaces that stage one makes.

use std::fs;
use std::io;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid, getegid, geteuid};

use super::{Step, Trouble};

/// Who the caller is outside.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    user: Uid,
    group: Gid,
}

/// Leaves the caller's namespaces, and is user 0 of new ones: the kernel makes a file system for
/// terminals for nobody else.
///
/// In a user namespace of its own a process has every capability, over what belongs to that
/// namespace alone, `user_namespaces(7)`. Mounts made there are seen by nobody else: a mount namespace of
/// another user namespace gets the host's shared mounts as slaves, `mount_namespaces(7)`.
pub fn enter(network: bool) -> Result<Caller, Trouble> {
    let caller = Caller { user: geteuid(), group: getegid() };
    let mut flags = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS;
    flags.set(CloneFlags::CLONE_NEWNET, network);
    unshare(flags).map_err(Trouble::at(Step::Namespaces))?;
    // Without a capability outside, a process may map its own user and group alone, and the group
    // only when setgroups(2) is forbidden.
    map("setgroups", "deny")?;
    map("uid_map", &format!("0 {} 1", caller.user))?;
    map("gid_map", &format!("0 {} 1", caller.group))?;
    Ok(caller)
}

/// Is the caller's user again, in one more user namespace. Executing bubblewrap takes every
/// capability away from whoever is not user 0, so it starts as it does without stage one.
pub fn become_again(caller: Caller) -> Result<(), Trouble> {
    if caller.user.is_root() && caller.group.as_raw() == 0 {
        return Ok(());
    }
    unshare(CloneFlags::CLONE_NEWUSER).map_err(Trouble::at(Step::Namespaces))?;
    map("uid_map", &format!("{} 0 1", caller.user))?;
    map("gid_map", &format!("{} 0 1", caller.group))
}

/// Writes one of the files that say who is who.
fn map(name: &str, text: &str) -> Result<(), Trouble> {
    let path = format!("/proc/self/{name}");
    fs::write(&path, text)
        .map_err(|error| io::Error::other(format!("{path}: {error}")))
        .map_err(Trouble::at(Step::Identity))
}
