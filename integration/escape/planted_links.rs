//! One jail leaves a symbolic link in a place that it may write to; the next is started by its
//! user, and its front follows the link. None may be followed to something new.

use std::ffi::OsString;

use super::attack::{ALL, Attack, found};
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

/// A jail on another project, run with or without `--exec`, leaves a link there. From the project of
/// the world nothing of that other one is writable, so only the record can tell.
fn plant_elsewhere(world: &World, target: &std::path::Path, link: &str) -> std::path::PathBuf {
    let other = world.directory("home/other");
    let target = target.to_str().expect("plain");
    world.exec(["ln", "-sfn", target, link]).at(&other).run().ok();
    other.join(link)
}

#[test]
fn maps_that_lead_out_of_another_project() {
    let world = World::new();
    let diary = world.file("home/Documents/diary", "private");
    let documents = diary.parent().expect("Documents");
    let link = plant_elsewhere(&world, documents, "data");
    let title = "a link that a jail left in another project, mapped";
    let map = ["--map", link.to_str().expect("plain")];
    let read = world.outside(["cat", link.join("diary").to_str().expect("plain")]).run();
    assert_eq!(read.ok(), "private", "the control");
    let ended = world.exec_with(map, ["echo", "ran"]).run();
    let type_this = format!("type --map {}", documents.display());
    ended.is_failure(125, &["symbolic link that a jail could have made", &type_this]);
    found(title, &["--map"], "refused, status 125");
    // The place itself is the user's to name.
    let named = ["--map", documents.to_str().expect("plain")];
    assert_eq!(
        world.exec_with(named, ["cat", diary.to_str().expect("plain")]).run().ok(),
        "private"
    );
    // A link of the user's own in a place where no jail ever wrote is followed.
    let own = world.link(documents, "home/elsewhere/data");
    let own_map = ["--map", own.to_str().expect("plain")];
    let through = own.join("diary");
    let ended = world.exec_with(own_map, ["cat", through.to_str().expect("plain")]).run();
    assert_eq!(ended.ok(), "private");
    // In the user's file nobody has typed anything now: told, and left out.
    world.file("home/.ai-jail", format!("ro_maps = [\"{}\"]\n", link.display()));
    let ended = world.jail(["cat", diary.to_str().expect("plain")]).run();
    assert_ne!(ended.code(), 0, "{ended}");
    assert!(ended.err().contains("skipped") && ended.err().contains("Documents"), "{ended}");
    found(title, &[], "left out, with a line");
}

#[test]
fn variables_and_commands_that_lead_out_of_another_project() {
    let world = World::new();
    let diary = world.file("home/Documents/bin/diary", "#!/bin/sh\necho private\n");
    let documents = diary.parent().expect("bin");
    world.script("home/Documents/bin/tool", "#!/bin/sh\necho ran\n");
    let certificates = plant_elsewhere(&world, &diary, "cert.pem");
    let look = "grep -qs private \"$0\" && echo read || echo nothing";
    let words = ["sh", "-c", look, diary.to_str().expect("plain")];
    let set = |run: Run| run.env("SSL_CERT_FILE", &certificates);
    Attack::by(&world, "a link that a jail left in another project, for certificates", words)
        .prepared(set)
        .works("read")
        .gives(ALL, "nothing");
    let ended = set(world.jail(["true"])).run();
    assert!(ended.err().contains("cert.pem") && ended.err().contains("left out"), "{ended}");
    // The command, whose neighbours would come with it.
    let tool = plant_elsewhere(&world, &documents.join("tool"), "tool");
    assert_eq!(world.outside([&tool]).run().ok(), "ran\n", "the control");
    let ended = world.jail([&tool]).run();
    assert_ne!(ended.code(), 0, "{ended}");
    let type_this = format!("type it as the command: {}", documents.join("tool").display());
    assert!(ended.err().contains(&type_this), "{ended}");
    found("a link that a jail left in another project, as the command", &[], "not followed");
    assert_eq!(world.jail([documents.join("tool")]).run().ok(), "ran\n");
    // The user's own bubblewrap, named behind such a link.
    let bwrap = plant_elsewhere(&world, std::path::Path::new("/usr/bin/bwrap"), "bwrap");
    let ended = world.exec(["true"]).env("BWRAP_BIN", &bwrap).run();
    ended.is_failure(125, &["BWRAP_BIN", "where a jail may write"]);
}

#[test]
fn a_project_that_is_named_through_a_link_of_another() {
    let world = World::new();
    let documents = world.directory("home/Documents");
    let link = plant_elsewhere(&world, &documents, "data");
    let ended = world.jail(["true"]).at(&link).env("PWD", &link).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let says = format!("the project is {}", documents.display());
    assert!(ended.err().contains(&says), "{ended}");
    // A link that stays in its place says nothing.
    world.directory("home/other/src");
    let inner = plant_elsewhere(&world, &world.home().join("other/src"), "inner");
    let ended = world.jail(["true"]).at(&inner).env("PWD", &inner).run();
    assert!(!ended.err().contains("the project is"), "{ended}");
}

/// Two runs at once put both of their projects on record.
#[test]
fn places_of_runs_at_once_are_all_on_record() {
    let world = World::new();
    let names = ["one", "two", "three", "four"];
    let places = names.map(|name| world.directory(format!("home/{name}")));
    let running = places.each_ref().map(|place| world.exec(["true"]).at(place).start());
    for running in running {
        running.finish().ok();
    }
    let record = world.home().join(".local/share/ai-jail/written");
    let record = std::fs::read_to_string(record).expect("a record");
    for place in &places {
        assert!(record.contains(place.to_str().expect("plain")), "{record}");
    }
    // Nothing is written in lockdown, so nothing there is distrusted.
    let strict = world.directory("home/strict");
    world.exec_with(["--lockdown"], ["true"]).at(&strict).run().ok();
    let record = std::fs::read_to_string(world.home().join(".local/share/ai-jail/written"));
    assert!(!record.expect("a record").contains("strict"));
}
