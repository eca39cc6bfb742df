//! Maps: what the user asks for is there, with the access asked for, whatever the order; and a
//! hidden place only where it is named itself.

use std::fs;
use std::path::Path;

use crate::harness::{Seen, World};

const ABSENT: Seen = Seen::Absent;
const READ_ONLY: Seen = Seen::File { readable: true, writable: false };
const READ_WRITE: Seen = Seen::File { readable: true, writable: true };

#[test]
fn a_map_is_read_only_and_an_rw_map_read_write() {
    let world = World::new();
    let file = world.file("data/deep/file", "x");
    let directory = world.root().join("data");
    let name = directory.to_str().expect("plain");
    assert_eq!(world.look_outside([&file]), [READ_WRITE]);
    assert_eq!(world.look([&file]), [ABSENT]);
    assert_eq!(world.look_with(["--map", name], [&file]), [READ_ONLY]);
    assert_eq!(world.look_with(["--rw-map", name], [&file]), [READ_WRITE]);
    let script = format!("echo y > {name}/new");
    world.sh_with(["--rw-map", name], &script).run().ok();
    assert_eq!(fs::read(directory.join("new")).expect("it arrived"), b"y\n");
}

#[test]
fn a_single_file_can_be_mapped() {
    let world = World::new();
    let file = world.file("data/file", "x");
    let other = world.file("data/other", "x");
    let flags = ["--map".as_ref(), file.as_os_str()];
    assert_eq!(world.look_with(flags, [&file, &other]), [READ_ONLY, ABSENT]);
    let flags = ["--rw-map".as_ref(), file.as_os_str()];
    assert_eq!(world.look_with(flags, [&file, &other]), [READ_WRITE, ABSENT]);
}

#[test]
fn relative_paths_and_the_tilde() {
    let world = World::new();
    let beside = world.file("home/beside/file", "x");
    for name in ["../beside", "./../beside/", "~/beside", "~/./project/../beside"] {
        assert_eq!(world.look_with(["--map", name], [&beside]), [READ_ONLY], "{name}");
    }
    let program = world.file("home/project/~/file", "x");
    assert_eq!(world.look_with(["--map", "./~"], [&program]), [READ_ONLY]);
}

#[test]
fn a_map_to_another_place() {
    let world = World::new();
    world.file("data/file", "x");
    let source = world.root().join("data");
    for dest in ["/data", "/mnt/deep/er", "/tmp/data", "/run/data", "/home/elsewhere"] {
        let map = format!("{}:{dest}", source.display());
        let at = format!("{dest}/file");
        assert_eq!(world.look_with(["--map", &map], [&at]), [READ_ONLY], "{dest}");
        assert_eq!(world.look_with(["--rw-map", &map], [&at]), [READ_WRITE], "{dest}");
        let own = source.join("file");
        assert_eq!(world.look_with(["--map", &map], [own]), [ABSENT], "not at its own place");
    }
    let in_home = world.look_with(["--map", "../../data:~/data"], [world.home().join("data/file")]);
    assert_eq!(in_home, [READ_ONLY]);
}

#[test]
fn an_existing_path_with_a_colon_is_one_path() {
    let world = World::new();
    let whole = world.file("data:/mnt/file", "whole");
    world.file("data/file", "split");
    let source = world.root().join("data:/mnt");
    let flags = ["--map".as_ref(), source.as_os_str()];
    assert_eq!(world.look_with(flags, [whole.as_os_str()]), [READ_ONLY]);
    assert_eq!(world.look_with(flags, ["/mnt/file"]), [ABSENT]);

    // With the colon in the source, the split that names something existing is taken.
    world.file("a:b/file", "colon");
    let map = format!("{}/a:b:/mnt/ab", world.root().display());
    assert_eq!(world.look_with(["--map", &map], ["/mnt/ab/file"]), [READ_ONLY]);
}

