//! Programs called mise that are slow, broken or hostile: the command runs all the same, and one
//! line says what happened. And when mise is not started at all.

use nix::sys::signal::Signal;

use crate::harness::{Ended, Run, Running, Tty, World, processes_with, until};

/// A world with this script as mise, found before any other, and with work for it. It notes each
/// of its starts in the project.
fn world(script: &str) -> World {
    let world = World::new();
    world.script(
        "home/.bin/mise",
        format!("#!/bin/sh\necho \"$*\" >> ~/project/started\n{script}\n"),
    );
    world.file("home/project/mise.toml", "[env]\n");
    world
}

/// What finds it.
trait WithFake {
    fn with_fake(self, world: &World) -> Self;
}

impl WithFake for Run {
    fn with_fake(self, world: &World) -> Self {
        let directory = world.home().join(".bin");
        self.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", directory.display()))
    }
}

fn starts(world: &World) -> usize {
    let log = std::fs::read_to_string(world.project().join("started")).unwrap_or_default();
    log.lines().count()
}

/// A command with a status of its own, behind this mise.
fn run(script: &str) -> Ended {
    let world = world(script);
    let ended = world.sh("echo \"command ran${ADDED-}\"; exit 7").with_fake(&world).run();
    assert_eq!(starts(&world), 1, "{ended}");
    ended
}

/// It ran as if there were no mise, and one line names the reason.
fn says(ended: &Ended, why: &str) {
    assert_eq!((ended.code(), ended.out()), (7, "command ran\n"), "{ended}");
    assert_eq!(ended.err().lines().count(), 1, "{ended}");
    assert!(ended.err().starts_with("ai-jail: mise "), "{ended}");
    assert!(ended.err().contains(why), "{ended}");
}

#[test]
fn one_that_works_is_taken_at_its_word() {
    let ended = run("echo 'a warning' >&2; echo '{ \"ADDED\": \" with it\" }'");
    assert_eq!((ended.code(), ended.out(), ended.err()), (7, "command ran with it\n", ""));
}

#[test]
fn one_that_fails_is_quoted() {
    says(&run("printf 'first\\n\\n  second\\n' >&2; exit 1"), "first; second");
    let ended = run("printf 'mise WARN  noise\\nmise ERROR one\\nmise ERROR two\\n' >&2; exit 1");
    says(&ended, "environment: one; two\n");
    says(&run("exit 3"), "it ended with status 3");
    says(&run("kill -SEGV $$"), "it ended with status 139");
    says(&run("printf 'a\\033]0;title\\007b\\r' >&2; exit 1"), "a\\u{1b}]0;title\\u{7}b");
}

#[test]
fn one_that_cannot_be_executed_is_told() {
    let world = world("");
    world.script("home/.bin/mise", "#!/nowhere/interpreter\n");
    let ended = world.sh("echo 'command ran'; exit 7").with_fake(&world).run();
    says(&ended, "No such file or directory");
}

#[test]
fn garbage_is_not_an_environment() {
    for printed in ["", "[]", "PATH=/nowhere", "{ \"PATH\": \"/nowhere\"", "\"PATH\""] {
        says(&run(&format!("printf '%s' '{printed}'")), "not an environment");
    }
    says(&run("head -c 1000 /dev/urandom"), "not an environment");
}

#[test]
fn too_much_output_is_bounded() {
    says(&run("head -c 100000000 /dev/zero"), "printed more than 256 KiB");
    let words = run("head -c 100000000 /dev/zero | tr '\\0' x >&2; exit 1");
    says(&words, "xxxx");
    assert!(words.err().len() < 500);
}

/// `execve(2)` refuses a variable of 128 KiB, and the command must start.
#[test]
fn a_huge_variable_does_not_keep_the_command_from_starting() {
    let print = "printf '{ \"HUGE\": \"'; head -c 150000 /dev/zero | tr '\\0' x; \
                 printf '\", \"ADDED\": \" with it\" }'";
    let ended = run(print);
    assert_eq!((ended.code(), ended.out(), ended.err()), (7, "command ran with it\n", ""));
}

