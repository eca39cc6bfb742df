//! What an agent's daemon, its launcher or an editor reads on the host to find work, a key or a
//! program: the jail shares the agent's state, and would have the host run what it leaves there.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ai_jail::policy::Os;
use ai_jail::policy::agents::AGENTS;
use ai_jail::policy::agents::runtime::{kept_programs, own_directories};
use ai_jail::policy::home::{Treatment, find};

use super::attack::{ALL, Attack, BARE, OWN_HOME, found};
use crate::harness::World;

/// Their directories, below the home.
fn directories() -> impl Iterator<Item = &'static str> {
    own_directories().map(|row| row.path).chain(kept_programs().map(|(_, place)| place.path))
}

/// A world in which all the agents are in use, and have nothing yet of those directories.
fn world() -> World {
    let world = World::new();
    for path in directories() {
        let state =
            Path::new(path).ancestors().skip(1).find(|path| find(Os::Linux, path).is_some());
        world.directory(Path::new("home").join(state.expect("the state of an agent")));
    }
    for row in AGENTS.iter().flat_map(|agent| agent.home) {
        if row.treatment == Treatment::ReadWrite {
            world.directory(format!("home/{}", row.path));
        }
    }
    world
}

#[test]
fn what_a_daemon_or_an_editor_keeps_there_cannot_be_read() {
    let world = world();
    let files = own_directories().map(|row| (format!("{}/key", row.path), "ENOENT"));
    let files = files.chain(
        AGENTS.iter().flat_map(|agent| agent.own_files).map(|row| (row.path.to_owned(), "")),
    );
    for (file, inside) in files {
        let path = world.file(format!("home/{file}"), "a key to the host");
        Attack::by(&world, "reading the key to an agent's daemon", super::attack::probe(READ))
            .with([&path])
            .works("a key to the host")
            .gives(ALL, inside)
            .gives(BARE, inside);
    }
}

const READ: &str = "print(attempt(lambda: open(sys.argv[1]).read()))";

/// Leaves a program in each directory, which may have to be made or moved aside before.
const PLANT: &str = r#"
    for directory; do
        parent=$(dirname "$directory")
        for above in "$directory" "$parent" "$(dirname "$parent")"; do
            test "$above" = "$HOME" || mv "$above" "$above.aside"
        done 2> /dev/null
        mkdir -p "$directory"
        (echo planted > "$directory/planted") 2> /dev/null
    done
    true"#;

/// The words that plant in places of the home.
fn plant<'a>(world: &World, places: impl Iterator<Item = &'a str>) -> Vec<OsString> {
    let places = places.map(|path| world.home().join(path).into_os_string());
    ["sh", "-c", PLANT, "sh"].map(OsString::from).into_iter().chain(places).collect()
}

/// Where something was planted.
fn planted(world: &World) -> Vec<&'static str> {
    directories().filter(|path| world.home().join(path).join("planted").exists()).collect()
}

#[test]
fn nothing_can_be_left_where_they_look_for_it() {
    let title = "leaving work or a program for an agent outside";
    for flags in [ALL, BARE, OWN_HOME] {
        let world = world();
        world.exec_with(flags, plant(&world, directories())).run().ok();
        assert_eq!(planted(&world), [""; 0], "{flags:?}: not there before");
        // Now they are there, and filled.
        for path in directories() {
            world.file(format!("home/{path}/kept"), "the host's");
        }
        world.exec_with(flags, plant(&world, directories())).run().ok();
        assert_eq!(planted(&world), [""; 0], "{flags:?}: there before");
        for path in directories() {
            let kept = world.home().join(path).join("kept");
            assert_eq!(fs::read_to_string(kept).expect("it is kept"), "the host's");
        }
        found(title, flags, "EROFS, or a place of the jail's own");
    }
    // The control.
    let world = world();
    for path in directories() {
        world.outside(plant(&world, [path].into_iter())).run().ok();
        assert!(planted(&world).contains(&path), "{path}: the control");
    }
}

#[test]
fn what_is_made_for_that_is_the_users_alone() {
    let world = world();
    world.sh("true").run().ok();
    for path in directories() {
        let mode = fs::metadata(world.home().join(path)).expect("made").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{path}");
    }
    let world = World::new();
    world.sh("true").run().ok();
    let names = fs::read_dir(world.home()).expect("the home").flatten();
    // In `.local` are the records of ai-jail.
    let names = names.map(|entry| entry.file_name()).filter(|name| name != ".local");
    assert_eq!(names.collect::<Vec<_>>(), ["project"], "nobody uses an agent here");
}

/// A launcher outside runs the newest program of its directory; the jail runs it too.
#[test]
fn programs_that_are_there_run_in_the_jail() {
    let world = world();
    for path in kept_programs().map(|(_, place)| place.path) {
        let program = world.script(format!("home/{path}/program"), "#!/bin/sh\necho ran");
        assert_eq!(world.exec([&program]).run().ok(), "ran\n");
        // An agent that has none yet may fetch one, for this run.
        fs::remove_file(&program).expect("ours");
        let script = format!("cp /usr/bin/true {0} && {0}", program.display());
        world.sh(&script).run().ok();
        assert!(!program.exists());
    }
}

/// The jail's own places are of use: a session in the jail keeps what it needs there.
#[test]
fn an_agent_in_the_jail_has_places_of_its_own() {
    let world = world();
    for path in own_directories().map(|row| row.path) {
        let file: PathBuf = world.home().join(path).join("deep/file");
        let script = format!("mkdir {0} && echo own > {0}/file && cat {0}/file", {
            file.parent().expect("a directory").display()
        });
        assert_eq!(world.sh(&script).run().ok(), "own\n");
        assert!(!file.exists());
    }
}
