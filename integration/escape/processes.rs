//! Other processes: those of the host, the jail's PID 1, siblings.

use super::attack::{ALL, Attack, BARE, LOCKDOWN, NO_LANDLOCK, NO_SECCOMP, found};
use crate::harness::{Running, World};

/// A process of the host's that belongs to the same user, in a group of its own.
fn victim(world: &World) -> Running {
    let running = world.outside(["setsid", "sh", "-c", "echo ready; exec sleep 60"]).start();
    running.says("ready");
    running
}

#[test]
fn the_memory_of_a_sibling() {
    let world = World::new();
    let ok = "ok ok ok ok ok";
    Attack::new(&world, "memory and descriptors of a sibling", include_str!("probes/processes.py"))
        .with(["sibling"])
        .works(ok)
        // What a process may do to itself anyway, `/proc/PID/mem` may do to a sibling.
        .gives(ALL, "EPERM EPERM EPERM EPERM ok")
        .gives(NO_LANDLOCK, "EPERM EPERM EPERM EPERM ok")
        .gives(BARE, ok);
}

/// It knows the whole specification and holds the status channel.
#[test]
fn the_memory_and_the_descriptors_of_the_first_process() {
    let world = World::new();
    let victim = victim(&world);
    let title = "memory and descriptors of PID 1";
    Attack::new(&world, title, include_str!("probes/processes.py"))
        .with([victim.pid().to_string()])
        .works("ok ok ok ok ok");
    Attack::new(&world, title, include_str!("probes/processes.py"))
        .with(["1"])
        .gives(ALL, "EPERM EPERM EPERM EPERM EACCES")
        .gives(NO_SECCOMP, "EPERM EPERM EPERM EPERM EACCES")
        .gives(BARE, "EPERM EPERM EPERM EPERM EACCES")
        .gives(LOCKDOWN, "EPERM EPERM EPERM EPERM EACCES");
    victim.signal(nix::sys::signal::SIGKILL);
}

/// As acts of `files.py`.
fn files_of(pid: &str) -> Vec<String> {
    let acts = [
        ("read", "environ"),
        ("read", "maps"),
        ("read", "auxv"),
        ("read", "fd/0"),
        ("list", "root"),
        ("list", "cwd"),
        ("list", "map_files"),
        ("chmod", "exe"),
    ];
    let acts = acts.map(|(verb, name)| vec![verb.to_owned(), format!("/proc/{pid}/{name}")]);
    acts.join(&"--".to_owned())
}

fn the_first_process_s_files(world: &World) {
    let title = "/proc/1/root, fd, exe and environ";
    // Not `exe`: it is the system's own program there.
    let victim = victim(world);
    let mut control = files_of(&victim.pid().to_string());
    control.truncate(control.len() - 3);
    Attack::new(world, title, include_str!("probes/files.py"))
        .with(control)
        .works("ok ok ok ok ok ok ok");
    let denied = "EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES";
    let attack = Attack::new(world, title, include_str!("probes/files.py")).with(files_of("1"));
    for flags in [ALL, NO_LANDLOCK, NO_SECCOMP, BARE, LOCKDOWN] {
        attack.gives(flags, denied);
    }
    victim.signal(nix::sys::signal::SIGKILL);
}

#[test]
fn the_files_of_the_first_process() {
    the_first_process_s_files(&World::new());
}

#[test]
fn root_the_files_of_the_first_process() {
    the_first_process_s_files(&World::new());
}

#[test]
fn signals_to_the_host() {
    let world = World::new();
    let mut victim = victim(&world);
    let pid = victim.pid().to_string();
    let attack = |signal: &str| {
        Attack::new(&world, "signals to processes of the host", include_str!("probes/signals.py"))
            .with([&pid, signal])
    };
    attack("0").works("ok ok ok ok ok");
    for flags in [ALL, NO_LANDLOCK, NO_SECCOMP, BARE, LOCKDOWN] {
        attack("9").gives(flags, "ESRCH ESRCH ESRCH ESRCH ESRCH");
    }
    // All that there is: the sender itself is spared.
    for flags in [ALL, BARE] {
        world.exec_with(flags, ["sh", "-c", "trap '' TERM; kill -TERM -1; kill -KILL 0"]).run();
        found("kill(-1)", flags, "reaches the jail only");
    }
    assert!(!victim.has_ended(), "it was reached");
    victim.signal(nix::sys::signal::SIGKILL);
}

/// Neither ends the jail nor stops it: the front would wait for ever, or tell a lie.
#[test]
fn the_first_process_is_killed_or_stopped() {
    let world = World::new();
    for flags in [ALL, BARE] {
        let script = "for signal in KILL STOP TERM INT HUP QUIT SEGV TSTP CONT; do \
                        kill -$signal 1 || exit 9; done; sleep 0.1; exit 42";
        assert_eq!(world.sh_with(flags, script).run().code(), 42);
        found("killing or stopping PID 1", flags, "ignored");
    }
}

/// Limits are no secret of a process: who has the same user may set them. PID 1 then ends, and
/// with it the jail; nothing is left, and no success is reported.
#[test]
fn the_first_process_is_starved() {
    let world = World::new();
    let script = "import os, resource, time
for limit in resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NOFILE:
    resource.prlimit(1, limit, (0, 0))
for _ in range(1000):
    if os.fork() == 0: os._exit(0)
print('done')";
    let ended = world.exec(["python3", "-c", script]).run();
    let (code, err) = (ended.code(), ended.err());
    assert!(
        (code == 0 && ended.out() == "done\n") || (code == 137 && err.contains("killed")),
        "{ended}"
    );
    found("limits for PID 1", ALL, "harms only the jail");
}