/// All in one, because each takes as long as mise may.
#[test]
fn slow_ones_are_ended_with_all_that_they_started() {
    let marker = format!("4712.{}", std::process::id());
    let running: Vec<(World, Running)> = [
        // Deaf to polite signals, in another session, with the output held open.
        format!("trap '' TERM INT HUP; setsid sleep {marker} & sleep {marker}; sleep {marker}"),
        // An answer, but no end.
        format!("echo '{{ \"ADDED\": \" with it\" }}'; exec >&- 2>&-; exec sleep {marker}"),
        // A flood.
        "yes >&2".to_owned(),
        // Many processes that make others.
        format!("for i in 1 2 3 4 5; do (while :; do sleep 0.01; done) & done; sleep {marker}"),
        "kill -STOP $$".to_owned(),
    ]
    .iter()
    .map(|script| {
        let world = world(script);
        let script = "ps -eo args >&1; echo 'command ran'; exit 7";
        let running = world.sh(script).with_fake(&world).start();
        (world, running)
    })
    .collect();
    for (world, running) in running {
        let mut ended = running.finish();
        let processes = ended.out().to_owned();
        assert!(!processes.contains("sleep") && !processes.contains("yes"), "{processes}");
        ended.stdout = b"command ran\n".to_vec();
        assert!(processes.ends_with("command ran\n"), "{processes}");
        says(&ended, "longer than 5 seconds");
        drop(world);
    }
    assert!(processes_with(&marker).is_empty());
}

/// What it leaves behind holds its output open, but is over with it.
#[test]
fn one_that_leaves_something_running_is_not_waited_for() {
    let world = world("setsid sleep 4713.5 & echo '{ \"ADDED\": \" with it\" }'");
    let ended = world.sh("echo \"ran$ADDED\"; ps -eo args").with_fake(&world).run();
    assert!(ended.ok().starts_with("ran with it\n"), "{ended}");
    assert!(!ended.out().contains("4713"), "{ended}");
}

#[test]
fn a_signal_ends_the_run_before_the_command_starts() {
    for (signal, status) in [
        (Signal::SIGTERM, 143),
        (Signal::SIGINT, 130),
        (Signal::SIGHUP, 129),
        (Signal::SIGUSR1, 138),
    ] {
        let marker = format!("4714.{}", std::process::id());
        let world = world(&format!("trap '' TERM INT HUP USR1; while :; do sleep {marker}; done"));
        let running = world.sh("echo 'command ran'").with_fake(&world).start();
        until("mise runs", || !processes_with(&marker).is_empty());
        running.signal(signal);
        let ended = running.finish();
        assert_eq!((ended.code(), ended.out(), ended.err()), (status, "", ""), "{signal}");
        assert!(processes_with(&marker).is_empty());
    }
}

#[test]
fn the_end_of_the_front_is_the_end_of_mise() {
    let marker = format!("4715.{}", std::process::id());
    let world = world(&format!("setsid sleep {marker}"));
    let running = world.sh("echo 'command ran'").with_fake(&world).start();
    until("mise runs", || !processes_with(&marker).is_empty());
    running.signal(Signal::SIGKILL);
    until("mise is gone", || processes_with(&marker).is_empty());
}

/// A person who presses Ctrl-C while mise thinks.
#[test]
fn ctrl_c_ends_the_run_on_a_terminal() {
    let marker = format!("4716.{}", std::process::id());
    let world = world(&format!("while :; do sleep {marker}; done"));
    let script = format!(
        "PATH={}:$PATH; trap : INT; \"$AI_JAIL_BIN\" --exec -- echo 'command ran'; echo status $?",
        world.home().join(".bin").display()
    );
    let mut tty = Tty::session(&world, &script);
    until("mise runs", || !processes_with(&marker).is_empty());
    tty.types("\x03");
    tty.shows("status 130");
    assert!(!tty.text().contains("command ran"), "{tty}");
    tty.finish();
}

/// It has no terminal: it can neither ask nor draw, and it cannot stop for want of it.
#[test]
fn mise_has_no_terminal() {
    let world = world("(: < /dev/tty) 2>&1 | grep -q . || echo tty >> ~/project/started; exit 9");
    let script = format!(
        "PATH={}:$PATH; \"$AI_JAIL_BIN\" --exec -- sh -c ': < /dev/tty && echo command has one'",
        world.home().join(".bin").display()
    );
    let tty = Tty::session(&world, &script);
    tty.shows("command has one");
    tty.finish();
    assert_eq!(starts(&world), 1);
}

