//! The survey: a jail leaves something at every place that a shell, a session, an editor or a tool of the host is
//! known to read by itself. Whatever arrives on the host is state that a row lets agents or tools
//! keep, or the run says so.

use std::path::Path;

use ai_jail::policy::Os;
use ai_jail::policy::home::{Treatment, find};
use ai_jail::policy::shared::SHARED;

use super::attack::{ALL, OWN_HOME, found};
use crate::harness::World;

const TITLE: &str = "files at every place that the host is known to run or read";

/// The places, with how the host runs each.
const CANDIDATES: &str = include_str!("candidates/home");

/// Whether a row of the home lets agents or tools keep state there, other than the directories that
/// all programs share.
fn is_state(candidate: &Path) -> bool {
    let mut rows = candidate.ancestors().filter_map(|path| Some((path, find(Os::Linux, path)?)));
    rows.any(|(path, row)| {
        row.treatment == Treatment::ReadWrite
            && !SHARED.iter().any(|shared| path == Path::new(shared))
    })
}

/// Whether a report names the candidate, or the entry of a shared directory that it is in.
fn is_reported(said: &str, home: &Path, candidate: &Path) -> bool {
    let within = candidate.ancestors().take_while(|path| {
        path.components().count() > 1 && !SHARED.iter().any(|shared| *path == Path::new(shared))
    });
    let mut names = within.map(|path| format!("{} ", home.join(path).display()));
    names.any(|name| said.lines().any(|line| line.contains(&name) && line.contains(" in this run")))
}

fn candidates() -> Vec<&'static str> {
    let lines = CANDIDATES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let candidates: Vec<&str> = lines.filter_map(|line| line.split('|').next()).collect();
    assert!(candidates.len() > 100, "{}", candidates.len());
    candidates
}

/// A home with the directory in which each candidate would be.
fn world(candidates: &[&str]) -> World {
    let world = World::new();
    for directory in SHARED {
        world.directory(format!("home/{directory}"));
    }
    for candidate in candidates {
        let top = candidate.split('/').next().expect("a name");
        world.directory(format!("home/{top}"));
    }
    world.jail(["--no-mise", "true"]).run();
    world
}

/// Leaves something at a place of the home, if the jail may.
const LEAVE: &str =
    "for place; do mkdir -p \"$(dirname ~/\"$place\")\" && echo evil > ~/\"$place\"; done; true";

#[test]
fn whatever_arrives_is_state_or_in_the_report() {
    let candidates = candidates();
    let world = world(&candidates);
    let (mut arrived, mut silent) = (0, Vec::new());
    for candidate in candidates {
        let ended = world.jail(["--no-mise", "sh", "-c", LEAVE, "sh", candidate]).run();
        if !world.home().join(candidate).exists() {
            continue;
        }
        arrived += 1;
        let candidate = Path::new(candidate);
        if !is_state(candidate) && !is_reported(ended.err(), &world.home(), candidate) {
            silent.push(candidate.display().to_string());
        }
    }
    assert!(arrived > 80, "the control: {arrived} arrived");
    assert_eq!(silent, [""; 0], "in silence");
    found(TITLE, ALL, "state or reported");
}

#[test]
fn nothing_arrives_from_a_home_of_the_jails_own() {
    let candidates = candidates();
    let world = world(&candidates);
    let arrived = |world: &World| {
        let there = candidates.iter().filter(|place| world.home().join(place).is_file());
        there.copied().collect::<Vec<_>>()
    };
    let words = ["sh", "-c", LEAVE, "sh"].into_iter().chain(candidates.iter().copied());
    world.exec_with(OWN_HOME, words.clone()).run();
    assert_eq!(arrived(&world), [""; 0]);
    // The control: in the host's home the same script leaves many.
    world.exec(words).run();
    assert!(arrived(&world).len() > 80, "the control: {:?}", arrived(&world));
    found(TITLE, OWN_HOME, "the jails' own");
}
