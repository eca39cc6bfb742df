//! What was written where the jail's home is only memory, and so ended with the jail.
//!
//! The jail may have made anything there while it lived: no link is followed, no other file
//! system is entered, and the look is over after so many entries or so long.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::fcntl::{AtFlags, OFlag, openat};
use nix::libc::dev_t;
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};

use super::finding::{Finding, Severity, What};
use crate::host::Host;
use crate::plan::{MountKind, Plan};
use crate::policy::Os;
use crate::policy::home::{self, Treatment};
use crate::policy::memory::is_unmissed;
use crate::text::visible_word;

/// Entries that are looked at.
const ENTRIES: usize = 4096;

/// How far down.
const DEPTH: usize = 12;

/// How long it may take.
const PATIENCE: Duration = Duration::from_millis(50);

/// Where ssh and gpg keep keys, which both make where it is missing.
const KEYS_OF_SSH: &str = ".ssh";
const KEYS_OF_GNUPG: &str = ".gnupg";

/// How to push and sign in a jail; docs/git.md has all ways.
const WITH_AGENT: &str = "to push or sign with the keys of your ssh agent, type --rw-map \
                          \"$SSH_AUTH_SOCK\" (docs/git.md, “Pushing and signing”)";
const WITHOUT_AGENT: &str = "to push or sign, start an ssh agent and type --rw-map \
                             \"$SSH_AUTH_SOCK\", or --map one key (docs/git.md, “Pushing and signing”)";

/// Directories of the home in which each entry is somebody's own.
const SHARED: &[&str] = &[".config", ".local/share", ".local/state", ".local/bin"];

/// The jail's home, as far as it is the jail's own.
#[derive(Debug)]
pub struct Memory {
    home: PathBuf,
    /// What is not written by the command: mounts, copies that are written back, links.
    given: HashSet<PathBuf>,
    /// Whether the caller has an agent for ssh's keys.
    has_ssh_agent: bool,
}

/// A file that was found, relative to the home.
struct File {
    path: PathBuf,
    size: u64,
}

impl Memory {
    /// The home of a plan.
    pub fn of(plan: &Plan, host: &Host) -> Self {
        let home = host.origin.home.canonical().to_path_buf();
        let mounts = plan.mounts().iter();
        let given = mounts.filter(|mount| !matches!(mount.kind, MountKind::Directory { .. }));
        let given = given.map(|mount| &mount.dest);
        let given = given.chain(plan.write_back.iter().map(|file| &file.copy));
        let given = given.filter_map(|path| path.strip_prefix(&home).ok().map(Path::to_path_buf));
        let given = given.filter(|path| !path.as_os_str().is_empty()).collect();
        let has_ssh_agent = host.origin.environment.get("SSH_AUTH_SOCK").is_some();
        Self { home, given, has_ssh_agent }
    }

    /// What is in `directory`, which was the jail's home, and nowhere else: one finding a place
    /// that could be mapped.
    pub fn lost(&self, directory: OwnedFd) -> Vec<Finding> {
        let files = self.files(directory);
        let mut places: BTreeMap<PathBuf, Vec<File>> = BTreeMap::new();
        for file in files {
            places.entry(place(&file.path)).or_default().push(file);
        }
        let finding = |(place, files): (PathBuf, Vec<File>)| {
            self.hidden(&place).unwrap_or_else(|| self.finding(&place, &files))
        };
        places.into_iter().map(finding).collect()
    }

    /// A place of the host's that no jail has: whoever made it anew in the jail, as ssh and gpg do,
    /// looked for what is in the host's.
    fn hidden(&self, place: &Path) -> Option<Finding> {
        let row = home::find(Os::of_this_build(), place)?;
        let path = self.home.join(place);
        if row.treatment != Treatment::Hidden || path.symlink_metadata().is_err() {
            return None;
        }
        let remedy = match place.to_str() {
            Some(KEYS_OF_SSH | KEYS_OF_GNUPG) if self.has_ssh_agent => WITH_AGENT.into(),
            Some(KEYS_OF_SSH | KEYS_OF_GNUPG) => WITHOUT_AGENT.into(),
            _ => format!("--map {} shows it", visible_word(&path)),
        };
        let reason = format!(
            "{}; what a command looked for there it did not find, and what it wrote there ended \
             with the jail; {remedy}",
            row.reason
        );
        let (severity, what) = (Severity::Advice, What::Hidden);
        Some(Finding { severity, place: path.clone(), what, path, reason: reason.into() })
    }

