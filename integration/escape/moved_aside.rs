//! The directory above a mask or a read-only map is renamed: the mount stays on what it covers,
//! but the next jail would find the content at a name that no table knows.

use std::path::{Path, PathBuf};

use super::attack::found;
use crate::harness::{Seen, World};

const ABSENT: Seen = Seen::Absent;

/// In one jail each directory is renamed; in the next the content is looked for at both names.
fn stays(title: &'static str, world: &World, flags: &[&str], file: &Path, directories: &[PathBuf]) {
    for directory in directories {
        let aside = directory.with_file_name("aside");
        let rename =
            ["mv", "-T", directory.to_str().expect("plain"), aside.to_str().expect("plain")];
        // The control: outside it can be renamed, and in a jail its neighbour can.
        world.outside(rename).run().ok();
        let back = ["mv", "-T", aside.to_str().expect("plain"), directory.to_str().expect("plain")];
        world.outside(back).run().ok();
        let neighbour = directory.with_file_name("neighbour");
        std::fs::create_dir(&neighbour).expect("a directory");
        let script = "mv -T \"$0\" \"$1\" && rmdir \"$1\"";
        let words = [
            "sh",
            "-c",
            script,
            neighbour.to_str().expect("plain"),
            aside.to_str().expect("plain"),
        ];
        world.exec_with(flags, words).run().ok();

        let ended = world.exec_with(flags, rename).run();
        assert!(ended.err().contains("Device or resource busy"), "{ended}");
        let below = file.strip_prefix(directory).expect("inside");
        assert_eq!(world.look_with(flags, [aside.join(below)]), [ABSENT]);
        found(title, flags, "EBUSY");
    }
}

fn above(file: &Path, end: &Path) -> Vec<PathBuf> {
    let parents = file.ancestors().skip(1).take_while(|path| *path != end);
    parents.map(Path::to_path_buf).collect()
}

#[test]
fn a_hidden_file_in_a_writable_directory() {
    let world = World::new();
    for path in ["home/.config/gh/hosts.yml", "home/.config/git/credentials"] {
        let token = world.file(path, "token");
        let title = "moving the directory of a hidden file aside";
        stays(title, &world, &[], &token, &above(&token, &world.home().join(".config")));
    }
}

#[test]
fn a_hidden_place_that_is_kept_in_the_project() {
    let world = World::new();
    let key = world.file("home/project/private/keys/aws/key", "secret");
    world.link(key.parent().expect("aws"), "home/.aws");
    let hidden = key.parent().expect("aws");
    let title = "moving the directory of a hidden place aside, in the project";
    stays(title, &world, &[], &key, &above(hidden, world.project()));
}

#[test]
fn a_read_only_map_in_the_project() {
    let world = World::new();
    let library = world.file("home/project/vendor/deep/library/file", "x");
    let map = library.parent().expect("library");
    let flags = ["--map", map.to_str().expect("plain")];
    for directory in above(map, world.project()) {
        let aside = directory.with_file_name("aside");
        let words =
            ["mv", "-T", directory.to_str().expect("plain"), aside.to_str().expect("plain")];
        let ended = world.exec_with(flags, words).run();
        assert!(ended.err().contains("Device or resource busy"), "{ended}");
        found("making room for another file where a read-only map is", &flags[..1], "EBUSY");
        // The control: without the map it can be.
        world.exec(words).run().ok();
        std::fs::rename(&aside, &directory).expect("back");
    }
    // What stands beside it can be worked with as usual.
    let beside = "echo x > vendor/new && mv vendor/new vendor/deep/new && rm vendor/deep/new";
    world.sh_with(flags, beside).run().ok();
}
