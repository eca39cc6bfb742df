//! Every row of the tables of the system, in a real jail.

use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::policy::fits;
use ai_jail::policy::place::Place;
use ai_jail::policy::system::{LOCKDOWN_MASKS, MASKS, ROOT};

use crate::harness::{Seen, World};

/// The entries of `/` here that have a row.
fn root_entries() -> Vec<PathBuf> {
    let has_row = |path: &PathBuf| {
        let bytes = path.as_os_str().as_encoded_bytes();
        ROOT.iter().any(|row| fits(row.path.as_bytes(), bytes))
    };
    let entries = fs::read_dir("/").expect("/").flatten();
    entries.map(|entry| entry.path()).filter(has_row).collect()
}

/// The mount options that a jail has at a path.
fn mount_options(world: &World, path: &Path) -> String {
    let words = ["findmnt", "--noheadings", "--output", "OPTIONS", "--target"];
    let ended = world.exec(words.map(Path::new).iter().chain([&path])).run();
    ended.ok().trim_end().to_owned()
}

#[test]
fn every_entry_of_the_root_is_as_the_host_has_it() {
    let world = World::new();
    let entries = root_entries();
    assert!(entries.contains(&"/usr".into()), "{entries:?}");
    for entry in entries {
        let list = ["sh", "-c", "readlink \"$1\" || ls -A \"$1/\"", "sh"].map(Path::new);
        let list: Vec<&Path> = list.into_iter().chain([entry.as_path()]).collect();
        let (outside, inside) = (world.outside(&list).run(), world.exec(&list).run());
        assert_eq!(inside.ok(), outside.ok(), "{}", entry.display());
    }
}

#[test]
fn every_entry_of_the_root_is_read_only() {
    let world = World::new();
    for entry in root_entries() {
        let options = mount_options(&world, &entry);
        assert!(options.split(',').any(|option| option == "ro"), "{}: {options}", entry.display());
    }
}

#[test]
fn what_the_root_has_besides_is_the_jails_own() {
    let world = World::new();
    // Nothing of the host's but the way to the project.
    let project_root = world.project().components().nth(1).expect("a root entry");
    for entry in fs::read_dir("/").expect("/").flatten() {
        let path = entry.path();
        let own = ["/proc", "/dev", "/tmp", "/run", "/var", "/home"].map(PathBuf::from);
        if root_entries().contains(&path)
            || own.contains(&path)
            || entry.file_name() == project_root.as_os_str()
        {
            continue;
        }
        assert_eq!(world.look([&path]), [Seen::Absent], "{}", path.display());
    }
    assert_eq!(world.sh("ls -A /run").run().ok(), "");
    // What the tables name below /var has its own rows.
    let listed = world.sh("ls -A /var").run();
    let own = listed.ok().lines().filter(|name| !["cache", "db", "lib"].contains(name));
    assert_eq!(own.collect::<Vec<_>>(), ["run", "tmp"]);
}

/// Masks that the host has something behind, as far as this user sees it.
fn check_masks(flags: &[&str], masks: &'static [Place]) {
    let world = World::new();
    let mut checked = 0;
    for row in masks {
        let outside = world.look_outside([row.path])[0];
        if outside == Seen::Absent {
            continue;
        }
        let control = world.outside(["ls", "-A", row.path]).run();
        if control.out().is_empty() {
            continue;
        }
        let ended = world.exec_with(flags, ["ls", "-A", row.path]).run();
        assert_eq!(ended.ok(), "", "{} {flags:?}", row.path);
        checked += 1;
    }
    if checked == 0 {
        crate::harness::skip("this machine has nothing to mask");
    }
}

#[test]
fn masks_show_nothing() {
    check_masks(&[], MASKS);
}

#[test]
fn nothing_can_be_made_in_a_mask() {
    let world = World::new();
    for flags in [&[][..], &["--no-landlock"], &["--lockdown"]] {
        for row in MASKS {
            let script = format!("cd {} && chmod u+w . ; echo x > new && cat new", row.path);
            assert_eq!(world.sh_with(flags, &script).run().out(), "", "{} {flags:?}", row.path);
        }
    }
}

#[test]
fn lockdown_masks_show_nothing() {
    check_masks(&["--lockdown"], MASKS);
    check_masks(&["--lockdown"], LOCKDOWN_MASKS);
}

#[test]
fn root_masks_show_nothing() {
    check_masks(&[], MASKS);
    check_masks(&["--lockdown"], MASKS);
    check_masks(&["--lockdown"], LOCKDOWN_MASKS);
}

#[test]
fn root_cannot_write_to_the_system() {
    let world = World::new();
    for entry in root_entries() {
        let words = ["test", "-w"].map(Path::new);
        let words: Vec<&Path> = words.into_iter().chain([entry.as_path()]).collect();
        if world.outside(&words).run().code() == 0 {
            assert_eq!(world.exec(&words).run().code(), 1, "{}", entry.display());
        }
    }
}

#[test]
fn temporary_places_and_shared_memory_are_the_jails_own() {
    let world = World::new();
    for place in ["/tmp", "/var/tmp", "/dev/shm", "/run"] {
        let name = format!("jail-world-marker-{}", std::process::id());
        let file = Path::new(place).join(&name);
        let on_host = fs::write(&file, "x").is_ok();
        if on_host {
            assert_eq!(world.look_outside([&file]).len(), 1);
        }
        let seen = world.look([&file]);
        let write = format!("test -e {0} || {{ echo x > {0}; cat {0}; }}", file.display());
        let written = world.sh(&write).run();
        let still_there = fs::remove_file(&file).is_ok();
        assert_eq!(seen, [Seen::Absent], "{place}");
        assert_eq!(still_there, on_host, "{place}: the jail's file is on the host");
        if place == "/run" {
            assert_eq!(written.code(), 0, "{written}");
        } else {
            assert_eq!(written.ok(), "x\n", "{place}");
        }
    }
    assert_eq!(world.sh("ls -A /tmp").run().ok().lines().count(), 1, "only the way to the project");
    assert_eq!(world.sh("stat -c %a /tmp").run().ok(), "1777\n");
}

#[test]
fn devices_are_the_harmless_ones() {
    let world = World::new();
    let names = world.sh("ls -A /dev").run();
    let known = [
        "core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin",
        "stdout", "tty", "urandom", "zero",
    ];
    for name in names.ok().lines() {
        assert!(known.contains(&name), "{name}");
    }
    let script =
        "echo x > /dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c";
    assert_eq!(world.sh(script).run().ok(), "4\n4\n");
}
