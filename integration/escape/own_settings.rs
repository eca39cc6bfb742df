//! A jail that would widen the next one: by its project's `.ai-jail`, by the user's own, by what
//! was agreed to. The records of trust themselves are in `maps.rs` and `tests/trust_records.rs`.

use std::path::Path;

use super::attack::{ALL, Attack, BARE, found};
use crate::harness::{World, seccomp_of_no_filter};

/// What a project gets only from a user who agreed.
const WIDER: &str = "no_seccomp = true\nro_maps = [\"~/Documents\"]\n";

/// The state of the filter, and what an agreement would open.
const LOOK: &str = "grep Seccomp: /proc/self/status; cat ~/Documents/diary 2>&1";

/// Every way to put something else in the place of `file`, as acts of `files.py`.
fn replacements(file: &Path) -> Vec<String> {
    let named = |name: &str| file.with_file_name(name).display().to_string();
    let (old, new, other) = (file.display().to_string(), named("new"), named("other"));
    let moved = named("moved");
    let acts = [
        vec!["append", &old],
        vec!["write", &old],
        vec!["truncate", &old],
        vec!["chmod", &old],
        vec!["times", &old],
        vec!["link", &old, &other],
        vec!["exchange", &new, &old],
        vec!["unlink", &old],
        vec!["rename", &new, &old],
        vec!["rename", &old, &moved],
    ];
    acts.join(&"--").into_iter().map(str::to_owned).collect()
}

/// The file keeps its content whatever a jail with these flags does.
fn is_unchangeable(title: &'static str, world: &World, flags: &[&str], file: &Path) {
    let content = std::fs::read(file).expect("the file");
    std::fs::write(file.with_file_name("new"), WIDER).expect("beside it");
    for layers in [ALL, BARE] {
        let flags: Vec<&str> = flags.iter().copied().chain(layers.iter().copied()).collect();
        Attack::new(world, title, include_str!("probes/files.py"))
            .with(replacements(file))
            .gives(&flags, "EROFS EROFS EROFS EROFS EROFS EXDEV EBUSY EBUSY EBUSY EBUSY");
    }
    assert_eq!(std::fs::read(file).expect("it is there"), content);
    // The control, which ruins it.
    Attack::new(world, title, include_str!("probes/files.py"))
        .with(replacements(file))
        .works("ok ok ok ok ok ok ok ok ok ok");
}

/// What a jail may do with the file: it is content of the project like any other.
const EDITS: [&str; 5] = [
    "sed -i '/no_display/d' .ai-jail",
    ": > .ai-jail",
    "rm .ai-jail",
    "printf 'no_display = false\\n' > new && mv new .ai-jail",
    "rm .ai-jail && ln -s /dev/null .ai-jail",
];

/// Whoever takes something strict out of the file is not believed: neither where the user has typed
/// it, nor where it came with a repository and nobody was ever asked.
#[test]
fn the_projects_file_is_rewritten() {
    let title = "rewriting the project's .ai-jail";
    for edit in EDITS {
        for flags in [&[][..], &["--exec"]] {
            let world = World::new();
            world.file("home/project/.ai-jail", "no_display = true\n# mine\n");
            let words = flags.iter().copied().chain(["sh", "-c", edit]);
            let ended = world.jail(words).run();
            assert_eq!(ended.code(), 0, "{edit}: {ended}");
            if flags.is_empty() {
                let told = "settings of the next jail";
                assert!(edit.starts_with("rm .ai-jail") || ended.err().contains(told), "{ended}");
            }
            let next = world.exec(["echo", "ran"]).run();
            assert_eq!((next.code(), next.out()), (125, ""), "{edit}: {next}");
            let words = ["no longer says no_display = true", "a link", "symbolic link"];
            assert!(words.iter().any(|word| next.err().contains(word)), "{edit}: {next}");
        }
    }
    found(title, ALL, "asked about");
    // The control: a file that says what it said.
    let world = World::new();
    world.file("home/project/.ai-jail", "no_display = true\n");
    world.jail(["sh", "-c", "cp .ai-jail new && mv new .ai-jail"]).run();
    assert_eq!(world.exec(["echo", "ran"]).run().ok(), "ran\n");
}

/// One run's tightening is another's: a jail that takes it out while a second terminal saves.
#[test]
fn the_projects_file_is_rewritten_beside_another_run() {
    let world = World::new();
    let file = world.file("home/project/.ai-jail", "");
    world.jail(["--no-display", "true"]).run();
    world.sh("grep -v no_display .ai-jail > new; mv new .ai-jail").run().ok();
    assert!(!std::fs::read_to_string(&file).expect("there").contains("no_display"));
    let ended = world.jail(["--no-gpu", "true"]).run();
    assert_eq!(ended.code(), 125, "{ended}");
    assert!(ended.err().contains("no longer says no_display = true"), "{ended}");
}

