//! Attempts to change what is held: a profile refuses them without a trace.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::PathBuf;

use super::Noted;
use crate::host::repositories::Worktree;
use crate::plan::EmptyLogin;

/// None.
#[derive(Default)]
pub struct Attempts;

impl Attempts {
    /// Nothing can be noted.
    pub fn watch(_: &[PathBuf], _: &[Worktree], _: &[EmptyLogin]) -> Self {
        Self
    }

    /// Nothing to watch.
    pub fn enter(&mut self, _: &OwnedFd) {}

    /// Nothing to wait for.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Nothing to read.
    pub fn take(&mut self) {}

    /// None.
    pub fn finish(self) -> Noted {
        Noted::default()
    }
}
