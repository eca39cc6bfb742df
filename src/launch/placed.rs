//! Whether what was planned still stands in its place.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use crate::error::Error;

/// The sources of the mounts, as they were when they were opened.
#[derive(Debug, Default)]
pub struct Placed(Vec<(PathBuf, Identity)>);

/// Device and inode.
pub type Identity = (u64, u64);

/// Which file this is.
pub fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

impl Placed {
    /// Notes what stands at a path, which bubblewrap alone opens beforehand.
    #[cfg(target_os = "linux")]
    pub fn note(&mut self, path: PathBuf, identity: Identity) {
        self.0.push((path, identity));
    }

    /// The error for a builder that failed: a program of the host that saves a file renames a new
    /// one over it, and what was opened before can then be mounted no more (`ENOENT`).
    pub fn explain(&self, error: Error) -> Error {
        if !matches!(error, Error::BwrapFailed { .. }) {
            return error;
        }
        let moved = |(path, known): &&(PathBuf, Identity)| {
            path.symlink_metadata().map_or(true, |metadata| identity(&metadata) != *known)
        };
        match self.0.iter().find(moved) {
            Some((path, _)) => Error::Source {
                path: path.clone(),
                error: io::Error::other("another file was put in its place"),
            },
            None => error,
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::{Error, Placed, identity};

    fn failed() -> Error {
        Error::BwrapFailed { path: "/usr/bin/bwrap".into(), said: "Can't find source path".into() }
    }

    #[test]
    fn a_file_that_was_replaced_is_named() {
        let place = tempfile::tempdir().expect("a directory");
        let (kept, replaced) = (place.path().join("kept"), place.path().join("replaced"));
        let mut placed = Placed::default();
        for path in [&kept, &replaced] {
            fs::write(path, "text").expect("a file");
            placed.note(path.clone(), identity(&path.symlink_metadata().expect("it is there")));
        }
        assert!(matches!(placed.explain(failed()), Error::BwrapFailed { .. }));
        fs::write(place.path().join("new"), "text").expect("a file");
        fs::rename(place.path().join("new"), &replaced).expect("a rename");
        let Error::Source { path, .. } = placed.explain(failed()) else { panic!("it moved") };
        assert_eq!(path, replaced);
        let other = Error::Stage2("words".into());
        assert!(matches!(placed.explain(other), Error::Stage2(_)));
    }
}
