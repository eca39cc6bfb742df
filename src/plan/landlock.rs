//! Landlock rules, derived from the mounts so that the two layers cannot disagree.

use std::path::Path;

use stage2::os_bytes::BytePath;
use stage2::spec::{Landlock, PathAccess, PathRule};

use super::mount::{Access, Mount, MountKind, below};

/// One rule a mount, less those that a rule above already grants: a rule reaches beneath itself,
/// through other mounts too.
pub fn rules(mounts: &[Mount], deny_tcp: bool, proc_is_read_only: bool) -> Landlock {
    // `ls /` and the way to every other place.
    let mut rules = vec![rule(Path::new("/"), PathAccess::List)];
    for mount in mounts {
        for (path, access) in wanted(mount) {
            let closed = proc_is_read_only && mount.kind == MountKind::Proc;
            let access = if closed { PathAccess::ReadOnly } else { access };
            let granted = |rule: &PathRule| {
                below(&path, &rule.path.0).is_some() && includes(rule.access, access)
            };
            if !rules.iter().any(granted) {
                rules.push(rule(&path, access));
            }
        }
    }
    Landlock { rules, deny_tcp }
}

/// The access that a mount gives, where it gives any.
fn wanted(mount: &Mount) -> Vec<(std::path::PathBuf, PathAccess)> {
    let access = match mount.kind {
        MountKind::Bind { access: Access::ReadOnly, .. }
        | MountKind::EmptyFile
        | MountKind::Replaced { .. }
        | MountKind::Tmpfs { writable: false, .. } => PathAccess::ReadOnly,
        MountKind::Bind { access: Access::ReadWrite, .. }
        | MountKind::Queues
        | MountKind::Tmpfs { .. } => PathAccess::ReadWrite,
        MountKind::Bind { access: Access::Device, .. } | MountKind::Proc => PathAccess::Device,
        MountKind::Devices { writable } => {
            let mut devices = vec![(mount.dest.clone(), PathAccess::Device)];
            if writable {
                devices.push((mount.dest.join("shm"), PathAccess::ReadWrite));
            }
            return devices;
        }
        MountKind::Denied { .. }
        | MountKind::Directory { .. }
        | MountKind::File { .. }
        | MountKind::Copied { .. }
        | MountKind::Symlink { .. } => return Vec::new(),
    };
    vec![(mount.dest.clone(), access)]
}

/// Whether one access grants all that another does.
fn includes(granted: PathAccess, wanted: PathAccess) -> bool {
    match granted {
        PathAccess::ReadWrite => wanted != PathAccess::Device,
        PathAccess::ReadOnly => matches!(wanted, PathAccess::ReadOnly | PathAccess::List),
        PathAccess::Device | PathAccess::List => wanted == granted,
    }
}

fn rule(path: &Path, access: PathAccess) -> PathRule {
    PathRule { path: BytePath(path.to_path_buf()), access }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
