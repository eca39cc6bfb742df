//! A tree as it is, to be compared with what it becomes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Everything below a directory: its mode, and what it holds or where it leads. The names of
/// `.ai-jail` are left out, which ai-jail writes itself.
pub fn snapshot(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(directory) = left.pop() {
        for item in fs::read_dir(&directory).expect("a directory of the test").flatten() {
            let (path, metadata) = (item.path(), item.metadata().expect("stat"));
            let content = if metadata.is_dir() {
                left.push(path.clone());
                Vec::new()
            } else if metadata.is_symlink() {
                fs::read_link(&path).expect("readlink").into_os_string().into_encoded_bytes()
            } else {
                fs::read(&path).unwrap_or_default()
            };
            if item.file_name() != ".ai-jail" {
                found.insert(path, (metadata.mode(), content));
            }
        }
    }
    found
}
