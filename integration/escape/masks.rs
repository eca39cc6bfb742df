//! What is masked or denied in the project, attacked from inside: each act works outside.

use std::fs;

use super::attack::found;
use crate::harness::{Snapshot, World};

const FLAGS: [&str; 6] = ["--mask", ".env", "--mask", "deep/private/", "--deny-path", "keys"];

fn world() -> World {
    let world = World::new();
    world.file("home/project/.env", "SECRET=root");
    world.file("home/project/deep/down/.env", "SECRET=deep");
    world.file("home/project/deep/private/note", "SECRET=note");
    world.file("home/project/keys/id", "SECRET=key");
    world.file("home/project/open", "plain");
    world
}

/// Tries the act outside, where it must find the secret, and inside, where it must not and fails
/// with these words.
fn is_caught(title: &'static str, script: &str, words: &str, errno: &'static str) {
    let outside = world();
    let ended = outside.outside(["sh", "-c", script]).run();
    assert!(ended.out().contains("SECRET="), "the control of `{title}`: {ended}");
    let world = world();
    let before = Snapshot::of(world.project());
    let ended = world.sh_with(FLAGS, &format!("{script}; true")).run();
    assert!(!ended.out().contains("SECRET="), "{title}: {ended}");
    assert!(ended.err().contains(words), "{title}: {ended}");
    before.is_unchanged();
    found(title, &FLAGS, errno);
    // The next jail finds no more than this one.
    let ended = world.sh_with(FLAGS, "grep -r SECRET= . 2> /dev/null; true").run();
    assert!(!ended.out().contains("SECRET="), "{title}, the next jail: {ended}");
}

#[test]
fn moving_a_directory_above_aside() {
    let script = "mv -T deep/down deep/aside && cat deep/aside/.env; \
                  mv -T deep aside2 && cat aside2/private/note";
    is_caught("moving the directory of a masked file aside", script, "busy", "EBUSY");
}

#[test]
fn renaming_and_replacing_the_file_itself() {
    let script = "mv .env x && cat x; rm -f deep/down/.env; mv keys x2 && cat x2/id; \
                  cat deep/private/note";
    is_caught("renaming a masked file", script, "busy", "EBUSY");
}

#[test]
fn a_hard_link_to_the_file() {
    let script = "ln .env again; cat again; cat .env";
    is_caught("a hard link to a masked file", script, "Invalid cross-device link", "EXDEV");
}

#[test]
fn links_in_both_directions() {
    let script = "ln -s .env link; cat link; ln -s keys/id link2; cat link2; rm link link2";
    is_caught("a symbolic link to a denied file", script, "ermission denied", "EACCES");
}

#[test]
fn other_names_of_the_path() {
    let script = "cat ./deep/../.env deep/./private/../private/note \
                  /proc/self/cwd/keys/id /proc/self/root$PWD/keys/id";
    is_caught("other names of a masked path", script, "ermission denied", "EACCES");
}

#[test]
fn writing_and_changing_the_mode() {
    let script = "cat keys/id; chmod 700 keys; cat keys/id; chmod 600 .env; cat .env; \
                  ls keys && cat keys/*; echo evil > .env || true";
    is_caught("changing the mode of a denied place", script, "Read-only file system", "EROFS");
}

/// A map typed for a directory above reveals nothing; one of the file itself is the user's word.
#[test]
fn a_second_mount_of_the_file() {
    let world = world();
    let project = world.project().to_str().expect("plain").to_owned();
    let map = format!("{project}:/tmp/again");
    let mut flags = vec!["--map", &map];
    flags.extend(FLAGS);
    let ended = world.sh_with(&flags, "cat /tmp/again/.env /tmp/again/keys/id; true").run();
    assert!(!ended.out().contains("SECRET="), "{ended}");
    assert!(ended.err().contains("ermission denied"), "{ended}");
    let ended = world.sh_with(["--map", &map], "cat /tmp/again/.env").run();
    assert_eq!(ended.ok(), "SECRET=root", "the control");
    // A file's map of the secret itself is weaker than the mask.
    world.file("home/.ai-jail", format!("ro_maps = [\"{project}/.env:/tmp/named\"]\n"));
    let ended = world.sh_with(FLAGS, "cat /tmp/named; true").run();
    assert!(!ended.out().contains("SECRET="), "{ended}");
    fs::remove_file(world.home().join(".ai-jail")).expect("the user's file");
    let named = format!("{project}/.env:/tmp/named");
    let mut flags = vec!["--map", &named];
    flags.extend(FLAGS);
    assert_eq!(world.sh_with(&flags, "cat /tmp/named").run().ok(), "SECRET=root");
    found("a second mount of a masked file", &FLAGS, "EACCES");
}

/// A second name that the file had before the jail started.
#[test]
fn a_hard_link_that_was_there() {
    let world = world();
    fs::hard_link(world.project().join(".env"), world.project().join("other")).expect("link");
    assert_eq!(world.sh("cat other").run().ok(), "SECRET=root", "the control");
    let ended = world.sh_with(["--mask", "/.env"], "cat .env other").run();
    assert_eq!(ended.ok(), "");
    found("a hard link made before", &FLAGS, "empty");
}

/// Without Landlock and the filter the mounts alone hold.
#[test]
fn the_mounts_hold_alone() {
    let world = world();
    let flags = [&["--no-landlock", "--no-seccomp"][..], &FLAGS].concat();
    let script = "cat .env deep/down/.env deep/private/note keys/id; chmod 700 keys; ls keys; \
                  mv deep x; rm -rf .env keys; cat keys/id; true";
    let ended = world.sh_with(&flags, script).run();
    assert!(!ended.out().contains("SECRET="), "{ended}");
    assert_eq!(fs::read_to_string(world.project().join("keys/id")).expect("kept"), "SECRET=key");
    found("masks without the other layers", &FLAGS, "EROFS");
}
