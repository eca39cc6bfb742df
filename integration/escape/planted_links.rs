//! One jail leaves a symbolic link in a place that it may write to; the next is started by its
//! user, and its front follows the link. None may be followed to something new.

use std::ffi::OsString;

use super::attack::{ALL, Attack};
use super::server::{HELLO, stream};
use crate::harness::{Run, Seen, World};

/// Has a first jail put a link to `target` at `link`, below the home.
fn plant(world: &World, target: &std::path::Path, link: &str) {
    let script = "mkdir -p \"$(dirname ~/\"$0\")\"; rm -f ~/\"$0\"; ln -s \"$1\" ~/\"$0\"";
    let words = ["sh", "-c", script, link, target.to_str().expect("plain")];
    world.exec(words).run().ok();
    assert_eq!(std::fs::read_link(world.home().join(link)).expect("planted"), target);
}

/// Docker Desktop's socket is looked for in `~/.docker`, which is writable.
#[test]
fn a_docker_socket_that_leads_to_the_session_bus() {
    let world = World::new();
    world.directory("home/.docker");
    let bus = world.directory("run").join("bus");
    stream(&bus);
    plant(&world, &bus, ".docker/run/docker.sock");
    let connect = include_str!("probes/connect.py");
    Attack::new(&world, "a planted link for Docker's socket to the session bus", connect)
        .with([OsString::from("stream"), bus.into()])
        .works(HELLO)
        .gives(ALL, "ENOENT");
}

#[test]
fn a_display_socket_that_leads_to_the_session_bus() {
    let world = World::new();
    world.directory("home/.cache/runtime");
    let bus = world.directory("run").join("bus");
    stream(&bus);
    let connect = include_str!("probes/connect.py");
    for (name, variable) in [("wayland-0", "WAYLAND_DISPLAY"), ("pulse/native", "UNUSED")] {
        let link = format!(".cache/runtime/{name}");
        plant(&world, &bus, &link);
        let runtime = world.home().join(".cache/runtime");
        let set = |run: Run| run.env("XDG_RUNTIME_DIR", &runtime).env(variable, "wayland-0");
        Attack::new(&world, "a planted link for the display's socket", connect)
            .with([OsString::from("stream"), bus.clone().into()])
            .prepared(set)
            .works(HELLO)
            .gives(ALL, "ENOENT");
    }
}

#[test]
fn certificates_and_keys_that_lead_to_private_files() {
    let world = World::new();
    world.directory("home/.config/configstore");
    let private = world.file("home/Documents/diary", "private");
    let directory = private.parent().expect("Documents");
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "XAUTHORITY"] {
        for target in [private.as_path(), directory] {
            plant(&world, target, ".config/configstore/file");
            let link = world.home().join(".config/configstore/file");
            let set = |run: Run| run.env(variable, &link).env("DISPLAY", ":0");
            let look = "grep -qs private \"$0\" && echo read || echo nothing";
            let words = ["sh", "-c", look, private.to_str().expect("plain")];
            Attack::by(&world, "a planted link for certificates or display keys", words)
                .prepared(set)
                .works("read")
                .gives(ALL, "nothing");
        }
    }
}

#[test]
fn entries_of_the_home_and_maps_that_lead_to_private_files() {
    let world = World::new();
    let private = world.file("home/Documents/diary", "private");
    let documents = private.parent().expect("Documents");
    world.directory("home/.config");
    world.directory("home/.cargo");
    world.directory("home/.cache");
    // Each has a row in the table of the home, or is a map of the user's.
    for link in [".cargo/registry", ".config/git", ".cache/mozilla", "project/data"] {
        plant(&world, documents, link);
        assert_eq!(world.look([&private]), [Seen::Absent], "{link}");
    }
    let map = world.project().join("data");
    let map = map.to_str().expect("plain");
    let ended = world.exec_with(["--map", map], ["echo", "ran"]).run();
    ended.is_failure(125, &["symbolic link", "Documents"]);
    // What the user maps read-write is as good as the project, wherever in the line it stands.
    let work = world.directory("home/work");
    let work = work.to_str().expect("plain");
    let link = format!("{work}/link");
    let script = ["ln", "-s", documents.to_str().expect("plain"), &link];
    world.exec_with(["--rw-map", work], script).run().ok();
    for flags in [["--rw-map", work, "--map", &link], ["--map", &link, "--rw-map", work]] {
        let ended = world.exec_with(flags, ["echo", "ran"]).run();
        ended.is_failure(125, &["symbolic link", "Documents"]);
    }
}
