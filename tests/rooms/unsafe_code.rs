//! Unsafe code stands in one place.

use std::fs;
use std::path::{Path, PathBuf};

use super::{code, root, sources};

/// The one file that may lift the lint on unsafe code, for itself and its submodules.
const UNSAFE_ROOM: &str = "stage2/src/sys.rs";

/// Where its submodules are.
const UNSAFE_DIRECTORY: &str = "stage2/src/sys";

/// The sources of all crates.
fn all_sources() -> impl Iterator<Item = (PathBuf, String)> {
    ["src", "stage2/src", "egress/src"].into_iter().flat_map(sources)
}

#[test]
fn only_one_file_lifts_the_lint_on_unsafe_code() {
    for (path, text) in all_sources() {
        let lifts = ["allow(unsafe_code", "expect(unsafe_code", "warn(unsafe_code"]
            .iter()
            .any(|attribute| text.contains(attribute));
        assert_eq!(lifts, path == Path::new(UNSAFE_ROOM), "{}", path.display());
    }
}

#[test]
fn unsafe_code_is_in_its_room() {
    let in_room =
        |path: &Path| path == Path::new(UNSAFE_ROOM) || path.starts_with(UNSAFE_DIRECTORY);
    let is_word = |text: &str| {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .any(|word| word == "unsafe")
    };
    let mut seen = 0;
    for (path, text) in all_sources() {
        let has_some = is_word(&code(&text));
        seen += usize::from(has_some);
        assert!(in_room(&path) || !has_some, "{}", path.display());
    }
    assert!(seen > 0, "the room itself is seen");
}

/// Attributes at the top of each crate, so that a change of the workspace's lint table cannot
/// take them along.
#[test]
fn all_crates_refuse_unsafe_code_at_their_root() {
    for (file, attribute) in [
        ("src/lib.rs", "#![forbid(unsafe_code)]"),
        ("egress/src/lib.rs", "#![forbid(unsafe_code)]"),
        ("stage2/src/lib.rs", "#![deny(unsafe_code)]"),
    ] {
        let text = fs::read_to_string(root().join(file)).expect("a crate's root");
        assert!(text.lines().any(|line| line == attribute), "{file}: {attribute}");
    }
    let main = fs::read_to_string(root().join("src/main.rs")).expect("the entry point");
    assert!(main.lines().any(|line| line == "#![forbid(unsafe_code)]"), "src/main.rs");
}
