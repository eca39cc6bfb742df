//! Dot entries that are symbolic links: they work as outside, and open nothing that is hidden.

use std::fs;

use crate::harness::{Seen, World};

const READ_ONLY: Seen = Seen::File { readable: true, writable: false };
const READ_WRITE: Seen = Seen::File { readable: true, writable: true };

#[test]
fn a_link_into_a_repository_of_dot_files() {
    let world = World::new();
    let file = world.file("home/dotfiles/vimrc", "settings");
    let other = world.file("home/dotfiles/private-notes", "private");
    let by_name = world.link("dotfiles/vimrc", "home/.vimrc");
    let by_path = world.link(&file, "home/.exrc");
    assert_eq!(world.look_outside([&by_name, &by_path, &other]), [READ_WRITE; 3]);
    assert_eq!(world.look([&by_name, &by_path, &other]), [READ_ONLY, READ_ONLY, Seen::Absent]);
    let targets = world.exec(["readlink", "-f"].map(Into::into).iter().chain([&by_name])).run();
    assert_eq!(targets.ok().trim_end(), file.to_str().expect("plain"));
}

#[test]
fn a_writable_entry_behind_a_link() {
    let world = World::new();
    let file = world.file("home/dotfiles/config/configstore/settings", "settings");
    let secret = world.file("home/dotfiles/config/gcloud/token", "secret");
    world.link("dotfiles/config", "home/.config");
    let named = world.home().join(".config/configstore/settings");
    let hidden = world.home().join(".config/gcloud/token");
    assert_eq!(world.look_outside([&named, &hidden, &secret]), [READ_WRITE; 3]);
    assert_eq!(world.look([&named, &hidden, &secret]), [READ_WRITE, Seen::Absent, Seen::Absent]);
    world.sh("printf ' and more' >> ~/.config/configstore/settings").run().ok();
    assert_eq!(fs::read_to_string(file).expect("a file"), "settings and more");
}

/// A profile of Nix: its links stand where jails may write elsewhere, and lead to what is in every jail.
#[test]
fn a_link_over_state_to_what_is_there_anyway() {
    let world = World::new();
    let letter = world.file("home/letters/letter", "private");
    world.directory("home/.local/state/nix/profiles");
    world.link("/usr", "home/.local/state/nix/profiles/profile-1-link");
    world.link("profile-1-link", "home/.local/state/nix/profiles/profile");
    world.link(world.home().join(".local/state/nix/profiles/profile"), "home/.nix-profile");
    world.link(world.home().join("letters"), "home/.local/state/nix/profiles/letters");
    let letters = world.link(".local/state/nix/profiles/letters", "home/.letters");
    let by_link = letters.join("letter");
    assert_eq!(world.look_outside([&by_link, &letter]), [READ_WRITE; 2]);

    let program = world.home().join(".nix-profile/bin/true");
    assert_eq!(world.exec([&program]).run().ok(), "");
    // No jail could turn it to something else, and one that leads to more is left out.
    world
        .sh("ln -sf /bin ~/.local/state/nix/profiles/profile 2> /dev/null; test $? != 0")
        .run()
        .ok();
    assert_eq!(world.look([&by_link, &letter]), [Seen::Absent; 2]);
}

#[test]
fn a_link_into_a_hidden_place_opens_nothing() {
    let world = World::new();
    let key = world.file("home/.ssh/key", "secret");
    let links = [
        world.link(&key, "home/.file-link"),
        world.link(".ssh", "home/.directory-link").join("key"),
        world.link("/proc/self/root".to_owned() + key.to_str().expect("plain"), "home/.proc-link"),
        world.link(".directory-link/key", "home/.link-by-link"),
    ];
    assert_eq!(world.look_outside(&links), [READ_WRITE; 4]);
    assert_eq!(world.look(&links), [Seen::Absent; 4]);
    assert_eq!(world.look([&key]), [Seen::Absent]);
}

