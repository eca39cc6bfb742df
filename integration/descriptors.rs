//! No descriptor of the caller but 0, 1 and 2 is open in the jail, whatever its number.

use crate::harness::{World, has_program};

/// Lists the descriptors of the shell. `ls` is a process of its own, so that what it opens does
/// not count; it is not part of a pipeline, whose ends the shell itself would hold for a while.
const LIST: &str = "ls /proc/$$/fd; true";

#[test]
fn inherited_directories_are_closed() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let secret = world.file("home/private/secret", "secret");
    let directory = secret.parent().expect("private").display();
    // dash knows descriptors of one digit only.
    let opens = format!(
        "ulimit -n 4096; exec 3<{directory} 9<{directory} 10<{directory} 200<{directory} \
         1023<{directory} 1024<{directory} 4000<{directory}; "
    );
    let control = format!("{opens} exec sh -c \"$1\"");
    let control = world.outside(["bash", "-c", &control, "bash", LIST]).run();
    for number in ["3", "9", "10", "200", "1023", "1024", "4000"] {
        assert!(control.ok().lines().any(|open| open == number), "{number}: {control}");
    }

    let program = crate::harness::program();
    let program = program.to_str().expect("plain");
    let through = |script: &str| {
        let caller = format!("{opens} exec \"$1\" --exec -- sh -c \"$2\"");
        world.outside(["bash", "-c", &caller, "bash", program, script]).run()
    };
    assert_eq!(through(LIST).ok(), "0\n1\n2\n");

    let reach = "for n in 3 9 10 200 1023 1024 4000; do cat /proc/self/fd/$n/secret; done";
    let reached = through(reach);
    assert_eq!(reached.out(), "", "{reached}");
    let control = format!("{opens} sh -c \"$1\"");
    let control = world.outside(["bash", "-c", &control, "bash", reach]).run();
    assert_eq!(control.ok(), "secret".repeat(7));
}

#[test]
fn the_status_channel_is_not_the_commands() {
    // Whoever holds it can tell the front that the command has ended, and how.
    let world = World::new();
    assert_eq!(world.sh(LIST).run().ok(), "0\n1\n2\n");
}

#[test]
fn a_caller_without_any_to_spare_still_gets_a_jail() {
    // The sources of mounts are held open meanwhile, as far as the limit goes.
    let world = World::new();
    for number in 0..80 {
        world.file(format!("home/.tool-{number}/settings"), "x");
    }
    let caller = "ulimit -n 64; exec \"$0\" --exec -- sh -c 'cat ~/.tool-*/settings'";
    assert_eq!(world.caller(caller).run().ok(), "x".repeat(80));
}
