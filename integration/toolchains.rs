//! Toolchains that `PATH` leads to by a link, or that keep their own files beside their programs.

use crate::harness::{Ended, World};

/// Runs a program with a directory before the usual ones on `PATH`, and with what is told.
fn jail(world: &World, directory: &str, flags: &[&str], program: &str) -> Ended {
    let words = flags.iter().copied().chain(["--", program]);
    let path = format!("{}/{directory}:/usr/bin:/bin", world.root().display());
    world.jail(words).env("PATH", path).run()
}

/// fnm has a link for each shell, in `/run/user/UID`.
#[test]
fn a_link_outside_the_home_to_what_the_jail_has() {
    let world = World::new();
    world.script("home/.local/share/fnm/v22/bin/node", "#!/bin/sh\necho v22\n");
    world.link("../home/.local/share/fnm/v22", "multishells/1_2");
    let ended = jail(&world, "multishells/1_2/bin", &[], "node");
    assert_eq!((ended.code(), ended.out()), (0, "v22\n"), "{ended}");
    assert!(!ended.err().contains("does not have"), "{ended}");
}

#[test]
fn a_link_to_what_the_jail_has_not_is_told() {
    let world = World::new();
    world.script("home/versions/v22/bin/node22", "#!/bin/sh\necho v22\n");
    world.link("../home/versions/v22", "multishells/1_2");
    let ended = jail(&world, "multishells/1_2/bin", &[], "true");
    assert!(ended.err().contains("which the jail does not have"), "{ended}");
}

/// The link is the way to a program, so one that a jail may have made is not followed.
#[test]
fn a_link_that_a_jail_could_have_made() {
    let world = World::new();
    world.script("home/.local/share/fnm/v22/bin/node22", "#!/bin/sh\necho v22\n");
    world.link("../../.local/share/fnm/v22", "home/.cache/shells/1");
    // The cache is the jail's own, so the link is there as the host has it.
    let ended = jail(&world, "home/.cache/shells/1/bin", &[], "node22");
    assert_eq!(ended.out(), "v22\n", "{ended}");
    world.link("../home/.cache/shells/1", "multishells/1");
    let ended = jail(&world, "multishells/1/bin", &[], "node22");
    assert!(ended.code() == 127 && ended.err().contains("which the jail does not have"), "{ended}");
}

#[test]
fn the_map_that_is_offered_shows_the_files_beside_the_programs_too() {
    let world = World::new();
    let program = "#!/bin/sh\ncat \"$(dirname \"$0\")/../lib/version\"\n";
    world.script("home/miniconda3/bin/python99", program);
    world.file("home/miniconda3/lib/version", "99\n");
    let conda = world.home().join("miniconda3").display().to_string();
    let ended = jail(&world, "home/miniconda3/bin", &[], "true");
    let told =
        format!("PATH names {conda}/bin, which the jail does not have: --map {conda} shows it");
    assert!(ended.err().contains(&told), "{ended}");
    let ended = jail(&world, "home/miniconda3/bin", &["--map", &conda], "python99");
    assert_eq!(ended.out(), "99\n", "{ended}");
    // The control: the directory of the programs alone does not do.
    let bin = format!("{conda}/bin");
    let flags = ["--clean", "--map", bin.as_str()];
    assert_ne!(jail(&world, "home/miniconda3/bin", &flags, "python99").code(), 0);
}
