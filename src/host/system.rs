//! What the host has of the system tables.

use std::fs;
use std::path::{Path, PathBuf};

use super::links::{self, Located};
use crate::facts::Facts;
use crate::files::{self, Symlinks};
use crate::policy::place::Place;
use crate::policy::system::{
    CHAINS, DEEPER, LOCKDOWN_MASKS, MASKS, PROC_MASKS, ROOT, ROOT_SETTINGS,
};
use crate::policy::{devices, fits};

/// An entry of `/` that has a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RootEntry {
    /// A directory.
    Directory(PathBuf),
    /// A symbolic link with its text.
    Link(PathBuf, PathBuf),
}

/// A place of the tables, as the host has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SystemPlace {
    /// Where it leads.
    pub located: Located,
    /// Its row.
    pub row: Place,
}

/// The entries of `/` that have rows; one `readdir`.
pub fn root_entries() -> Vec<(RootEntry, Place)> {
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
            Some((entry, *row))
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

/// The deeper program places that exist. Most machines lack most of them, and one look tells.
pub fn deeper() -> Vec<SystemPlace> {
    DEEPER.iter().filter(|row| exists(row)).filter_map(locate).collect()
}

/// Where the chains of `/etc` end. What is no link is there with `/etc` itself, and one look tells.
pub fn chains() -> Vec<SystemPlace> {
    CHAINS.iter().filter(|row| fs::read_link(row.path).is_ok()).filter_map(locate).collect()
}

/// One look at a place's own name.
fn exists(row: &Place) -> bool {
    fs::symlink_metadata(row.path).is_ok()
}

fn locate(row: &Place) -> Option<SystemPlace> {
    let located = links::locate(Path::new(row.path)).ok()?;
    Some(SystemPlace { located, row: *row })
}

/// A file by which programs resolve names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameFile {
    /// `resolv.conf(5)`.
    ResolvConf,
    /// `hosts(5)`.
    Hosts,
}

/// Where those files are that exist, links followed.
pub fn name_resolution() -> Vec<(NameFile, PathBuf)> {
    let files = [(NameFile::ResolvConf, "/etc/resolv.conf"), (NameFile::Hosts, "/etc/hosts")];
    let place = |(file, path)| Some((file, links::locate(Path::new(path)).ok()?.canonical));
    files.into_iter().filter_map(place).filter(|(_, path)| path.is_file()).collect()
}

/// Bytes of the largest `hosts` file that is read at each launch; lists of advertisers have more.
const MAX_HOSTS: u64 = 256 << 10;

/// Where `/etc/hosts` is, links followed, and what it says.
pub fn hosts() -> Option<(PathBuf, Vec<u8>)> {
    let place = links::locate(Path::new("/etc/hosts")).ok()?.canonical;
    let content = files::regular(&place, Symlinks::Refuse, MAX_HOSTS).ok()??;
    Some((place, content.bytes))
}

/// The masks that have something to hide; there are more over a root that is read-only.
pub fn masks(facts: Facts) -> Vec<Place> {
    let more = if facts.root_read_only { LOCKDOWN_MASKS } else { &[] };
    let is_directory =
        |row: &&Place| fs::symlink_metadata(row.path).is_ok_and(|metadata| metadata.is_dir());
    MASKS.iter().chain(more).filter(is_directory).copied().collect()
}

/// The files of `/proc` to mask; a kernel without keyrings has none.
pub fn proc_masks() -> Vec<Place> {
    PROC_MASKS.iter().filter(|row| exists(row)).copied().collect()
}

/// The settings that only the user root could change, where root runs the jail.
pub fn root_settings() -> Vec<Place> {
    if !nix::unistd::getuid().is_root() {
        return Vec::new();
    }
    ROOT_SETTINGS.iter().filter(|row| exists(row)).copied().collect()
}

/// The GPU devices that exist.
pub fn gpu_devices() -> Vec<(PathBuf, Place)> {
    let Ok(listing) = fs::read_dir("/dev") else {
        return Vec::new();
    };
    let mut found: Vec<_> = listing
        .flatten()
        .filter_map(|item| {
            let path = item.path();
            let row = row_of(devices::GPU, &path)?;
            Some((path, *row))
        })
        .collect();
    found.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    found
}