/// A map of what is above lets a jail put another directory in the project's place.
#[test]
fn the_projects_directory_is_replaced() {
    let world = World::with_project(&std::env::temp_dir(), "home/work/deep/project");
    world.file("home/work/deep/project/.ai-jail", "no_display = true\n");
    let work = world.home().join("work").display().to_string();
    world.sh_with(["--rw-map", &work], "cd .. && mv project aside && mkdir project").run().ok();
    assert!(!world.project().join(".ai-jail").exists());
    let ended = world.exec(["echo", "ran"]).run();
    ended.is_failure(125, &["no longer says no_display = true"]);
    found("replacing the project's directory", &["--rw-map"], "asked about");
}

/// Nobody is asked about the user's own file, so no jail may write where it is a link to.
#[test]
fn the_users_file_is_rewritten_in_the_repository_of_settings() {
    let world = World::with_project(&std::env::temp_dir(), "home/dotfiles");
    let file = world.file("home/dotfiles/tools/settings.toml", "no_gpu = true\n");
    world.link("dotfiles/tools/settings.toml", "home/.ai-jail");
    let rename = ["rename", "tools", "aside"];
    Attack::new(&world, "moving the user's own settings aside", include_str!("probes/files.py"))
        .with(rename)
        .gives(ALL, "EBUSY")
        .gives(BARE, "EBUSY");
    is_unchangeable("rewriting the user's own .ai-jail", &world, &[], &file);
}

#[test]
fn a_new_file_is_left_for_the_next_run() {
    let world = World::new();
    world.file("home/Documents/diary", "private");
    let write = ["sh", "-c", "printf %s \"$0\" > .ai-jail", WIDER];
    world.exec(write).run().ok();
    let ended = world.sh(LOOK).run();
    ended.is_failure(125, &["not trusted", "without the system-call filter", "Documents"]);
    // The control: what it would have been.
    let ended = world.sh_with(["--trust-once"], LOOK).run();
    assert_eq!(ended.ok(), format!("{}\nprivate", seccomp_of_no_filter()));
    found("an .ai-jail left for the next run", ALL, "refused, status 125");
}

/// A user's agreement is to where a map leads, not to its name.
#[test]
fn an_agreed_map_is_made_to_lead_elsewhere() {
    let world = World::new();
    world.file("home/Documents/diary", "private");
    let data = world.file("home/data/file", "data\n");
    world.link(data.parent().expect("data"), "home/project/data");
    world.file("home/project/.ai-jail", "ro_maps = [\"data\"]\n");
    let trusted = world.jail(["--trust"]).run();
    assert_eq!(trusted.code(), 0, "{trusted}");
    // Such a map is not made at all: a jail could have set the link. But no jail has, yet.
    let before = world.sh("cat ~/data/file ~/Documents/diary 2>&1").run();
    assert!(before.out().contains("No such file"), "{before}");
    world.sh("rm data; ln -s ../Documents data").run();
    let ended = world.sh("cat ~/Documents/diary").run();
    ended.is_failure(125, &["not trusted", "Documents"]);
    found("an agreed map that leads elsewhere now", ALL, "refused, status 125");
}

/// Another jail, which started when there was no such file, keeps changing it during the launch.
#[test]
fn a_file_that_changes_while_it_is_read() {
    let world = World::new();
    world.file("home/Documents/diary", "private");
    let file = world.project().join(".ai-jail");
    let tight = world.file("home/project/tight", "no_gpu = true\n");
    let loose = world.file("home/project/loose", WIDER);
    let done = std::sync::atomic::AtomicBool::new(false);
    let (mut ran, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                for content in [&tight, &loose] {
                    let _ = std::fs::remove_file(&file);
                    std::fs::hard_link(content, &file).expect("a link");
                }
            }
        });
        for _ in 0..300 {
            let ended = world.sh(LOOK).run();
            if ended.code() == 125 {
                refused += 1;
            } else {
                ran += 1;
                assert!(ended.out().starts_with("Seccomp:\t2\n"), "{ended}");
                assert!(!ended.out().contains("private"), "{ended}");
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(ran > 0 && refused > 0, "no race: {ran} ran, {refused} were refused");
    found("an .ai-jail that changes while it is read, 300 times", ALL, "never applied");
}
