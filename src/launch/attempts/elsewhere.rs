//! Attempts to change what is held: a profile refuses them without a trace.

use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use crate::host::repositories::Worktree;

/// None.
#[derive(Default)]
pub struct Attempts;

impl Attempts {
    /// Nothing can be noted.
    pub fn watch(_: &[PathBuf], _: &[Worktree]) -> Self {
        Self
    }

    /// Nothing to wait for.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Nothing to read.
    pub fn take(&mut self) {}

    /// None.
    pub fn finish(self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        (Vec::new(), Vec::new())
    }
}
