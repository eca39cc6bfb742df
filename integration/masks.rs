//! `--mask`, `--deny-path` and their exceptions: what the command sees, and what is left.

use std::fs;

use crate::harness::{Snapshot, World};

/// Waits, in the project, for the test's word.
const WAIT: &str = "until [ -e go ]; do sleep 0.01; done";

fn world() -> World {
    let world = World::new();
    world.file("home/project/.env", "ROOT=1");
    world.file("home/project/.env.example", "ROOT=");
    world.file("home/project/a/.env", "A=1");
    world.file("home/project/keys/id_rsa", "key");
    world.file("home/project/main.c", "int main(void) { return 0; }");
    world
}

#[test]
fn a_masked_file_is_there_empty_and_read_only() {
    let world = world();
    let before = Snapshot::of(world.project());
    let script = "cat .env a/.env; stat -c '%s %a' .env; (echo x > .env) 2>&1 | tail -c 22; cat .env.example";
    let ended = world.sh_with(["--mask", ".env"], script).run();
    assert_eq!(ended.ok(), "0 666\nRead-only file system\nROOT=");
    let ended = world.sh("cat .env").run();
    assert_eq!(ended.ok(), "ROOT=1", "the control");
    before.is_unchanged();
}

#[test]
fn a_denied_place_is_kept_and_shut() {
    let world = world();
    let script = "ls keys 2>&1; cat keys/id_rsa 2>&1; cat a/.env 2>&1; ls -d keys a; true";
    let ended = world.sh_with(["--deny-path", "keys", "--deny-path", "a/.env"], script).run();
    let expected = "ls: cannot open directory 'keys': Permission denied\n\
                    cat: keys/id_rsa: Permission denied\ncat: a/.env: Permission denied\na\nkeys\n";
    assert_eq!(ended.ok(), expected);
}

#[test]
fn exceptions_are_left_as_they_are() {
    let world = world();
    let flags = [
        "--mask",
        ".env",
        "--mask-except",
        "a/.env",
        "--deny-path",
        "*",
        "--deny-path-except",
        "*",
    ];
    assert_eq!(world.sh_with(flags, "cat .env a/.env").run().ok(), "A=1");
}

#[test]
fn lockdown_masks_as_well() {
    let world = world();
    let flags = ["--lockdown", "--mask", ".env"];
    assert_eq!(
        world.sh_with(flags, "cat .env; cat main.c").run().ok(),
        "int main(void) { return 0; }"
    );
}

/// Two jails on one project, each with its own masks, at once.
#[test]
fn two_jails_with_different_masks() {
    let world = world();
    let script = format!("echo up; {WAIT}; cat .env a/.env");
    let first = world.sh_with(["--mask", "/.env"], &script).start();
    first.says("up");
    let second = world.sh_with(["--mask", "a/.env"], "cat .env a/.env").run();
    assert_eq!(second.ok(), "ROOT=1");
    world.file("home/project/go", "");
    let ended = first.finish();
    assert!(ended.out().ends_with("A=1"), "{ended}");
    assert!(!ended.out().contains("ROOT"), "{ended}");
}

#[test]
fn what_is_made_later_is_told() {
    let world = world();
    let words = ["--mask", ".env", "--", "sh", "-c", "mkdir new; echo x > new/.env"];
    let ended = world.jail(words).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let name = world.project().join("new/.env");
    let line = format!(
        "{} appeared in this run: it fits a mask or a denial, and the jail could read it",
        name.display()
    );
    assert!(ended.err().contains(&line), "{ended}");
    assert!(!ended.err().contains("a/.env appeared"), "{ended}");
}

/// The host replaces a masked file while the jail runs: the jail keeps the mask that covers the old one, or sees the
/// new one, and the user is told.
#[test]
fn what_the_host_replaces_is_told() {
    let world = world();
    let script = format!("echo up; {WAIT}");
    let running = world.jail(["--mask", "/.env", "--", "sh", "-c", &script]).start();
    running.says("up");
    let env = world.project().join(".env");
    fs::write(world.project().join("another"), "ROOT=2").expect("a file");
    fs::rename(world.project().join("another"), &env).expect("replaced");
    world.file("home/project/go", "");
    let ended = running.finish();
    let line = format!("{} was replaced in this run: it fits a mask or a denial", env.display());
    assert!(ended.err().contains(&line), "{ended}");
}

