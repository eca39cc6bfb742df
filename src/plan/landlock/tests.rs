//! For any mounts: the rules give what the mounts give, no less and no more.

use std::path::PathBuf;

use landlock::{AccessFs, BitFlags};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stage2::landlock::rights::{NEWEST, granted, request};

use super::super::arrange::arrange;
use super::super::mount::Authority;
use super::*;

type Rights = BitFlags<AccessFs>;

/// What a mount lets one do, said once more and in the kernel's words: the mount's flags decide.
fn given(kind: &MountKind, as_root: bool) -> Rights {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = AccessFs::WriteFile | AccessFs::Truncate;
    let use_device = AccessFs::IoctlDev | AccessFs::ResolveUnix;
    let change = AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::MakeSym
        | AccessFs::MakeSock
        | AccessFs::MakeFifo
        | AccessFs::MakeChar
        | AccessFs::MakeBlock
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer
        | AccessFs::ResolveUnix;
    match kind {
        // `ro`; the mask of a file has nothing to execute, but a rule says so of no file.
        MountKind::Bind { access: Access::ReadOnly, .. }
        | MountKind::Tmpfs { writable: false, .. }
        | MountKind::Replaced { .. }
        | MountKind::EmptyFile => read | AccessFs::Execute,
        // `rw,nodev`
        MountKind::Bind { access: Access::ReadWrite, .. }
        | MountKind::Queues
        | MountKind::Tmpfs { writable: true, .. } => read | write | change | AccessFs::Execute,
        // What root could write there are settings of the kernel.
        MountKind::Proc if as_root => read | AccessFs::Execute,
        // `rw`, and what is there is not made or removed by who uses it.
        MountKind::Bind { access: Access::Device, .. }
        | MountKind::Proc
        | MountKind::Devices { .. } => read | write | use_device,
        MountKind::Directory { .. }
        | MountKind::File { .. }
        | MountKind::Copied { .. }
        | MountKind::Denied { .. }
        | MountKind::Symlink { .. } => BitFlags::EMPTY,
    }
}

/// What the rules give at a path: rights add up on the way to it.
fn effective(landlock: &Landlock, path: &Path) -> Rights {
    let handled = request(NEWEST, landlock.deny_tcp).fs;
    let above = landlock.rules.iter().filter(|rule| path.starts_with(&rule.path.0));
    above.fold(BitFlags::EMPTY, |rights, rule| rights | granted(rule.access, true, handled))
}

/// What the mounts at and above a path give, except for `/`, where only a list is given.
fn given_above(mounts: &[Mount], path: &Path, as_root: bool) -> Rights {
    let shm = mounts.iter().any(|mount| {
        mount.kind == MountKind::Devices { writable: true }
            && path.starts_with(mount.dest.join("shm"))
    });
    let memory = MountKind::Tmpfs { mode: 0o1777, writable: true };
    let from_shm = if shm { given(&memory, as_root) } else { BitFlags::EMPTY };
    mounts
        .iter()
        .filter(|mount| path.starts_with(&mount.dest))
        .fold(from_shm | AccessFs::ReadDir, |rights, mount| rights | given(&mount.kind, as_root))
}

fn kind() -> impl Strategy<Value = MountKind> {
    let access = select(vec![Access::ReadOnly, Access::ReadWrite, Access::Device]);
    prop_oneof![
        4 => (path(), access).prop_map(|(source, access)| MountKind::Bind { source, access }),
        2 => any::<bool>().prop_map(|writable| MountKind::Tmpfs { mode: 0o755, writable }),
        1 => Just(MountKind::EmptyFile),
        1 => any::<bool>().prop_map(|directory| MountKind::Denied { directory }),
        1 => Just(MountKind::Proc),
        1 => Just(MountKind::Queues),
        1 => any::<bool>().prop_map(|writable| MountKind::Devices { writable }),
        1 => Just(MountKind::Directory { mode: 0o700 }),
        1 => Just(MountKind::Symlink { target: "/elsewhere".into() }),
    ]
}

/// Short names, so that places are often beneath one another.
fn path() -> impl Strategy<Value = PathBuf> {
    vec(select(vec!["a", "b", "a b", "a-b"]), 1..4)
        .prop_map(|names| Path::new("/").join(names.iter().collect::<PathBuf>()))
}

/// Mounts as a plan has them: sorted, one a place.
fn mounts() -> impl Strategy<Value = Vec<Mount>> {
    let authority = select(vec![Authority::Link, Authority::Table, Authority::Flag]);
    let mount = (path(), kind(), authority)
        .prop_map(|(dest, kind, authority)| Mount::new(dest, kind, authority, "any"));
    vec(mount, 1..12).prop_map(|mounts| arrange(mounts, &[], None))
}

proptest! {
    #[test]
    fn each_place_has_the_rights_of_its_mount(
        mounts in mounts(),
        deny_tcp in any::<bool>(),
        as_root in any::<bool>(),
    ) {
        let landlock = rules(&mounts, deny_tcp, as_root);
        for mount in &mounts {
            let rights = effective(&landlock, &mount.dest);
            prop_assert!(rights.contains(given(&mount.kind, as_root)), "{mount:?}: less, {rights:?}");
            // More only where a mount above gives it: rights add up on the way to a place.
            let most = given_above(&mounts, &mount.dest, as_root);
            prop_assert!(most.contains(rights), "{mount:?}: more, {rights:?}");
        }
    }

    /// Where nothing above gives more, writing goes with the mount, and ioctl with devices.
    #[test]
    fn writing_and_ioctl_go_with_the_mount(
        mounts in mounts(),
        deny_tcp in any::<bool>(),
        as_root in any::<bool>(),
    ) {
        let landlock = rules(&mounts, deny_tcp, as_root);
        for mount in mounts.iter().filter(|mount| mount.is_mount_point()) {
            let above = |other: &&Mount| {
                *other != mount && mount.dest.starts_with(&other.dest)
            };
            let alone = mounts.iter().filter(above).all(|other| {
                !given(&other.kind, as_root).intersects(AccessFs::WriteFile | AccessFs::IoctlDev)
            });
            if alone {
                let reading = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute;
                let rights = effective(&landlock, &mount.dest) & !reading;
                prop_assert_eq!(rights, given(&mount.kind, as_root) & !reading, "{:?}", mount);
            }
        }
    }

    /// A place that no mount shows: names can be listed, and nothing else.
    #[test]
    fn what_is_not_mounted_is_only_listed(mounts in mounts(), path in path()) {
        let landlock = rules(&mounts, false, false);
        if !mounts.iter().any(|mount| mount.is_mount_point() && path.starts_with(&mount.dest)) {
            prop_assert_eq!(effective(&landlock, &path), AccessFs::ReadDir);
        }
    }

    /// One rule a place at most, and none that a rule above already gives.
    #[test]
    fn no_rule_is_needless(mounts in mounts()) {
        let Landlock { rules, deny_tcp } = rules(&mounts, false, false);
        for (index, rule) in rules.iter().enumerate() {
            let others = rules.iter().enumerate().filter(|(other, _)| *other != index);
            let without = Landlock {
                rules: others.map(|(_, rule)| rule.clone()).collect(),
                deny_tcp,
            };
            let whole = Landlock { rules: rules.clone(), deny_tcp };
            prop_assert_ne!(
                effective(&whole, &rule.path.0),
                effective(&without, &rule.path.0),
                "{:?}",
                rule
            );
        }
    }
}

#[test]
fn tcp_is_denied_in_lockdown_only() {
    assert!(rules(&[], true, false).deny_tcp);
    assert!(!rules(&[], false, false).deny_tcp);
}
