//! Reading a config file, and what to say where that is refused.

use std::path::Path;

use super::error::ConfigError;
use crate::files::read::Content;
use crate::files::{self, Symlinks, Unread};

/// Bytes. No honest config comes near this, and reading a huge one would stall every launch.
pub const MAX_SIZE: u64 = 1024 * 1024;

/// Reads a config file; `None` where there is none.
pub fn regular(path: &Path, symlinks: Symlinks) -> Result<Option<Content>, ConfigError> {
    let path = || path.to_path_buf();
    files::regular(&path(), symlinks, MAX_SIZE).map_err(|unread| match unread {
        Unread::System(source) => ConfigError::Read { path: path(), source },
        Unread::Symlink => ConfigError::Symlink { path: path() },
        Unread::DanglingLink => ConfigError::DanglingLink { path: path() },
        Unread::NotRegular(kind) => ConfigError::NotRegular { path: path(), kind },
        Unread::TooLarge => ConfigError::TooLarge { path: path(), limit: MAX_SIZE },
    })
}
