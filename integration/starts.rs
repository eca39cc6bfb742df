//! A jail starts whatever else happens to its home and its project at the same time, and whatever its
//! caller hands down.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::harness::{World, has_program, is_root, skip};

/// A world whose home has some dot entries, as people's have, so that a start takes its time.
fn world() -> World {
    let world = World::new();
    for number in 0..25 {
        world.directory(format!("home/.tool{number}"));
    }
    world
}

/// Several runs, each of which saves its own command in the project's file.
#[test]
fn several_at_once_in_one_project() {
    let world = world();
    for round in 0..3 {
        let runs: Vec<_> = (0..4)
            .map(|run| world.jail(["sh", "-c", &format!(": {round} {run}")]).start())
            .collect();
        for run in runs {
            let ended = run.finish();
            assert_eq!(ended.code(), 0, "{ended}");
        }
    }
}

/// Programs save their settings by renaming a new file over the old one, and what was opened before
/// can be mounted no more.
#[test]
fn beside_programs_that_save_their_settings() {
    let world = world();
    let files = ["home/.gitconfig", "home/project/.git/config"];
    world.directory("home/project/.git/objects");
    world.file("home/project/.git/HEAD", "ref: refs/heads/main\n");
    let paths = files.map(|file| world.file(file, "[user]\n name = x\n"));
    let stop = AtomicBool::new(false);
    let is_over = &stop;
    let runs: Vec<_> = thread::scope(|scope| {
        for path in &paths {
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let new = path.with_extension("new");
                    fs::write(&new, "[user]\n name = x\n").expect("a file");
                    fs::rename(&new, path).expect("a rename");
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        // Judged outside: a panic in here would wait for threads that nobody stops.
        let run = |_| world.exec(["cat", "../.gitconfig"]).run();
        let runs = (0..20).map(run).collect();
        is_over.store(true, Ordering::Relaxed);
        runs
    });
    for ended in runs {
        assert_eq!((ended.code(), ended.out()), (0, "[user]\n name = x\n"), "{ended}");
    }
}

/// A login manager (`pam_cap`) or a service hands capabilities down, which bubblewrap refuses.
#[test]
fn with_inherited_capabilities() {
    if !is_root() || !has_program("capsh") {
        return skip("only root can hand capabilities down, with capsh");
    }
    let world = World::new();
    let user = "65533";
    let owned = Command::new("chown").args(["-R", user]).arg(world.root()).status();
    assert!(owned.expect("chown").success());
    let show = |word: &str| {
        let script = format!("exec {word} grep CapAmb /proc/self/status");
        let program = crate::harness::program();
        let seen = Command::new("capsh")
            .args(["--keep=1", "--groups=", &format!("--uid={user}")])
            .args(["--inh=cap_net_raw", "--addamb=cap_net_raw", "--", "-c", &script])
            .arg(program)
            .current_dir(world.project())
            .env("HOME", world.home())
            .output()
            .expect("capsh");
        (String::from_utf8_lossy(&seen.stdout).into_owned(), format!("{seen:?}"))
    };
    let (outside, seen) = show("");
    assert_eq!(outside, "CapAmb:\t0000000000002000\n", "the control: {seen}");
    let (inside, seen) = show("\"$0\" --exec --");
    assert_eq!(inside, "CapAmb:\t0000000000000000\n", "{seen}");
}

/// A limit that is too small is an error, and no half a file stays.
#[test]
fn with_a_small_limit_of_file_sizes() {
    let world = World::new();
    let ended = world.caller("ulimit -f 0; exec \"$0\" true").run();
    assert_eq!(ended.code(), 125, "{ended}");
    let names = fs::read_dir(world.project()).expect("the project").flatten();
    let names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    assert!(names.iter().all(|name| name == ".ai-jail"), "{names:?}");
    // The command has the limit as its caller set it, and its usual end.
    let script = "ulimit -f 1000; exec \"$0\" --exec -- head -c 1000000 /dev/zero > big";
    let ended = world.caller(script).run();
    assert_eq!(ended.code(), 128 + 25, "{ended}");
}
