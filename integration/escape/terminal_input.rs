//! Input for the shell that started ai-jail, put into its terminal.

use super::attack::{NO_LANDLOCK, found, probe};
use crate::harness::{Tty, World, program, skip};

const TITLE: &str = "typing into the caller's terminal (TIOCSTI, TIOCLINUX)";

/// What the probe says at a terminal, under a jail's words or by itself.
fn at_a_terminal(world: &World, jail: &[&str]) -> String {
    let mut words: Vec<std::ffi::OsString> = Vec::new();
    if !jail.is_empty() {
        words.push(program().into());
        words.extend(jail.iter().map(Into::into));
        words.push("--".into());
    }
    words.extend(probe(include_str!("probes/terminal_input.py")));
    let tty = Tty::run(world, &words);
    tty.shows("result:");
    let text = tty.text();
    let line = text.lines().find_map(|line| line.split_once("result: "));
    let result = line.expect("just shown").1.trim().to_owned();
    assert_eq!(tty.finish().code(), 0, "{text}");
    result
}

/// `EINVAL` and `ENOTTY` come from a terminal that is no console: the call reached it.
fn reached(result: &str) -> bool {
    !result.contains("EPERM")
}

#[test]
fn typing_and_pasting() {
    let world = World::new();
    let legacy = std::fs::read_to_string("/proc/sys/dev/tty/legacy_tiocsti");
    if legacy.is_ok_and(|value| value.trim() == "0") {
        return skip("this kernel has TIOCSTI switched off");
    }
    let control = at_a_terminal(&world, &[]);
    assert!(control.starts_with("ok ok ") && reached(&control), "the control: {control}");
    for flags in [&["--exec"][..], &["--exec", NO_LANDLOCK[0]], &["--no-landlock"], &["-v"]] {
        assert_eq!(at_a_terminal(&world, flags), "EPERM EPERM EPERM EPERM", "{flags:?}");
        found(TITLE, flags, "EPERM");
    }
    // Without the filter it is open where the command has the caller's own terminal.
    let open = at_a_terminal(&world, &["--exec", "--no-seccomp"]);
    assert!(reached(&open), "{open}");
    found(TITLE, &["--exec", "--no-seccomp"], &open);
    // Otherwise the terminal is the jail's own.
    let own = at_a_terminal(&world, &["--no-seccomp"]);
    assert!(reached(&own), "{own}");
    assert_eq!(left_in_the_callers("--exec --no-seccomp"), "#");
    assert_eq!(left_in_the_callers("--exec"), "");
    assert_eq!(left_in_the_callers("--no-seccomp"), "");
    found(TITLE, &["--no-seccomp"], "its own terminal; with --exec the caller's");
}

/// What the caller's shell finds typed after a jail that types. Flags are remembered, so each has
/// a project of its own.
fn left_in_the_callers(flags: &str) -> String {
    let world = World::new();
    let script = format!(
        "\"$AI_JAIL_BIN\" {flags} -- ./type; stty -echo; \
         IFS= read -r -t 1 -n 1 left; echo \"left: [$left]\""
    );
    let probe = probe(include_str!("probes/terminal_input.py"));
    let words: Vec<&str> = probe.iter().map(|word| word.to_str().expect("text")).collect();
    let (script_of_probe, program) = (words[3], words[0]);
    world.script("home/project/type", format!("#!{program} -I\n{script_of_probe}"));
    let tty = Tty::run(&world, ["bash", "-c", &script]);
    tty.shows("left: [");
    tty.shows("]");
    let text = tty.text();
    let left = text.split("left: [").nth(1).and_then(|rest| rest.split(']').next());
    let left = left.expect("just shown").to_owned();
    tty.finish();
    left
}
