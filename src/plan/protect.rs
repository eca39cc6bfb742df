//! What stays read-only inside writable places.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::first_start;
use super::gather::Gathered;
use super::mount::{Access, Authority, Kind, Mount, nearest};
use super::system::System;
use crate::facts::Facts;
use crate::fields::Switch;
use crate::host::Host;
use crate::host::held::{Held, LookFor, Target};
use crate::policy::protect::git;
use crate::settings::Settings;

/// Adds read-only mounts over everything that is protected, wherever a writable mount shows it.
/// A mount of exactly such a place is the user's own decision, or the project: it is left alone.
pub fn gather<K: System>(gathered: &mut Gathered<K>, settings: &Settings, host: &Host) {
    if !settings.is_on(Switch::Protect) {
        return;
    }
    let protection = &host.protection;
    first_start::gather(gathered, &protection.not_begun);
    let not_there = K::not_there(host);
    let held = protection.held.iter().chain(&protection.repositories.held).chain(&not_there);
    let held: Vec<&Held> = held.collect();
    let programs = protection.programs.iter().filter(|programs| {
        held.iter().any(|held| programs.directory.starts_with(&held.path))
            || access(&gathered.mounts, &programs.directory) != Some(Access::ReadWrite)
    });
    let programs: Vec<&Held> = programs.flat_map(|programs| &programs.targets).collect();
    let held: Vec<(&Held, Access)> = held
        .into_iter()
        .chain(programs)
        .map(|held| (held, Access::ReadOnly))
        .chain(protection.open.iter().map(|open| (open, Access::ReadWrite)))
        .collect();
    let writable = gathered.mounts.iter().filter(|mount| mount.access() == Some(Access::ReadWrite));
    let covers = writable.flat_map(|mount| {
        let cover = |(held, access): &(&Held, Access)| {
            let dest = mount.jail_path(&held.path).filter(|dest| *dest != mount.dest)?;
            let reason = held.reason;
            Some(Mount::bind_at(&held.path, &dest, *access, Authority::Protect, reason))
        };
        let own = |own: &Held| {
            let dest = mount.jail_path(&own.path).filter(|dest| *dest != mount.dest)?;
            Some(Mount::new(dest, K::mask(true), Authority::Protect, own.reason))
        };
        let covers = held.iter().filter_map(cover).chain(protection.own.iter().filter_map(own));
        covers.collect::<Vec<_>>()
    });
    // Where the jail has something of its own, nothing of the host is held, and so shown.
    let own = gathered.mounts.iter().filter(|mount| mount.source().is_none());
    let own: HashSet<&OsStr> = own.map(|mount| mount.dest.as_os_str()).collect();
    let covers: Vec<Mount<K>> =
        covers.filter(|cover| !own.contains(cover.dest.as_os_str())).collect();
    gathered.mounts.extend(covers);
    if protection.repositories.more {
        let why = "there are more repositories than are protected: the hooks and settings of the \
                   others can be written";
        gathered.warnings.push(why.into());
    }
}

/// Whether a protected place's mount has something to do: its parent shows the place, with
/// another access.
pub fn is_needed<K: Kind>(mount: &Mount<K>, parent: &Mount<K>) -> bool {
    parent.host_path(&mount.dest).is_some_and(|path| mount.is_at(&path))
        && mount.access() != parent.access()
}

/// What to look at after the run, of what the jail may write.
pub fn watched<K: System>(mounts: &[Mount<K>], facts: Facts, host: &Host) -> Vec<Target> {
    if facts.project_read_only {
        return Vec::new();
    }
    let protection = &host.protection;
    let repositories = &protection.repositories;
    let programs = protection.programs.iter().flat_map(|programs| &programs.targets);
    let held = protection.held.iter().chain(&repositories.held).chain(programs);
    let held = held.filter_map(|held| {
        let look_for = match access(mounts, &held.path)? {
            Access::ReadOnly => LookFor::Replacement,
            _ => LookFor::Changes,
        };
        Some(Target { path: held.path.clone(), reason: held.reason, look_for })
    });
    let watched = protection.watched.iter().chain(&repositories.watched);
    let watched = watched.filter_map(|item| {
        let is_writable = access(mounts, &item.path)? == Access::ReadWrite;
        let (path, reason) = (item.path.clone(), item.reason);
        is_writable.then_some(Target { path, reason, look_for: LookFor::Changes })
    });
    // What cannot be made there can still come with a directory that is renamed to one above it.
    let not_there = K::not_there(host).into_iter().filter_map(|Held { path, reason }| {
        access(mounts, &path)?;
        Some(Target { path, reason, look_for: LookFor::Changes })
    });
    let ways = protection.ways.iter().filter_map(|way| {
        let is_writable = access(mounts, &way.path)? == Access::ReadWrite;
        let (path, reason) = (way.path.clone(), way.reason);
        is_writable.then_some(Target { path, reason, look_for: LookFor::Link })
    });
    let fresh = protection.fresh.iter().filter_map(|fresh| {
        let is_writable = access(mounts, &fresh.path)? == Access::ReadWrite;
        let (path, reason) = (fresh.path.clone(), fresh.reason);
        let look_for = LookFor::New(fresh.entries);
        is_writable.then_some(Target { path, reason, look_for })
    });
    let linked = protection.linked.iter().filter_map(|linked| {
        let is_held = access(mounts, &linked.held.path) != Some(Access::ReadWrite);
        let is_linked = access(mounts, &linked.cache) == Some(Access::ReadWrite);
        let Held { path, reason } = linked.held.clone();
        (is_held && is_linked).then_some(Target { path, reason, look_for: LookFor::OtherNames })
    });
    held.chain(watched).chain(not_there).chain(ways).chain(linked).chain(fresh).collect()
}

/// Where on the host the settings of git are that these mounts hold.
pub fn held_settings(mounts: &[Mount]) -> Vec<PathBuf> {
    let is_held = |mount: &&Mount| {
        mount.authority == Authority::Protect
            && mount.access() == Some(Access::ReadOnly)
            && mount.reason == git::CONFIG
    };
    let held = mounts.iter().filter(is_held);
    held.filter_map(|mount| mount.host_path(&mount.dest)).collect()
}

/// The access that the jail has to a place of the host below something writable; `None` where
/// there is no way to it.
fn access<K: Kind>(mounts: &[Mount<K>], path: &Path) -> Option<Access> {
    let writable = mounts.iter().filter(|mount| mount.access() == Some(Access::ReadWrite));
    let accesses = writable.filter_map(|mount| {
        let dest = mount.jail_path(path)?;
        let decides = nearest(mounts, &dest)?;
        decides.access().filter(|_| decides.host_path(&dest).as_deref() == Some(path))
    });
    accesses.max()
}
