//! File names and arguments are bytes: a name with a space, a newline or no valid text at all is
//! an ordinary name.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::harness::World;

/// Names that break programs.
fn odd_names() -> Vec<OsString> {
    let mut names: Vec<OsString> = [
        "with space",
        " leading",
        "trailing ",
        "new\nline",
        "ends\n",
        "tab\t",
        "-dash",
        "--",
        "--exec",
        "quo'te",
        "dou\"ble",
        "back\\slash",
        "back`tick",
        "$HOME",
        "$(id)",
        "colon:name",
        "a:/b",
        "star*",
        "[x]",
        "~",
        "~root",
        "#hash",
        "&and;semi|pipe",
        "\x1b[31mred",
        "käse",
        "\u{202e}",
    ]
    .map(|name| name.replace('/', "_").into())
    .into();
    names.push(OsStr::from_bytes(b"not \xff\xfe text").into());
    names.push(OsStr::from_bytes(b"\x01\x7f").into());
    names
}

#[test]
fn a_project_of_any_name() {
    for name in odd_names() {
        let mut project = OsString::from("home/");
        project.push(&name);
        let world = World::with_project(&std::env::temp_dir(), &project);
        world.file(world.project().join("in"), "x");
        let script = "printf '%s|' \"$PWD\" \"$(pwd -P; echo .)\" && cp in out && test -w .";
        let (outside, inside) = (world.outside(["sh", "-c", script]).run(), world.sh(script).run());
        assert_eq!(inside.code(), 0, "{name:?}: {inside}");
        assert_eq!(inside.stdout, outside.stdout, "{name:?}");
        assert_eq!(fs::read(world.project().join("out")).expect("it arrived"), b"x");
    }
}

#[test]
fn arguments_arrive_as_they_are() {
    let world = World::new();
    let mut words: Vec<OsString> = ["printf", "%s\\0", ""].map(Into::into).into();
    words.extend(odd_names());
    let outside = world.outside(&words).run();
    assert_eq!(outside.code(), 0);
    assert_eq!(world.exec(&words).run().stdout, outside.stdout);
}

#[test]
fn variables_arrive_as_they_are() {
    let world = World::new();
    for value in odd_names() {
        let ended = world.sh("printf %s \"$ODD\"").env("ODD", &value).run();
        assert_eq!(ended.stdout, value.as_bytes());
    }
}

#[test]
fn commands_of_any_name() {
    let world = World::new();
    for name in odd_names() {
        let path = world.script(world.project().join(&name), "#!/bin/sh\nprintf ran\n");
        assert_eq!(world.exec([&path]).run().ok(), "ran", "{name:?}");
        let mut relative = OsString::from("./");
        relative.push(&name);
        assert_eq!(world.exec([&relative]).run().ok(), "ran", "{name:?}");
    }
}

#[test]
fn maps_of_any_name() {
    let world = World::new();
    for name in odd_names() {
        let file = world.file(world.root().join("outside").join(&name).join("file"), "mapped");
        let directory = file.parent().expect("a directory");
        let command = ["cat".as_ref(), file.as_os_str()];
        assert_ne!(world.exec(command).run().code(), 0, "{name:?}: not there without the map");
        for words in [
            vec![OsString::from("--map"), directory.into()],
            vec![[OsStr::new("--map="), directory.as_os_str()].join(OsStr::new(""))],
            vec![OsString::from("--rw-map"), directory.into()],
        ] {
            assert_eq!(world.exec_with(&words, command).run().ok(), "mapped", "{words:?}");
        }
    }
}

#[test]
fn dot_entries_of_any_name() {
    let world = World::new();
    for name in odd_names() {
        let mut dotted = OsString::from(".");
        dotted.push(&name);
        world.file(world.home().join(&dotted).join("file"), "x");
    }
    let count = "cat ~/.*/file | wc -c";
    let outside = world.outside(["sh", "-c", count]).run();
    assert_eq!(outside.ok().trim(), odd_names().len().to_string());
    assert_eq!(world.sh(count).run().ok(), outside.ok());
}

#[test]
fn a_home_of_any_name() {
    let world = World::new();
    for name in odd_names() {
        let home = world.root().join("homes").join(&name);
        world.file(home.join(".tool/file"), "x");
        let script = "printf '%s|' \"$HOME\"; cat \"$HOME/.tool/file\"";
        let inside = world.sh(script).env("HOME", &home).run();
        let outside = world.outside(["sh", "-c", script]).env("HOME", &home).run();
        assert_eq!((inside.code(), &inside.stdout), (0, &outside.stdout), "{inside}");
    }
}
