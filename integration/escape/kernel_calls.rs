//! Ways through the kernel that no path or mount stands in. Each entry of the filter's table is
//! attacked by itself in `stage2/tests/layers/seccomp.rs`, x32 and i386 numbers too.

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_LANDLOCK};
use crate::harness::{World, is_root, skip};

/// Whether this kernel lets everybody use `io_uring`, `/proc/sys/kernel/io_uring_disabled`.
fn has_rings() -> bool {
    let disabled = std::fs::read_to_string("/proc/sys/kernel/io_uring_disabled");
    let has = disabled.map_or(true, |value| value.trim() == "0");
    if !has {
        skip("this kernel has io_uring switched off");
    }
    has
}

fn attack(world: &World) -> Attack<'_> {
    let title = "opening by handle; a ring that makes calls by itself";
    Attack::new(world, title, include_str!("probes/kernel_calls.py"))
}

#[test]
fn handles_and_rings() {
    if !has_rings() {
        return;
    }
    let world = World::new();
    attack(&world)
        // An ordinary user may not open by handle outside either; see below.
        .works("EPERM ok")
        .gives(ALL, "EPERM EPERM")
        .gives(NO_LANDLOCK, "EPERM EPERM")
        .gives(LOCKDOWN, "EPERM EPERM")
        .gives(BARE, "EPERM ok");
}

#[test]
fn root_handles_and_rings() {
    assert!(is_root(), "integration/test runs this as root");
    if !has_rings() {
        return;
    }
    let world = World::new();
    attack(&world)
        .works("ok ok")
        .gives(ALL, "EPERM EPERM")
        .gives(LOCKDOWN, "EPERM EPERM")
        // Without the filter it is the missing capability.
        .gives(BARE, "EPERM ok");
}
