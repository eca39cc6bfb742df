//! Stage one: the namespaces that it makes, what it hands to the front, and what it says when it is
//! refused something.

use std::process::{Command, Stdio};

use ai_jail::stage_one::network::Wanted;
use ai_jail::stage_one::{Failure, Recipe, Step, spawn};
use egress::handover;
use egress::listen::Role;
use egress::policy::Policy;
use stage2::channel::Channel;
use stage2::confinement::Confinement;

use crate::harness::{World, processes_with, skip, until};
use crate::outer_filter::{Refusal, When, without_stage_one};

/// A shell that prints its namespaces and who it is.
fn shell() -> Command {
    let script = "readlink /proc/self/ns/user /proc/self/ns/mnt /proc/self/ns/net; id -u; id -g";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn lines(output: &std::process::Output) -> Vec<String> {
    let text = std::str::from_utf8(&output.stdout).expect("plain text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn its_namespaces_are_its_own_and_the_user_stays_who_he_is() {
    let outside = lines(&shell().output().expect("a shell"));
    for with_network in [false, true] {
        let pair = || Channel::pair(Confinement::Namespaces).expect("a channel");
        let ((ours, theirs), (_, maker)) = (pair(), pair());
        let over = |end| Channel::over(end, Confinement::Namespaces);
        let network = with_network.then(|| Wanted {
            policy: Policy::default(),
            forwards: Vec::new(),
            publishes: false,
            handover: over(theirs),
            maker: over(maker),
        });
        // Whoever hands over does not wait for a reader of so few.
        let process = match spawn(shell(), Recipe { network, tree: None }) {
            Ok(process) => process,
            Err(Failure::StageOne(trouble)) => return skip(&trouble.to_string()),
            Err(Failure::Start(error)) => panic!("{error}"),
        };
        let inside = lines(&process.wait_with_output().expect("an end"));
        let is_other: Vec<bool> = inside.iter().zip(&outside).map(|(a, b)| a != b).collect();
        assert_eq!(is_other, [true, true, with_network, false, false], "{inside:?} {outside:?}");
        if with_network {
            let network = handover::receive(&ours).expect("its sockets");
            let roles: Vec<_> = network.sockets.iter().map(|socket| socket.role).collect();
            assert!(roles.contains(&Role::Dns) && roles.contains(&Role::Intercept), "{roles:?}");
        }
    }
}

#[test]
fn a_step_that_is_refused_is_named_and_nothing_is_executed() {
    let refusals = [
        (libc::SYS_unshare, libc::EPERM, Step::Namespaces, "Operation not permitted"),
        (libc::SYS_unshare, libc::ENOSPC, Step::Namespaces, "No space left on device"),
    ];
    for (call, errno, step, says) in refusals {
        let mut command = shell();
        Refusal { call, when: When::Always, errno }.around(&mut command);
        match spawn(command, Recipe::default()) {
            Err(Failure::StageOne(trouble)) => {
                assert_eq!(trouble.step, step);
                assert!(trouble.to_string().contains(says), "{trouble}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_program_that_cannot_be_executed_is_no_failure_of_stage_one() {
    let failed = spawn(Command::new("/nowhere/bwrap"), Recipe::default());
    match failed {
        Err(Failure::Start(error)) => assert_eq!(error.raw_os_error(), Some(libc::ENOENT)),
        other => panic!("{other:?}"),
    }
}

/// bubblewrap's inner process waits for the outer one, for ever where that ends first, with all that both were given.
#[test]
fn a_bubblewrap_that_ends_halfway_keeps_nothing_of_the_next() {
    let world = World::new();
    let marker = format!("1000.{}", std::process::id());
    // In stage one's namespace there is one user.
    let stand_in = world.script(
        "bin/bwrap",
        format!(
            "#!/bin/sh\nread -r _ _ users </proc/self/uid_map\n[ \"$users\" = 1 ] || exec bwrap \"$@\"\n\
             sleep {marker} &\nsleep 0.2\necho cannot >&2\nexit 1\n"
        ),
    );
    let run = world.exec(["echo", "fine"]).env("BWRAP_BIN", stand_in);
    let ended = without_stage_one(run).run();
    assert_eq!(ended.ok(), "fine\n");
    until("the other bubblewrap's process is gone", || processes_with(&marker).is_empty());
}
