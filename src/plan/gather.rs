//! What everybody wants mounted and hidden: the tables, the project, the user's maps.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Withheld;
use super::arrange::Hidden;
use super::display;
use super::git;
use super::home;
use super::link_out;
use super::maps;
use super::mount::{Access, Authority, Kind, Mount, Why, shows};
use super::moved;
use super::program;
use super::protect;
use super::system::System;
use crate::error::Error;
use crate::facts::Facts;
use crate::fields::Switch;
use crate::host::doors::Door;
use crate::host::links::{Link, Located};
use crate::host::written::Written;
use crate::host::{Host, Stdio};
use crate::policy::own::SETTINGS_FILE;
use crate::policy::system;
use crate::settings::Settings;
use crate::text::visible;

/// Everything wanted, in no order.
#[derive(Debug)]
pub struct Gathered<K> {
    /// The mounts.
    pub mounts: Vec<Mount<K>>,
    /// What none of them may show.
    pub hidden: Vec<Hidden<K>>,
    /// What is left out on purpose.
    pub withheld: Vec<Withheld>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Maps, as typed, that no file may ask for.
    pub only_typed: Vec<OsString>,
    /// What was given read-write by itself, sockets among it.
    pub given: Vec<PathBuf>,
    /// Where this jail will write, beside what the tables say of the home.
    pub writes: Vec<PathBuf>,
    /// Places of the host where this jail may write, or an earlier one could.
    written: Written,
}

/// Collects it all.
pub fn gather<K: System>(
    settings: &Settings,
    facts: Facts,
    host: &Host,
) -> Result<Gathered<K>, Error> {
    let mut gathered = Gathered::<K>::new(written::<K>(host));
    if !facts.project_read_only {
        gathered.writes = of_this_run(host).cloned().collect();
    }
    gathered.hide(settings, host);
    refuse_project(host, &gathered.hidden)?;
    refuse_directories(host)?;
    K::own_places(&mut gathered, host, facts);
    gathered.project(host, facts);
    if facts.is_alone() {
        maps::ignore(&mut gathered, settings);
    } else {
        home::gather(&mut gathered, host);
        moved::gather(&mut gathered, host);
        gathered.doors(settings, host);
        maps::gather(&mut gathered, host)?;
        git::hint(&mut gathered, host);
        K::after_maps(&mut gathered, host);
        program::gather(&mut gathered, host);
        protect::gather(&mut gathered, settings, host);
    }
    K::after_all(&mut gathered, host, facts);
    link_out::refuse(&gathered, host)?;
    Ok(gathered)
}

/// A working directory that would hand over what the jail exists to keep.
fn refuse_project<K>(host: &Host, hidden: &[Hidden<K>]) -> Result<(), Error> {
    let project = &host.origin.project;
    let why = if system::is_taken_on(host.os, project) {
        "it is a place of the system".to_owned()
    } else if host.origin.home.real().is_some_and(|home| home.starts_with(project)) {
        "the home directory is in it, and with it everything the jail keeps away".to_owned()
    } else if host.trust_records.as_ref().is_some_and(|records| records.starts_with(project)) {
        "ai-jail's own trust records are in it".to_owned()
    } else if let Some(hidden) = home::hiding(host, hidden, project) {
        format!("it is inside a place that is never in the jail ({hidden})")
    } else {
        return Ok(());
    };
    Err(Error::Project { path: visible(project), why })
}

/// Where jails could write: earlier ones, as the record says, and one on this project, whoever wins
/// in the end, because an earlier run may have had other flags.
fn written<K: System>(host: &Host) -> Written {
    let known = home::writable(host).chain(of_this_run(host)).cloned();
    host.written.with(known.chain(K::temporary(host)))
}

/// Where a jail on this project may write beside what the tables say of the home.
fn of_this_run(host: &Host) -> impl Iterator<Item = &PathBuf> {
    let maps = host.maps.iter().filter(|map| map.setting.writable || map.device);
    let moved = host.moved.iter().filter(|moved| moved.row.writable);
    [&host.origin.project]
        .into_iter()
        .chain(git::directories(host))
        .chain(maps.map(|map| &map.source.canonical))
        .chain(moved.map(|moved| &moved.located.canonical))
}

/// A standard stream that is a directory would lead out of the jail, past every mount.
fn refuse_directories(host: &Host) -> Result<(), Error> {
    let names = ["standard input", "standard output", "standard error"];
    let directory = host.stdio.iter().position(|stream| *stream == Stdio::Directory);
    directory.map_or(Ok(()), |index| Err(Error::DirectoryStream { name: names[index] }))
}

impl<K> Gathered<K> {
    /// Nothing yet, and where jails may write.
    fn new(written: Written) -> Self {
        Self {
            mounts: Vec::new(),
            hidden: Vec::new(),
            withheld: Vec::new(),
            warnings: Vec::new(),
            only_typed: Vec::new(),
            given: Vec::new(),
            writes: Vec::new(),
            written,
        }
    }

