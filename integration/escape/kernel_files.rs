//! The kernel's settings as files. For root their permissions are all that the kernel asks, no
//! capability: a write to `core_pattern` runs a program on the host, outside of every namespace.

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_SECCOMP, found};
use crate::harness::{World, is_root};

/// What root can set up the machine with. They are only opened for writing, never written.
const SETTINGS: &[&str] = &[
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/poweroff_cmd",
    "/proc/sys/vm/drop_caches",
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/fs/suid_dumpable",
    "/proc/sysrq-trigger",
    "/proc/irq/default_smp_affinity",
    "/proc/mtrr",
    "/proc/acpi/wakeup",
    "/proc/scsi/scsi",
    "/proc/dynamic_debug/control",
    "/sys/kernel/uevent_helper",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/power/state",
];

/// The settings of this kernel that can be written to here, as acts of `files.py`.
fn writable() -> Vec<String> {
    let can_open = |path: &&&str| std::fs::OpenOptions::new().write(true).open(path).is_ok();
    let found: Vec<&str> = SETTINGS.iter().filter(can_open).copied().collect();
    assert!(found.len() > 3, "this kernel has none of them: {found:?}");
    let acts: Vec<Vec<&str>> = found.into_iter().map(|path| vec!["write", path]).collect();
    acts.join(&"--").into_iter().map(str::to_owned).collect()
}

#[test]
fn root_settings_of_the_kernel() {
    assert!(is_root(), "integration/test runs this as root");
    let world = World::new();
    let acts = writable();
    let count = acts.iter().filter(|word| *word == "write").count();
    let all = |word: &str| vec![word; count].join(" ");
    let attack =
        Attack::new(&world, "settings of the kernel, as root", include_str!("probes/files.py"))
            .with(acts);
    attack.works(&all("ok"));
    for flags in [ALL, NO_SECCOMP, BARE, LOCKDOWN] {
        attack.gives(flags, &all("EROFS"));
    }
}

/// Whatever this kernel has there: nothing outside the processes' own directories, and nothing in
/// the command's own, can be written to by root. A mask is `/dev/null`, which keeps nothing.
#[test]
fn root_any_file_of_proc_and_sys() {
    let world = World::new();
    let find = "find /proc /sys -path '/proc/[0-9]*' -prune -o -type f -print0 2> /dev/null | \
                xargs -0 -n 500 sh -c 'for file; do [ -c \"$file\" ] && continue; (: >> \"$file\") 2> /dev/null && echo \"$file\"; done; :' sh; \
                (: >> /proc/self/oom_score_adj) 2> /dev/null && echo own; :";
    for flags in [BARE, ALL, LOCKDOWN] {
        let ended = world.sh_with(flags, find).run();
        assert_eq!(ended.out(), "", "{flags:?}: {ended}");
        found("any file of /proc and /sys, as root", flags, "EROFS");
    }
}

/// For anybody else those files are closed as they are outside, and the rest is as usual.
#[test]
fn an_ordinary_users_own_process_can_be_set_up() {
    let world = World::new();
    let script = "echo 500 > /proc/self/oom_score_adj && echo own > /proc/self/comm && echo ok";
    assert_eq!(world.sh(script).run().ok(), "ok\n");
    assert_eq!(world.outside(["sh", "-c", script]).run().ok(), "ok\n");
}
