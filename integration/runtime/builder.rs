//! What `sandbox-exec` is given, and what becomes of its failures.

#[cfg(target_os = "macos")]
use crate::harness::World;
#[cfg(not(target_os = "macos"))]
use crate::harness::{Ended, Run, World, with_stand_in};

/// A run behind a stand-in that goes on like this, and the directory that has its arguments.
#[cfg(not(target_os = "macos"))]
fn behind(then: &str, words: &[&str]) -> (Ended, std::path::PathBuf) {
    let world = World::new();
    let directory = with_stand_in(then);
    let run = Run::new(directory.join("ai-jail"), words, &world.home(), world.project());
    (run.env("SSH_AUTH_SOCK", "/tmp/agent").env("KEPT", "1").run(), directory)
}

/// Proves how the command line is made; what the real one makes of it is macOS's to show.
#[cfg(not(target_os = "macos"))]
pub fn it_is_given_the_profile_and_its_parameters_and_nothing_else() {
    let (ended, directory) = behind("exec \"$@\"", &["--exec", "--", "echo", "confided (word"]);
    assert_eq!(ended.ok(), "confided (word\n");
    let given = std::fs::read(directory.join("arguments")).expect("noted");
    let given = String::from_utf8(given).expect("text");
    let words: Vec<&str> = given.trim_end_matches('\0').split('\0').collect();
    assert_eq!(words[0], "-p");
    assert!(words[1].starts_with("(version 1)"), "{}", words[1]);
    let rest = &words[2..words.len() - 3];
    assert!(rest.len() % 2 == 0 && rest.chunks(2).all(|pair| pair[0] == "-D"), "{rest:?}");
    assert!(rest.chunks(2).all(|pair| pair[1].contains('=')), "{rest:?}");
    let this = std::env::current_exe().and_then(std::fs::canonicalize).expect("this");
    let tail = &words[words.len() - 3..];
    assert_eq!(tail[..2], [this.to_str().expect("text"), "__stage2"]);
    assert!(tail[2].parse::<u32>().is_ok_and(|number| number > 2), "{tail:?}");
    assert!(!given.contains("confided"), "the command is in no argument: {given}");
}

#[cfg(not(target_os = "macos"))]
pub fn the_environment_is_made_before_it_starts() {
    let look = "env > \"${0%/*}/environment\"; exec \"$@\"";
    let environment = |words: &[&str]| {
        let (ended, directory) = behind(look, words);
        assert_eq!(ended.code(), 0, "{ended}");
        std::fs::read_to_string(directory.join("environment")).expect("noted")
    };
    let usual = environment(&["--exec", "--", "true"]);
    for (variable, is_there) in
        [("KEPT=1", true), ("AI_JAIL=1", true), ("SSH_AUTH_SOCK=/tmp/agent", false)]
    {
        assert_eq!(usual.lines().any(|line| line == variable), is_there, "{variable}: {usual}");
    }
    let strict = environment(&["--exec", "--lockdown", "--", "true"]);
    for (variable, is_there) in [("KEPT=1", false), ("AI_JAIL=1", true), ("TERM=xterm", true)] {
        assert_eq!(strict.lines().any(|line| line == variable), is_there, "{variable}: {strict}");
    }
}

/// As macOS says it, with the status that it gives.
#[cfg(not(target_os = "macos"))]
pub fn another_sandbox_around_us_is_told_once() {
    let refuse = "echo 'sandbox-exec: sandbox_apply: Operation not permitted' >&2; exit 71";
    let (ended, _) = behind(refuse, &["--exec", "--", "true"]);
    let words =
        ["sandbox-exec says: sandbox_apply: Operation not permitted", "sandbox of another program"];
    ended.is_failure(125, &words);
    assert_eq!(ended.err().matches("Operation not permitted").count(), 1, "{ended}");
}

#[cfg(not(target_os = "macos"))]
pub fn what_it_says_is_shown_with_a_remedy() {
    for (says, remedy) in [
        (
            "sandbox-exec: <input string>:1:2: unbound variable: no-such-rule",
            "macOS refuses the profile",
        ),
        (
            "sandbox-exec: pattern serialization length 68639 exceeds maximum (65535)",
            "map a directory in place of what is in it",
        ),
        (
            "sandbox-exec: execvp() of '/x/ai-jail' failed: Operation not permitted",
            "install it in a place of programs",
        ),
        ("something new", "the jail could not be built"),
    ] {
        let (ended, _) =
            behind(&format!("echo \"{says}\" >&2; exit 65"), &["--exec", "--", "true"]);
        let said = says.trim_start_matches("sandbox-exec: ");
        ended.is_failure(125, &[said, remedy]);
    }
    let (ended, _) = behind("exit 65", &["--exec", "--", "true"]);
    ended.is_failure(125, &["sandbox-exec says: nothing (exit status: 65)"]);
    let (ended, _) = behind("kill -KILL $$", &["--exec", "--", "true"]);
    ended.is_failure(125, &["sandbox-exec says: nothing (signal: 9"]);
    // One that succeeds and starts nothing has not built a jail either.
    let (ended, _) = behind("exit 0", &["--exec", "--", "true"]);
    ended.is_failure(125, &["the jail could not be built"]);
}

#[cfg(not(target_os = "macos"))]
pub fn one_that_is_not_there() {
    let world = World::new();
    let directory = with_stand_in("");
    let run = || {
        Run::new(
            directory.join("ai-jail"),
            ["--exec", "--", "true"],
            &world.home(),
            world.project(),
        )
    };
    std::fs::remove_file(directory.join("sandbox-exec")).expect("it was there");
    run().run().is_failure(
        125,
        &["cannot run", "sandbox-exec", "No such file", "sandbox-exec does not run"],
    );
    // Without a stand-in the system's own is looked for, which only macOS has.
    let this = std::env::current_exe().expect("this");
    let run = Run::new(this, ["__front", "--exec", "--", "true"], &world.home(), world.project());
    run.run().is_failure(125, &["sandbox-exec was not found", "/usr/bin/sandbox-exec"]);
}

#[cfg(target_os = "macos")]
pub fn the_real_one_is_found_and_the_doctor_is_content() {
    let world = World::new();
    let ended = world.jail(["--doctor"]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(ended.out().contains("sandbox-exec      /usr/bin/sandbox-exec"), "{ended}");
    for foreign in ["bubblewrap", "AppArmor", "Landlock  ", "namespaces"] {
        assert!(!ended.out().contains(foreign), "{foreign}: {ended}");
    }
}
