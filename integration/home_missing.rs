//! No usable home: the jail gets an empty one of its own, and `HOME` says so.

use crate::harness::{Run, World};

/// Where the jail's own home is then.
const SUBSTITUTE: &str = "/home/ai-jail";

const SHOW: &str = "echo \"$HOME\"; ls -A ~; echo x > ~/file && cat ~/file; pwd -P";

/// A world whose project is not in its home.
fn world() -> World {
    let world = World::with_project(&std::env::temp_dir(), "work");
    world.file("home/.tool/settings", "x");
    world
}

/// The jail has an empty home of its own.
fn has_a_home_of_its_own(world: &World, run: Run) {
    let project = world.project().display();
    assert_eq!(run.run().ok(), format!("{SUBSTITUTE}\nx\n{project}\n"));
}

#[test]
fn a_home_that_is_the_root() {
    let world = world();
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", "/"));
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", "//"));
    let link = world.link("/", "link-to-root");
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", link));
}

#[test]
fn a_home_that_is_not_there() {
    let world = world();
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", "/nonexistent"));
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", world.root().join("gone/far")));
}

#[test]
fn a_home_that_is_no_directory() {
    let world = world();
    let file = world.file("file", "x");
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", file));
    has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", "/dev/null"));
}

#[test]
fn a_home_that_is_relative() {
    let world = world();
    world.file("work/relative/.tool/settings", "x");
    let run = world.sh("echo \"$HOME\"; ls -A ~").env("HOME", "relative");
    assert_eq!(run.run().ok(), format!("{SUBSTITUTE}\n"));
}

#[test]
fn a_home_that_is_a_place_of_the_system() {
    let world = world();
    for place in ["/usr", "/etc", "/proc", "/tmp", "/dev/shm"] {
        has_a_home_of_its_own(&world, world.sh(SHOW).env("HOME", place));
    }
}

#[test]
fn without_home_the_password_file_says_it() {
    let world = world();
    let uid = nix::unistd::getuid().to_string();
    let entry = world.outside(["getent", "passwd", &uid]).run();
    let Some(home) = entry.out().split(':').nth(5).filter(|home| *home != "/") else {
        crate::harness::skip("this user has no home in the password file");
        return;
    };
    if !std::path::Path::new(home).is_dir() {
        crate::harness::skip("this user's home does not exist");
        return;
    }
    for run in
        [world.sh("echo \"$HOME\"").without("HOME"), world.sh("echo \"$HOME\"").env("HOME", "")]
    {
        assert_eq!(run.run().ok().trim_end(), home);
    }
}

#[test]
fn a_home_through_a_link() {
    let world = World::new();
    world.file("home/.tool/settings", "x");
    world.file("home/.ssh/key", "secret");
    world.file("home/.config/configstore/settings", "x");
    let link = world.link("home", "link-to-home");
    let twice = world.link("link-to-home", "link-to-link");
    for home in [link, twice] {
        let script = "echo \"$HOME\"; cat ~/.tool/settings; echo y > ~/.config/configstore/settings; \
                      cat ~/.ssh/key 2>/dev/null; ls -A ~";
        let ended = world.sh(script).env("HOME", &home).run();
        // ai-jail's own records are in `.local`.
        let expected = format!("{}\nx.config\n.local\n.tool\nproject\n", home.display());
        assert_eq!(ended.out(), expected, "{ended}");
        let settings = world.home().join(".config/configstore/settings");
        assert_eq!(std::fs::read(settings).expect("it arrived"), b"y\n");
        // The project's own path goes through the real home.
        let tilde = world.sh("cat ~/project/file").env("HOME", &home);
        world.file("home/project/file", "z");
        assert_eq!(tilde.run().ok(), "z");
    }
}

#[test]
fn a_home_elsewhere() {
    let world = World::below(std::path::Path::new("/var/tmp"));
    world.file("home/.tool/settings", "x");
    world.file("home/.ssh/key", "secret");
    let script = "cat ~/.tool/settings; ls -A ~";
    // ai-jail's own records are in `.local`.
    assert_eq!(world.sh(script).run().ok(), "x.local\n.tool\nproject\n");
}
