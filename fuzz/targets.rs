//! What is fuzzed, and what must hold whatever the bytes: `integration/fuzz` runs these under
//! libFuzzer, the tests on the seeds and on a few thousand changes of them.

use std::path::Path;

use ai_jail::bootstrap;
use ai_jail::config;
use ai_jail::fields::{List, Owner, Switch};
use ai_jail::host::git_config::GitConfig;
use ai_jail::json_merge;
use ai_jail::policy::agents::AGENTS;
use ai_jail::status_bar::{Bar, Labels, Size, Theme};
use ai_jail::text::{obeyed, visible, visible_json};
use ai_jail::x11::{DisplayName, authority};
use serde_json::Value;
use stage2::report::{FromJail, ToJail};
use stage2::spec::{Spec, VERSION};

use super::alacritty::Emulator;

/// A target's name, which its seeds' directory has too, and what it does with some bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("spec", spec),
    ("report", report),
    ("terminal", terminal),
    ("config", config),
    ("bootstrap", bootstrap),
    ("json_merge", json_merge),
    ("git_config", git_config),
    ("x11", x11),
];

/// What stage two is told. It is a value that says the same when written again, or an error.
fn spec(data: &[u8]) {
    match Spec::parse(data) {
        Ok(spec) => {
            assert_eq!(spec.version, VERSION);
            assert!(!spec.command.is_empty());
            assert!(spec.control.is_none_or(|number| number > 2));
            assert!(spec.stdio.iter().flatten().all(|number| *number >= 0));
            assert_eq!(Spec::parse(spec.to_json().as_bytes()).expect("our own"), spec);
        }
        Err(error) => drop(error.to_string()),
    }
}

/// What the two sides say to each other.
fn report(data: &[u8]) {
    if let Ok(message) = serde_json::from_slice::<FromJail>(data) {
        let text = serde_json::to_vec(&message).expect("plain data");
        assert_eq!(serde_json::from_slice::<FromJail>(&text).expect("our own"), message);
    }
    if let Ok(message) = serde_json::from_slice::<ToJail>(data) {
        let text = serde_json::to_vec(&message).expect("plain data");
        assert_eq!(serde_json::from_slice::<ToJail>(&text).expect("our own"), message);
    }
}

/// What a command writes to its terminal. The first bytes say how large that is, how the output is
/// cut into pieces and whether the terminal is resized on the way. Whatever comes, the terminal is
/// usable afterwards and the bar in its place.
fn terminal(data: &[u8]) {
    let Some(([rows, cols, cut, then], output)) = data.split_first_chunk() else { return };
    let size = |rows: u8, cols: u8| Size { rows: (rows % 12).into(), cols: (cols % 40).into() };
    let (first, second) = (size(*rows, *cols), size(rows / 12, cols / 7));
    let labels = Labels {
        project: "~/work/project".into(),
        command: "agent --fast".into(),
        version: "1.2.3".into(),
        newer: true,
    };
    let mut bar = Bar::new(Theme::Dark, &labels, first);
    // The emulator has one cell at the least.
    let cells = |size: Size| Size { rows: size.rows.max(1), cols: size.cols.max(2) };
    let mut emulator = Emulator::new(cells(first));
    let mut written = Vec::new();
    bar.enter(&mut written);
    let mut host = first;
    for (index, piece) in output.chunks(usize::from(*cut).max(1)).enumerate() {
        bar.filter(piece, &mut written);
        if index == usize::from(*then) {
            host = second;
            emulator.feed(&std::mem::take(&mut written));
            emulator.resize(cells(host));
            bar.resize(host, &mut written);
        }
    }
    // Whatever was begun ends here, and the terminal is as it was at first.
    let reset = b"\x18\x1b\\\x1bc";
    bar.filter(reset, &mut written);
    bar.filter(b"\x1b[2J\x1b[99;1Hlast\r\nnew", &mut written);
    emulator.feed(&written);
    let child = bar.child_size();
    if child != host {
        let (seen, place) = (emulator.row(child.rows), emulator.row(child.rows - 1));
        assert!(seen.contains("/project "), "{seen:?}");
        assert!(place.starts_with("new"), "{place:?}");
        assert!(emulator.row(child.rows - 2).starts_with("last"), "{place:?}");
    }
    let mut left = Vec::new();
    bar.leave(&mut left);
    emulator.feed(&left);
    if child != host {
        assert_eq!(emulator.row(child.rows).trim(), "");
    }
}

