//! What everybody wants mounted and hidden: the tables, the project, the user's maps.

use std::path::{Path, PathBuf};

use super::Withheld;
use super::arrange::Hidden;
use super::display;
use super::home;
use super::macos;
use super::maps;
use super::mount::{Access, Authority, Mount, MountKind, below, nearest};
use super::program;
use super::protect;
use crate::error::Error;
use crate::fields::Switch;
use crate::host::doors::Door;
use crate::host::links::{Link, Located};
use crate::host::system::RootEntry;
use crate::host::{Host, Stdio};
use crate::policy::own::SETTINGS_FILE;
use crate::policy::{Os, system};
use crate::settings::Settings;
use crate::text::visible;

/// Everything wanted, in no order.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The mounts.
    pub mounts: Vec<Mount>,
    /// What none of them may show.
    pub hidden: Vec<Hidden>,
    /// What is left out on purpose.
    pub withheld: Vec<Withheld>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// What was given read-write by itself, sockets among it.
    pub given: Vec<PathBuf>,
    /// Places of the host where this jail may write, or an earlier one like it.
    writable: Vec<PathBuf>,
}

/// Collects it all.
pub fn gather(settings: &Settings, host: &Host) -> Result<Gathered, Error> {
    let mut gathered = Gathered { writable: writable_places(host), ..Gathered::default() };
    let lockdown = settings.is_on(Switch::Lockdown);
    gathered.hide(settings, host);
    refuse_project(host, &gathered.hidden)?;
    refuse_directories(host)?;
    match host.os {
        Os::Linux => {
            gathered.own_places(host, lockdown);
            gathered.system(host);
        }
        Os::MacOs => macos::own_places(&mut gathered, host, lockdown),
    }
    gathered.project(host, lockdown);
    if lockdown {
        maps::ignore(&mut gathered, settings);
    } else {
        home::gather(&mut gathered, host);
        gathered.doors(settings, host);
        maps::gather(&mut gathered, host)?;
        if host.os == Os::Linux {
            display::gather(&mut gathered, host);
        }
        program::gather(&mut gathered, host);
        protect::gather(&mut gathered, settings, host);
    }
    if host.os == Os::Linux {
        gathered.other_names(lockdown);
    }
    Ok(gathered)
}

