//! The recipes of docs/ci.md, taken from the page and run.

use std::fs;

use crate::harness::{Run, World, has_program, program};

/// The block of the page whose opening fence says `name`.
fn block(name: &str) -> String {
    let sources = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
    let page =
        fs::read_to_string(std::path::Path::new(&sources).join("docs/ci.md")).expect("docs/ci.md");
    let fence = format!("```{name}\n");
    let start = page.find(&fence).unwrap_or_else(|| panic!("no block {name}")) + fence.len();
    let length = page[start..].find("```").expect("the block ends");
    page[start..start + length].to_owned()
}

/// A project with a `check.sh` that ends with a status, and ai-jail on `PATH`.
fn world(script: &str) -> World {
    let world = World::new();
    world.directory("bin");
    fs::copy(program(), world.root().join("bin/ai-jail")).expect("a copy of the program");
    world.script(format!("home/project/{script}"), "#!/bin/sh\necho checked \"$@\"\nexit 3\n");
    world
}

/// As little environment as cron gives, and the directory of the program under test on `PATH`.
fn run(world: &World, words: &[&str]) -> Run {
    let path = format!("{}:/usr/bin:/bin", world.root().join("bin").display());
    world.outside(words.iter().copied()).env("PATH", path).without("TERM").without("LANG")
}

#[test]
fn captured_output() {
    let world = world("check.sh");
    let script = format!("{}\necho \"$out and $?\"", block("sh"));
    let ended = run(&world, &["sh", "-c", &script]).run();
    assert_eq!(ended.out(), "checked --fast and 3\n", "{ended}");
}

#[test]
fn cron() {
    let world = world("nightly.sh");
    // The program under test stands for the installed one, which need not be on cron's PATH.
    let ours = program().display().to_string();
    let line = block("sh cron").replace("/usr/bin/ai-jail", &ours);
    let ended = run(&world, &["sh", "-c", &line]).env("PATH", "/usr/bin:/bin").at("/").run();
    assert_eq!((ended.code(), ended.out(), ended.err()), (3, "", ""), "{ended}");
    let log = fs::read_to_string(world.project().join("nightly.log")).expect("the log");
    assert_eq!(log, "checked\n");
}

#[test]
fn make() {
    if !has_program("make") {
        return;
    }
    let world = world("check.sh");
    world.file("home/project/Makefile", block("make"));
    let ended = run(&world, &["make", "--silent", "check"]).run();
    assert_eq!((ended.code(), ended.out()), (2, "checked\n"), "{ended}");
    assert!(ended.err().contains("Error 3"), "{ended}");
}

/// pre-commit starts `entry` without a shell, its words split at spaces, in the repository's root.
#[test]
fn pre_commit() {
    let world = world("lint.sh");
    let block = block("yaml pre-commit");
    let entry = block.lines().find_map(|line| line.trim().strip_prefix("entry: ")).expect("entry");
    let words: Vec<&str> = entry.split(' ').collect();
    let ended = run(&world, &words).run();
    assert_eq!((ended.code(), ended.out(), ended.err()), (3, "checked\n", ""), "{ended}");
}

#[test]
fn python() {
    if !has_program("python3") {
        return;
    }
    let world = world("check.sh");
    let ended = run(&world, &["python3", "-c", &block("python")]).run();
    assert_eq!(ended.ok(), "3 b'checked\\n'\n");
}