/// A configuration file. A valid one can be changed, a wrong one is shown without being obeyed.
fn config(data: &[u8]) {
    let path = Path::new("file");
    for owner in [Owner::Project, Owner::User] {
        match config::parse(path, data.to_vec(), owner) {
            Ok((text, old)) => {
                let mut new = old.clone();
                new.set_switch(Switch::Gpu, Some(false));
                new.command = Some(vec!["a \"b\"".into(), "\u{7}'''".into()]);
                new.list_mut(List::RwMaps).retain(|map| map.len() % 2 == 0);
                new.list_mut(List::RoMaps).push("/new\\ \u{1b}".into());
                let edited = config::edit(path, Some(&text), &old, &new, owner);
                if let Err(error) = edited {
                    // The same path both ways is what no file may say.
                    assert!(new.list(List::RwMaps).contains(&"/new\\ \u{1b}".into()), "{error}");
                }
                let same = config::edit(path, Some(&text), &old, &old, owner);
                assert_eq!(same.expect("nothing to change"), text);
            }
            Err(error) => {
                let shown = error.to_string();
                assert!(!shown.contains(|char| char != '\n' && obeyed(char)), "{shown:?}");
            }
        }
    }
    let shown = visible(String::from_utf8_lossy(data).as_ref());
    assert!(!shown.contains(obeyed), "{shown:?}");
}

/// An agent's settings. What was merged has nothing left to merge.
fn bootstrap(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for file in AGENTS.iter().flat_map(|agent| agent.files) {
        match bootstrap::merge(Path::new("file"), text, &[], file) {
            Ok(merged) => {
                let again = bootstrap::merge(Path::new("file"), &merged.text, &[], file);
                assert_eq!(again.expect("our own").text, merged.text);
            }
            Err(error) => {
                let shown = error.to_string();
                assert!(!shown.contains(|char| char != '\n' && obeyed(char)), "{shown:?}");
            }
        }
    }
}

/// Three versions of a file of state, of which the jail writes one. They are separated by a byte
/// that no JSON has.
fn json_merge(data: &[u8]) {
    let mut parts = data.splitn(3, |byte| *byte == 0xff);
    let [base, mine, theirs] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let value = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
    match json_merge::merge(base, mine, theirs) {
        Ok(merged) => {
            assert!(json_merge::is_object(mine) && json_merge::is_object(theirs));
            assert!(json_merge::is_object(&merged));
            // Who changed nothing changes nothing. The text counts: a number that is written again
            // may be another.
            if let Some(wanted) = value(theirs) {
                let kept = json_merge::merge(mine, mine, theirs).expect("objects");
                assert_eq!(value(&kept), Some(wanted));
            }
            let shown = visible_json(&String::from_utf8_lossy(&merged));
            assert!(!shown.contains(|char| char != '\n' && obeyed(char)), "{shown:?}");
        }
        Err(_) => assert!(!json_merge::is_object(mine) || !json_merge::is_object(theirs)),
    }
}

/// A repository's settings. What names a program is never taken for plain.
fn git_config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let config = GitConfig::parse(&text);
    let _ = (config.get("core.hookspath"), config.is_on("extensions.worktreeconfig"));
    // Where the text ends with a whole line, a section of its own is understood.
    if !text.ends_with('\\') {
        let with = GitConfig::parse(&format!("{text}\n[core]\nfsmonitor = x\n"));
        assert!(!with.is_plain(|_| true));
        assert_eq!(with.get("core.fsmonitor"), Some("x"));
    }
}

/// The file of keys to displays, and a display's name.
fn x11(data: &[u8]) {
    let entries = authority::parse(data);
    assert_eq!(authority::parse(&authority::encode(&entries)), entries);
    let text = String::from_utf8_lossy(data);
    if let Some(name) = DisplayName::parse(text.as_ref().as_ref()) {
        let again = DisplayName::parse(name.renumbered(7).as_ref()).expect("our own");
        assert_eq!((again.host, again.number, again.screen), (None, 7, name.screen));
    }
}
