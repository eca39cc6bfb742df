//! Where a project may be, how it is reached, and where it may not be.

use std::fs;
use std::path::Path;

use crate::harness::World;

/// Where the command is, as its shell names it and without links.
const WHERE: &str = "echo \"$PWD\"; pwd -P";

#[test]
fn the_project_is_read_write_at_its_own_path() {
    let world = World::new();
    world.file("home/project/in", "from the host");
    let ended = world.sh("cat in && echo from the jail > out && mkdir d && mv out d/").run();
    assert_eq!(ended.ok(), "from the host");
    let out = world.project().join("d/out");
    assert_eq!(fs::read_to_string(out).expect("it arrived"), "from the jail\n");
    let project = world.project().display();
    assert_eq!(world.sh(WHERE).run().ok(), format!("{project}\n{project}\n"));
}

#[test]
fn what_is_beside_the_project_is_not_there() {
    let world = World::new();
    let beside = world.file("home/other-project/file", "private");
    let above = world.file("file", "private");
    let absent = crate::harness::Seen::Absent;
    assert_eq!(world.look([beside, above]), [absent; 2]);
}

#[test]
fn a_project_reached_through_a_link_keeps_both_names() {
    let world = World::new();
    world.file("home/project/sub/file", "x");
    let link = world.link(world.project(), "home/current");
    let elsewhere = world.link("home/current", "link-to-link");
    for named in [&link, &elsewhere] {
        for below in ["", "/sub"] {
            let caller = format!(
                "cd '{}{below}' && exec \"$0\" --exec -- sh -c '{WHERE}; ls -L \
                                  \"$PWD\"'",
                named.display()
            );
            let control =
                format!("cd '{}{below}' && sh -c '{WHERE}; ls -L \"$PWD\"'", named.display());
            let control = world.caller(&control).run();
            assert_eq!(world.caller(&caller).run().ok(), control.ok());
        }
    }
}

#[test]
fn a_pwd_that_lies_is_not_believed() {
    let world = World::new();
    let other = world.directory("home/other");
    let link = world.link(world.project(), "home/current");
    let project = format!("{0}\n{0}\n", world.project().display());
    for lie in [&other, Path::new("/"), Path::new("/no/such/place"), Path::new("project")] {
        assert_eq!(world.sh(WHERE).env("PWD", lie).run().ok(), project, "{}", lie.display());
    }
    fs::remove_file(link).expect("the link");
}

#[test]
fn a_project_on_another_mount() {
    let world = World::new();
    let mount = world.directory("home/mounted");
    let script = format!(
        "mount -t tmpfs tmpfs {0} && mkdir {0}/project && cd {0}/project && \
         exec \"$0\" --exec -- sh -c 'echo x > file && cat file && pwd -P'",
        mount.display()
    );
    let program = crate::harness::program();
    let unshare = ["unshare", "--user", "--map-root-user", "--mount"];
    let can = world.outside(unshare.iter().chain(&["mount", "-t", "tmpfs", "x", "/mnt"])).run();
    if can.code() != 0 {
        crate::harness::skip("this user cannot mount anything");
        return;
    }
    let caller = ["sh", "-c", &script];
    let words = unshare.iter().chain(&caller).map(AsRef::as_ref);
    let ended = world.outside(words.chain([program.as_os_str()])).run();
    assert_eq!(ended.ok(), format!("x\n{}/project\n", mount.display()));
}

#[test]
fn a_project_in_other_places() {
    let places = ["/var/tmp", "/tmp"];
    for place in places.map(Path::new) {
        for project in ["home/project", "work", "a/b/c/d", "home/.hidden-project"] {
            let world = World::with_project(place, project);
            let ended = world.sh("echo x > file && cat file").run();
            assert_eq!(ended.ok(), "x\n", "{}", world.project().display());
            assert!(world.project().join("file").exists());
        }
    }
}

#[test]
fn a_project_inside_a_dot_entry_of_the_home() {
    // `.local/share/x` would be read-only as part of the home, `.cache` read-write.
    for project in ["home/.local/share/x/project", "home/.cache/project", "home/.tool"] {
        let world = World::with_project(&std::env::temp_dir(), project);
        world.file(world.project().join("../beside"), "x");
        assert_eq!(world.sh("echo x > file && cat file").run().ok(), "x\n", "{project}");
        assert!(world.project().join("file").exists());
    }
}

/// The run is refused, and nothing runs.
fn is_refused(world: &World, directory: impl AsRef<Path>) {
    let directory = directory.as_ref();
    let ended = world.exec(["echo", "ran"]).at(directory).run();
    let canonical = directory.canonicalize().expect("it is there");
    let name = canonical.to_str().expect("plain");
    ended.is_failure(125, &[name, "cannot be the project"]);
}

#[test]
fn the_root_the_home_and_what_is_above_it_are_refused() {
    let world = World::new();
    is_refused(&world, "/");
    is_refused(&world, world.home());
    is_refused(&world, world.root());
    let link = world.link(".", "home/link-to-home");
    is_refused(&world, link);
}

#[test]
fn a_hidden_place_is_refused() {
    let world = World::new();
    for place in [".ssh", ".ssh/sub", ".gnupg/x/y", ".aws", ".config/gcloud/x", ".mozilla/p"] {
        is_refused(&world, world.directory(format!("home/{place}")));
    }
    let link = world.link(".ssh", "home/harmless");
    is_refused(&world, &link);
    is_refused(&world, link.join("sub"));
}

#[test]
fn a_hidden_place_behind_a_link_is_refused() {
    let world = World::new();
    let store = world.directory("home/store/ssh/sub");
    world.link("store/ssh", "home/.ssh");
    is_refused(&world, store.parent().expect("ssh"));
    is_refused(&world, &store);
}

#[test]
fn a_place_of_the_system_is_refused() {
    let world = World::new();
    for place in ["/usr", "/etc", "/tmp", "/proc", "/proc/1", "/sys/kernel", "/dev", "/home"] {
        is_refused(&world, place);
    }
}

#[test]
fn a_project_that_cannot_be_written_runs_as_outside() {
    let world = World::new();
    let script = "echo x > file; echo $?; ls";
    let lock = world.outside(["chmod", "555", "."]).run();
    assert_eq!(lock.code(), 0);
    let (outside, inside) = (world.outside(["sh", "-c", script]).run(), world.sh(script).run());
    assert_eq!((inside.out(), inside.code()), (outside.out(), outside.code()), "{inside}");
    world.outside(["chmod", "755", "."]).run();
}