#[test]
fn a_child_gets_its_own_access_whatever_the_order() {
    let world = World::new();
    let (inner, outer) = (world.file("data/inner/file", "x"), world.file("data/file", "x"));
    let child = inner.parent().expect("inner").to_str().expect("plain").to_owned();
    let parent = outer.parent().expect("data").to_str().expect("plain").to_owned();
    let cases = [
        (["--rw-map", &parent, "--map", &child], [READ_ONLY, READ_WRITE]),
        (["--map", &child, "--rw-map", &parent], [READ_ONLY, READ_WRITE]),
        (["--map", &parent, "--rw-map", &child], [READ_WRITE, READ_ONLY]),
        (["--rw-map", &child, "--map", &parent], [READ_WRITE, READ_ONLY]),
    ];
    for (flags, expected) in cases {
        assert_eq!(world.look_with(flags, [&inner, &outer]), expected, "{flags:?}");
    }
}

#[test]
fn a_map_inside_the_project_has_its_own_access() {
    let world = World::new();
    let paths = [
        world.file("home/project/vendor/file", "x"),
        world.file("home/project/file", "x"),
        world.file("home/project/one/deep/file", "x"),
    ];
    let flags = ["--map", "vendor", "--map", "one/deep/file"];
    assert_eq!(world.look_outside(&paths), [READ_WRITE; 3]);
    assert_eq!(world.look_with(flags, &paths), [READ_ONLY, READ_WRITE, READ_ONLY]);
}

#[test]
fn a_map_changes_the_access_of_a_row_of_the_tables() {
    let world = World::new();
    let tool = world.file("home/.tool/file", "x");
    let cache = world.file("home/.cache/file", "x");
    let paths = [&tool, &cache];
    assert_eq!(world.look(paths), [READ_ONLY, READ_WRITE]);
    let flags = ["--rw-map", "~/.tool", "--map", "~/.cache"];
    assert_eq!(world.look_with(flags, paths), [READ_WRITE, READ_ONLY]);
}

#[test]
fn a_hidden_place_is_opened_by_its_own_name_only() {
    let world = World::new();
    let key = world.file("home/.ssh/key", "secret");
    let config = world.file("home/.ssh/config", "settings");
    let paths = [&key, &config];
    assert_eq!(world.look_with(["--map", "~/.ssh"], paths), [READ_ONLY; 2]);
    assert_eq!(world.look_with(["--rw-map", "~/.ssh"], paths), [READ_WRITE; 2]);
    assert_eq!(world.look_with(["--map", "~/.ssh/config"], paths), [ABSENT, READ_ONLY]);
    let home = world.home();
    let above = world.root();
    for parent in [home.as_path(), above] {
        let flags = ["--map".as_ref(), parent.as_os_str()];
        assert_eq!(world.look_with(flags, paths), [ABSENT; 2], "{flags:?}");
    }
    let parent = world.file("home/.config/gcloud/token", "secret");
    let other = world.file("home/.config/configstore/x", "x");
    let flags = ["--rw-map", "~/.config"];
    assert_eq!(world.look_with(flags, [&parent, &other]), [ABSENT, READ_WRITE]);
}

#[test]
fn what_holds_the_trust_records_is_not_mapped_for_writing() {
    // Not even where there are none yet, which a jail could make.
    let world = World::new();
    let (home, above) = (world.home(), world.root().to_owned());
    world.directory("home/.local/share");
    for parent in [home.clone(), above, home.join(".local"), home.join(".local/share")] {
        let parent = parent.to_str().expect("plain");
        let ended = world.exec_with(["--rw-map", parent], ["echo", "ran"]).run();
        ended.is_failure(125, &["cannot map", "trust records"]);
    }
}

#[test]
fn a_map_of_the_whole_home_shows_all_but_what_is_hidden() {
    let world = World::new();
    let letter = world.file("home/Documents/letter", "x");
    let hidden = [
        world.file("home/.ssh/key", "secret"),
        world.file("home/.config/gcloud/token", "secret"),
        world.file("home/.bash_history", "secret"),
        world.file("home/.cargo/credentials.toml", "secret"),
        world.file("home/.local/share/keyrings/login", "secret"),
    ];
    let flags = ["--map", "~"];
    assert_eq!(world.look_with(flags, [&letter]), [READ_ONLY]);
    let script = "cat ~/.ssh/* ~/.bash_history ~/.cargo/credentials.toml \
                  ~/.config/gcloud/* ~/.local/share/keyrings/* 2>/dev/null; true";
    assert_eq!(world.sh_with(flags, script).run().out(), "");
    for file in hidden {
        assert_eq!(fs::read(&file).expect("still there"), b"secret");
    }
}

