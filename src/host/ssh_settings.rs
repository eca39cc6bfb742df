//! The files that ssh's settings of the system include. ssh wants each to belong to root or to its
//! user, and in the jail root's files belong to nobody: what the jail has in their place is its
//! user's. The first file, `/etc/ssh/ssh_config` itself, may be anybody's; `ssh_config(5)`.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::files::read::small_text;

/// Where the settings of the system begin, and what relative names in them start from.
const DIRECTORY: &str = "/etc/ssh";
const FIRST: &str = "ssh_config";

/// As deep as ssh itself goes, and as many as a system has any use for.
const DEPTH: usize = 16;
const FILES: usize = 64;

/// Bytes of the largest one.
const MAX_SIZE: u64 = 64 << 10;

/// A file, at its canonical path, and what is in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Included {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Those that are there, each once. For root they are its own.
pub fn included() -> Vec<Included> {
    let mut found = Vec::new();
    if !nix::unistd::getuid().is_root() {
        let directory = Path::new(DIRECTORY);
        if let Some(text) = small_text(&directory.join(FIRST), MAX_SIZE) {
            follow(directory, &text, DEPTH, &mut found);
        }
    }
    found
}

/// Adds what a text includes, and what that does in turn.
fn follow(directory: &Path, text: &str, depth: usize, found: &mut Vec<Included>) {
    for pattern in text.lines().flat_map(patterns) {
        for path in matching(&directory.join(pattern)) {
            let is_known = found.iter().any(|known| known.path == path);
            let text = small_text(&path, MAX_SIZE).filter(|_| !is_known && found.len() < FILES);
            let Some(text) = text else { continue };
            found.push(Included { path, text: text.clone() });
            if depth > 1 {
                follow(directory, &text, depth - 1, found);
            }
        }
    }
}

/// What a line includes.
fn patterns(line: &str) -> Vec<&str> {
    let line = line.trim_start();
    let end = line.find(|char: char| char.is_whitespace() || char == '=').unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    if !keyword.eq_ignore_ascii_case("include") {
        return Vec::new();
    }
    let rest = rest.trim_start_matches(|char: char| char.is_whitespace() || char == '=');
    rest.split_whitespace().map(|word| word.trim_matches('"')).collect()
}

/// The files of a pattern, in order. Only their own names may have a `*`, as everywhere in use.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let (Some(parent), Some(name)) = (pattern.parent(), pattern.file_name()) else {
        return Vec::new();
    };
    let name = name.as_bytes();
    let Some(star) = name.iter().position(|byte| *byte == b'*') else {
        return pattern.canonicalize().into_iter().collect();
    };
    let (start, end) = (&name[..star], &name[star + 1..]);
    let fits = |name: &[u8]| {
        name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
    };
    let listing = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let named = listing.filter(|item| fits(item.file_name().as_bytes()));
    let mut files: Vec<PathBuf> =
        named.filter_map(|item| item.path().canonicalize().ok()).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_are_followed_through_links_and_each_is_there_once() {
        let root = tempfile::tempdir().expect("a directory");
        let root = root.path().canonicalize().expect("there");
        let write =
            |name: &str, text: &str| std::fs::write(root.join(name), text).expect("written");
        std::fs::create_dir(root.join("d")).expect("made");
        write("d/1.conf", "Host *\n  INCLUDE=deep \"d/1.conf\"\n");
        write("d/not", "");
        write("deep", "Port 22\n");
        write("elsewhere", "# nothing\n");
        std::os::unix::fs::symlink("../elsewhere", root.join("d/2.conf")).expect("linked");
        let mut found = Vec::new();
        follow(&root, "# Include x\nInclude d/*.conf missing\nIncluded y\n", 16, &mut found);
        let names: Vec<_> = found.iter().map(|one| one.path.strip_prefix(&root)).collect();
        let expected = ["d/1.conf", "deep", "elsewhere"].map(|name| Ok(Path::new(name)));
        assert_eq!(names, expected);
        assert_eq!(found[1].text, "Port 22\n");
    }
}
