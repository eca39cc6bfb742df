//! The systems that jails are built on.

use serde::Serialize;

/// A system.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Linux: bubblewrap, Landlock and seccomp.
    Linux,
    /// macOS: `sandbox-exec` with a profile.
    MacOs,
}

impl Os {
    /// The one that this program was built for.
    pub const fn of_this_build() -> Self {
        if cfg!(target_os = "macos") { Self::MacOs } else { Self::Linux }
    }
}
