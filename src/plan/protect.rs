//! What stays read-only inside writable places, and what keeps it where it is.

use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::mount::{Access, Authority, Mount, compare, nearest};
use crate::host::Host;
use crate::host::protect::Held;
use crate::settings::Settings;
use crate::text::visible;

/// What to look for in something after the run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Watch {
    /// Any change.
    Changes,
    /// Whether it is still the one that the jail had read-only: what the host itself replaces
    /// loses its mount, and the jail may write to the new one.
    Replacement,
}

/// Something to look at after the run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Watching {
    /// Where it is on the host.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
    /// What to look for.
    pub watch: Watch,
}

/// Adds read-only mounts over everything that is protected, wherever a writable mount shows it.
/// A mount of exactly such a place is the user's own decision, or the project: it is left alone.
pub fn gather(gathered: &mut Gathered, settings: &Settings, host: &Host) {
    if !settings.protect.value || settings.lockdown.value {
        return;
    }
    let protection = &host.protection;
    let held = protection.held.iter().chain(&protection.repositories.held);
    let held: Vec<(&Held, Access)> = held
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
        held.iter().filter_map(cover).collect::<Vec<_>>()
    });
    let covers: Vec<Mount> = covers.collect();
    gathered.mounts.extend(covers);
    if protection.repositories.more {
        let why = "there are more repositories than are protected: the hooks and settings of the \
                   others can be written";
        gathered.warnings.push(why.into());
    }
}

/// Whether a protected place's mount has something to do: its parent shows the place, with
/// another access.
pub fn is_needed(mount: &Mount, parent: &Mount) -> bool {
    parent.host_path(&mount.dest).is_some_and(|path| mount.is_at(&path))
        && mount.access() != parent.access()
}

/// Adds, for each mount that takes something away from a writable place, the directories on the
/// way to it, each bound onto itself. Otherwise such a directory could be renamed and built anew
/// without the mount; a mount point cannot be renamed (`EBUSY`, `rename(2)`).
///
/// The list is in order before and after, and everything in it is needed.
pub fn pin(mounts: &mut Vec<Mount>) {
    let mut pins: Vec<Mount> = Vec::new();
    for mount in mounts.iter().filter(|mount| mount.is_mount_point()) {
        if mount.access() == Some(Access::ReadWrite) {
            continue;
        }
        let Some(above) = mount.dest.parent() else { continue };
        let Some(parent) = nearest(mounts, above) else { continue };
        if parent.access() != Some(Access::ReadWrite) {
            continue;
        }
        let way = above.ancestors().take_while(|path| *path != parent.dest);
        for directory in way {
            if pins.iter().any(|pin| pin.dest == directory) {
                continue;
            }
            let Some(source) = parent.host_path(directory) else { continue };
            let reason = format!("kept in its place because of {}", visible(&mount.dest));
            let pin =
                Mount::bind_at(&source, directory, Access::ReadWrite, Authority::Protect, reason);
            pins.push(pin);
        }
    }
    mounts.extend(pins);
    mounts.sort_by(|left, right| compare(&left.dest, &right.dest));
}

/// What to look at after the run, of what the jail may write.
pub fn watched(mounts: &[Mount], settings: &Settings, host: &Host) -> Vec<Watching> {
    if settings.lockdown.value {
        return Vec::new();
    }
    let protection = &host.protection;
    let repositories = &protection.repositories;
    let held = protection.held.iter().chain(&repositories.held);
    let held = held.filter_map(|held| {
        let watch = match access(mounts, &held.path)? {
            Access::ReadOnly => Watch::Replacement,
            _ => Watch::Changes,
        };
        Some(Watching { path: held.path.clone(), reason: held.reason, watch })
    });
    let watched = protection.watched.iter().chain(&repositories.watched);
    let watched = watched.filter_map(|item| {
        let is_writable = access(mounts, &item.path)? == Access::ReadWrite;
        let (path, reason) = (item.path.clone(), item.reason);
        is_writable.then_some(Watching { path, reason, watch: Watch::Changes })
    });
    held.chain(watched).collect()
}

