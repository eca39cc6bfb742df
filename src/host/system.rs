//! What the host has of the system tables.

use std::fs;
use std::path::{Path, PathBuf};

use super::links::{self, Located};
use crate::policy::place::Place;
use crate::policy::system::{CHAINS, DEEPER, LOCKDOWN_MASKS, MASKS, ROOT, ROOT_SETTINGS};
use crate::policy::{devices, fits};

/// An entry of `/` that has a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RootEntry {
    /// A directory.
    Directory(PathBuf),
    /// A symbolic link with its text.
    Link(PathBuf, PathBuf),
}

/// A place of the host, where it leads, and the table's reason for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SystemPlace {
    /// Where it leads.
    pub located: Located,
    /// The reason.
    pub reason: &'static str,
}

/// The entries of `/` that have rows, with their reasons; one `readdir`.
pub fn root_entries() -> Vec<(RootEntry, &'static str)> {
    let Ok(listing) = fs::read_dir("/") else {
        return Vec::new();
    };
    let mut entries: Vec<_> = listing
        .flatten()
        .filter_map(|item| {
            let path = item.path();
            let row = row_of(ROOT, &path)?;
            let file_type = item.file_type().ok()?;
            let entry = if file_type.is_symlink() {
                RootEntry::Link(path.clone(), fs::read_link(&path).ok()?)
            } else if file_type.is_dir() {
                RootEntry::Directory(path)
            } else {
                return None;
            };
            Some((entry, row.reason))
        })
        .collect();
    entries.sort_by(|(left, _), (right, _)| root_path(left).cmp(root_path(right)));
    entries
}

/// Where a root entry is.
pub fn root_path(entry: &RootEntry) -> &Path {
    match entry {
        RootEntry::Directory(path) | RootEntry::Link(path, _) => path,
    }
}

fn row_of(table: &'static [Place], path: &Path) -> Option<&'static Place> {
    let bytes = path.as_os_str().as_encoded_bytes();
    table.iter().find(|row| fits(row.path.as_bytes(), bytes))
}

/// The deeper program places that exist.
pub fn deeper() -> Vec<SystemPlace> {
    DEEPER.iter().filter_map(locate).collect()
}

/// Where the chains of `/etc` end. What is no link is there with `/etc` itself, and one look tells.
pub fn chains() -> Vec<SystemPlace> {
    CHAINS.iter().filter(|row| fs::read_link(row.path).is_ok()).filter_map(locate).collect()
}

fn locate(row: &Place) -> Option<SystemPlace> {
    let located = links::locate(Path::new(row.path)).ok()?;
    Some(SystemPlace { located, reason: row.reason })
}

/// The masks that have something to hide; in lockdown there are more.
pub fn masks(lockdown: bool) -> Vec<Place> {
    let more = if lockdown { LOCKDOWN_MASKS } else { &[] };
    let is_directory =
        |row: &&Place| fs::symlink_metadata(row.path).is_ok_and(|metadata| metadata.is_dir());
    MASKS.iter().chain(more).filter(is_directory).copied().collect()
}

/// The settings that only the user root could change, where root runs the jail.
pub fn root_settings() -> Vec<Place> {
    if !nix::unistd::getuid().is_root() {
        return Vec::new();
    }
    let exists = |row: &&Place| fs::symlink_metadata(row.path).is_ok();
    ROOT_SETTINGS.iter().filter(exists).copied().collect()
}

/// The GPU devices that exist, with their reasons.
pub fn gpu_devices() -> Vec<(PathBuf, &'static str)> {
    let Ok(listing) = fs::read_dir("/dev") else {
        return Vec::new();
    };
    let mut found: Vec<_> = listing
        .flatten()
        .filter_map(|item| {
            let name = item.file_name();
            let fits = |row: &&devices::Device| fits(row.name.as_bytes(), name.as_encoded_bytes());
            let row = devices::GPU.iter().find(fits)?;
            Some((item.path(), row.reason))
        })
        .collect();
    found.sort_unstable();
    found
}
