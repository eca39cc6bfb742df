//! What of ai-jail itself lies on this machine.

use std::fs;
use std::path::{Path, PathBuf};

use super::home::Home;
use crate::policy::own::KEPT;

/// Entries of one place that are counted: nobody has more records, and nobody waits for more.
const MOST: usize = 100_000;

/// A place of ai-jail's own that is there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    /// The file or directory.
    pub path: PathBuf,
    /// What is in it.
    pub what: &'static str,
    /// How many files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Looks at each place of the table, below a home.
pub fn find(home: &Home) -> Vec<Kept> {
    let Some(home) = home.real() else { return Vec::new() };
    KEPT.iter().filter_map(|(place, what)| measure(home.join(place), what)).collect()
}

fn measure(path: PathBuf, what: &'static str) -> Option<Kept> {
    let sizes = sizes(&path)?;
    Some(Kept { files: sizes.len(), bytes: sizes.iter().sum(), path, what })
}

/// The sizes of the files in a place, which may be one file. No link is followed.
fn sizes(path: &Path) -> Option<Vec<u64>> {
    let metadata = path.symlink_metadata().ok()?;
    if !metadata.is_dir() {
        return Some(vec![metadata.len()]);
    }
    let entries = fs::read_dir(path).ok()?.take(MOST).filter_map(Result::ok);
    Some(entries.filter_map(|entry| sizes(&entry.path())).flatten().collect())
}
