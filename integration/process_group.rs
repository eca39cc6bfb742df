//! The command has a process group of its own: what it does to its group stays in the jail.

use std::os::unix::process::ExitStatusExt;

use crate::harness::World;

#[test]
fn killing_the_own_group_does_not_reach_the_callers() {
    let world = World::new();
    let script = "sleep 60 & sibling=$!; \"$0\" --exec -- sh -c 'kill -TERM 0; sleep 5'; \
                  echo status $?; kill -0 $sibling && echo the sibling lives; kill $sibling";
    assert_eq!(world.caller(script).run().ok(), "status 143\nthe sibling lives\n");
    // Outside the caller would have died with it.
    let script = "sh -c 'kill -TERM 0; sleep 5'; echo not reached";
    let control = world.outside(["setsid", "--wait", "sh", "-c", script]).run();
    assert_eq!((control.status.signal(), control.out()), (Some(15), ""), "{control}");
}

#[test]
fn the_command_leads_its_group() {
    let world = World::new();
    let script = "set -- $(sed 's/.*) //' /proc/$$/stat); test $3 = $$ && echo leader";
    assert_eq!(world.sh(script).run().ok(), "leader\n");
}

#[test]
fn all_that_the_command_can_kill_is_in_the_jail() {
    let world = World::new();
    let script = "sleep 60 & sibling=$!; \"$0\" --exec -- sh -c 'sleep 60 & kill -KILL -1; wait; exit 4'; \
                  echo status $?; kill -0 $sibling && echo the sibling lives; kill $sibling";
    // Linux does not let `kill -1` reach the caller itself.
    assert_eq!(world.caller(script).run().ok(), "status 4\nthe sibling lives\n");
}

#[test]
fn pid_1_cannot_be_killed_from_inside() {
    let world = World::new();
    let script =
        "for signal in TERM INT HUP QUIT USR1 ABRT SEGV STOP KILL; do kill -$signal 1; done
                  sleep 0.2; exit 6";
    let ended = world.sh(script).run();
    assert_eq!((ended.code(), ended.out()), (6, ""), "{ended}");
}
