//! A home of the jails' own in place of what the jail could write of the host's.
//!
//! Each writable entry of the home has a directory of the jails' own for its source. The host's
//! entries stand in it read-only where tools read them; in caches only what the host runs does.
//! The state of the agent that runs is the host's, as without such a home.

use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::mount::{Access, Authority, Mount, below};
use super::system::System;
use crate::host::Host;
use crate::host::home::Entry;
use crate::host::look::Kind;
use crate::policy::own_home::ALWAYS;
use crate::policy::place::Place;

const SHOWN: &str = "the host's, read-only in a home of the jails' own";

/// Whether an entry is the state of the agent that runs.
pub fn is_of_agent(host: &Host, entry: &Path) -> bool {
    let mut state = host.agent.iter().flat_map(|agent| &agent.state);
    state.any(|place| place == entry)
}

/// Adds what the jail has at a writable directory of the home.
pub fn give<K: System>(gathered: &mut Gathered<K>, host: &Host, entry: &Entry, row: Place) {
    let Some(own) = &host.own_home else { return };
    if !K::RENAMES {
        // The place itself, since nothing can stand there in its stead.
        gathered.give(&entry.located, Access::ReadOnly, Authority::Table, row);
        agents_state(gathered, host, &entry.located.canonical);
        return;
    }
    if entry.kind != Kind::Directory {
        let why = "a home of the jails' own has directories alone";
        gathered.withhold(&entry.located.canonical, why);
        return;
    }
    let (place, source) = (&entry.located.canonical, own.root.join(&entry.path));
    let own_place = Mount::bind_at(&source, place, Access::ReadWrite, Authority::Table, row);
    gathered.mounts.push(own_place);
    gathered.links(&entry.located.links, row);
    let is_in = |path: &&PathBuf| path.parent() == Some(place);
    let shown = own.shown.iter().filter(is_in).cloned();
    let held = host.protection.held.iter().map(|held| held.path.clone());
    let held =
        held.filter(|path| below(path, place).is_some_and(|rest| !rest.as_os_str().is_empty()));
    for path in shown.chain(held).flat_map(|path| begun(host, path)) {
        gathered.mounts.push(Mount::bind(&path, Access::ReadOnly, Authority::Table, SHOWN));
    }
    agents_state(gathered, host, place);
}

/// What is shown of a place: the entries alone where a program has not begun in it yet.
fn begun(host: &Host, path: PathBuf) -> Vec<PathBuf> {
    let mut not_begun = host.protection.not_begun.iter();
    let here = not_begun.find(|not_begun| not_begun.held.path == path);
    here.map_or_else(|| vec![path], |here| here.entries.clone())
}

/// Adds the directories that programs save in where the host's home has none of them. Below what the
/// host has and shows read-only, no mount point can be made.
pub fn give_missing<K: System>(gathered: &mut Gathered<K>, host: &Host, home: &Path) {
    let Some(own) = host.own_home.as_ref().filter(|_| K::RENAMES) else { return };
    let has = |path: &Path| host.entries.iter().any(|entry| path.starts_with(&entry.path));
    for place in ALWAYS.iter().filter(|place| !has(Path::new(place.path))) {
        let (source, dest) = (own.root.join(place.path), home.join(place.path));
        let mount = Mount::bind_at(&source, &dest, Access::ReadWrite, Authority::Table, *place);
        gathered.mounts.push(mount);
    }
}

/// Adds what the agent that runs has of its state in a place.
fn agents_state<K: System>(gathered: &mut Gathered<K>, host: &Host, place: &Path) {
    let of_agent = host.agent.iter().flat_map(|agent| &agent.present);
    for path in of_agent.filter(|path| below(path, place).is_some()) {
        let reason = "state of the agent that runs";
        gathered.mounts.push(Mount::bind(path, Access::ReadWrite, Authority::Table, reason));
    }
}

/// The directories of the home at `root` that are mounted: they have to be there.
pub fn directories<K: System>(mounts: &[Mount<K>], root: Option<&Path>) -> Vec<PathBuf> {
    let Some(root) = root else { return Vec::new() };
    let sources = mounts.iter().filter_map(Mount::source);
    sources.filter(|source| below(source, root).is_some()).map(Path::to_path_buf).collect()
}
