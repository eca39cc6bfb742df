//! Writing to the host's files through a name in the project.

use super::attack::{ALL, Attack, BARE, LOCKDOWN};
use crate::harness::World;

const FILES: &str = include_str!("probes/files.py");

#[test]
fn through_a_symbolic_link_out_of_the_project() {
    let world = World::new();
    let outside = world.file("home/Documents/diary", "private");
    let settings = world.file("home/.bashrc", "x");
    world.link(&outside, "home/project/private");
    world.link(&settings, "home/project/settings");
    world.link("../..", "home/project/up");
    let words = [
        "write",
        "private",
        "--",
        "read",
        "private",
        "--",
        "write",
        "settings",
        "--",
        "read",
        "up/home/Documents/diary",
        "--",
        "create",
        "up/new",
    ];
    Attack::new(&world, "a symbolic link out of the project", FILES)
        .with(words)
        // The last is made in the jail's own directory of that name.
        .gives(ALL, "ENOENT ENOENT EROFS ENOENT ok")
        .gives(BARE, "ENOENT ENOENT EROFS ENOENT ok")
        .gives(LOCKDOWN, "ENOENT ENOENT ENOENT ENOENT ok");
    assert!(!world.root().join("new").exists(), "it was made outside");
    Attack::new(&world, "a symbolic link out of the project", FILES)
        .with(words)
        .works("ok ok ok ok ok");
    assert!(world.root().join("new").exists(), "the control");
}

/// The jail cannot make one, since the two names are in different mounts. One that its user made
/// before is the same file: that is open, and no sandbox of names could close it.
#[test]
fn through_a_hard_link() {
    let world = World::new();
    let outside = world.file("home/Documents/diary", "private");
    let tool = world.file("home/.tool/settings", "x");
    let config = world.file("home/.config/settings", "x");
    let paths = [&tool, &config].map(|path| path.to_str().expect("plain"));
    Attack::new(&world, "a hard link made in the jail", FILES)
        .with(["link", paths[0], "a", "--", "link", paths[1], "b"])
        .gives(ALL, "EXDEV EXDEV")
        .gives(BARE, "EXDEV EXDEV")
        .works("ok ok");
    std::fs::hard_link(&outside, world.project().join("diary")).expect("a link");
    Attack::new(&world, "a hard link made before by its user", FILES)
        .with(["write", "diary"])
        .works("ok")
        .gives(ALL, "ok")
        .gives(LOCKDOWN, "EROFS");
}

/// A FIFO in a read-only place: mounts do not keep anybody from writing to one. Landlock does, but
/// not beneath the home, where its rule for the jail's own directory reaches everything.
#[test]
fn through_a_fifo_of_the_host() {
    use nix::fcntl::{OFlag, open};
    use nix::sys::stat::Mode;
    let world = World::new();
    // Neither in that home nor below the jail's own `/tmp`.
    let elsewhere = std::env::var_os("HOME").expect("a home");
    let data = tempfile::tempdir_in(elsewhere).expect("a directory");
    world.directory("home/.tool");
    let (mapped, entry) = (data.path().join("fifo"), world.home().join(".tool/fifo"));
    let title = "a FIFO of the host in a read-only place";
    let map = ["--map", data.path().to_str().expect("plain")];
    let readers = [&mapped, &entry].map(|fifo| {
        nix::unistd::mkfifo(fifo, Mode::S_IRWXU).expect("a FIFO");
        // Keeps the writer from waiting.
        open(fifo, OFlag::O_RDWR | OFlag::O_NONBLOCK, Mode::empty()).expect("open")
    });
    let write = |fifo: &std::path::Path| {
        Attack::new(&world, title, FILES).with(["write", fifo.to_str().expect("plain")])
    };
    let no_landlock = [&map[..], &["--no-landlock"]].concat();
    write(&mapped).works("ok").gives(&map, "EACCES").gives(&no_landlock, "ok");
    write(&entry).works("ok").gives(ALL, "ok").gives(LOCKDOWN, "ENOENT");
    drop(readers);
}
