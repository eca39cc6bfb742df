//! Which room may know of which: arrows point down, and there is no way round in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::imports::paths;
use super::{code_without_tests, sources};

/// Each room, lowest first, and the rooms that it may name. A room is a directory of `src/`, or a
/// file that stands there alone.
const ROOMS: &[(&str, &[&str])] = &[
    // The ground: words and values that know nobody.
    ("agent_state", &[]),
    ("exit", &[]),
    ("files", &[]),
    ("json_merge", &[]),
    ("policy", &[]),
    ("sequences", &[]),
    ("text", &[]),
    ("x11", &[]),
    ("fields", &["policy"]),
    ("complaint", &["text"]),
    ("error", &["text"]),
    ("messages", &["text"]),
    // What was typed, and what a run shall be like.
    ("cli", &["fields", "policy", "text"]),
    ("settings", &["fields"]),
    ("facts", &["fields", "settings"]),
    // Looking.
    ("host", &["error", "facts", "fields", "files", "policy", "settings", "text", "x11"]),
    ("config", &["cli", "complaint", "fields", "files", "host", "policy", "settings", "text"]),
    // Deciding.
    ("plan", &["error", "facts", "fields", "host", "policy", "settings", "text", "x11"]),
    ("planned", &["error", "host", "plan", "settings"]),
    ("spec", &["plan"]),
    ("backend", &["host", "plan", "policy"]),
    // Doing.
    ("bootstrap", &["cli", "complaint", "files", "host", "messages", "policy", "text"]),
    ("status_bar", &["fields", "sequences", "text"]),
    ("terminal_modes", &["sequences"]),
    ("update", &["files", "host", "policy"]),
    ("stage_one", &["backend", "plan", "text"]),
    (
        "launch",
        &[
            "backend",
            "error",
            "files",
            "host",
            "json_merge",
            "plan",
            "settings",
            "spec",
            "stage_one",
            "status_bar",
            "terminal_modes",
            "text",
            "update",
        ],
    ),
    // What a failure means to the user.
    ("failure", &["bootstrap", "config", "error"]),
    ("remedies", &["host", "text"]),
    ("advice", &["error", "failure", "host", "remedies"]),
    // What is said after a run.
    ("review", &["host", "launch", "plan", "policy", "settings", "text"]),
    // An action from its beginning to its end.
    ("start", &["cli", "config", "failure", "host"]),
    ("remembered", &["cli", "config", "messages", "start", "text"]),
    (
        "views",
        &[
            "advice", "backend", "cli", "config", "error", "exit", "failure", "fields", "host",
            "launch", "messages", "plan", "planned", "policy", "remedies", "settings", "spec",
            "start", "text",
        ],
    ),
    (
        "pipeline",
        &[
            "agent_state",
            "cli",
            "config",
            "error",
            "failure",
            "fields",
            "host",
            "launch",
            "messages",
            "plan",
            "planned",
            "policy",
            "review",
            "settings",
            "start",
            "views",
        ],
    ),
];

/// Arrows that are there and should not be, with what takes each away.
const STILL_OPEN: &[(&str, &str, &str)] = &[];

/// The room of a file.
fn room(path: &Path) -> String {
    let inner = path.strip_prefix("src").expect("a file of the front");
    let first = inner.components().next().expect("a name").as_os_str();
    Path::new(first).file_stem().expect("a name").to_str().expect("UTF-8").to_owned()
}

/// Every arrow of the front, with one file that has it.
fn arrows() -> BTreeMap<(String, String), String> {
    let files = sources("src");
    let rooms: BTreeSet<String> = files.iter().map(|(path, _)| room(path)).collect();
    let mut arrows = BTreeMap::new();
    for (path, text) in &files {
        let from = room(path);
        if ["lib", "main"].contains(&from.as_str()) {
            continue;
        }
        let paths = paths(&code_without_tests(text)).into_iter();
        for named in paths.filter(|named| named[0] == "crate") {
            // What is no room stands in the crate's root.
            let to = named.get(1).filter(|name| rooms.contains(*name));
            let to = to.cloned().unwrap_or_else(|| "lib.rs".to_owned());
            if to != from {
                arrows.entry((from.clone(), to)).or_insert_with(|| path.display().to_string());
            }
        }
    }
    assert!(arrows.len() > 30, "arrows are found");
    arrows
}

#[test]
fn a_room_knows_only_those_below_it() {
    for ((from, to), file) in arrows() {
        let (_, allowed) = ROOMS
            .iter()
            .find(|(room, _)| *room == from)
            .unwrap_or_else(|| panic!("`{from}` has no row in ROOMS: which rooms may it know?"));
        let is_open = STILL_OPEN.iter().any(|(f, t, _)| (*f, *t) == (&from, &to));
        assert!(allowed.contains(&to.as_str()) || is_open, "{file}: {from} may not know {to}");
    }
}

/// Rows are sorted by height, so arrows that follow the table make no circle.
#[test]
fn the_table_has_no_circle() {
    for (place, (room, allowed)) in ROOMS.iter().enumerate() {
        for name in *allowed {
            let below = ROOMS[..place].iter().any(|(lower, _)| lower == name);
            assert!(below, "{room} may know {name}, which does not stand below it");
        }
    }
}

#[test]
fn what_is_still_open_is_still_there() {
    let arrows = arrows();
    for (from, to, reason) in STILL_OPEN {
        let key = ((*from).to_owned(), (*to).to_owned());
        assert!(arrows.contains_key(&key), "take out {from} -> {to}: {reason}");
    }
}
