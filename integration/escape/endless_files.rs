//! Files of a hostile repository that never end, or never begin: ai-jail looks at some of them before
//! there is a jail.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::sys::stat::Mode;

use super::attack::found;
use crate::harness::{World, program};

/// Runs a command with two gigabytes of memory and prints what it used most, in KiB.
const MEASURE: &str = "
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(ended.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";

/// More than any launch needs.
const ENOUGH: u64 = 200 << 10;

/// What ai-jail looks at in a project, in two parts that exclude each other.
const LOOKED_AT: [&[&str]; 2] = [
    &[
        ".git/HEAD",
        ".git/config",
        ".git/commondir",
        ".git/worktrees/a/gitdir",
        ".git/worktrees/a/commondir",
        ".git/modules/m/HEAD",
        ".git/modules/m/config",
        "nested/.git/config",
    ],
    &[
        ".git",
        "nested/.git",
        "HEAD",
        "config",
        ".hg/hgrc",
        "mise.toml",
        ".tool-versions",
        ".config/mise/conf.d",
        ".envrc",
        ".husky",
        ".mcp.json",
    ],
];

/// A way to make something that cannot be read to its end.
type Make = fn(&Path);

const KINDS: &[(&str, Make)] = &[
    ("a link to a file without an end", |path| symlink("/proc/self/pagemap", path).expect("link")),
    ("a link to a device without an end", |path| symlink("/dev/zero", path).expect("link")),
    ("a link to itself", |path| symlink(path, path).expect("link")),
    ("a link to the root", |path| symlink("/", path).expect("link")),
    ("a FIFO", |path| nix::unistd::mkfifo(path, Mode::S_IRWXU).expect("mkfifo")),
    ("a large file", |path| {
        let file = fs::File::create(path).expect("a file");
        file.set_len(1 << 40).expect("a sparse one");
    }),
    ("a socket", |path| drop(std::os::unix::net::UnixListener::bind(path).expect("bind"))),
];

/// A repository in which nothing of this is what it should be.
fn repository(paths: &[&str], make: Make) -> World {
    let world = World::new();
    for directory in [".git/objects", ".git/modules/m/objects", "objects"] {
        if !paths.contains(&".git") || !directory.starts_with(".git") {
            fs::create_dir_all(world.project().join(directory)).expect("mkdir");
        }
    }
    for path in paths {
        let file = world.project().join(path);
        fs::create_dir_all(file.parent().expect("a directory")).expect("mkdir");
        make(&file);
    }
    world
}

/// The status of a command, and the memory that it took.
fn measured(world: &World, words: &[&str]) -> (i32, u64) {
    let measure = ["/usr/bin/python3", "-I", "-c", MEASURE];
    let ended = world.outside(measure.iter().chain(words)).run();
    let numbers: Vec<&str> = ended.out().split_whitespace().collect();
    let [code, memory] = numbers[..] else { panic!("{ended}") };
    (code.parse().expect("a status"), memory.parse().expect("a number"))
}

#[test]
fn where_ai_jail_looks() {
    let jail = program();
    let jail = jail.to_str().expect("plain");
    for (kind, make) in KINDS {
        for paths in LOOKED_AT {
            let world = repository(paths, *make);
            // mise itself would wait for a FIFO, in the jail and not for long.
            let (code, memory) = measured(&world, &[jail, "--no-mise", "true"]);
            assert!(code == 0 && memory < ENOUGH, "{paths:?}: {kind}: {code}, {memory} KiB");
        }
    }
    // The control: whoever reads such a file takes all that there is.
    let world = repository(&[".git"], KINDS[0].1);
    let read = "open('.git', 'rb').read(1 << 29)";
    let (code, memory) = measured(&world, &["/usr/bin/python3", "-I", "-c", read]);
    assert!(code == 0 && memory > ENOUGH, "{code}, {memory} KiB");
    found("a FIFO, or a file without an end, where ai-jail looks", &[], "not read");
}
