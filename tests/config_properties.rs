//! What holds for every file.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ai_jail::config::{self, ConfigError};
use ai_jail::fields::{Fields, List, Owner, Switch};
use ai_jail::host::{links, maps};
use ai_jail::text::{visible, visible_json};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{Scratch, cli};

fn space() -> impl Strategy<Value = String> {
    select(vec!["", " ", "  ", "\t"]).prop_map(str::to_owned)
}

/// A comment, or an empty line.
fn comment() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "#[^\\p{C}]{0,20}"]
}

/// A string in one of TOML's spellings.
fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        "/[a-z]{1,6}(/[a-z]{1,3})?".prop_map(|text| format!("\"{text}\"")),
        "~/[a-z:]{1,6}".prop_map(|text| format!("'{text}'")),
        "[^\\p{C}'\\\\\"]{1,8}".prop_map(|text| format!("\"{text}\"")),
        Just("\"tab\\tbell\\u0007\"".to_owned()),
        Just("'''\nmany\nlines'''".to_owned()),
        Just("\"\"\"\\\n   folded\"\"\"".to_owned()),
    ]
}

/// An array on one line or on several, with comments and a last comma where it likes.
fn array() -> impl Strategy<Value = String> {
    let entry = (string(), space(), prop_oneof![Just(String::new()), comment()]);
    (vec(entry, 1..5), any::<bool>(), any::<bool>()).prop_map(|(entries, lines, comma)| {
        let last = entries.len() - 1;
        let mut out = "[".to_owned();
        for (index, (text, space, comment)) in entries.into_iter().enumerate() {
            let comma = if index < last || comma { "," } else { "" };
            let _ = if lines {
                write!(out, "\n  {text}{space}{comma} {comment}")
            } else {
                write!(out, "{space}{text}{comma} ")
            };
        }
        out + if lines { "\n]" } else { "]" }
    })
}

fn field() -> impl Strategy<Value = (String, String)> {
    let of_projects = |switch: &Switch| switch.row().owner == Owner::Project;
    let switches: Vec<_> = Switch::ALL.iter().copied().filter(of_projects).collect();
    let switch = (select(switches), any::<bool>());
    let list = select(vec!["command", "rw_maps", "ro_maps"]);
    prop_oneof![
        switch.prop_map(|(switch, on)| (switch.row().field.to_owned(), on.to_string())),
        (list, array()).prop_map(|(name, array)| (name.to_owned(), array)),
    ]
}

/// The text of a project's file, mostly a valid one.
fn text() -> impl Strategy<Value = String> {
    let line = (field(), space(), space(), comment(), comment());
    (vec(line, 0..8), comment(), any::<bool>(), any::<bool>()).prop_map(
        |(lines, last, carriage, ends)| {
            let mut seen = Vec::new();
            let mut out = String::new();
            for ((name, value), left, right, above, beside) in lines {
                if !seen.contains(&name) {
                    let _ = writeln!(out, "{above}\n{left}{name}{right}={left}{value} {beside}");
                    seen.push(name);
                }
            }
            out += &last;
            out += if ends { "\n" } else { "" };
            if carriage { out.replace('\n', "\r\n") } else { out }
        },
    )
}

fn flags() -> impl Strategy<Value = Vec<&'static str>> {
    let flag = select(vec![
        &["--map", "/new"][..],
        &["--rw-map", "/new"],
        &["--map", "sub dir/é"],
        &["--rw-map", "~/a"],
        &["--no-gpu"],
        &["--docker"],
        &["--seccomp"],
        &["--no-lockdown"],
    ]);
    vec(flag, 0..4).prop_map(|flags| flags.concat())
}

/// Only values have to be compared: what stands in the file at all.
fn comments(text: &str) -> Vec<&str> {
    let comment = |line: &str| line.find('#').is_some_and(|at| !line[..at].contains(['\'', '"']));
    text.lines().filter(|line| comment(line)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_that_parses_survives_a_run_without_flags(text in text()) {
        let scratch = Scratch::new().with_project(&text);
        for args in [&["--trust-once"][..], &["--init"], &["--trust-once", "--exec"]] {
            // A few of the files say the same map twice; they are refused, and stay as well.
            let _ = scratch.run(args);
            prop_assert_eq!(scratch.project().unwrap(), &*text);
        }
    }

    #[test]
    fn a_file_that_parses_can_be_changed_and_keeps_its_comments(text in text(), flags in flags()) {
        let path = Path::new("f");
        let parse = |text: &str| config::parse(path, text.as_bytes().to_vec(), Owner::Project);
        let Ok((_, before)) = parse(&text) else { return Ok(()) };
        let scratch = Scratch::new().with_project(&text);
        let args = [&["--init"], &flags[..]].concat();
        scratch.run(&args).unwrap();
        let after = scratch.project().unwrap();
        let (_, fields) = parse(&after).unwrap();
        prop_assert_eq!(&fields, &config::merge_project(&before, &cli(&args).typed).fields);
        // A map that moved takes the comment beside it along into nothing.
        let maps = |fields: &Fields| {
            fields.list(List::RwMaps).len() + fields.list(List::RoMaps).len()
        };
        if maps(&fields) >= maps(&before) {
            for comment in comments(&text) {
                let comment = &comment[comment.find('#').unwrap()..];
                prop_assert!(after.contains(comment), "lost {:?} in {}", comment, after);
            }
        }
        // The same once more changes nothing.
        prop_assert!(scratch.run(&args).unwrap().saved.written.is_empty());
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_are_never_overwritten(bytes in vec(any::<u8>(), 0..200)) {
        unharmed(&bytes)?;
    }

    #[test]
    fn nearly_toml_never_panics_and_is_never_overwritten(
        text in "(command|no_gpu|rw_maps|lockdown|x|\\[|\\]|=|\"|'|,|\\n|true|#|\\{|\\}|\\.| |\\\\u0000|1){0,24}",
    ) {
        unharmed(text.as_bytes())?;
    }

    #[test]
    fn what_is_shown_is_harmless(bytes in vec(any::<u8>(), 0..60), text in "\\PC*|.*") {
        let obeyed = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(!visible(&text).contains(obeyed));
        prop_assert!(!visible(OsStr::from_bytes(&bytes)).contains(obeyed));
        let json = visible_json(&serde_json::to_string(&text).unwrap());
        prop_assert!(!json.contains(obeyed));
        prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn every_map_text_has_a_reading(bytes in vec(any::<u8>(), 1..40), text in "[~/.:a ]{1,12}") {
        for text in [OsStr::from_bytes(&bytes), OsStr::new(&text)] {
            let reading = maps::read(text, Path::new("/base"), Some(Path::new("/home/me")));
            prop_assert!(reading.source.is_absolute());
            prop_assert!(reading.dest.is_none_or(|dest| dest.is_absolute()));
            let _ = links::resolve(&reading.source);
        }
    }
}

/// Loads the bytes as both files and runs everything that saves without being told anything.
fn unharmed(bytes: &[u8]) -> Result<(), TestCaseError> {
    let scratch = Scratch::new();
    fs::write(&scratch.paths.project_file, bytes).unwrap();
    fs::write(scratch.user_path(), bytes).unwrap();
    for args in [&["--trust-once"][..], &["--init"], &["status"]] {
        if let Err(error) = scratch.run(args) {
            let _ = error.to_string();
            prop_assert!(!matches!(error, ConfigError::Edit { .. }), "{}", error);
        }
        prop_assert_eq!(&fs::read(&scratch.paths.project_file).unwrap(), bytes);
        prop_assert_eq!(&fs::read(scratch.user_path()).unwrap(), bytes);
    }
    Ok(())
}
