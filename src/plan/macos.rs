//! What a plan for macOS has instead of mounts of the jail's own.
//!
//! There nothing can be put over a place: it can be opened or refused, by its path. So what is an
//! empty directory on Linux is refused ([`MountKind::Closed`]), and everything stays where it is.
//! A rule needs nothing that exists, so rows count whether the host has something there or not.

use std::path::{Path, PathBuf};

use super::arrange::Hidden;
use super::gather::Gathered;
use super::mount::{Access, Authority, Mount, MountKind, nearest};
use crate::host::Host;
use crate::host::held::Held;
use crate::host::home::Home;
use crate::policy::home::rows_on;
use crate::policy::home_row::{HomeRow, Treatment};
use crate::policy::macos::{
    DEVICES, LINKS, MASKS, SYSTEM, TEMPORARY, TEMPORARY_MASKS, TEMPORARY_SOCKETS, VOLUMES,
    user_places,
};
use crate::policy::own::SETTINGS_FILE;
use crate::policy::place::Place;
use crate::policy::system::SERVICES;
use crate::policy::{Os, protect};

/// What a profile says besides; empty where the plan is for another system.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MacOs {
    /// Places where Unix sockets may be made and reached, each with all below it.
    pub sockets: Vec<PathBuf>,
    /// Beginnings of paths in those at which none is reached.
    pub no_sockets: Vec<PathBuf>,
    /// Files that are saved by renaming another over them, which is made beside them.
    pub replaced: Vec<PathBuf>,
}

/// A row of the system, refused below a directory wherever a mount shows it.
fn hidden(directory: &Path, row: &Place) -> Hidden {
    let plain = row.path.strip_suffix('*');
    let path = directory.join(plain.unwrap_or(row.path));
    let (prefix, reason) = (plain.is_some(), row.reason.into());
    Hidden { named: path.clone(), path, directory: true, prefix, reason }
}

/// A place that only what is mounted below opens.
fn closed(path: &Path, reason: &str) -> Mount {
    Mount::own(path, MountKind::Closed { prefix: false }, reason)
}

/// The system, devices and temporary places.
pub fn own_places(gathered: &mut Gathered, host: &Host, lockdown: bool) {
    gathered.mounts.push(closed(host.origin.home.canonical(), "the home"));
    if let Home::Real { located, .. } = &host.origin.home {
        gathered.links(&located.links, "other name of the home");
    }
    for (path, target, reason) in LINKS {
        let kind = MountKind::Symlink { target: (*target).into() };
        gathered.mounts.push(Mount::own(*path, kind, *reason));
    }
    for row in SYSTEM {
        let path = Path::new(row.path);
        gathered.mounts.push(Mount::bind(path, Access::ReadOnly, Authority::Table, row.reason));
    }
    // `sandbox-exec` starts stage two when the rules hold already.
    let ourselves = host.ourselves.iter();
    gathered.mounts.extend(ourselves.map(|path| {
        Mount::bind(path, Access::ReadOnly, Authority::Link, "ai-jail itself, which is stage two")
    }));
    gathered.mounts.push(closed(Path::new(VOLUMES.path), VOLUMES.reason));
    for device in DEVICES {
        let access = if device.writable { Access::Device } else { Access::ReadOnly };
        let path = Path::new(device.path);
        gathered.mounts.push(Mount::bind(path, access, Authority::Table, device.reason));
    }
    if !lockdown {
        for (path, reason) in temporary(host) {
            gathered.mounts.push(Mount::bind(&path, Access::ReadWrite, Authority::Table, reason));
        }
    }
}

/// The temporary places and the user's caches.
pub fn temporary(host: &Host) -> Vec<(PathBuf, &'static str)> {
    if host.os != Os::MacOs {
        return Vec::new();
    }
    let own = host.origin.environment.path("TMPDIR").and_then(user_places);
    let shared = TEMPORARY.iter().map(|row| (row.path.into(), row.reason));
    shared.chain(own.into_iter().flatten()).collect()
}

/// Where a path relative to the home would be, with the links that the home's listing has.
fn place(host: &Host, home: &Path, path: &Path) -> PathBuf {
    let known = path.ancestors().skip(1).find_map(|above| {
        let entry = host.entries.iter().find(|entry| entry.path == above)?;
        Some((above, &entry.located.canonical))
    });
    match known {
        Some((above, canonical)) => match path.strip_prefix(above) {
            Ok(rest) => canonical.join(rest),
            Err(_) => home.join(path),
        },
        None => home.join(path),
    }
}

/// The rows that no entry of the home has been found for, and where one would be.
fn rows_without_entry(host: &Host) -> Vec<(&'static HomeRow, PathBuf)> {
    let Some(home) = host.origin.home.real() else { return Vec::new() };
    let has_entry = |row: &&HomeRow| {
        let is_it = |known: &HomeRow| std::ptr::eq(known, *row);
        host.entries.iter().any(|entry| entry.row.is_some_and(is_it))
    };
    rows_on(Os::MacOs)
        .filter(|row| row.prefix().1 || !has_entry(row))
        .map(|row| (row, place(host, home, row.prefix().0)))
        .collect()
}

/// Adds what is refused: of the system and the temporary places, and what of the home is not there
/// yet.
pub fn hide(gathered: &mut Gathered, host: &Host) {
    gathered.hidden.extend(MASKS.iter().map(|row| hidden(Path::new("/"), row)));
    for (path, _) in temporary(host) {
        gathered.hidden.extend(TEMPORARY_MASKS.iter().map(|row| hidden(&path, row)));
    }
    for (row, path) in rows_without_entry(host) {
        if matches!(row.treatment, Treatment::Hidden | Treatment::Empty) {
            let (named, prefix) = (path.clone(), row.prefix().1);
            let reason = row.reason.into();
            gathered.hidden.push(Hidden { named, path, directory: true, prefix, reason });
        }
    }
}

