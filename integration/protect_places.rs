//! Protection where a place is reached in another way than usual: a project in a writable or in a
//! protected place, maps, links, our own programs.

use std::fs;
use std::path::PathBuf;

use crate::harness::{World, program};

#[test]
fn a_project_in_a_protected_place_can_be_worked_on() {
    for project in ["home/.config/nvim", "home/.config/nvim/lua", "home/.cargo/bin"] {
        let world = World::with_project(&std::env::temp_dir(), project);
        world.sh("echo x > file").run().ok();
        assert!(world.project().join("file").exists());
        let other = world.file("home/.config/fish/config.fish", "x");
        let script = format!("echo y > {}", other.display());
        assert_ne!(world.sh(&script).run().code(), 0, "{project}");
    }
}

#[test]
fn a_read_only_map_inside_a_writable_place_stays_in_its_place() {
    let world = World::new();
    let file = world.file("home/project/a/b/tests/file", "x");
    let script = "mv a x; mv a/b x; mv a/b/tests x; mkdir -p a/b/tests; echo y > a/b/tests/file";
    for flags in [["--map", "a/b/tests"].as_slice(), &["--map", "a/b/tests", "--no-protect"]] {
        assert_ne!(world.sh_with(flags, script).run().code(), 0);
        assert_eq!(fs::read(&file).expect("it is there"), b"x");
    }
    world.outside(["sh", "-c", script]).run();
    assert_eq!(fs::read(&file).expect("it is there"), b"y\n", "the control");
}

#[test]
fn a_hidden_file_cannot_be_made_anew_beside_itself() {
    let world = World::new();
    let token = world.file("home/.config/gh/hosts.yml", "token");
    let script = "mv ~/.config/gh ~/.config/x; mkdir -p ~/.config/gh; echo evil > \
                  ~/.config/gh/hosts.yml; cat ~/.config/*/hosts.yml";
    assert_eq!(world.sh(script).run().out(), "");
    assert_eq!(fs::read(token).expect("it is there"), b"token");
}

#[test]
fn a_map_of_what_is_above_lifts_nothing() {
    let world = World::new();
    let file = world.file("home/.config/fish/config.fish", "x");
    let elsewhere = world.file("elsewhere/file", "x");
    let elsewhere = elsewhere.parent().expect("a directory");
    world.link(elsewhere, "home/.config/linked");
    let writes = |flags: &[&str], path: &str| {
        let script = format!("echo y > {path}/config.fish");
        world.sh_with(flags, &script).run().code() == 0
    };
    assert!(!writes(&["--rw-map", "~/.config"], "~/.config/fish"));
    let map = format!("{}:/mnt/c", world.home().join(".config").display());
    assert!(!writes(&["--rw-map", &map], "/mnt/c/fish"));
    assert_eq!(fs::read(&file).expect("it is there"), b"x");
    // Exactly that, there and elsewhere.
    let map = format!("{}:/mnt/f", world.home().join(".config/fish").display());
    assert!(writes(&["--rw-map", &map], "/mnt/f"));
    assert!(!writes(&["--rw-map", &map], "~/.config/fish"));
    assert!(writes(&["--rw-map", "~/.config/fish"], "~/.config/fish"));
    // Something in it.
    world.file(&file, "x");
    assert!(writes(&["--rw-map", "~/.config/fish/config.fish"], "~/.config/fish"));
    assert_eq!(fs::read(&file).expect("it is there"), b"y\n");
    let script = "echo y > ~/.config/fish/other";
    let flags = ["--rw-map", "~/.config/fish/config.fish"];
    assert_ne!(world.sh_with(flags, script).run().code(), 0);
}

#[test]
fn what_a_link_leads_to_is_not_taken_from_the_project() {
    let world = World::new();
    // As an earlier jail could have left it.
    world.link(world.project().join("src"), "home/.config/fish");
    world.link("../src", "home/project/.git/hooks");
    world.link(world.project(), "home/.config/Code");
    world.link("../project", "home/.config/gh");
    for name in ["src/file", "User/file", "config.yml"] {
        world.file(format!("home/project/{name}"), "x");
    }
    world
        .sh("for name in src/file User/file config.yml; do echo y > $name || exit; done")
        .run()
        .ok();
}

#[test]
fn ai_jail_itself() {
    let world = World::new();
    let ours = world.project().join("target/ai-jail");
    fs::create_dir(world.project().join("target")).expect("a directory");
    fs::copy(program(), &ours).expect("a copy of the program");
    let content = || fs::read(&ours).expect("it is there");
    let before = content();
    let attack = "file=target/ai-jail; echo > evil; (cat evil > $file); mv -f evil $file; \
                  rm -f $file; mv target target.old; true";
    let words = ["--exec", "--", "sh", "-c", attack].map(PathBuf::from);
    assert_eq!(world.outside([ours.clone()].into_iter().chain(words)).run().code(), 0);
    assert!(content() == before);
    world.outside(["sh", "-c", attack]).run();
    assert!(!ours.exists(), "the control");
}

#[test]
fn each_mount_says_why_it_is_there() {
    let world = World::new();
    world.file("home/.config/go/env", "x");
    let ended = world.exec_with(["-v"], ["true"]).run();
    let home = world.home();
    let line = |text: &str| {
        let line = format!("ai-jail: {}/.config/{text}\n", home.display());
        assert!(ended.err().contains(&line), "{line}: {ended}");
    };
    line("go/env: read-only (settings of a build tool, which name programs)");
    line("go: read-write (keeps what is below it in its place)");
    let json = world.jail(["--dry-run=json", "true"]).run();
    assert!(json.ok().contains("\"authority\": \"protect\""), "{json}");
    let pasted = world.jail(["--dry-run", "sh", "-c", "echo > ~/.config/go/env"]).run();
    assert_ne!(world.outside(["sh", "-c", pasted.ok()]).run().code(), 0);
}

#[test]
fn explain_knows_the_rule_and_what_lifts_it() {
    let world = World::new();
    world.file("home/.config/fish/config.fish", "x");
    world.file("home/project/.envrc", "x");
    let file = "~/.config/fish/config.fish";
    let explained = world.jail(["--explain", file]).run();
    // The narrowest that does it.
    let change = "--rw-map ~/.config/fish/config.fish";
    for text in ["the host runs it later", "read-only file", "run by every new shell"] {
        assert!(explained.ok().contains(text), "{text}: {explained}");
    }
    assert!(explained.out().contains(change), "{explained}");
    let explained = world.jail(["--explain", ".envrc"]).run();
    assert!(explained.ok().contains("the host may run it"), "{explained}");
    let explained = world.jail(["--explain", "other"]).run();
    assert!(!explained.ok().contains("may run it"), "{explained}");
    // What only keeps it in its place changes nothing.
    world.file("home/project/src/generated/file", "x");
    let explained = world.jail(["--map", "src/generated", "--explain", "src"]).run();
    assert!(explained.ok().contains("the project"), "{explained}");
}
