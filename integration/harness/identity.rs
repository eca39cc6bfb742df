//! A home, entry by entry: what identifies each, so that nothing can have been written, replaced or put back.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where the records and the jails' homes are.
const RECORDS: &str = ".local/share/ai-jail";

/// What ai-jail itself makes in a home: directories that lead to its records.
const OURS: [&str; 2] = [".local", ".local/share"];

/// Its settings, in the home and in projects.
const SETTINGS: &str = ".ai-jail";

/// The number, mode and change time of each entry of a home, but for projects and the records. A
/// directory's own times change with those of ai-jail's directory in it, so its entries speak for it.
pub fn identities(home: &Path, projects: &[PathBuf]) -> BTreeMap<PathBuf, [i64; 4]> {
    let mut seen = BTreeMap::new();
    let mut left = vec![home.to_path_buf()];
    while let Some(directory) = left.pop() {
        // Some tests have directories that cannot be read.
        for item in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = item.path();
            let Ok(metadata) = item.metadata() else { continue };
            if path == home.join(RECORDS) || projects.contains(&path) {
                continue;
            }
            if metadata.is_dir() {
                left.push(path.clone());
            }
            if path.ends_with(SETTINGS) || OURS.iter().any(|ours| path == home.join(ours)) {
                continue;
            }
            let times = if metadata.is_dir() {
                [0; 3]
            } else {
                [metadata.mode().into(), metadata.ctime(), metadata.ctime_nsec()]
            };
            let number = i64::from_ne_bytes(metadata.ino().to_ne_bytes());
            seen.insert(path, [number, times[0], times[1], times[2]]);
        }
    }
    seen
}
