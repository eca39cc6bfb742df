//! What a run shall be like: every switch decided, and by whom.

use std::ffi::OsString;

use crate::cli::BarStyle;

/// Who decided a setting; a later one outranks an earlier one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The user's own file, `$HOME/.ai-jail`.
    UserFile,
    /// The project's file, `.ai-jail` in the working directory.
    ProjectFile,
    /// The command line.
    Flag,
}

/// A value and who decided it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting<T> {
    /// What was decided.
    pub value: T,
    /// By whom.
    pub source: Source,
}

/// One `--map`, `--rw-map`, `ro_maps` or `rw_maps` entry, as written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MapSetting {
    /// `PATH` or `SOURCE:DEST`, not yet resolved.
    pub text: OsString,
    /// Whether the jail may write there.
    pub writable: bool,
    /// Where it was written.
    pub source: Source,
}

/// What this run shall be like.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Settings {
    /// The program and its arguments; never empty.
    pub command: Setting<Vec<OsString>>,
    /// `--exec`: nothing stands between the command and the caller.
    pub exec: bool,
    /// Maps in the order user file, project file, command line.
    pub maps: Vec<MapSetting>,
    /// The strict mode.
    pub lockdown: Setting<bool>,
    /// The Landlock layer.
    pub landlock: Setting<bool>,
    /// The system-call filter.
    pub seccomp: Setting<bool>,
    /// The resource limits.
    pub rlimits: Setting<bool>,
    /// GPU devices.
    pub gpu: Setting<bool>,
    /// The Docker socket.
    pub docker: Setting<bool>,
    /// X11 and Wayland.
    pub display: Setting<bool>,
    /// The mise set-up.
    pub mise: Setting<bool>,
    /// Read-only protection of the files that the host runs later.
    pub protect: Setting<bool>,
    /// The status bar; `None` is off.
    pub status_bar: Setting<Option<BarStyle>>,
}