/// Spaces, quotes, newlines, leading dashes, wildcards and bytes that are no text are ordinary.
#[test]
fn odd_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let names: [&[u8]; 8] = [
        b"a b.pem",
        b"'q\".pem",
        b"new\nline.pem",
        b"-n.pem",
        b"[x]*.pem",
        b"\xff.pem",
        b"$(id).pem",
        b"\\.pem",
    ];
    for name in names {
        fs::write(world.project().join(OsStr::from_bytes(name)), "SECRET").expect("a file");
    }
    world.file("home/project/plain.PEM", "other");
    let count = "cat ./*.pem | wc -c; ls -q | wc -l; cat plain.PEM";
    assert_eq!(world.sh_with(["--mask", "*.pem"], count).run().ok(), "0\n9\nother");
    assert_eq!(world.sh(count).run().ok(), "48\n9\nother", "the control");
    // One of them alone, by its name: a wildcard in it takes a backslash.
    let flags = ["--deny-path", "\\[x\\]\\*.pem"];
    let ended = world.sh_with(flags, "cat ./*.pem | wc -c; true").run();
    assert_eq!(ended.out(), "42\n", "{ended}");
}

/// A directory that fits is one mount, and not one for each file.
#[test]
fn a_directory_is_one_mount() {
    let world = World::new();
    for file in 0..600 {
        world.file(format!("home/project/keys/{file}.pem"), "SECRET");
    }
    let script = "grep -c project/keys /proc/self/mountinfo; ls keys | wc -l";
    assert_eq!(world.sh_with(["--mask", "keys/"], script).run().ok(), "1\n0\n");
    world
        .sh_with(["--mask", "*.pem"], "true")
        .run()
        .is_failure(125, &["600 places", "deny a directory that many of them are in"]);
}

#[test]
fn the_first_run_says_what_looks_like_a_secret() {
    let world = world();
    let ended = world.jail(["true"]).run();
    let line = ".env, a/.env, keys/id_rsa may hold secrets, and the jail can read them";
    assert!(ended.err().contains(line), "{ended}");
    let ended = world.jail(["true"]).run();
    assert!(!ended.err().contains("secrets"), "the second run is silent: {ended}");
    let masked = self::world();
    let ended = masked.jail(["--mask", "@secrets", "true"]).run();
    assert!(!ended.err().contains("may hold secrets"), "{ended}");
    let text = fs::read_to_string(masked.project().join(".ai-jail")).expect("saved");
    assert!(text.contains("mask = [\"@secrets\"]"), "{text}");
    assert_eq!(masked.sh("cat .env a/.env keys/id_rsa .env.example").run().ok(), "ROOT=");
}

/// A project from a stranger may take away, and may not give back.
#[test]
fn an_untrusted_project() {
    let world = world();
    world.file("home/project/.ai-jail", "mask = [\"main.c\"]\n");
    assert_eq!(world.sh("cat main.c; cat .env").run().ok(), "ROOT=1");
    world.file("home/project/.ai-jail", "mask_exceptions = [\"*\"]\n");
    world
        .sh_with(["--mask", ".env"], "cat .env")
        .run()
        .is_failure(125, &["not trusted", "mask_exceptions"]);
    world.file("home/.ai-jail", "mask = [\".env\"]\n");
    world.sh("cat .env").run().is_failure(125, &["not trusted"]);
}

#[test]
fn the_views_say_which_rule_decided() {
    let world = world();
    let flags = ["--mask", ".env", "--deny-path", "keys"];
    let verbose = world.jail([&flags[..], &["-v", "--exec", "--", "true"]].concat()).run();
    let project = world.project().display();
    assert!(
        verbose.err().contains(&format!("{project}/.env: empty (it fits --mask .env)")),
        "{verbose}"
    );
    assert!(
        verbose.err().contains(&format!("{project}/keys: denied (it fits --deny-path keys)")),
        "{verbose}"
    );
    let explained = world.jail([&flags[..], &["--explain", "a/.env"]].concat()).run();
    assert!(explained.ok().contains("a mask or a denial"), "{explained}");
    assert!(explained.ok().contains("--mask-except /a/.env"), "{explained}");
    let status = world.jail([&flags[..], &["status"]].concat()).run();
    assert!(status.ok().contains("mask          .env                       flag"), "{status}");
    let missing = world.jail(["--mask", "/missing.pem", "true"]).run();
    assert!(missing.err().contains("the project has nothing there"), "{missing}");
}

/// The printed command masks as well.
#[test]
fn a_dry_run_can_be_pasted() {
    let world = world();
    let printed = world
        .jail([
            "--mask",
            ".env",
            "--deny-path",
            "keys",
            "--dry-run",
            "--",
            "sh",
            "-c",
            "cat .env; cat keys/id_rsa; true",
        ])
        .run();
    let ended = world.outside(["sh", "-c", printed.ok()]).run();
    assert!(!ended.out().contains("ROOT") && !ended.out().contains("key"), "{ended}");
    assert!(ended.err().contains("Permission denied"), "{ended}");
}