#[test]
fn without_work_it_is_not_started() {
    let world = world("echo '{}'");
    let project_file = world.project().join("mise.toml");
    std::fs::remove_file(&project_file).expect("made before");
    let run = |flags: &[&str]| {
        world.exec_with(flags, ["true"]).with_fake(&world).run().ok();
        starts(&world)
    };
    assert_eq!(run(&[]), 0);
    // Settings and tasks of the user are nothing that a command would notice.
    let user = world.file("home/.config/mise/config.toml", "[settings]\nexperimental = true\n");
    assert_eq!(run(&[]), 0);
    assert_eq!(run(&["--mise"]), 0);
    // A configuration that the jail does not show: the home is not a dot entry's place.
    let above = world.file("home/mise.toml", "[env]\n");
    assert_eq!(run(&[]), 0);
    std::fs::remove_file(above).expect("just made");
    // The control: each kind of work.
    std::fs::write(user, "[tools]\nnode = \"22\"\n").expect("written");
    assert_eq!(run(&[]), 1);
    assert_eq!(run(&["--no-mise"]), 1);
    std::fs::remove_dir_all(world.home().join(".config")).expect("just made");
    for (number, name) in (2..).zip(["home/project/.tool-versions", "home/.mise.toml"]) {
        let file = world.file(name, "");
        assert_eq!(run(&[]), number, "{name}");
        std::fs::remove_file(file).expect("just made");
    }
    assert_eq!(run(&[]), 3);
}

#[test]
fn the_switches_keep_it_from_starting() {
    let world = world("echo '{}'");
    let run = |flags: &[&str]| {
        let ended = world.exec_with(flags, ["true"]).with_fake(&world).run();
        assert_eq!(ended.code(), 0, "{ended}");
        starts(&world)
    };
    assert_eq!(run(&["--no-mise"]), 0);
    assert_eq!(run(&["--lockdown"]), 0);
    assert_eq!(run(&["--lockdown", "--mise"]), 0);
    world.file("home/.ai-jail", "no_mise = true\n");
    assert_eq!(run(&[]), 0);
    assert_eq!(run(&["--mise"]), 1, "the command line outranks the file");
    world.file("home/project/.ai-jail", "lockdown = true\n");
    assert_eq!(run(&["--mise"]), 1);
}

/// One that the jail does not show is left out without a word; `-v` names it.
#[test]
fn one_that_is_not_in_the_jail_is_not_started() {
    let world = world("echo '{}'");
    world.directory("home/bin");
    std::fs::rename(world.home().join(".bin/mise"), world.home().join("bin/mise")).expect("moved");
    let path = format!("{}:/usr/bin:/bin", world.home().join("bin").display());
    assert_eq!(world.exec(["echo", "ran"]).env("PATH", &path).run().ok(), "ran\n");
    assert_eq!(starts(&world), 0);
    let told = world.exec_with(["-v"], ["true"]).env("PATH", &path).run();
    assert!(told.err().contains("bin/mise: not there (mise: not in the jail"), "{told}");
}

#[test]
fn status_and_the_plan_tell_the_truth() {
    let world = world("echo '{}'");
    let row = |flags: &[&str]| {
        let words = flags.iter().chain(&["status"]);
        let ended = world.jail(words).with_fake(&world).run();
        let row = ended.ok().lines().find(|line| line.starts_with("mise ")).expect("a row");
        row.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let plan = |flags: &[&str]| {
        let words = ["--dry-run=json"].iter().chain(flags).chain(&["--", "true"]);
        let ended = world.jail(words).with_fake(&world).run();
        let plan: serde_json::Value = serde_json::from_str(ended.ok()).expect("JSON");
        plan["mise"].clone()
    };
    assert_eq!(row(&[]), "mise on default");
    assert_eq!(row(&["--no-mise"]), "mise off flag");
    let program = world.home().join(".bin/mise");
    assert_eq!(plan(&[])["program"], program.to_str().expect("text"));
    assert_eq!(plan(&[])["reason"], world.project().join("mise.toml").to_str().expect("text"));
    assert_eq!(plan(&["--no-mise"]), serde_json::Value::Null);
    std::fs::remove_file(world.project().join("mise.toml")).expect("made before");
    assert_eq!(row(&[]), "mise on (nothing to do here) default");
    assert_eq!(plan(&[]), serde_json::Value::Null);
    assert_eq!(starts(&world), 0);
}

/// The command that `--dry-run` prints does it too.
#[test]
fn the_printed_command_runs_mise_as_well() {
    let world = world("echo '{ \"ADDED\": \"with it\" }'");
    let words = ["--dry-run", "--", "sh", "-c", "echo \"$ADDED\""];
    let printed = world.jail(words).with_fake(&world).run();
    let pasted = world.outside(["sh", "-c", printed.ok()]).with_fake(&world).run();
    assert_eq!(pasted.ok(), "with it\n");
}
