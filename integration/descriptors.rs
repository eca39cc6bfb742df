//! No descriptor of the caller but 0, 1, 2 and named pipes is open in the jail, whatever its number.

use crate::harness::{Ended, World, has_program};

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

/// Runs a script of bash that calls ai-jail as `$0`.
fn in_bash(world: &World, script: &str) -> Ended {
    let program = crate::harness::program();
    world.outside(["bash".as_ref(), "-c".as_ref(), script.as_ref(), program.as_os_str()]).run()
}

#[test]
fn a_pipe_of_the_shell_that_is_named_is_the_commands() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let read = in_bash(&world, "\"$0\" --exec -- cat <(echo one) <(echo two)");
    assert_eq!((read.ok(), read.err()), ("one\ntwo\n", ""));
    let written = in_bash(&world, "\"$0\" --exec -- tee >(cat >copy) <<<three; wait $!; cat copy");
    assert_eq!((written.ok(), written.err()), ("three\nthree\n", ""));
    // With a terminal's chatter as well, and with what is named in a word only.
    let read = in_bash(&world, "\"$0\" -- sh -c 'cat ${1#--file=}' sh --file=<(echo four)");
    assert_eq!(read.ok(), "four\n");
    let listed = in_bash(&world, "\"$0\" --exec -- sh -c 'ls /proc/$$/fd' sh <(:)");
    assert_eq!(listed.ok(), "0\n1\n2\n63\n");
}

#[test]
fn of_what_is_named_only_pipes_are_handed_on() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    let secret = world.file("home/private/secret", "secret");
    let directory = secret.parent().expect("private").display();
    let fifo = world.root().join("home/private/fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    let opened = format!("exec 9<{directory} 10<{directory}/secret 11<>{}; ", fifo.display());
    for (number, read) in [(9, "ls /dev/fd/9/"), (10, "cat /dev/fd/10")] {
        let control = in_bash(&world, &format!("{opened} {read}"));
        assert!(control.ok().contains("secret"), "{control}");
        let script = format!("{opened} \"$0\" --exec -- {read}");
        let refused = in_bash(&world, &script);
        assert_eq!(refused.out(), "", "{refused}");
        assert!(refused.err().contains("No such file"), "{number}: {refused}");
    }
    let open = in_bash(
        &world,
        &format!("{opened} \"$0\" --exec -- sh -c 'ls /proc/$$/fd' /dev/fd/10 /dev/fd/11"),
    );
    assert_eq!(open.out(), "0\n1\n2\n", "a file and a FIFO with a name");
    assert!(open.err().contains("/dev/fd/10 is no pipe that your shell opened"), "{open}");
    let strict = in_bash(&world, "\"$0\" --exec --lockdown -- cat <(echo secret)");
    assert_eq!(strict.out(), "", "{strict}");
    assert!(strict.err().contains("in lockdown the command gets none"), "{strict}");
}

#[test]
fn a_pipe_of_the_shell_ends_when_the_command_closes_it() {
    if !has_program("bash") {
        return;
    }
    let world = World::new();
    // `yes` ends when nobody can read any more; ai-jail itself must be none who can.
    let script = "\"$0\" --exec -- bash -c '
        head -c 1 \"$1\" >/dev/null
        eval \"exec ${1##*/}<&-\"
        for turn in {1..1000}; do [ -e ended ] && echo ended && exit; sleep 0.01; done
        echo never' bash <(yes; : >ended)";
    assert_eq!(in_bash(&world, script).ok(), "ended\n");
}
