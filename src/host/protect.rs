//! What the host runs later and a jail might write: which of it is there.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::agent::{self, Moved};
use super::around::Around;
use super::held::{Fresh, Held, Linked, NotBegun, Programs, Unheld};
use super::home::Entry;
use super::maps::Map;
use super::origin::Origin;
use super::repositories::{self, Limits, Repositories};
use crate::policy::Os;
use crate::policy::agents::runtime::KEPT;
use crate::policy::first_start::{FIRST_SETTINGS, FirstSettings};
use crate::policy::home::Treatment;
use crate::policy::place::{Place, place};
use crate::policy::protect::{
    HOME_OPEN, LINKED, LINKED_FROM_CACHES, OURSELVES, PROJECT, PROJECT_WATCHED, home, home_watched,
    shadows,
};

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    /// To be read-only.
    pub held: Vec<Held>,
    /// To be the jail's own: directories of programs that have none yet.
    pub own: Vec<Held>,
    /// To be the jail's own, with the entries of the host's in it, read-only.
    pub not_begun: Vec<NotBegun>,
    /// To be read-only where the jail cannot change the link that leads there, and else to be looked at.
    pub programs: Vec<Programs>,
    /// The directories of `PATH`, in order.
    pub search_path: Vec<PathBuf>,
    /// Of what is to be read-only, what may have other names in a cache.
    pub linked: Vec<Linked>,
    /// To stay writable inside of that.
    pub open: Vec<Held>,
    /// To be looked at: it is not there yet, or it is the agent's own work.
    pub watched: Vec<Unheld>,
    /// Directories whose new entries are looked for.
    pub fresh: Vec<Fresh>,
    /// Directories on the way to what is looked at, which a link could stand for.
    pub ways: Vec<Unheld>,
    /// Directories mapped read-write, which may be repositories, and the root of the one around the
    /// project.
    pub mapped: Vec<PathBuf>,
    /// The repositories.
    pub repositories: Repositories,
}

/// Looks at everything that the tables name, for a jail that runs `program`. Whether a jail may write there is
/// the plan's to say.
pub fn find(
    program: &OsStr,
    origin: &Origin,
    entries: &[Entry],
    maps: &[Map],
    around: Option<&Around>,
) -> Protection {
    let mut found = Protection::default();
    let mut places = HomePlaces { entries, last: None };
    for row in home(Os::of_this_build()) {
        found.home_row(row, &mut places);
    }
    for place in agent::moved(origin) {
        found.moved(&place);
    }
    found.own_programs();
    let program = Path::new(program).file_name();
    for row in FIRST_SETTINGS.iter().filter(|row| program == Some(row.program.as_ref())) {
        found.not_begun.extend(found.first_settings(row, &mut places));
    }
    for row in HOME_OPEN {
        if let Some((_, path)) = places.find(row).filter(|(_, path)| is_file(path)) {
            found.open.push(Held { path, reason: row.reason });
        }
    }
    for (row, cache) in LINKED_FROM_CACHES {
        let found_row = places.find(row).map(|(_, path)| path);
        let linked = found_row.zip(places.find(cache).map(|(_, path)| path));
        found.linked.extend(linked.map(|(path, cache)| {
            let held = Held { path, reason: row.reason };
            Linked { held, cache }
        }));
    }
    for row in home_watched() {
        if let Some((_, path)) = places.find(row) {
            found.watched.push(Unheld { path, reason: row.reason });
        }
    }
    for row in PROJECT {
        found.item(&origin.project, origin.project.join(row.path), row.reason);
    }
    found.ourselves();
    found.search_path(origin);
    found.linked(origin, entries);
    found.shared(entries);
    found.not_covered(entries);
    let writable = maps.iter().filter(|map| map.setting.writable);
    found.mapped = writable.map(|map| map.source.canonical.clone()).collect();
    // A directory that is mapped read-write is opened and worked in like the project.
    for project in std::iter::once(&origin.project).chain(&found.mapped.clone()) {
        found.work_of_agents(project);
    }
    found.mapped.extend(around.map(|around| around.root.clone()));
    let home = origin.home.real();
    found.repositories = repositories::find(&origin.project, &found.mapped, home, Limits::LAUNCH);
    for held in found.repositories.held.clone() {
        found.shadows(&held.path, held.reason);
    }
    found
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Where rows of the home are, top-level links followed: the home's listing has told where those
/// lead.
struct HomePlaces<'a> {
    entries: &'a [Entry],
    /// The entry of the row before: rows of one directory stand together.
    last: Option<(&'static str, Option<&'a Entry>)>,
}

impl<'a> HomePlaces<'a> {
    /// `None` where the home has no such directory: then nothing of it is in the jail.
    ///
    /// The first is the directory of the home.
    fn find(&mut self, row: &Place) -> Option<(&'a Path, PathBuf)> {
        let (top, rest) = row.path.split_once('/')?;
        let entry = match self.last {
            Some((known, entry)) if known == top => entry,
            _ => self.entries.iter().find(|entry| entry.path.as_os_str() == top),
        };
        self.last = Some((top, entry));
        let top = &entry?.located.canonical;
        Some((top, top.join(rest)))
    }
}

