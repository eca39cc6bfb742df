//! The lock that Claude Code itself takes around each change of `~/.claude.json`: a directory
//! beside it, which one process can make and all others cannot. So it keeps this program, its
//! other runs and agents outside apart.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{Mode, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

/// A lock older than this was left by somebody who was killed; who needs longer renews it
/// (<https://github.com/moxystudio/node-proper-lockfile>).
const STALE: Duration = Duration::from_secs(10);

/// The lock, held until it is dropped.
pub struct Lock<'a> {
    directory: &'a File,
    name: OsString,
}

impl<'a> Lock<'a> {
    /// Takes the lock of the file `name`; `None` where somebody else has it.
    ///
    /// # Errors
    ///
    /// Nothing can be made in the directory.
    pub fn take(directory: &'a File, name: &OsStr) -> io::Result<Option<Self>> {
        if is_taken(directory, name)? {
            return Ok(None);
        }
        let name = name_for(name);
        match mkdirat(directory, name.as_os_str(), Mode::S_IRWXU) {
            Err(Errno::EEXIST) => Ok(None),
            result => Ok(result.map(|()| Some(Self { directory, name }))?),
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        let _ = unlinkat(self.directory, self.name.as_os_str(), UnlinkatFlags::RemoveDir);
    }
}

/// Whether somebody has the lock of the file `name`. One that was left behind is removed.
pub fn is_taken(directory: &File, name: &OsStr) -> io::Result<bool> {
    let name = name_for(name);
    let changed = match fstatat(directory, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(status) => status.st_mtime,
        Err(Errno::ENOENT) => return Ok(false),
        Err(errno) => return Err(errno.into()),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = now.saturating_sub(Duration::from_secs(u64::try_from(changed).unwrap_or_default()));
    if age > STALE {
        let _ = unlinkat(directory, name.as_os_str(), UnlinkatFlags::RemoveDir);
    }
    Ok(age <= STALE)
}

fn name_for(file: &OsStr) -> OsString {
    let mut name = file.to_owned();
    name.push(".lock");
    name
}
