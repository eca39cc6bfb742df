//! What is mounted is exchanged for a link between planning and mounting, a thousand times over.
//!
//! The front opens each source without following links and hands bubblewrap the descriptor. A
//! bubblewrap without `--bind-fd` mounts by path: there the race is open, and docs/security.md
//! says so.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use super::attack::{ALL, found};
use crate::harness::{World, skip};

/// How often each of the two races is run, and for how long at most: a machine that has other work
/// to do is slow.
const ROUNDS: u32 = 500;
const PATIENCE: Duration = Duration::from_secs(45);

/// Two names that are exchanged all the time, one of which is a link to a secret.
struct Pair(PathBuf, PathBuf);

impl Pair {
    /// A directory with a file of its own, and a link to `secret` to stand in its place.
    fn new(world: &World, place: &str, file: &str, secret: &Path) -> Self {
        let place = world.root().join(place);
        world.file(place.join(file), "own\n");
        let other = place.with_file_name(".exchanged");
        world.link(secret, &other);
        Self(place, other)
    }

    /// Both names at once, `renameat2(2)`.
    fn exchange(&self) {
        let name = |path: &Path| CString::new(path.as_os_str().as_bytes()).expect("a path");
        let (left, right) = (name(&self.0), name(&self.1));
        renameat2(AT_FDCWD, &*left, AT_FDCWD, &*right, RenameFlags::RENAME_EXCHANGE).expect("both");
    }
}

/// Launches race with somebody who exchanges the pairs. The jail may see what is really there, or
/// not start; never the secret.
fn race(title: &'static str, world: &World, flags: &[&str], pairs: &[Pair], looked_at: &[PathBuf]) {
    let done = AtomicBool::new(false);
    let (mut own, mut refused) = (0, 0);
    let look = "for place; do cat \"$place\"/* 2> /dev/null || :; done";
    let words: Vec<&OsStr> = ["sh", "-c", look, "sh"].map(OsStr::new).into();
    let words: Vec<&OsStr> = words.into_iter().chain(looked_at.iter().map(AsRef::as_ref)).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                pairs.iter().for_each(Pair::exchange);
            }
        });
        let mut leaked = None;
        let start = Instant::now();
        for _ in (0..ROUNDS).take_while(|_| start.elapsed() < PATIENCE) {
            let ended = world.exec_with(flags, &words).run();
            match (ended.code(), ended.out()) {
                (0 | 125, "") => refused += 1,
                (0, out) if out.lines().all(|line| line == "own") => own += 1,
                _ => leaked = leaked.or(Some(ended)),
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(leaked.is_none(), "{title}: {}", leaked.expect("just looked"));
    });
    if own == 0 || refused == 0 {
        // Whoever exchanges the names had no turn in between, or had each.
        return skip(&format!(
            "too busy a machine for a race: {own} with its own, {refused} without"
        ));
    }
    found(title, ALL, "never opened");
}

/// Whether the race can be won by this program at all.
fn is_closed() -> bool {
    let binary = std::fs::read("/usr/bin/bwrap").unwrap_or_default();
    let closed = binary.windows(11).any(|window| window == b"\0--bind-fd\0");
    if !closed {
        skip("this bubblewrap mounts by path, not what was opened");
    }
    closed
}

#[test]
fn the_source_of_a_map_is_exchanged_for_a_link() {
    if !is_closed() {
        return;
    }
    let world = World::new();
    world.file("home/.ssh/data/key", "secret\n");
    let ssh = world.home().join(".ssh");
    let pairs = [
        Pair::new(&world, "home/project/data", "file", &ssh.join("data")),
        // The link stands above the source.
        Pair::new(&world, "home/work/above", "data/file", &ssh),
    ];
    let maps = [pairs[0].0.clone(), pairs[1].0.join("data")];
    let named = |path: &PathBuf| path.to_str().expect("plain").to_owned();
    let [first, second] = [named(&maps[0]), named(&maps[1])];
    let flags = ["--map", &first, "--map", &second];
    race("exchanging the source of a map for a link", &world, &flags, &pairs, &maps);
}

#[test]
fn an_entry_of_the_home_is_exchanged_for_a_link() {
    if !is_closed() {
        return;
    }
    let world = World::new();
    let key = world.file("home/.ssh/key", "secret\n");
    let ssh = key.parent().expect(".ssh");
    let pairs = [
        Pair::new(&world, "home/.tool", "file", ssh),
        Pair::new(&world, "home/.config/sub", "file", ssh),
    ];
    let places = [pairs[0].0.clone(), pairs[1].0.clone()];
    race("exchanging a dot entry for a link", &world, &[], &pairs, &places);
}
