//! Files that the jail has read-only and may have changed all the same: by another name that they have in a
//! place where it writes.
//!
//! Nothing is looked at before the run, so that no launch pays for it: the kernel's own change time tells.
//! That time also moves when a file is linked once more, which is what installers do with their
//! caches, so a file whose content has an old date is told as one that may have been.

use std::collections::VecDeque;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Entries of one place that are looked at: some 10 ms.
const ENTRIES: usize = 8192;

/// The kernel's clock for files is behind by up to a tick.
const TICK: Duration = Duration::from_millis(10);

/// What became of a file by another name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Touched {
    /// Its content is of this run.
    Content,
    /// Its content says that it is older; a program can set that date.
    Perhaps,
}

/// Whether a file with more than one name was touched since then.
pub fn touched(file: &Metadata, since: SystemTime) -> Option<Touched> {
    let since = since.checked_sub(TICK)?;
    let is_later = |seconds: i64, nanoseconds: i64| {
        let (seconds, nanoseconds) = (u64::try_from(seconds).ok(), u32::try_from(nanoseconds).ok());
        let time = seconds
            .zip(nanoseconds)
            .map(|(seconds, nanoseconds)| UNIX_EPOCH + Duration::new(seconds, nanoseconds));
        time.is_some_and(|time| time >= since)
    };
    if !file.is_file() || file.nlink() < 2 || !is_later(file.ctime(), file.ctime_nsec()) {
        return None;
    }
    Some(if is_later(file.mtime(), file.mtime_nsec()) {
        Touched::Content
    } else {
        Touched::Perhaps
    })
}

/// The files below a place that were, those nearest to it first.
pub fn below(place: &Path, since: SystemTime) -> Vec<(PathBuf, Touched)> {
    let mut found = Vec::new();
    let mut directories = VecDeque::from([place.to_path_buf()]);
    let mut left = ENTRIES;
    while let Some(directory) = directories.pop_front() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            if left == 0 {
                return found;
            }
            left -= 1;
            // Neither follows a link.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => directories.push_back(entry.path()),
                Ok(kind) if kind.is_file() => {
                    let touched = entry.metadata().ok().and_then(|file| touched(&file, since));
                    found.extend(touched.map(|touched| (entry.path(), touched)));
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_with_another_name_and_a_later_change() {
        let scratch = tempfile::tempdir().expect("a directory");
        let (cache, place) = (scratch.path().join("cache"), scratch.path().join("place/deep"));
        for directory in [&cache, &place] {
            fs::create_dir_all(directory).expect("a directory");
        }
        for name in ["written", "dated", "linked", "left", "alone"] {
            fs::write(cache.join(name), "as installed").expect("a file");
            fs::hard_link(cache.join(name), place.join(name)).expect("a link");
        }
        fs::remove_file(cache.join("alone")).expect("a file");
        std::thread::sleep(2 * TICK);
        let since = SystemTime::now();
        std::thread::sleep(2 * TICK);
        let old = since - Duration::from_secs(3600);
        fs::write(cache.join("written"), "otherwise").expect("a file");
        fs::write(cache.join("dated"), "otherwise").expect("a file");
        fs::File::options()
            .write(true)
            .open(cache.join("dated"))
            .and_then(|file| file.set_modified(old))
            .expect("a date");
        fs::hard_link(cache.join("linked"), cache.join("again")).expect("a link");
        fs::write(place.join("alone"), "otherwise").expect("a file");
        let mut found = below(place.parent().expect("the place"), since);
        found.sort_by_key(|(path, _)| path.clone());
        let expected = [
            ("dated", Touched::Perhaps),
            ("linked", Touched::Perhaps),
            ("written", Touched::Content),
        ];
        let expected = expected.map(|(name, touched)| (place.join(name), touched));
        assert_eq!(found, expected);
    }
}
