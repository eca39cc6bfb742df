//! The rooms of the code, checked on its text: what the compiler cannot keep apart.

mod arrows;
mod circles;
mod cited_files;
mod imports;
mod purity;
mod unsafe_code;

use std::fs;
use std::path::PathBuf;

/// The checkout. At run time: the tests may have been built elsewhere.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo and nextest set it").into()
}

/// Every source file of a directory, relative to the checkout, with its text.
fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut left = vec![root().join(directory)];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).expect("a directory of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                found.push((path.strip_prefix(root()).expect("below it").to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "there are sources in {directory}");
    found
}

/// A file's code, without its comments.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// A file's code, without the tests at its end.
fn code_without_tests(text: &str) -> String {
    let code = code(text);
    let end = code.find("\n#[cfg(test)]").or_else(|| code.find("\n#[cfg(all(test"));
    code[..end.unwrap_or(code.len())].to_owned()
}
