//! Logins that the jail has as empty files, so that it is noticed when a program looks for one.

use std::path::PathBuf;

use super::gather::Gathered;
use super::mount::{Authority, Content, Mount, MountKind};
use crate::facts::Facts;
use crate::host::Host;
use crate::host::look::Kind;
use crate::policy::logins::{LOGINS, Login};

/// A login that is empty in the jail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EmptyLogin {
    /// Its row.
    pub row: &'static Login,
    /// Its path in the jail.
    pub path: PathBuf,
}

/// Gives the jail's own home an empty file for each login that the host has there: deeper ones are masked
/// in what is mounted. A program can replace it.
pub fn gather(gathered: &mut Gathered<MountKind>, host: &Host, facts: Facts) {
    let Some(home) = host.origin.home.real().filter(|_| !facts.is_alone()) else { return };
    let files = host.entries.iter().filter(|entry| {
        entry.kind == Kind::File
            && entry.located.links.is_empty()
            && entry.path.components().count() == 1
    });
    for entry in files {
        let is_login = LOGINS.iter().any(|login| entry.path.as_os_str() == login.path);
        let Some(row) = entry.row.filter(|_| is_login) else { continue };
        let kind = MountKind::File { content: Content(Vec::new()), mode: 0o600 };
        let place = home.join(&entry.path);
        gathered.mounts.push(Mount::new(place, kind, Authority::Hidden, row.place()));
    }
}

/// The logins that are empty behind these mounts, but for those that a variable stands for.
pub fn empty(host: &Host, mounts: &[Mount], given: impl Fn(&str) -> bool) -> Vec<EmptyLogin> {
    let Some(home) = host.origin.home.real() else { return Vec::new() };
    let is_wanted = |login: &&Login| !login.variables.iter().any(|name| given(name));
    let is_empty = |path: &PathBuf| {
        let is_it = |mount: &&Mount| mount.authority == Authority::Hidden && mount.dest == *path;
        mounts.iter().any(|mount| is_it(&mount))
    };
    let logins = LOGINS.iter().filter(is_wanted);
    let logins = logins.map(|row| EmptyLogin { row, path: home.join(row.path) });
    logins.filter(|login| is_empty(&login.path)).collect()
}
