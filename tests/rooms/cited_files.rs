//! Files that the pages and the comments name.

use std::fs;
use std::path::{Path, PathBuf};

use super::{root, sources};

/// Where the files are that may be named.
const TREES: &[&str] = &["src", "egress", "stage2", "tests", "integration", "fuzz"];

/// Endings of the files that are looked for.
const ENDINGS: &[&str] = &["rs", "sbpl", "py"];

/// Beginnings of names in other people's sources.
const ELSEWHERE: &[&str] = &["codex-rs/"];

/// All files of a directory and of those below it.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// What stands between backticks and looks like a file of the sources.
fn cited(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_file = |name: &&str| {
        let name = Path::new(name);
        let ending = name.extension().and_then(|ending| ending.to_str());
        name.is_relative() && ending.is_some_and(|ending| ENDINGS.contains(&ending))
    };
    let is_plain = |name: &&str| !name.contains(|letter: char| " *<$~{".contains(letter));
    let is_ours = |name: &&str| !ELSEWHERE.iter().any(|other| name.starts_with(other));
    quoted.filter(is_plain).filter(is_file).filter(is_ours).collect()
}

/// The pages: those of `docs/`, and what stands at the top.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    for directory in [root(), root().join("docs")] {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let is_page = path.extension().is_some_and(|ending| ending == "md");
            // The list of changes tells of files that are gone.
            if is_page && !path.ends_with("CHANGELOG.md") {
                let text = fs::read_to_string(&path).expect("a page");
                pages.push((path, text));
            }
        }
    }
    pages
}

/// The comments of a source file, paragraph marks taken off.
fn comments(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
    lines.map(|line| line.trim_start_matches(['/', '!'])).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_file_that_is_named_is_there() {
    let mut known = Vec::new();
    for tree in TREES {
        files(&root().join(tree), &mut known);
    }
    let mut texts = pages();
    for directory in ["src", "egress/src", "stage2/src", "tests", "integration"] {
        let sources = sources(directory).into_iter();
        texts.extend(sources.map(|(path, text)| (path, comments(&text))));
    }
    let mut seen = 0;
    for (page, text) in &texts {
        for name in cited(text) {
            seen += 1;
            let is_there = known.iter().any(|file| file.ends_with(name));
            assert!(is_there, "{}: no file `{name}`", page.display());
        }
    }
    assert!(seen > 20, "names are found: {seen}");
}

#[test]
fn a_name_is_told_from_other_words() {
    let text = "see `host/links.rs`, `a b.rs`, `*.rs`, `/etc/x.py` and `base.sbpl`";
    assert_eq!(cited(text), ["host/links.rs", "base.sbpl"]);
}
