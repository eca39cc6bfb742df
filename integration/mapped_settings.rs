//! A settings file of the home that is mapped read-write can be replaced, as programs do it: a new
//! file, renamed over the old one.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::harness::World;

const REPLACE: &str = "cp ~/.toolrc ~/.toolrc.new && echo b >> ~/.toolrc.new && \
                       mv ~/.toolrc.new ~/.toolrc && cat ~/.toolrc";

fn map(path: &str) -> [&str; 2] {
    ["--rw-map", path]
}

#[test]
fn a_replaced_file_is_written_back() {
    let world = World::new();
    let file = world.file("home/.toolrc", "a\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("chmod");
    // The control: without the map the file cannot be changed.
    assert_ne!(world.sh(REPLACE).run().code(), 0);
    for name in ["~/.toolrc", "../.toolrc"] {
        fs::write(&file, "a\n").expect("written");
        assert_eq!(world.sh_with(map(name), REPLACE).run().ok(), "a\nb\n", "{name}");
        assert_eq!(fs::read_to_string(&file).expect("there"), "a\nb\n", "{name}");
        assert_eq!(fs::metadata(&file).expect("there").mode() & 0o7777, 0o640, "{name}");
    }
    // In place, by sed's own way, and emptied.
    world.sh_with(map("~/.toolrc"), "echo c >> ~/.toolrc && sed -i s/a/A/ ~/.toolrc").run().ok();
    assert_eq!(fs::read_to_string(&file).expect("there"), "A\nb\nc\n");
    world.sh_with(map("~/.toolrc"), ": > ~/.toolrc").run().ok();
    assert_eq!(fs::read_to_string(&file).expect("there"), "");
    // What is not mapped read-write is not.
    assert_ne!(world.sh_with(["--map", "~/.toolrc"], REPLACE).run().code(), 0);
    let names = fs::read_dir(world.home()).expect("there").flatten().map(|entry| entry.file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().contains("toolrc")).count(), 1);
}

#[test]
fn a_link_of_a_dotfile_manager_stays_one() {
    let world = World::new();
    let file = world.file("home/dots/tool rc", "a\n");
    world.link("dots/tool rc", "home/.toolrc");
    assert_eq!(world.sh_with(map("~/.toolrc"), REPLACE).run().ok(), "a\nb\n");
    assert_eq!(fs::read_to_string(&file).expect("there"), "a\nb\n");
    assert!(world.home().join(".toolrc").is_symlink());
}

#[test]
fn what_others_wrote_meanwhile_stays_and_is_told() {
    let world = World::new();
    let file = world.file("home/.toolrc", "a\n");
    let script = "echo ready; read line; echo mine > ~/.toolrc";
    let (input, typed) = nix::unistd::pipe().expect("a pipe");
    let running = world.sh_with(map("~/.toolrc"), script).stdin(input).start();
    running.says("ready");
    fs::write(&file, "theirs\n").expect("written");
    nix::unistd::write(&typed, b"\n").expect("typed");
    let ended = running.finish();
    assert_eq!(ended.code(), 0, "{ended}");
    assert_eq!(fs::read_to_string(&file).expect("there"), "theirs\n");
    assert!(ended.err().contains("was not saved: somebody has changed it"), "{ended}");
    // The command that is told shows both.
    let (_, told) = ended.err().split_once("the jail's is kept: ").expect("the jail's is kept");
    let compared = world.outside(["sh", "-c", told.lines().next().expect("a line")]).run();
    assert!(
        compared.out().contains("< theirs\n") && compared.out().contains("> mine\n"),
        "{compared}"
    );
}

#[test]
fn a_file_that_can_only_be_written_in_place_is_told_once() {
    let world = World::new();
    let file = world.file("home/papers/notes.txt", "a\n");
    world.file("home/.toolrc", "a\n");
    let append = ["--rw-map", "~/papers/notes.txt", "sh", "-c", "echo b >> ~/papers/notes.txt"];
    let first = world.jail(append).run();
    assert_eq!(first.code(), 0, "{first}");
    assert_eq!(fs::read_to_string(&file).expect("there"), "a\nb\n");
    let told = format!("{} can be written in place and not replaced", file.display());
    assert!(first.err().contains(&told), "{first}");
    let directory = file.parent().expect("papers").display().to_string();
    assert!(first.err().contains(&format!("--rw-map {directory}")), "{first}");
    // It is so, and the flag that is named helps.
    let replace = "sed -i s/a/A/ ~/papers/notes.txt";
    assert_ne!(world.sh_with(map("~/papers/notes.txt"), replace).run().code(), 0);
    world.sh_with(["--rw-map", &directory], replace).run().ok();
    assert_eq!(fs::read_to_string(&file).expect("there"), "A\nb\n");
    let again = world.jail(append).run();
    assert!(!again.err().contains("in place"), "{again}");
    let dotfile = world.jail(["--rw-map", "~/.toolrc", "true"]).run();
    assert!(!dotfile.err().contains("in place"), "{dotfile}");
}
