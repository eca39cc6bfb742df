//! The jail's mounts undone, directly and in namespaces of the attacker's own.

use std::path::PathBuf;

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_LANDLOCK, NO_SECCOMP};
use crate::harness::{Run, World, is_without_stage_one};

/// A world with a mask and a read-only place, and both.
fn world() -> (World, [PathBuf; 2]) {
    let world = World::new();
    let token = world.file("home/.config/gh/hosts.yml", "token");
    let tool = world.file("home/.tool/settings", "x");
    (world, [token, tool.parent().expect(".tool").to_path_buf()])
}

/// What `mount_setattr(2)` gives without a filter of the jail's.
fn set_attributes() -> &'static str {
    if is_without_stage_one() { "ENOSYS" } else { "EPERM" }
}

#[test]
fn new_namespaces() {
    let world = World::new();
    let probe = include_str!("probes/namespaces.py");
    Attack::new(&world, "a user namespace, by unshare, clone and clone3", probe)
        .works("ok ok ok ok")
        .gives(ALL, "EPERM EPERM EPERM ENOSYS")
        .gives(NO_LANDLOCK, "EPERM EPERM EPERM ENOSYS")
        .gives(LOCKDOWN, "EPERM EPERM EPERM ENOSYS")
        // The kernel's own limit, which bubblewrap sets.
        .gives(NO_SECCOMP, "ENOSPC ENOSPC ENOSPC ENOSPC")
        .gives(BARE, "ENOSPC ENOSPC ENOSPC ENOSPC");
}

#[test]
fn masks_and_read_only_mounts_are_undone() {
    let (world, places) = world();
    let attack = |nested: &str| {
        let title = "unmounting masks, mounting read-write, open_tree, chroot";
        Attack::new(&world, title, include_str!("probes/mounts.py"))
            .with([std::ffi::OsString::from(nested)])
            .with(&places)
    };
    // Without any privilege they fail outside too; what they would do there is the next test's.
    for flags in [ALL, NO_LANDLOCK, NO_SECCOMP, BARE, LOCKDOWN] {
        let own = flags == NO_SECCOMP || flags == BARE;
        let set = if own { set_attributes() } else { "EPERM" };
        attack("direct").gives(flags, &format!("EPERM EPERM {set} EPERM EPERM EPERM EPERM EPERM"));
    }
    attack("nested").gives(ALL, "EPERM").gives(BARE, "ENOSPC").gives(LOCKDOWN, "EPERM");
}

/// A bubblewrap that cannot forbid further user namespaces, and no filter either: the attacker has
/// all capabilities, in a namespace that did not make the jail's mounts. The kernel has locked
/// them.
#[test]
fn masks_are_undone_in_a_nested_namespace() {
    let (world, places) = world();
    let old = "#!/bin/sh\nexec /usr/bin/bwrap \"$@\"\n";
    let old = world.script("tools/bwrap", old);
    let set = |run: Run| run.env("BWRAP_BIN", &old);
    let title = "undoing mounts with all capabilities in a nested namespace";
    let attack = Attack::new(&world, title, include_str!("probes/mounts.py"))
        .with(["nested"])
        .with(&places)
        .prepared(set);
    // Mounts of its own it may make, and change its own root: there is nothing more to see there.
    let set = set_attributes();
    attack.gives(BARE, &format!("EINVAL EPERM {set} EINVAL EPERM ok EINVAL ok"));
    attack.gives(NO_SECCOMP, &format!("EINVAL EPERM {set} EINVAL EPERM ok EPERM ok"));
    attack.gives(ALL, "EPERM");
    // The control: outside, the same calls on mounts of its own.
    let control = "mount -t tmpfs t \"$0\" && mount -o remount,bind,ro \"$0\" && \
                   mount -o remount,bind,rw \"$0\" && umount \"$0\" && echo ok";
    let own = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", control];
    let control =
        world.outside(own.map(AsRef::<std::path::Path>::as_ref).iter().chain([&&*places[1]])).run();
    assert_eq!(control.ok(), "ok\n");
}
