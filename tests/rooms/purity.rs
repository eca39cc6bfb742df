//! The rooms that only decide: what they give depends on their arguments alone.

use super::{code_without_tests, sources};

/// Rooms and files that touch nothing of the system.
const PURE: &[&str] = &[
    "src/backend/",
    "src/config/resolve.rs",
    "src/plan/",
    "src/policy/",
    "src/settings.rs",
    "src/spec.rs",
];

/// How the system is touched: modules and methods, as they stand in the code.
const TOUCHING: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::os::unix::fs",
    "std::os::unix::net",
    "std::process",
    "std::thread",
    "std::time",
    "std::{",
    "nix::",
    "Instant",
    "SystemTime",
    ".canonicalize(",
    ".exists(",
    ".is_dir(",
    ".is_file(",
    ".is_symlink(",
    ".metadata(",
    ".read_dir(",
    ".read_link(",
    ".symlink_metadata(",
    ".try_exists(",
    // What of the prober's room touches the host; its types are free to use.
    "Host::probe",
    "links::locate",
    "links::resolve",
    "look::look",
    "look::is_there",
];

/// What of [`TOUCHING`] a text has.
fn touches(text: &str) -> Vec<&'static str> {
    let code = code_without_tests(text);
    // The beginning of a word: `nix::` is not in `unix::`.
    let begins = |at: usize| !code[..at].ends_with(|letter: char| letter.is_alphanumeric());
    let is_there =
        |word: &&str| code.match_indices(*word).any(|(at, _)| word.starts_with('.') || begins(at));
    TOUCHING.iter().copied().filter(is_there).collect()
}

#[test]
fn what_decides_touches_nothing() {
    let files = sources("src");
    for room in PURE {
        let mut seen = 0;
        for (path, text) in &files {
            if path.to_str().is_some_and(|path| path.starts_with(room)) {
                seen += 1;
                assert_eq!(touches(text), Vec::<&str>::new(), "{}", path.display());
            }
        }
        assert!(seen > 0, "{room} is there");
    }
}

#[test]
fn a_touch_is_seen() {
    assert_eq!(touches("use std::fs;\nlet x = path.is_dir();"), ["std::fs", ".is_dir("]);
    let (tests, comment) = ("#[cfg(test)]\nmod tests { use std::fs; }", "// like std::fs");
    assert_eq!(touches(&format!("{comment}\nlet x = 1;\n{tests}")), Vec::<&str>::new());
    // The prober does touch the host: the words are those that code uses.
    let prober = sources("src/host");
    let touching = prober.iter().filter(|(_, text)| !touches(text).is_empty());
    assert!(touching.count() > 5);
}
