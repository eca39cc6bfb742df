//! The directory that a jail has for temporary files of its own.

use std::path::PathBuf;

use nix::sys::signal::Signal;

use crate::harness::{World, own_sleep, sleepers, until};

/// What a jail says of it, which is where it was.
fn said(world: &World, flags: &[&str]) -> PathBuf {
    let script = "touch \"$TMPDIR/file\" && mkdir -m 0 \"$TMPDIR/closed\" && echo \"$TMPDIR\"";
    PathBuf::from(world.sh_with(flags, script).env("TMPDIR", "/elsewhere").run().ok().trim_end())
}

pub fn it_is_the_jails_and_gone_afterwards() {
    let world = World::new();
    let places = [&[][..], &["--lockdown"]].map(|flags| said(&world, flags));
    assert_ne!(places[0], places[1]);
    for place in places {
        let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(name.starts_with("ai-jail-"), "{}", place.display());
        assert!(place.symlink_metadata().is_err(), "{}", place.display());
    }
}

pub fn a_later_run_removes_that_of_a_killed_front() {
    let world = World::new();
    let seconds = own_sleep(7);
    let running = world.sh(&format!("echo \"$TMPDIR\"; sleep {seconds}")).start();
    running.says("ai-jail-");
    until("it sleeps", || sleepers(&seconds).len() == 1);
    running.signal(Signal::SIGKILL);
    let ended = running.finish();
    let left = PathBuf::from(ended.out().trim_end());
    assert!(left.is_dir(), "the control: nobody was left to remove {}", left.display());
    until("nothing is left", || sleepers(&seconds).is_empty());
    world.exec(["true"]).run().ok();
    assert!(!left.exists(), "{}", left.display());
}

pub fn two_at_once_have_one_each() {
    let world = World::new();
    let hold = "echo \"$TMPDIR\"; read -r line";
    let running = [(); 2].map(|()| world.sh(hold).stdin(std::process::Stdio::piped()).start());
    let places: Vec<_> = running.map(|run| run.finish().out().trim_end().to_owned()).into();
    assert_ne!(places[0], places[1]);
}
