//! Many jails at once, and jails with much in them.

use crate::harness::World;

#[test]
fn twenty_at_once() {
    let world = World::new();
    let starting: Vec<_> = (0..20)
        .map(|number| world.sh(&format!("echo {number}; sleep 0.3; exit {number}")).start())
        .collect();
    for (number, running) in (0..).zip(starting) {
        let ended = running.finish();
        assert_eq!((ended.code(), ended.out(), ended.err()), (number, &*format!("{number}\n"), ""));
    }
}

#[test]
fn a_home_of_five_hundred_dot_entries() {
    let world = World::new();
    for number in 0..250 {
        world.file(format!("home/.directory-{number}/file"), "x");
        world.file(format!("home/.file-{number}"), "x");
    }
    let count = "cat ~/.directory-*/file ~/.file-* | wc -c";
    assert_eq!(world.outside(["sh", "-c", count]).run().ok().trim(), "500");
    assert_eq!(world.sh(count).run().ok().trim(), "500");
}

#[test]
fn a_jail_in_a_jail_says_what_is_wrong() {
    // Nested user namespaces are forbidden: the inner one must fail, not run half-built.
    let world = World::new();
    let program = crate::harness::program();
    let directory = program.parent().expect("a directory").to_str().expect("plain").to_owned();
    let command = [program.to_str().expect("plain"), "--exec", "--", "echo", "ran"];
    let ended = world.exec_with(["--map", &directory], command).run();
    ended.is_failure(125, &["jail could not be built"]);
}

#[test]
fn many_words_and_long_ones() {
    let world = World::new();
    let long = "x".repeat(100_000);
    let mut words = vec!["sh", "-c", "echo $# ${#1}", "sh"];
    words.extend(std::iter::repeat_n(long.as_str(), 10));
    assert_eq!(world.exec(words).run().ok(), "10 100000\n");
}
