//! Pins what is mounted inside a writable mount to its place.
//!
//! A mount point cannot be renamed (`EBUSY`), but a directory above one can: the jail would move
//! the directory aside, and what is hidden or read-only in it would be found at another name by
//! the next jail, or make room for something of the jail's own on the host. So every directory
//! between is a mount of its own, of itself.

use std::path::Path;

use super::mount::{Access, Authority, Mount, compare, nearest};
use super::system::System;

/// Why such a mount is there.
const REASON: &str = "keeps what is below it in its place";

/// Adds a mount for each directory between a narrower mount and the writable one around it.
pub fn all<K: System>(mounts: Vec<Mount<K>>) -> Vec<Mount<K>> {
    let mut added: Vec<Mount<K>> = Vec::new();
    // Most have the same directory as the one before.
    let mut last: Option<(&Path, Option<&Mount<K>>)> = None;
    for mount in mounts.iter().filter(|mount| is_narrow(mount)) {
        let Some(parent) = mount.dest.parent() else { continue };
        let around = match last {
            Some((known, around)) if known.as_os_str() == parent.as_os_str() => around,
            _ => nearest(&mounts, parent).filter(|around| is_writable(around)),
        };
        last = Some((parent, around));
        let Some(around) = around else { continue };
        let between = |path: &&Path| *path != around.dest;
        for directory in parent.ancestors().take_while(between) {
            let Some(source) = around.host_path(directory) else { continue };
            if added.iter().all(|known| known.dest != directory) {
                let (access, authority) = (Access::ReadWrite, Authority::Pin);
                added.push(Mount::bind_at(&source, directory, access, authority, REASON));
            }
        }
    }
    let mut all = mounts;
    all.extend(added);
    all.sort_by(|left, right| compare(&left.dest, &right.dest));
    all
}

/// Whether less may be done there than around it.
fn is_narrow<K: System>(mount: &Mount<K>) -> bool {
    mount.access() == Some(Access::ReadOnly) || mount.kind.is_closed()
}

/// Whether it is a place of the host that the jail may change.
fn is_writable<K: System>(mount: &Mount<K>) -> bool {
    mount.access() == Some(Access::ReadWrite)
}

#[cfg(test)]
mod tests {
    use super::super::mount::MountKind;
    use super::{Access, Authority, Mount, Path, all, compare};

    fn bind(path: &str, access: Access) -> Mount {
        Mount::bind(Path::new(path), access, Authority::Table, "a test")
    }

    /// The destinations of [`all`], writable ones with a plus.
    fn pinned(mut mounts: Vec<Mount>) -> Vec<String> {
        mounts.sort_by(|left, right| compare(&left.dest, &right.dest));
        let mounts = all(mounts);
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
        let shown: Mount = Mount::bind_at(
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
        let mounts = all(vec![shown, closed]);
        assert!(mounts[1].is_at(Path::new("/host/a")) && mounts[1].dest == Path::new("/jail/a"));
    }
}
