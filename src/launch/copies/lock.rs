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
        let mut lock = name.to_owned();
        lock.push(".lock");
        let make = || mkdirat(directory, lock.as_os_str(), Mode::S_IRWXU);
        match make() {
            Err(Errno::EEXIST) if is_stale(directory, &lock)? => {
                let _ = unlinkat(directory, lock.as_os_str(), UnlinkatFlags::RemoveDir);
                match make() {
                    Err(Errno::EEXIST) => return Ok(None),
                    result => result?,
                }
            }
            Err(Errno::EEXIST) => return Ok(None),
            result => result?,
        }
        Ok(Some(Self { directory, name: lock }))
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        let _ = unlinkat(self.directory, self.name.as_os_str(), UnlinkatFlags::RemoveDir);
    }
}

fn is_stale(directory: &File, name: &OsStr) -> io::Result<bool> {
    let changed = match fstatat(directory, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(status) => status.st_mtime,
        // Released meanwhile.
        Err(Errno::ENOENT) => return Ok(true),
        Err(errno) => return Err(errno.into()),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = now.saturating_sub(Duration::from_secs(u64::try_from(changed).unwrap_or_default()));
    Ok(age > STALE)
}
