//! The plan for Linux, and bubblewrap's arguments, over worlds of a few lines each.
//!
//! A case in `cases/` begins with what it shows. Then come the world, a line an entry (`file`,
//! `directory`, `script`, `link`, `variable`), the words after `ai-jail`, and what is expected: the lines
//! of `-v` for the places of this world, and bubblewrap's whole command. `UPDATE_CASES=1` writes what
//! is expected anew; the difference is for a reader to judge.

mod case;
mod world;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_str_eq;

use case::Case;

fn files() -> Vec<PathBuf> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it");
    let directory = PathBuf::from(root).join("tests/linux/cases");
    let entries = fs::read_dir(directory).expect("the cases");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn every_case_comes_out_as_it_says() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let files = files();
    assert!(files.len() >= 10, "the cases are found");
    for file in files {
        let text = fs::read_to_string(&file).expect("a case");
        let case = Case::parse(&text);
        let outcome = case.outcome();
        each_place_has_one_line(&outcome, &file);
        if update {
            fs::write(&file, format!("{}{outcome}", case.given)).expect("a case");
        } else {
            assert_str_eq!(case.expected, outcome, "{}", file.display());
        }
    }
}

/// `-v` says of no place two things.
fn each_place_has_one_line(outcome: &str, file: &Path) {
    let (plan, _) = outcome.split_once("== bubblewrap").unwrap_or_default();
    let mut places = HashSet::new();
    for (place, _) in plan.lines().filter_map(|line| line.split_once(": ")) {
        assert!(places.insert(place), "{}: two lines of {place}", file.display());
    }
}
