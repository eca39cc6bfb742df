//! What of the host a jail must not change.

use std::path::PathBuf;

/// Something that a mount can hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Its canonical place.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
}

/// Something to look at afterwards.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Watched {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
}
