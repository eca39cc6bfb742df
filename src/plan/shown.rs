//! A plan's places as its views have them: in one list for both systems.

use std::path::Path;

use super::macos::RuleKind;
use super::mount::{self, Access, Kind, Mount, MountKind};
use super::{Places, Plan};

/// A place of a plan.
pub type Shown = Mount<AnyKind>;

/// The kind of a mount or of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AnyKind {
    /// On Linux.
    Mount(MountKind),
    /// On macOS.
    Rule(RuleKind),
}

impl Kind for AnyKind {
    fn bound<'a>(&'a self, dest: &'a Path) -> Option<(&'a Path, Access)> {
        match self {
            Self::Mount(kind) => kind.bound(dest),
            Self::Rule(kind) => kind.bound(dest),
        }
    }

    fn belongs_to_parent(&self) -> bool {
        match self {
            Self::Mount(kind) => kind.belongs_to_parent(),
            Self::Rule(kind) => kind.belongs_to_parent(),
        }
    }

    fn is_closed(&self) -> bool {
        match self {
            Self::Mount(kind) => kind.is_closed(),
            Self::Rule(kind) => kind.is_closed(),
        }
    }

    fn is_prefix(&self) -> bool {
        match self {
            Self::Mount(kind) => kind.is_prefix(),
            Self::Rule(kind) => kind.is_prefix(),
        }
    }
}

impl Plan {
    /// Every place, parents before children.
    pub fn shown(&self) -> Vec<Shown> {
        match &self.places {
            Places::Linux(mounts) => mounts.iter().map(|it| it.map(AnyKind::Mount)).collect(),
            Places::MacOs(macos) => macos.rules.iter().map(|it| it.map(AnyKind::Rule)).collect(),
        }
    }

    /// What decides about `path` in the jail.
    pub fn mount_of(&self, path: &Path) -> Option<Shown> {
        mount::nearest(&self.shown(), path).cloned()
    }
}
