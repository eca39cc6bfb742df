//! Reading a file that somebody else may have prepared.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::error::ConfigError;

/// No honest config comes near this, and reading a huge one would stall every launch.
pub const MAX_SIZE: u64 = 1024 * 1024;

/// What to do where the file's name is a symbolic link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Symlinks {
    /// Read what it points to.
    Follow,
    /// Refuse it.
    Refuse,
}

/// A regular file's bytes and identity.
pub struct Content {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Device and inode.
    pub identity: (u64, u64),
    /// Permission bits.
    pub mode: u32,
}

/// Reads a regular file of at most [`MAX_SIZE`] bytes; `None` where there is none.
///
/// Never blocks: without `O_NONBLOCK` a FIFO of that name would hang the launch for ever.
pub fn regular(path: &Path, symlinks: Symlinks) -> Result<Option<Content>, ConfigError> {
    let failed = |source| ConfigError::Read { path: path.to_path_buf(), source };
    let mut flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    if symlinks == Symlinks::Refuse {
        flags |= OFlag::O_NOFOLLOW;
    }
    let opened = File::options().read(true).custom_flags(flags.bits()).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return absent(path, symlinks),
        Err(error) => return Err(unopenable(path, symlinks, error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(not_regular(path, metadata.file_type()));
    }
    // One byte more than allowed tells a file that is too large, also one that grows meanwhile.
    let mut bytes = Vec::new();
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(ConfigError::TooLarge { path: path.to_path_buf(), limit: MAX_SIZE });
    }
    Ok(Some(Content { bytes, identity: (metadata.dev(), metadata.ino()), mode: metadata.mode() }))
}

/// The user's own file may be a link into a repository of settings; one that leads nowhere is
/// a mistake to be told, not an absent file whose restrictions quietly vanish.
fn absent(path: &Path, symlinks: Symlinks) -> Result<Option<Content>, ConfigError> {
    let dangling =
        symlinks == Symlinks::Follow && path.symlink_metadata().is_ok_and(|m| m.is_symlink());
    if dangling {
        return Err(ConfigError::DanglingLink { path: path.to_path_buf() });
    }
    Ok(None)
}

fn unopenable(path: &Path, symlinks: Symlinks, source: io::Error) -> ConfigError {
    match path.symlink_metadata().map(|metadata| metadata.file_type()) {
        Ok(kind) if kind.is_symlink() && symlinks == Symlinks::Refuse => {
            ConfigError::Symlink { path: path.to_path_buf() }
        }
        // A socket cannot be opened at all (ENXIO); say what it is rather than that.
        Ok(kind) if source.raw_os_error() == Some(Errno::ENXIO as i32) => not_regular(path, kind),
        _ => ConfigError::Read { path: path.to_path_buf(), source },
    }
}

fn not_regular(path: &Path, kind: std::fs::FileType) -> ConfigError {
    let kind = if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a special file"
    };
    ConfigError::NotRegular { path: path.to_path_buf(), kind }
}
