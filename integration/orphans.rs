//! PID 1 of the jail reaps what nobody else does, and takes what is left along when it goes.

use crate::harness::{World, processes_with};

#[test]
fn ten_thousand_orphans_leave_no_zombie() {
    let world = World::new();
    let script = "
        spawn() { i=0; while [ $i -lt 2500 ]; do (: &); i=$((i+1)); done; }
        spawn & spawn & spawn & spawn & wait
        zombies() { cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | grep -c '^Z'; }
        n=0; while [ $n -lt 50 ] && [ \"$(zombies)\" != 0 ]; do sleep 0.1; n=$((n+1)); done
        echo zombies: $(zombies)
        exit 9";
    let ended = world.sh(script).run();
    assert_eq!((ended.code(), ended.out()), (9, "zombies: 0\n"), "{ended}");
}

#[test]
fn an_orphan_belongs_to_pid_1() {
    let world = World::new();
    let script = "(sleep 5 & echo $! > orphan); read orphan < orphan; \
                  cut -d ' ' -f 4 < /proc/$orphan/stat";
    assert_eq!(world.sh(script).run().ok(), "1\n");
}

#[test]
fn what_the_command_left_running_ends_with_it() {
    let world = World::new();
    let marker = format!("41000.{}", std::process::id());
    let script = format!(
        "trap '' TERM HUP; sleep {marker} & setsid sleep {marker} & (setsid sleep {marker} &); \
         echo started; exit 3"
    );
    let ended = world.sh(&script).run();
    assert_eq!((ended.code(), ended.out()), (3, "started\n"), "{ended}");
    let left = processes_with(&marker);
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_end_of_an_orphan_is_not_the_end_of_the_command() {
    let world = World::new();
    let script = "for code in 1 2 3; do (sh -c \"exit $code\" &); done; sleep 0.3; exit 8";
    assert_eq!(world.sh(script).run().code(), 8);
}
