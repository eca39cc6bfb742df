//! Files that a jail has read-only, changed by another name that they have in a cache where it writes: uv, pnpm
//! and bun link what they install. No mount can hold that, so the run says it.

use std::fs;

use super::attack::{ALL, OWN_HOME, found};
use crate::harness::World;

const TITLE: &str = "hard links from a cache to an installed program";

/// What is installed, and the same file in the installer's cache.
const INSTALLED: [(&str, &str); 3] = [
    (".local/share/uv/tools/x/lib/x.py", ".cache/uv/archive-v0/x/x.py"),
    (".local/share/pnpm/global/5/node_modules/x/x.js", ".local/share/pnpm/store/v3/files/00/x"),
    (".bun/install/global/node_modules/x/x.js", ".bun/install/cache/x/x.js"),
];

fn linked() -> World {
    let world = World::new();
    for (installed, cached) in INSTALLED {
        let (installed, cached) = (format!("home/{installed}"), format!("home/{cached}"));
        let cached = world.file(cached, "as installed\n");
        let beside = world.file(format!("{installed}.alone"), "as installed\n");
        fs::hard_link(cached, beside.with_extension("")).expect("a link");
    }
    // The directories that ai-jail makes are there, and what it says once was said.
    world.jail(["--no-mise", "true"]).run();
    world
}

/// Does something to every file in a cache.
fn with_each(what: &str) -> Vec<String> {
    let caches = INSTALLED.map(|(_, cached)| format!("~/{cached}")).join(" ");
    let script = format!("for file in {caches}; do {what}; done");
    ["--no-mise", "sh", "-c", &script].map(str::to_owned).into()
}

#[test]
fn a_file_that_is_changed_by_its_name_in_a_cache_is_reported() {
    let world = linked();
    // The control: by its own name it cannot be changed, and is not reported.
    let own = INSTALLED.map(|(installed, _)| format!("~/{installed}")).join(" ");
    let script = format!("for file in {own}; do echo evil >> $file && exit 1; done; true");
    let ended = world.jail(["--no-mise", "sh", "-c", &script]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(!ended.err().contains("hard link"), "{ended}");

    let ended = world.jail(with_each("echo evil >> $file")).run();
    for (installed, _) in INSTALLED {
        let file = world.home().join(installed);
        assert_eq!(fs::read_to_string(&file).expect("a file"), "as installed\nevil\n");
        let line = format!("{} was changed in this run by another name", file.display());
        assert!(ended.err().contains(&line), "{ended}");
        assert!(ended.err().contains("--own-home"), "{ended}");
    }
    assert!(!ended.err().contains("alone"), "{ended}");
    found(TITLE, ALL, "reported");

    // In the next run nothing has changed.
    let ended = world.jail(["--no-mise", "true"]).run();
    assert!(!ended.err().contains("hard link"), "{ended}");
}

#[test]
fn a_date_that_is_set_back_hides_nothing() {
    let world = linked();
    let ended = world.jail(with_each("echo evil >> $file; touch -d 2020-01-01 $file")).run();
    let lines = ended.err().lines().filter(|line| line.contains("or changed by another name"));
    assert_eq!(lines.count(), INSTALLED.len(), "{ended}");
    // What an installer does with its cache looks the same, and is told in the same words.
    let ended = world.jail(with_each("ln $file $file.again")).run();
    let lines =
        ended.err().lines().filter(|line| line.contains("was linked once more in this run"));
    assert_eq!(lines.count(), INSTALLED.len(), "{ended}");
}

#[test]
fn a_home_of_the_jails_own_has_caches_of_its_own() {
    let world = linked();
    let words =
        [vec!["--own-home".to_owned()], with_each("mkdir -p ${file%/*}; echo evil >> $file")]
            .concat();
    let ended = world.jail(words).run();
    assert_eq!(ended.code(), 0, "{ended}");
    for (installed, _) in INSTALLED {
        let content = fs::read_to_string(world.home().join(installed)).expect("a file");
        assert_eq!(content, "as installed\n", "{ended}");
    }
    assert!(!ended.err().contains("hard link"), "{ended}");
    found(TITLE, OWN_HOME, "the jails' own");
}