#[test]
fn a_hidden_entry_that_is_a_link_is_hidden_where_it_leads_too() {
    let world = World::new();
    let key = world.file("home/store/ssh/key", "secret");
    let other = world.file("home/store/vim/settings", "settings");
    let hidden = world.link("store/ssh", "home/.ssh").join("key");
    let all = world.link("store", "home/.store");
    let paths = [&key, &hidden, &all.join("ssh/key"), &other, &all.join("vim/settings")];
    assert_eq!(world.look_outside(paths), [READ_WRITE; 5]);
    let expected = [Seen::Absent, Seen::Absent, Seen::Absent, READ_ONLY, READ_ONLY];
    assert_eq!(world.look(paths), expected);
    // A map of all does not reveal it either.
    let map = world.home().join("store");
    let flags = ["--map".as_ref(), map.as_os_str()];
    assert_eq!(world.look_with(flags, paths), expected);
}

#[test]
fn a_link_that_leads_nowhere_stops_nothing() {
    let world = World::new();
    world.link("/no/such/place", "home/.broken");
    world.link(".loop-b", "home/.loop-a");
    world.link(".loop-a", "home/.loop-b");
    world.link(".self/x", "home/.self");
    let names = [".broken", ".loop-a", ".self"].map(|name| world.home().join(name));
    assert_eq!(world.look(names), [Seen::Absent; 3]);
}

#[test]
fn a_link_to_more_than_an_entry_opens_nothing() {
    let world = World::new();
    let document = world.file("home/Documents/letter", "private");
    let beside = world.file("beside/letter", "private");
    let to_home = world.link(".", "home/.home").join("Documents/letter");
    let to_parent = world.link("..", "home/.parent").join("beside/letter");
    let to_root = world.link("/", "home/.root");
    let by_root = to_root.join(document.strip_prefix("/").expect("absolute"));
    let to_run = world.link("/run", "home/.run");
    let paths = [&document, &beside, &to_home, &to_parent, &by_root];
    assert_eq!(world.look_outside(paths), [READ_WRITE; 5]);
    assert_eq!(world.look(paths), [Seen::Absent; 5]);
    let names = world.sh("ls -A ~/.run/ 2>/dev/null").run();
    assert_eq!(names.out(), "", "{}", to_run.display());
}

#[test]
fn a_link_that_a_jail_could_have_planted_opens_nothing() {
    let world = World::new();
    let letter = world.file("home/Documents/letter", "private");
    // `.config` is writable in a jail, `.local/share` is not.
    let direct = world.link(&letter, "home/.config/gh");
    let through = world.link(".config/gh", "home/.through");
    world.file("home/state/pnpm/file", "state");
    let state = world.link("../state", "home/.local/state").join("pnpm/file");
    assert_eq!(world.look_outside([&direct, &through, &state]), [READ_WRITE; 3]);
    assert_eq!(world.look([&direct, &through]), [Seen::Absent; 2]);
    // That one only its user can have made.
    assert_eq!(world.look([&state]), [READ_WRITE]);
}

#[test]
fn an_earlier_jail_cannot_open_anything_for_a_later_one() {
    let world = World::new();
    let letter = world.file("home/Documents/letter", "private");
    let key = world.file("home/.ssh/key", "secret");
    for directory in [".config", ".cache", ".local/state", ".cargo", ".claude"] {
        world.directory(format!("home/{directory}"));
    }
    let plant = format!(
        "for place in ~/.config ~/.cache ~/.local/state ~/.cargo ~/.claude; do \
           for name in git gh systemd chromium nvidia bin credentials mise op x; do \
             ln -s {0} $place/$name; done; done; \
         ln -s {0} a; ln -s {1} b; ln -s ~ c",
        letter.parent().expect("Documents").display(),
        key.parent().expect(".ssh").display()
    );
    world.sh(&plant).run().ok();
    let search = "find -L / -xdev \\( -name letter -o -name key \\) -path '*jail-world*' 2>/dev/null; \
                  find -L \"$HOME\" \\( -name letter -o -name key \\) 2>/dev/null; true";
    assert!(world.outside(["sh", "-c", search]).run().ok().contains("letter"));
    assert_eq!(world.sh(search).run().out(), "");
}