    /// The first of these links that a jail could have made.
    pub fn planted<'a>(&self, links: &'a [Link]) -> Option<&'a Link> {
        self.written.planted(links)
    }

    /// Notes something that is left out on purpose.
    pub fn withhold(&mut self, path: impl Into<PathBuf>, why: impl Into<Why>) {
        let Why { row, reason } = why.into();
        self.withheld.push(Withheld { path: path.into(), row, reason });
    }
}

impl<K: Kind> Gathered<K> {
    /// Whether jails can reach a place: this one, or another by what it could write.
    pub fn is_reached(&self, path: &Path) -> bool {
        self.shows(path) || self.written.could_have_made(path)
    }

    /// Whether a place of the host is in the jail under its own path already.
    pub fn shows(&self, path: &Path) -> bool {
        shows(&self.mounts, path)
    }
}

impl<K: System> Gathered<K> {
    /// The places that no mount may show.
    fn hide(&mut self, settings: &Settings, host: &Host) {
        home::hide(self, host);
        moved::hide(self, host);
        K::hide(self, host);
        display::hide(self, host);
        if !settings.is_on(Switch::Docker) {
            let hidden = |door: &Door| Hidden {
                named: door.located.canonical.clone(),
                path: door.located.canonical.clone(),
                mask: K::mask(false),
                row: None,
                reason: "Docker is switched off".into(),
            };
            self.hidden.extend(host.docker.iter().map(hidden));
        }
    }

    /// The project and, where it is a worktree, its repository.
    fn project(&mut self, host: &Host, facts: Facts) {
        let (access, reason) = if facts.project_read_only {
            (Access::ReadOnly, "the project, which lockdown keeps from being changed")
        } else {
            (Access::ReadWrite, "the project")
        };
        let origin = &host.origin;
        self.mounts.push(Mount::bind(&origin.project, access, Authority::Project, reason));
        self.links(&origin.located.links, "other name of the project");
        self.name_of_project(&origin.located);
        // Its own settings are content like any other, and git can stash and switch them: what the user last
        // agreed to is on record where no jail writes, and a file that tightens less asks again.
        self.user_file(host);
        git::gather(self, host, access);
    }

    /// Says where the project is, where the name by which the user came here leads out of a place
    /// that a jail could write.
    fn name_of_project(&mut self, located: &Located) {
        let leads_out = |link: &&Link| !self.written.is_shared(&link.path, &located.canonical);
        let planted = located.links.iter().filter(leads_out).find_map(|link| {
            self.planted(std::slice::from_ref(link)).map(|link| visible(&link.path))
        });
        if let Some(link) = planted {
            let project = visible(&located.canonical);
            self.warnings.push(format!(
                "{link} is a symbolic link that a jail could have made; the project is {project}"
            ));
        }
    }

    /// The user's own file, where it is a link into a place that the jail may write: nobody is
    /// asked about what stands in it.
    fn user_file(&mut self, host: &Host) {
        let own = host.entries.iter().find(|entry| entry.path == Path::new(SETTINGS_FILE));
        let Some(file) = own.map(|entry| &entry.located.canonical) else { return };
        if self.written.could_have_made(file) {
            let reason = "your own settings of the jail, which no jail may change";
            self.mounts.push(Mount::bind(file, Access::ReadOnly, Authority::Project, reason));
        }
    }

    /// Devices and the Docker sockets.
    fn doors(&mut self, settings: &Settings, host: &Host) {
        for (path, row) in &host.gpu {
            self.mounts.push(Mount::bind(path, Access::Device, Authority::Table, *row));
        }
        let docker = settings.is_on(Switch::Docker).then_some(&host.docker);
        for door in docker.into_iter().flatten() {
            self.give(&door.located, Access::ReadWrite, Authority::Table, door.reason);
        }
    }

    /// Mounts what `located` leads to at its own place, and re-creates the links that lead there;
    /// not where one of them may be a jail's own work.
    pub fn give(
        &mut self,
        located: &Located,
        access: Access,
        authority: Authority,
        why: impl Into<Why>,
    ) {
        let why = why.into();
        if let Some(link) = self.planted(&located.links) {
            let (link, target) = (visible(&link.path), visible(&located.canonical));
            let reason = &why.reason;
            self.warnings.push(format!(
                "{target} is left out ({reason}): the symbolic link {link}, which leads there, \
                 could be a jail's work"
            ));
            let reason = format!("{reason}, but its link {link} stands where a jail may write");
            self.withhold(&located.canonical, reason);
            return;
        }
        if access == Access::ReadWrite {
            self.given.push(located.canonical.clone());
        }
        self.mounts.push(Mount::bind(&located.canonical, access, authority, why.clone()));
        self.links(&located.links, why);
    }

    /// Re-creates links.
    pub fn links(&mut self, links: &[Link], why: impl Into<Why>) {
        let why = why.into();
        for link in links {
            let kind = K::symlink(link.target.clone());
            self.mounts.push(Mount::own(&link.path, kind, why.clone()));
        }
    }
}