/// Adds what of the home the jail may make.
pub fn home(gathered: &mut Gathered, host: &Host) {
    for (row, path) in rows_without_entry(host) {
        match row.treatment {
            Treatment::ReadWrite => {
                let mount = Mount::bind(&path, Access::ReadWrite, Authority::Table, row.reason);
                gathered.mounts.push(mount);
            }
            Treatment::Copied => {
                let kind = MountKind::Copied { source: path.clone() };
                gathered.mounts.push(Mount::own(path, kind, row.reason));
            }
            Treatment::Private => gathered.mounts.push(private(&path, row.reason)),
            Treatment::ReadOnly => {
                let mount = Mount::bind(&path, Access::ReadOnly, Authority::Table, row.reason);
                gathered.mounts.push(mount);
            }
            Treatment::Hidden | Treatment::Empty => {}
        }
    }
}

/// Whether an entry of the home is one that a jail saves itself, or makes beside that to do so: it
/// could have put a link there.
pub fn may_be_saved(entry: &Path) -> bool {
    let copied = rows_on(Os::MacOs).filter(|row| row.treatment == Treatment::Copied);
    let name = entry.as_os_str().as_encoded_bytes().to_ascii_lowercase();
    copied.map(|row| row.path.as_bytes()).any(|file| match name.strip_prefix(file) {
        Some(rest) => rest.is_empty() || rest.starts_with(b"."),
        None => false,
    })
}

/// A place whose content is the host's alone: what is there can be read, and nothing is added.
pub fn private(path: &Path, reason: &str) -> Mount {
    Mount::bind(path, Access::ReadOnly, Authority::Table, reason)
}

/// What of the home the host would run later and does not have yet: it cannot be made.
pub fn held(host: &Host) -> Vec<Held> {
    let Some(home) = host.origin.home.real().filter(|_| host.os == Os::MacOs) else {
        return Vec::new();
    };
    let rows = protect::home(Os::MacOs)
        .map(|row| Held { path: place(host, home, Path::new(row.path)), reason: row.reason });
    rows.filter(|row| host.protection.held.iter().all(|held| held.path != row.path)).collect()
}

/// The project's settings, which no jail may make either.
pub fn project_file(gathered: &mut Gathered, host: &Host) {
    let file = host.origin.project.join(SETTINGS_FILE);
    let reason = "settings of the jail, which no jail may change";
    gathered.mounts.push(Mount::bind(&file, Access::ReadOnly, Authority::Project, reason));
}

/// The mounts as rules that need nothing to be made.
pub fn without_mounts(mounts: Vec<Mount>) -> Vec<Mount> {
    let rule = |mut mount: Mount| {
        mount.kind = match mount.kind {
            MountKind::Tmpfs { .. } | MountKind::EmptyFile => MountKind::Closed { prefix: false },
            MountKind::Copied { source } => MountKind::Bind { source, access: Access::ReadWrite },
            kind => kind,
        };
        mount.mount_point = None;
        mount
    };
    mounts.into_iter().map(rule).collect()
}

impl MacOs {
    /// Decides. Unix sockets are where the user works, and where programs put those of their own.
    pub fn decide(host: &Host, mounts: &[Mount], given: &[PathBuf], lockdown: bool) -> Self {
        // In lockdown there is nobody to talk to, and nothing is saved.
        if host.os != Os::MacOs || lockdown {
            return Self::default();
        }
        let temporary: Vec<PathBuf> = temporary(host).into_iter().map(|(path, _)| path).collect();
        let is_open = |mount: &&Mount| {
            let by_user = match mount.authority {
                // Its settings are the project's too, and read-only.
                Authority::Project => mount.access() == Some(Access::ReadWrite),
                Authority::UserFile | Authority::ProjectFile | Authority::Flag => true,
                _ => false,
            };
            mount.access().is_some() && by_user || temporary.contains(&mount.dest)
        };
        // These are sockets themselves, and mostly in something that is mounted anyway.
        let services = SERVICES.iter().map(|row| PathBuf::from(row.path));
        let docker = host.docker.iter().map(|door| door.located.canonical.clone());
        let docker = docker.filter(|path| given.contains(path));
        let is_shown =
            |path: &PathBuf| nearest(mounts, path).is_some_and(|mount| mount.access().is_some());
        let doors = services.chain(docker).filter(is_shown);
        let beginning = |row: &Place| row.path.trim_end_matches('*');
        let beginnings = |directory: &PathBuf| {
            TEMPORARY_SOCKETS.iter().map(|row| directory.join(beginning(row))).collect::<Vec<_>>()
        };
        let home = host.origin.home.canonical();
        let copied = rows_on(Os::MacOs).filter(|row| row.treatment == Treatment::Copied);
        let replaced = copied.map(|row| home.join(row.path));
        let is_writable = |path: &PathBuf| {
            let mut at = mounts.iter().filter(|mount| mount.dest == *path);
            at.any(|mount| mount.access() == Some(Access::ReadWrite))
        };
        Self {
            sockets: mounts
                .iter()
                .filter(is_open)
                .map(|mount| mount.dest.clone())
                .chain(doors)
                .collect(),
            no_sockets: temporary.iter().flat_map(beginnings).collect(),
            replaced: replaced.filter(is_writable).collect(),
        }
    }
}
