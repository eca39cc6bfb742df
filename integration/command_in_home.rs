//! A command that the user installed in the home, behind links as installers make them, runs with
//! the files that belong to it, and brings nothing else along.

use std::ffi::OsString;

use crate::harness::{Run, Seen, World};

/// Prints its arguments and the data that was installed with it.
const TOOL: &str = "#!/bin/sh\n\
    here=$(dirname \"$(readlink -f \"$0\")\")\n\
    echo \"tool $* $(cat \"$here/../share/data\")\"\n";

/// A run with a directory of the home first on the path.
fn with_path(world: &World, directory: &str, command: &[&str]) -> Run {
    let mut path = OsString::from(world.home().join(directory));
    path.push(":/usr/bin:/bin");
    world.exec(command).env("PATH", path)
}

#[test]
fn behind_a_link_in_a_directory_of_links() {
    let world = World::new();
    world.script("home/apps/tool-1/bin/tool", TOOL);
    world.file("home/apps/tool-1/share/data", "data");
    let other = world.file("home/apps/other-1/share/data", "private");
    world.link("../apps/tool-1/bin/tool", "home/bin/tool");
    assert_eq!(with_path(&world, "bin", &["tool", "x"]).run().ok(), "tool x data\n");
    let look = ["sh", "-c", "test -e \"$0\" || echo absent"];
    let other = other.to_str().expect("plain");
    let tool = world.home().join("bin/tool");
    let by_path = world.exec([tool.as_os_str(), "y".as_ref()]).run();
    assert_eq!(by_path.ok(), "tool y data\n");
    let words: Vec<&str> = look.into_iter().chain([other]).collect();
    assert_eq!(with_path(&world, "bin", &words).run().ok(), "absent\n");
}

#[test]
fn behind_several_links() {
    let world = World::new();
    world.script("home/apps/tool-1/bin/tool", TOOL);
    world.file("home/apps/tool-1/share/data", "data");
    world.link("tool-1", "home/apps/tool");
    world.link("../apps/tool/bin/tool", "home/bin/tool-one");
    world.link("tool-one", "home/bin/tool");
    assert_eq!(with_path(&world, "bin", &["tool"]).run().ok(), "tool  data\n");
}

#[test]
fn as_npm_installs_it() {
    let world = World::new();
    let script = "#!/bin/sh\n. \"$(dirname \"$(readlink -f \"$0\")\")/../dependency/data.sh\"\n";
    world.script("home/n/lib/node_modules/tool/cli.js", script);
    world.file("home/n/lib/node_modules/dependency/data.sh", "echo with its dependency\n");
    world.link("../lib/node_modules/tool/cli.js", "home/n/bin/tool");
    let letter = world.file("home/n/letter", "private");
    assert_eq!(with_path(&world, "n/bin", &["tool"]).run().ok(), "with its dependency\n");
    let outside = with_path(&world, "n/bin", &["true"]).run();
    assert_eq!(outside.ok(), "");
    assert_eq!(world.look([letter]), [Seen::Absent]);
}

#[test]
fn a_lone_program_in_the_home() {
    let world = World::new();
    let tool = world.script("home/tool", "#!/bin/sh\necho alone\n");
    let letter = world.file("home/letter", "private");
    assert_eq!(world.exec([&tool]).run().ok(), "alone\n");
    assert_eq!(world.look([&letter]), [Seen::Absent]);
    let relative = world.exec(["../tool"]).run();
    assert_eq!(relative.ok(), "alone\n");
}

#[test]
fn in_a_dot_entry() {
    let world = World::new();
    world.script("home/.local/opt/tool/bin/tool", TOOL);
    world.file("home/.local/opt/tool/share/data", "data");
    world.link("../opt/tool/bin/tool", "home/.local/bin/tool");
    assert_eq!(with_path(&world, ".local/bin", &["tool"]).run().ok(), "tool  data\n");
}

#[test]
fn it_cannot_be_changed_from_inside() {
    let world = World::new();
    let script = "#!/bin/sh\n(echo x >> \"$0\") 2> /dev/null && echo changed; echo ran\n";
    let tool = world.script("home/apps/tool/bin/tool", script);
    assert_eq!(world.exec([&tool]).run().ok(), "ran\n");
    assert_eq!(std::fs::read_to_string(tool).expect("it is there"), script);
}

#[test]
fn a_program_directly_in_the_homes_bin_does_not_bring_the_home() {
    let world = World::new();
    let list = "#!/bin/sh\nls \"$HOME\"; cat \"$HOME/letter\" 2> /dev/null; true\n";
    world.script("home/bin/tool", list);
    world.file("home/letter", "private");
    assert_eq!(with_path(&world, "bin", &["tool"]).run().ok(), "bin\nproject\n");
}
