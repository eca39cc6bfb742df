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

/// What to look for in something after the run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LookFor {
    /// Any change.
    Changes,
    /// Whether it is still the one that the jail had read-only: what the host itself replaces
    /// loses its mount, and the jail may write to the new one.
    Replacement,
    /// Whether it has become a link, which leads elsewhere whoever looks for something in it.
    Link,
}

/// Something to look at before and after the run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// Where it is on the host.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
    /// What to look for.
    pub look_for: LookFor,
}

/// Something that the host runs and no mount holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unheld {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// What it is to the host.
    pub reason: &'static str,
}
