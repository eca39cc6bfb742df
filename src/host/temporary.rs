//! The directory for temporary files that a jail on macOS has of its own: its name, before anybody
//! has made it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::policy::macos::TEMPORARY;

/// How its name begins; the number of the process that makes it follows.
const PREFIX: &str = "ai-jail-";

/// Where it lies elsewhere, where the runtime of macOS is tried without one.
const ELSEWHERE: &str = "/tmp";

/// A name that nobody else has, in the first of macOS's shared places.
pub fn own() -> Option<PathBuf> {
    let shared = PathBuf::from(TEMPORARY[0].path);
    let parent = if shared.is_dir() { shared } else { ELSEWHERE.into() };
    let random = random().ok()?;
    Some(parent.join(format!("{PREFIX}{}-{random:012x}", std::process::id())))
}

/// The process that has made a directory of such a name.
pub fn maker(path: &Path) -> Option<u32> {
    let (maker, _) = path.file_name()?.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    maker.parse().ok()
}

fn random() -> io::Result<u64> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes[2..])?;
    Ok(u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_new_each_time_and_says_who_made_it() {
        let (one, other) = (own().expect("random"), own().expect("random"));
        assert_ne!(one, other);
        assert_eq!(maker(&one), Some(std::process::id()));
        for foreign in ["/tmp/ai-jail-", "/tmp/ai-jail-x-1", "/tmp/ai-jail-12", "/tmp/12-x"] {
            assert_eq!(maker(Path::new(foreign)), None, "{foreign}");
        }
    }
}
