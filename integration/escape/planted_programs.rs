//! What the front runs on the host: bubblewrap, and nothing that a jail could have put there.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::attack::{ALL, LOCKDOWN, OWN_HOME, found};
use crate::harness::World;

const TITLE: &str = "a planted bwrap, which the next launch would run on the host";

/// What an agent would leave: it notes that it ran, and builds the jail so that nobody notices.
const PLANTED: &str = "#!/bin/sh\n: > \"$HOME/ran\"\nexec /usr/bin/bwrap \"$@\"\n";

/// Has a jail make the file, if it may.
fn plant(world: &World, flags: &[&str], path: &Path) {
    let script = "printf %s \"$1\" > \"$0\" && chmod +x \"$0\"";
    let words = ["sh", "-c", script, path.to_str().expect("plain"), PLANTED];
    world.exec_with(flags, words).run().ok();
    assert_eq!(std::fs::metadata(path).expect("planted").permissions().mode() & 0o111, 0o111);
}

/// Launches with this directory first on the path. Whether it would work is shown by a shell.
fn is_passed_over(world: &World, directory: &Path) {
    let path = format!("{}:/usr/bin:/bin", directory.display());
    let ran = world.home().join("ran");
    let bwrap = world.outside(["sh", "-c", "bwrap --version"]).env("PATH", &path).run();
    assert!(bwrap.ok().starts_with("bubblewrap") && ran.exists(), "the control: {bwrap}");
    std::fs::remove_file(&ran).expect("the mark");
    for flags in [ALL, OWN_HOME, LOCKDOWN] {
        let ended = world.exec_with(flags, ["echo", "jailed"]).env("PATH", &path).run();
        assert_eq!(ended.ok(), "jailed\n");
        assert!(!ran.exists(), "{flags:?}");
        found(TITLE, flags, "passed over");
    }
    let bwrap = directory.join("bwrap");
    let ended = world.exec(["echo", "jailed"]).env("BWRAP_BIN", &bwrap).run();
    ended.is_failure(125, &["BWRAP_BIN", "where a jail may write"]);
    assert!(!ran.exists());
}

#[test]
fn a_bubblewrap_in_a_writable_place_of_the_home() {
    let world = World::new();
    for (place, flags) in [
        (".cache/tools", &[][..]),
        // Those are read-only otherwise; an earlier jail may have had the flag.
        (".bun/bin", &["--no-protect"]),
        (".cargo/bin", &["--no-protect"]),
    ] {
        let directory = world.directory(format!("home/{place}"));
        plant(&world, flags, &directory.join("bwrap"));
        is_passed_over(&world, &directory);
    }
}

#[test]
fn a_bubblewrap_in_a_project_by_another_name() {
    let world = World::new();
    let directory = world.directory("home/project/bin");
    plant(&world, &[], &directory.join("bwrap"));
    is_passed_over(&world, &directory);
    // `PATH` may name it through a link.
    let link = world.link(&directory, "home/tools");
    is_passed_over(&world, &link);
}

#[test]
fn a_link_to_a_bubblewrap() {
    let world = World::new();
    let program = world.script("elsewhere/program", PLANTED);
    let directory = world.directory("home/.cache/bin");
    let link = directory.join("bwrap");
    let words = ["ln", "-s", program.to_str().expect("plain"), link.to_str().expect("plain")];
    world.exec(words).run().ok();
    is_passed_over(&world, &directory);
}

#[test]
fn a_bubblewrap_in_a_place_that_is_mapped_read_write() {
    let world = World::new();
    let directory = world.directory("tools");
    let map = ["--rw-map", directory.to_str().expect("plain")];
    plant(&world, &map, &directory.join("bwrap"));
    let path = format!("{}:/usr/bin:/bin", directory.display());
    assert_eq!(world.exec_with(map, ["echo", "jailed"]).env("PATH", &path).run().ok(), "jailed\n");
    // No jail of this run writes there, and one of another run did.
    assert_eq!(world.exec(["echo", "jailed"]).env("PATH", &path).run().ok(), "jailed\n");
    assert!(!world.home().join("ran").exists());
    // The control: what the user names is the user's own decision.
    let bwrap = directory.join("bwrap");
    assert_eq!(world.exec(["echo", "jailed"]).env("BWRAP_BIN", &bwrap).run().ok(), "jailed\n");
    assert!(world.home().join("ran").exists());
}

#[test]
fn a_bubblewrap_in_a_place_of_the_home_that_leads_elsewhere() {
    let world = World::new();
    let directory = world.directory("data/cache/bin");
    world.link(directory.parent().expect("cache"), "home/.cache");
    plant(&world, &[], &directory.join("bwrap"));
    is_passed_over(&world, &directory);
}

/// An activated environment (`.venv/bin`, `node_modules/.bin`) stays on the path of the shell, from which
/// ai-jail is then started in another project.
#[test]
fn a_bubblewrap_in_another_project() {
    let world = World::new();
    for place in [".venv/bin", "node_modules/.bin"] {
        let directory = world.directory(format!("home/project/{place}"));
        plant(&world, &[], &directory.join("bwrap"));
        let other = world.directory("home/other");
        let path = format!("{}:/usr/bin:/bin", directory.display());
        let ran = world.home().join("ran");
        let control = world.outside(["sh", "-c", "bwrap --version"]).env("PATH", &path).run();
        assert!(control.ok().starts_with("bubblewrap") && ran.exists(), "the control: {control}");
        std::fs::remove_file(&ran).expect("the mark");
        for flags in [ALL, OWN_HOME, LOCKDOWN] {
            let run = world.exec_with(flags, ["echo", "jailed"]).at(&other);
            assert_eq!(run.env("PATH", &path).run().ok(), "jailed\n", "{flags:?}");
            assert!(!ran.exists(), "{flags:?}");
        }
        // Where there is no other, the error says which was not taken and why.
        let run = world.exec(["/bin/echo", "jailed"]).at(&other).env("PATH", &directory);
        run.run().is_failure(125, &["is not run", "belongs to user", "BWRAP_BIN="]);
        assert!(!ran.exists());
    }
}

/// `--doctor` tries a network with a program that does nothing, on the host.
#[test]
fn the_examination_runs_nothing_of_the_path() {
    let world = World::new();
    let directory = world.directory("home/project/bin");
    for name in ["true", "bwrap", "git", "mise", "curl", "sh"] {
        world.script(format!("home/project/bin/{name}"), "#!/bin/sh\n: > \"$HOME/ran\"\n");
    }
    let path = format!("{}:/usr/bin:/bin", directory.display());
    let ran = world.home().join("ran");
    for words in [&["--doctor"][..], &["--doctor", "--net", "filtered"], &["status"]] {
        world.jail(words).env("PATH", &path).run();
        assert!(!ran.exists(), "{words:?}");
    }
    let control = world.outside(["/bin/sh", "-c", "bwrap"]).env("PATH", &path).run();
    assert!(control.code() == 0 && ran.exists(), "the control: {control}");
}
