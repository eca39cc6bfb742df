//! docs/security.md: every promise names tests, and every test it names is one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where tests are, and so where the first part of a name is a file or a directory.
const ROOTS: &[&str] = &["integration", "tests", "stage2/tests/layers"];

/// At run time: the tests may run elsewhere than they were built.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo").into()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Everything in backquotes that is named like a test.
fn names(text: &str) -> BTreeSet<&str> {
    let is_name = |text: &&str| {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        text.contains("::") && text.split("::").all(part)
    };
    text.split('`').skip(1).step_by(2).filter(is_name).collect()
}

/// Whether the sources have a test of this name.
fn is_test(root: &Path, name: &str) -> bool {
    let (module, function) = name.rsplit_once("::").expect("a module");
    let file = module.replace("::", "/") + ".rs";
    let head = format!("fn {function}()");
    ROOTS.iter().map(|directory| root.join(directory).join(&file)).filter(|file| file.exists()).any(
        |file| {
            let text = read(&file);
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            let place = lines.iter().position(|line| line.starts_with(&head));
            // Attributes and documentation may stand between.
            place.is_some_and(|place| {
                let above = lines[..place].iter().rev().take_while(|line| !line.is_empty());
                above.into_iter().any(|line| *line == "#[test]")
            })
        },
    )
}

/// The text of each numbered promise.
fn promises(text: &str) -> Vec<&str> {
    let start = text.find("## Promises").expect("the promises");
    let end = text.find("## What each layer covers").expect("what follows them");
    let text = &text[start..end];
    let mut starts: Vec<usize> = text
        .match_indices('\n')
        .map(|(index, _)| index + 1)
        .filter(|index| {
            text[*index..].split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok())
        })
        .collect();
    starts.push(text.len());
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

#[test]
fn every_promise_names_tests_that_exist() {
    let root = root();
    let text = read(&root.join("docs/security.md"));
    let promises = promises(&text);
    for (index, promise) in promises.iter().enumerate() {
        let number = format!("{}. ", index + 1);
        assert!(promise.starts_with(&number), "not numbered in order: {promise}");
        assert!(promise.contains("Tested by") && !names(promise).is_empty(), "no test: {promise}");
    }
    assert!(promises.len() > 20, "{}", promises.len());
    for page in ["docs/security.md", "docs/attacks.md"] {
        let text = read(&root.join(page));
        let missing: Vec<&str> =
            names(&text).into_iter().filter(|name| !is_test(&root, name)).collect();
        assert!(missing.is_empty(), "{page} names what is no test: {missing:#?}");
    }
}

/// The suite is the page's: no attack of it is left unmentioned.
#[test]
fn every_attack_of_the_suite_is_named() {
    let root = root();
    let mut pages = read(&root.join("docs/security.md"));
    pages += &read(&root.join("docs/attacks.md"));
    let named = names(&pages);
    let files = fs::read_dir(root.join("integration/escape")).expect("the suite").flatten();
    let modules = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        let name = name.strip_suffix(".rs")?;
        let is_attack = read(&file.path()).contains("#[test]");
        is_attack.then(|| format!("escape::{name}::"))
    });
    let unnamed: Vec<String> =
        modules.filter(|module| !named.iter().any(|name| name.starts_with(module))).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}
