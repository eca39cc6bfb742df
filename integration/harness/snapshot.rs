//! A tree as it is, to be compared with what it becomes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const RECORDS: &str = ".local/share/ai-jail";
const OURS: [&str; 4] = [".ai-jail", ".local", ".local/share", RECORDS];

/// Everything below a directory, by path: its mode, and what it holds or where it leads.
pub struct Snapshot {
    root: PathBuf,
    found: BTreeMap<PathBuf, (u32, Vec<u8>)>,
}

impl Snapshot {
    /// Looks at a directory. What ai-jail writes itself is left out: `.ai-jail`, its records, and the
    /// directories that lead to them.
    pub fn of(root: &Path) -> Self {
        let mut found = BTreeMap::new();
        let mut left = vec![root.to_path_buf()];
        while let Some(directory) = left.pop() {
            for item in fs::read_dir(&directory).expect("a directory of the test").flatten() {
                let (path, metadata) = (item.path(), item.metadata().expect("stat"));
                let content = if metadata.is_dir() {
                    if !path.ends_with(RECORDS) {
                        left.push(path.clone());
                    }
                    Vec::new()
                } else if metadata.is_symlink() {
                    fs::read_link(&path).expect("readlink").into_os_string().into_encoded_bytes()
                } else {
                    fs::read(&path).unwrap_or_default()
                };
                if !OURS.iter().any(|ours| path.ends_with(ours)) {
                    found.insert(path, (metadata.mode(), content));
                }
            }
        }
        Self { root: root.to_path_buf(), found }
    }

    /// Nothing has come, gone or changed since.
    pub fn is_unchanged(&self) {
        let now = Self::of(&self.root);
        let paths = self.found.keys().chain(now.found.keys());
        let changed: Vec<_> =
            paths.filter(|path| self.found.get(*path) != now.found.get(*path)).collect();
        assert!(changed.is_empty(), "these changed: {changed:#?}");
    }
}
