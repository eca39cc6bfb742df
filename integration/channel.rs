//! The status channel: no process of the jail reaches it, or PID 1 that holds it; and whatever comes
//! over it is a message or an error.

use crate::harness::{World, has_program, processes_with};

const JAILS: [&[&str]; 4] =
    [&[], &["--lockdown"], &["--no-seccomp"], &["--no-seccomp", "--no-landlock"]];

#[test]
fn nothing_of_the_first_process_can_be_looked_at() {
    let world = World::new();
    let look = "for act in 'ls fd' 'ls map_files' 'head -c 0 environ' 'head -c 0 mem' \
                           'readlink cwd' 'readlink exe'; do
        (cd /proc/$pid && $act > /dev/null 2>&1) && echo open || echo closed
    done | uniq -c | tr -s ' '";
    let own = format!("sleep 60 & pid=$!; {look}; kill $pid");
    assert_eq!(world.outside(["sh", "-c", &own]).run().ok(), " 6 open\n");
    for flags in JAILS {
        assert_eq!(world.sh_with(flags, &own).run().ok(), " 6 open\n", "its own, {flags:?}");
        let first = world.sh_with(flags, &format!("pid=1; {look}")).run();
        assert_eq!(first.ok(), " 6 closed\n", "{flags:?}");
    }
}

/// `pidfd_getfd(2)` takes a descriptor, `ptrace(2)` takes everything; here without the filter.
#[test]
fn nothing_can_be_taken_from_the_first_process() {
    if !has_program("python3") {
        return;
    }
    let world = World::new();
    let take = r#"
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
child = subprocess.Popen(["sleep", "60"])
pid = child.pid if sys.argv[1] == "own" else 1
pidfd_getfd, PTRACE_SEIZE = 438, 0x4206
taken = 0
for number in range(64):
    if libc.syscall(pidfd_getfd, os.pidfd_open(pid), number, 0) >= 0: taken += 1
seized = libc.ptrace(PTRACE_SEIZE, pid, None, None)
print(taken > 0, seized)
child.kill()
"#;
    let words = |whose| ["python3", "-c", take, whose];
    assert_eq!(world.outside(words("own")).run().ok(), "True 0\n");
    for flags in [&["--no-seccomp"][..], &["--no-seccomp", "--no-landlock"]] {
        assert_eq!(world.exec_with(flags, words("own")).run().ok(), "True 0\n", "{flags:?}");
        assert_eq!(world.exec_with(flags, words("first")).run().ok(), "False -1\n", "{flags:?}");
    }
    assert_eq!(world.exec(words("own")).run().ok(), "False -1\n", "the filter");
}

#[test]
fn the_first_process_survives_every_signal_from_inside() {
    let world = World::new();
    let script = "for n in $(seq 1 64); do kill -$n 1 2> /dev/null; done; echo alive; exit 7";
    for flags in JAILS {
        let ended = world.sh_with(flags, script).run();
        assert_eq!((ended.code(), ended.out()), (7, "alive\n"), "{flags:?}: {ended}");
    }
}

/// Arguments can be read by every user of the machine.
#[test]
fn no_argument_tells_what_the_jail_is_told() {
    let world = World::new();
    let secret = format!("secret-{}", std::process::id());
    let file = world.file(format!("home/.tool/{secret}"), "x");
    for flags in [&[][..], &["--lockdown"]] {
        // A variable that lockdown passes on, and a place that default mode mounts.
        let run = world.sh_with(flags, "echo \"$TERM_PROGRAM\"; exec sleep 60");
        let running = run.env("TERM_PROGRAM", &secret).start();
        running.says(&secret);
        assert!(processes_with(&secret).is_empty(), "{flags:?}: {:?}", processes_with(&secret));
    }
    let control = world.outside(["sh", "-c", "echo ready; sleep 60; :", &secret]).start();
    control.says("ready");
    assert!(!processes_with(&secret).is_empty() && file.exists(), "the control");
}

/// In bubblewrap's place: finds the channel in the specification and says something over it.
const IMPOSTOR: &str = r#"#!/usr/bin/python3
import json, os, socket, sys
descriptor = int(sys.argv[-1])
control = json.load(os.fdopen(descriptor))["control"]
channel = socket.socket(fileno=control)
for message in MESSAGES:
    channel.send(message)
"#;

#[test]
fn a_message_that_means_nothing_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let world = World::new();
    for messages in [
        "[b'not JSON']",
        "[b'{}']",
        "[b'\\0' * 100]",
        "[b'{\"exited\":256}']",
        "[b'{\"exited\":0,\"and\":1}']",
        "[b'{\"started\":[[\"no-such-layer\",{\"enforced\":\"\"}]]}']",
        "[b'[' * 60000]",
        "[b'{\"failed\":\"' + b'x' * 70000 + b'\"}']",
    ] {
        let impostor = world.script("impostor", IMPOSTOR.replace("MESSAGES", messages));
        let ended = world.exec(["true"]).env("BWRAP_BIN", &impostor).run();
        ended.is_failure(125, &["the status channel of the jail"]);
    }
    // The control: what it says is heard when it is a message.
    let messages = "[b'{\"started\":[]}', b'{\"exited\":42}']";
    let impostor = world.script("impostor", IMPOSTOR.replace("MESSAGES", messages));
    assert_eq!(world.exec(["true"]).env("BWRAP_BIN", impostor).run().code(), 42);
}