/// A working directory that would hand over what the jail exists to keep.
fn refuse_project(host: &Host, hidden: &[Hidden]) -> Result<(), Error> {
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

/// Where a jail on this project may write: all of it, whoever wins in the end, because an earlier
/// run may have had other flags.
fn writable_places(host: &Host) -> Vec<PathBuf> {
    let maps = host.maps.iter().filter(|map| map.setting.writable || map.device);
    let places = home::writable(host).chain(maps.map(|map| &map.source.canonical));
    let places = places.chain([&host.origin.project]).chain(&host.git_common).cloned();
    // Linux has temporary places of the jail's own.
    places.chain(macos::temporary(host).into_iter().map(|(path, _)| path)).collect()
}

/// A standard stream that is a directory would lead out of the jail, past every mount.
fn refuse_directories(host: &Host) -> Result<(), Error> {
    let names = ["standard input", "standard output", "standard error"];
    let directory = host.stdio.iter().position(|stream| *stream == Stdio::Directory);
    directory.map_or(Ok(()), |index| Err(Error::DirectoryStream { name: names[index] }))
}

impl Gathered {
    /// The places that no mount may show.
    fn hide(&mut self, settings: &Settings, host: &Host) {
        home::hide(self, host);
        if host.os == Os::MacOs {
            macos::hide(self, host);
        }
        display::hide(self, host);
        if !settings.is_on(Switch::Docker) || settings.is_on(Switch::Lockdown) {
            let hidden = |door: &Door| Hidden {
                named: door.located.canonical.clone(),
                path: door.located.canonical.clone(),
                directory: false,
                prefix: false,
                reason: "Docker is switched off".into(),
            };
            self.hidden.extend(host.docker.iter().map(hidden));
        }
    }

    /// What the jail makes itself.
    fn own_places(&mut self, host: &Host, lockdown: bool) {
        let tmpfs = |mode, writable| MountKind::Tmpfs { mode, writable };
        self.mounts.extend([
            Mount::own("/proc", MountKind::Proc, "the jail's own processes"),
            Mount::own("/dev", MountKind::Devices { writable: !lockdown }, "basic devices"),
            Mount::own("/tmp", tmpfs(0o1777, true), "temporary files"),
            Mount::own("/run", tmpfs(0o755, !lockdown), "sockets of the jail's own services"),
            Mount::own(host.origin.home.canonical(), tmpfs(0o755, true), "empty home"),
        ]);
        for place in &host.masks {
            let mask = tmpfs(0o555, false);
            self.mounts.push(Mount::own(place.path, mask, place.reason));
        }
        for place in &host.root_settings {
            let path = Path::new(place.path);
            self.mounts.push(Mount::bind(path, Access::ReadOnly, Authority::Table, place.reason));
        }
        if let crate::host::home::Home::Real { located, .. } = &host.origin.home {
            self.links(&located.links, "other name of the home");
        }
    }

    /// `/var/run` and `/var/tmp`, which programs know as other names of `/run` and `/tmp`. Where
    /// something is mounted below one of them, a link could not hold it, so it is a place of its
    /// own.
    fn other_names(&mut self, lockdown: bool) {
        let names = [
            ("/var/run", "/run", MountKind::Tmpfs { mode: 0o755, writable: !lockdown }),
            ("/var/tmp", "/tmp", MountKind::Tmpfs { mode: 0o1777, writable: !lockdown }),
        ];
        for (name, target, own) in names {
            let holds = |mount: &Mount| below(&mount.dest, Path::new(name)).is_some();
            let (kind, reason) = if self.mounts.iter().any(holds) {
                (own, "files of this run; something is mounted below")
            } else {
                (MountKind::Symlink { target: target.into() }, "other name of the jail's own")
            };
            self.mounts.push(Mount::own(name, kind, reason));
        }
    }

    /// The tables of the system.
    fn system(&mut self, host: &Host) {
        for (entry, reason) in &host.root {
            self.mounts.push(match entry {
                RootEntry::Directory(path) => {
                    Mount::bind(path, Access::ReadOnly, Authority::Table, *reason)
                }
                RootEntry::Link(path, target) => {
                    Mount::own(path, MountKind::Symlink { target: target.clone() }, *reason)
                }
            });
        }
        for place in host.deeper.iter().chain(&host.chains).chain(&host.certificates) {
            self.give(&place.located, Access::ReadOnly, Authority::Link, place.reason);
        }
    }

    /// The project and, where it is a worktree, its repository.
    fn project(&mut self, host: &Host, lockdown: bool) {
        let (access, reason) = if lockdown {
            (Access::ReadOnly, "the project, which lockdown keeps from being changed")
        } else {
            (Access::ReadWrite, "the project")
        };
        let origin = &host.origin;
        self.mounts.push(Mount::bind(&origin.project, access, Authority::Project, reason));
        self.links(&origin.located.links, "other name of the project");
        if host.os == Os::MacOs {
            macos::project_file(self, host);
        } else if host.project_file {
            let file = origin.project.join(SETTINGS_FILE);
            let reason = "settings of the jail, which no jail may change";
            self.mounts.push(Mount::bind(&file, Access::ReadOnly, Authority::Project, reason));
        }
        self.user_file(host);
        if let Some(path) = &host.git_common {
            let reason = "the repository of this worktree";
            self.mounts.push(Mount::bind(path, access, Authority::Project, reason));
        }
    }

    /// The user's own file, where it is a link into a place that the jail may write: nobody is
    /// asked about what stands in it.
    fn user_file(&mut self, host: &Host) {
        let own = host.entries.iter().find(|entry| entry.path == Path::new(SETTINGS_FILE));
        let Some(file) = own.map(|entry| &entry.located.canonical) else { return };
        if self.writable.iter().any(|place| below(file, place).is_some()) {
            let reason = "your own settings of the jail, which no jail may change";
            self.mounts.push(Mount::bind(file, Access::ReadOnly, Authority::Project, reason));
        }
    }

    /// Devices and the Docker sockets.
    fn doors(&mut self, settings: &Settings, host: &Host) {
        for (path, reason) in &host.gpu {
            self.mounts.push(Mount::bind(path, Access::Device, Authority::Table, *reason));
        }
        let docker = settings.is_on(Switch::Docker).then_some(&host.docker);
        for door in docker.into_iter().flatten() {
            self.give(&door.located, Access::ReadWrite, Authority::Table, door.reason);
        }
    }

    /// Mounts what `located` leads to at its own place, and re-creates the links that lead there;
    /// not where one of them may be a jail's own work.
    pub fn give(&mut self, located: &Located, access: Access, authority: Authority, reason: &str) {
        if let Some(link) = self.planted(&located.links) {
            let link = visible(&link.path);
            let why = format!("{reason}, but its link {link} stands where a jail may write");
            self.withhold(&located.canonical, why);
            return;
        }
        if access == Access::ReadWrite {
            self.given.push(located.canonical.clone());
        }
        self.mounts.push(Mount::bind(&located.canonical, access, authority, reason));
        self.links(&located.links, reason);
    }

    /// Re-creates links.
    pub fn links(&mut self, links: &[Link], reason: &str) {
        for link in links {
            let kind = MountKind::Symlink { target: link.target.clone() };
            self.mounts.push(Mount::own(&link.path, kind, reason));
        }
    }

    /// Whether a place of the host is in the jail under its own path already.
    pub fn shows(&self, path: &Path) -> bool {
        nearest(&self.mounts, path)
            .is_some_and(|mount| mount.host_path(path).as_deref() == Some(path))
    }

    /// The first of these links that stands where a jail may write: an earlier run could have put
    /// it there to have something mounted that its user never chose.
    pub fn planted<'a>(&self, links: &'a [Link]) -> Option<&'a Link> {
        let is_writable =
            |link: &Link| self.writable.iter().any(|place| below(&link.path, place).is_some());
        links.iter().find(|link| is_writable(link))
    }

    /// Notes something that is left out on purpose.
    pub fn withhold(&mut self, path: impl Into<PathBuf>, reason: impl Into<String>) {
        self.withheld.push(Withheld { path: path.into(), reason: reason.into() });
    }
}