impl Protection {
    fn home_row(&mut self, row: &Place, places: &mut HomePlaces<'_>) {
        if let Some((top, path)) = places.find(row) {
            self.item(top, path, row.reason);
        }
    }

    /// Holds what is there, at its canonical place. What is not there, or is reached through a
    /// link below `known`, is watched: no mount can hold a link, and a jail may have planted it to
    /// take something away from the next one. `known` is a directory without links.
    fn item(&mut self, known: &Path, path: PathBuf, reason: &'static str) {
        let is_there = path.symlink_metadata().is_ok_and(|metadata| !metadata.is_symlink());
        let is_held = is_there && is_direct(&path, known);
        self.shadows(&path, reason);
        if is_held {
            self.held.push(Held { path, reason });
        } else {
            self.watched.push(Unheld { path, reason });
        }
    }

    /// What would decide in place of something held: held where it is there, and else watched.
    fn shadows(&mut self, path: &Path, reason: &'static str) {
        let Some(name) = path.file_name().and_then(OsStr::to_str) else { return };
        for (name, reason) in shadows(name, reason) {
            let path = path.with_file_name(name);
            if is_file(&path) {
                self.held.push(Held { path, reason });
            } else {
                self.watched.push(Unheld { path, reason });
            }
        }
    }

    /// What dot entries of the home lead to that are links. The jail has them read-only, and must not
    /// write to them by another name; in the project they are its work, and looked at.
    fn linked(&mut self, origin: &Origin, entries: &[Entry]) {
        let is_read_only =
            |entry: &&Entry| entry.row.is_none_or(|row| row.treatment == Treatment::ReadOnly);
        let links = entries.iter().filter(is_read_only);
        for entry in links.filter(|entry| !entry.located.links.is_empty()) {
            // A link behind the first may be another's work by the next run.
            let behind = entry.located.links.iter().skip(1);
            let behind = behind.map(|link| Unheld { path: link.path.clone(), reason: LINKED });
            self.watched.extend(behind);
            let path = entry.located.canonical.clone();
            if path.starts_with(&origin.project) {
                self.watched.push(Unheld { path, reason: LINKED });
            } else {
                self.held.push(Held { path, reason: LINKED });
            }
        }
    }

    /// What in a project is an agent's own work, and the directories on the way there.
    fn work_of_agents(&mut self, project: &Path) {
        for row in PROJECT_WATCHED {
            self.watched.push(Unheld { path: project.join(row.path), reason: row.reason });
            let Some((way, _)) = row.path.split_once('/') else { continue };
            let path = project.join(way);
            if self.ways.last().is_none_or(|last| last.path != path) {
                self.ways.push(Unheld { path, reason: row.reason });
            }
        }
    }

    /// Holds a place of an agent's where a variable has moved it.
    fn moved(&mut self, place: &Moved) {
        let path = place.base.join(place.path);
        if path.symlink_metadata().is_ok_and(|found| found.is_dir())
            && is_direct(&path, &place.base)
        {
            let held = Held { path, reason: place.reason };
            if place.is_programs { self.held.push(held) } else { self.own.push(held) }
        }
    }

    /// Where an agent has no programs yet, the one in the jail may fetch some for itself.
    fn own_programs(&mut self) {
        let is_empty = |held: &Held| {
            held.reason == KEPT
                && fs::read_dir(&held.path).is_ok_and(|mut entries| entries.next().is_none())
        };
        let (empty, held) = std::mem::take(&mut self.held).into_iter().partition(is_empty);
        self.held = held;
        self.own.extend::<Vec<Held>>(empty);
    }

    fn first_settings(&self, row: &FirstSettings, places: &mut HomePlaces<'_>) -> Option<NotBegun> {
        let (_, directory) = places.find(&place(row.directory, ""))?;
        let held = self.held.iter().find(|held| held.path == directory)?.clone();
        if directory.join(row.file).symlink_metadata().is_ok() {
            return None;
        }
        let entries = fs::read_dir(directory).ok()?.flatten().map(|entry| entry.path());
        Some(NotBegun { held, entries: entries.collect() })
    }

    /// ai-jail itself. bubblewrap is never taken from where a jail may write.
    fn ourselves(&mut self) {
        if let Ok(path) = std::env::current_exe().and_then(fs::canonicalize) {
            self.held.push(Held { path, reason: OURSELVES });
        }
    }
}

/// Whether no link is passed on the way from `known` to what holds the last component.
fn is_direct(path: &Path, known: &Path) -> bool {
    let Some(parent) = path.parent() else { return false };
    parent == known || fs::canonicalize(parent).is_ok_and(|canonical| canonical == parent)
}