/// The access that the jail has to a place of the host below something writable; `None` where
/// there is no way to it.
fn access(mounts: &[Mount], path: &Path) -> Option<Access> {
    let writable = mounts.iter().filter(|mount| mount.access() == Some(Access::ReadWrite));
    let accesses = writable.filter_map(|mount| {
        let dest = mount.jail_path(path)?;
        let decides = nearest(mounts, &dest)?;
        decides.access().filter(|_| decides.host_path(&dest).as_deref() == Some(path))
    });
    accesses.max()
}

#[cfg(test)]
mod tests {
    use super::super::mount::{MountKind, compare};
    use super::{Access, Authority, Mount, Path, pin};

    fn bind(path: &str, access: Access) -> Mount {
        Mount::bind(Path::new(path), access, Authority::Table, "a test")
    }

    /// The destinations after [`pin`], writable ones with a plus.
    fn pinned(mut mounts: Vec<Mount>) -> Vec<String> {
        mounts.sort_by(|left, right| compare(&left.dest, &right.dest));
        pin(&mut mounts);
        let sign = |mount: &Mount| if mount.access() == Some(Access::ReadWrite) { "+" } else { "" };
        mounts.iter().map(|mount| format!("{}{}", mount.dest.display(), sign(mount))).collect()
    }

    #[test]
    fn every_directory_between_a_writable_place_and_a_closed_one() {
        let mounts = vec![
            bind("/p", Access::ReadWrite),
            bind("/p/.git/hooks", Access::ReadOnly),
            bind("/p/.git/config", Access::ReadOnly),
            bind("/p/a/b/c/x", Access::ReadOnly),
            bind("/p/top", Access::ReadOnly),
        ];
        let expected = [
            "/p+",
            "/p/.git+",
            "/p/.git/config",
            "/p/.git/hooks",
            "/p/a+",
            "/p/a/b+",
            "/p/a/b/c+",
            "/p/a/b/c/x",
            "/p/top",
        ];
        assert_eq!(pinned(mounts), expected);
    }

    #[test]
    fn masks_as_well() {
        let mask = |path| Mount::own(path, MountKind::EmptyFile, "a test");
        let mounts = vec![bind("/c", Access::ReadWrite), mask("/c/gh/hosts"), mask("/c/token")];
        assert_eq!(pinned(mounts), ["/c+", "/c/gh+", "/c/gh/hosts", "/c/token"]);
    }

    #[test]
    fn nothing_where_nothing_can_be_renamed() {
        let tmpfs = MountKind::Tmpfs { mode: 0o755, writable: true };
        let mounts = vec![
            Mount::own("/h", tmpfs, "a test"),
            bind("/h/a/b", Access::ReadOnly),
            bind("/h/a/b/c/d", Access::ReadWrite),
            bind("/h/w", Access::ReadWrite),
            bind("/h/w/x/y", Access::ReadWrite),
        ];
        assert_eq!(pinned(mounts), ["/h", "/h/a/b", "/h/a/b/c/d+", "/h/w+", "/h/w/x/y+"]);
    }

    #[test]
    fn a_place_shown_elsewhere_is_bound_from_where_it_is() {
        let shown = Mount::bind_at(
            Path::new("/host"),
            Path::new("/jail"),
            Access::ReadWrite,
            Authority::Flag,
            "a test",
        );
        let closed = Mount::bind_at(
            Path::new("/host/a/x"),
            Path::new("/jail/a/x"),
            Access::ReadOnly,
            Authority::Protect,
            "a test",
        );
        let mut mounts = vec![shown, closed];
        pin(&mut mounts);
        assert!(mounts[1].is_at(Path::new("/host/a")) && mounts[1].dest == Path::new("/jail/a"));
    }
}