    /// Files with content that somebody might miss.
    fn files(&self, home: OwnedFd) -> Vec<File> {
        let start = Instant::now();
        let Ok(device) = fstat(&home).map(|status| status.st_dev) else { return Vec::new() };
        let mut found = Vec::new();
        let mut left = vec![(home, PathBuf::new())];
        let mut looks = 0;
        while let Some((directory, below)) = left.pop() {
            // By its descriptor: whatever its path leads to by now.
            let listing = fs::read_dir(format!("/proc/self/fd/{}", directory.as_raw_fd()));
            for item in listing.into_iter().flatten().flatten() {
                looks += 1;
                if looks > ENTRIES || start.elapsed() > PATIENCE {
                    return found;
                }
                let name = item.file_name();
                let path = below.join(&name);
                if self.given.contains(&path) || is_unmissed(&path) {
                    continue;
                }
                let Some(status) = status(&directory, &name, device) else { continue };
                match kind(&status) {
                    SFlag::S_IFREG if status.st_size > 0 => {
                        let size = u64::try_from(status.st_size).unwrap_or_default();
                        found.push(File { path, size });
                    }
                    SFlag::S_IFDIR if path.components().count() < DEPTH => {
                        left.extend(open(&directory, &name, device).map(|inner| (inner, path)));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// The innermost directory that has all the files and that the host has, or else the innermost
    /// one at all. A dot entry stays whole, because its tool makes more in it.
    fn common_directory(&self, place: &Path, files: &[File]) -> PathBuf {
        let is_dot = place.as_os_str().as_encoded_bytes().starts_with(b".");
        let Some(first) = files.first().filter(|_| !is_dot) else { return place.to_path_buf() };
        let holds_all =
            |directory: &&Path| files.iter().all(|file| file.path.starts_with(directory));
        let directories = first.path.ancestors().skip(1);
        let within = |directory: &&Path| directory.starts_with(place);
        let common = || directories.clone().take_while(within).filter(holds_all);
        let is_there = |directory: &&Path| self.home.join(directory).is_dir();
        common().find(is_there).or(common().next()).unwrap_or(place).to_path_buf()
    }

    /// Files of one place in one line, with what to type.
    fn finding(&self, place: &Path, files: &[File]) -> Finding {
        let is_file = matches!(files, [only] if only.path == place);
        let path = self.home.join(self.common_directory(place, files));
        let word = visible_word(&path);
        let keep = match path.symlink_metadata() {
            Ok(_) => format!("--rw-map {word} keeps it"),
            Err(_) if is_file => format!("touch {word} and --rw-map {word} keep it"),
            Err(_) => format!("mkdir -p {word} and --rw-map {word} keep it"),
        };
        let size = size(files.iter().map(|file| file.size).sum());
        let count = match files.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let reason =
            format!("written to the jail's home, which is only memory ({count}, {size}); {keep}");
        let (severity, what) = (Severity::Lost, What::Lost);
        Finding { severity, place: path.clone(), what, path, reason: reason.into() }
    }
}

/// What could be mapped so that a file is kept: a dot entry, an entry of a directory that
/// many share, or the first directory.
fn place(file: &Path) -> PathBuf {
    let shared = SHARED.iter().map(Path::new).find(|shared| file.starts_with(shared));
    let depth = shared.map_or(1, |shared| shared.components().count() + 1);
    file.iter().take(depth).collect()
}

/// What a name is, where it belongs to this file system.
fn status(directory: impl AsFd, name: &OsStr, device: dev_t) -> Option<FileStat> {
    let status = fstatat(directory, name, AtFlags::AT_SYMLINK_NOFOLLOW).ok()?;
    (status.st_dev == device).then_some(status)
}

fn kind(status: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(status.st_mode & SFlag::S_IFMT.bits())
}

/// Opens a directory of this file system.
fn open(directory: impl AsFd, name: &OsStr, device: dev_t) -> Option<OwnedFd> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let inner = openat(directory, name, flags, Mode::empty()).ok()?;
    fstat(&inner).is_ok_and(|status| status.st_dev == device).then_some(inner)
}

/// Bytes in words.
fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".into(),
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