#[test]
fn a_link_into_a_hidden_place_is_no_way_round() {
    let world = World::new();
    world.file("home/.ssh/key", "secret");
    world.link(".ssh", "home/link");
    world.link("../.ssh/key", "home/project/key");
    for map in ["~/link", "~/link/key", "key", "~/link:/mnt/x", "../link/../link"] {
        for flag in ["--map", "--rw-map"] {
            let ended = world.exec_with([flag, map], ["echo", "ran"]).run();
            ended.is_failure(125, &["cannot map", "hidden", ".ssh"]);
        }
    }
}

#[test]
fn a_map_through_a_link_keeps_both_names() {
    let world = World::new();
    let real = world.file("data/file", "x");
    let link = world.link("data", "link");
    let flags = ["--map".as_ref(), link.as_os_str()];
    assert_eq!(world.look_with(flags, [real, link.join("file")]), [READ_ONLY; 2]);
}

#[test]
fn a_map_repeated_is_one_map() {
    let world = World::new();
    let file = world.file("data/file", "x");
    let directory = file.parent().expect("data").to_str().expect("plain");
    let flags = ["--map", directory, "--map", directory];
    assert_eq!(world.look_with(flags, [&file]), [READ_ONLY]);
}

#[test]
fn of_two_maps_of_one_place_the_narrower_counts() {
    let world = World::new();
    let file = world.file("data/file", "x");
    world.link("data", "link");
    for flags in [
        ["--rw-map", "../../link", "--map", "../../data"],
        ["--map", "../../link", "--rw-map", "../../data"],
    ] {
        assert_eq!(world.look_with(flags, [&file]), [READ_ONLY], "{flags:?}");
    }
}

#[test]
fn two_places_with_one_destination_are_an_error() {
    let world = World::new();
    let (one, two) = (world.file("one/file", "1"), world.file("two/file", "2"));
    let map = |file: &Path| format!("{}:/data", file.parent().expect("a directory").display());
    let (one, two) = (map(&one), map(&two));
    let ended = world.exec_with(["--map", &one, "--rw-map", &two], ["true"]).run();
    ended.is_failure(125, &["/data is the destination", "ai-jail --man"]);

    // What is typed comes before what the file says.
    world.file("home/project/.ai-jail", format!("ro_maps = [\"{one}\"]\n"));
    let flags = ["--trust-once", "--map", &two];
    let ended = world.exec_with(flags, ["cat", "/data/file"]).run();
    assert_eq!(ended.ok(), "2");
}

#[test]
fn what_the_jail_has_of_its_own_is_in_the_way() {
    let world = World::new();
    let file = world.file("shared/file", "1");
    for dest in ["/", "/proc", "/dev", "/dev/mqueue/below"] {
        let map = format!("{}:{dest}", file.parent().expect("a directory").display());
        let ended = world.exec_with(["--map", &map], ["echo", "ran"]).run();
        ended.is_failure(125, &["cannot map"]);
    }
}

#[test]
fn devices_can_be_mapped() {
    let world = World::new();
    let command = ["sh", "-c", "cat /etc/passwd > /dev/full"];
    let error = "No space left on device";
    assert!(world.exec_with(["--rw-map", "/dev/full"], command).run().err().contains(error));
    assert!(world.exec_with(["--map", "/dev/full:/mnt/full"], ["true"]).run().ok().is_empty());
}

#[test]
fn maps_leave_nothing_on_the_host() {
    let world = World::new();
    world.file("data/file", "x");
    let source = world.root().join("data");
    let map = format!("{}:~/.tool/data", source.display());
    world.directory("home/.tool");
    world.exec_with(["--map", &map], ["true"]).run();
    let left = fs::read_dir(world.home().join(".tool")).expect("the entry").count();
    assert_eq!(left, 0, "a mount point was left in the home");
}
