//! A plan as a profile of macOS's sandbox, which is also called Seatbelt; see `sandbox-exec(1)`.

use std::ffi::OsString;

use crate::plan::Plan;

/// What `sandbox-exec` is given.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Profile {
    /// The policy's text, for `-p`. There is no path of the host in it.
    pub policy: String,
    /// What the text calls `(param "KEY")`, for `-D KEY=VALUE`.
    pub parameters: Vec<(String, OsString)>,
}

/// Renders a plan.
pub fn profile(_: &Plan) -> Profile {
    Profile { policy: "(version 1)\n(deny default)\n".into(), parameters: Vec::new() }
}
