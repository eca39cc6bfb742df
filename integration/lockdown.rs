//! The strict mode: nothing of the user's can be changed, and almost nothing seen.

use std::path::Path;

use crate::harness::{Seen, World};

/// Everything that can be written to, but devices; links are not followed. `-type c` would not do:
/// `find` takes the type from the directory, which knows the mount point, not the device on it.
/// Nothing can be made in `/dev/pts` but terminals.
const WRITABLE: &str = "find / -path /proc -prune -o -path /dev/pts -prune -o \
     -writable ! -type l -exec test ! -c {} \\; -print 2>/dev/null | sort";

/// A world in `/var/tmp`, so that `/tmp` is not above everything.
fn world() -> World {
    let world = World::below(Path::new("/var/tmp"));
    world.file("home/.config/tool/settings", "x");
    world.file("home/.tool/settings", "x");
    world.file("home/.ssh/key", "secret");
    world
}

#[test]
fn the_project_is_read_only() {
    let world = world();
    let file = world.file("home/project/file", "x");
    let read_write = Seen::File { readable: true, writable: true };
    let read_only = Seen::File { readable: true, writable: false };
    assert_eq!(world.look([&file]), [read_write]);
    assert_eq!(world.look_with(["--lockdown"], [&file]), [read_only]);
    let ended = world.sh_with(["--lockdown"], "echo x > new; mkdir d; rm file; mv file f").run();
    assert_eq!(ended.err().matches("Read-only file system").count(), 4, "{ended}");
}

#[test]
fn the_home_is_empty_and_writable() {
    let world = world();
    let script = "ls -A ~; echo x > ~/new && cat ~/new";
    assert_eq!(world.sh_with(["--lockdown"], script).run().ok(), "project\nx\n");
    assert!(!world.home().join("new").exists());
}

#[test]
fn only_the_temporary_places_and_the_home_can_be_written() {
    let world = world();
    let ended = world.sh_with(["--lockdown"], WRITABLE).run();
    let home = world.home();
    let places: Vec<&Path> = ended.ok().lines().map(Path::new).collect();
    assert!(places.contains(&Path::new("/tmp")) && places.contains(&home.as_path()), "{ended}");
    for place in places {
        assert!(place.starts_with("/tmp") || place == home, "{} is writable", place.display());
    }
    let control = world.sh(WRITABLE).run();
    let project = world.project().to_str().expect("plain");
    assert!(control.ok().lines().any(|line| line == project), "the control");
}

#[test]
fn every_mount_but_those_is_read_only() {
    let world = world();
    let ended = world.sh_with(["--lockdown"], "cut -d ' ' -f 5,6 /proc/self/mountinfo").run();
    let home = world.home();
    for line in ended.ok().lines() {
        let (place, options) = line.split_once(' ').expect("two fields");
        let own = ["/tmp", "/proc"].contains(&place) || Path::new(place) == home;
        // Each device is a mount of its own, which cannot be written through if it is read-only.
        // So is a mask of a file, which is /dev/null.
        let device =
            place.starts_with("/dev/") || ["/proc/keys", "/proc/key-users"].contains(&place);
        let read_only = options.split(',').any(|option| option == "ro");
        assert!(own || device || read_only, "{line}");
    }
}

#[test]
fn maps_are_ignored_and_named() {
    let world = world();
    let file = world.file("data/file", "x");
    let data = file.parent().expect("data").to_str().expect("plain");
    let flags = ["--lockdown", "--map", data, "--rw-map", "~/.tool", "--"];
    let look = ["sh", "-c", "cat \"$0\" ~/.tool/settings 2>/dev/null; echo end"];
    let look: Vec<&str> = look.into_iter().chain([file.to_str().expect("plain")]).collect();
    let ended = world.jail(flags.iter().chain(&look)).run();
    assert_eq!((ended.code(), ended.out()), (0, "end\n"), "{ended}");
    for text in ["lockdown", "maps", data, "~/.tool"] {
        assert!(ended.err().contains(text), "{text:?} is not in: {ended}");
    }
    // A missing source is no error where no map applies.
    let flags = ["--lockdown", "--map", "/no/such/place", "--", "true"];
    assert_eq!(world.jail(flags).run().code(), 0);
}

#[test]
fn nothing_is_saved() {
    let world = world();
    world.jail(["--lockdown", "--", "true"]).run();
    let left = std::fs::read_dir(world.project()).expect("the project").count();
    assert_eq!(left, 0);
}

#[test]
fn no_lockdown_undoes_it() {
    let world = world();
    let file = world.file("home/project/file", "x");
    let flags = ["--lockdown", "--no-lockdown"];
    let read_write = Seen::File { readable: true, writable: true };
    assert_eq!(world.look_with(flags, [&file]), [read_write]);
}

#[test]
fn the_exit_status_is_the_commands_own() {
    let world = world();
    for code in [0, 1, 42, 125, 255] {
        let script = format!("exit {code}");
        assert_eq!(world.sh_with(["--lockdown"], &script).run().code(), code);
    }
    assert_eq!(world.sh_with(["--lockdown"], "kill -TERM $$").run().code(), 143);
    assert_eq!(world.exec_with(["--lockdown"], ["no-such-program"]).run().code(), 127);
}

#[test]
fn any_layers_can_be_switched_off() {
    let world = world();
    for flags in [
        &["--lockdown", "--no-landlock"][..],
        &["--lockdown", "--no-seccomp", "--no-rlimits"],
        &["--lockdown", "--no-landlock", "--no-seccomp", "--no-rlimits"],
        &["--no-landlock"],
        &["--no-seccomp"],
        &["--no-rlimits"],
        &["--no-landlock", "--no-seccomp", "--no-rlimits"],
    ] {
        assert_eq!(world.sh_with(flags, "echo ran").run().ok(), "ran\n", "{flags:?}");
    }
}
