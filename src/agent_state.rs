//! The first run of an agent in a home without its directories: they are made, as the agent itself
//! would, because what is not there cannot be mounted, and its login would be lost.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::geteuid;

/// Directories only, and no link: what stands in the home may be a jail's work.
const DIRECTORY: OFlag =
    OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// Makes the directory `place` below `home`, and those in between, for the user alone.
///
/// # Errors
///
/// What is on the way is no directory or not the user's own, as where root runs this with the
/// home of another; or nothing can be made there.
pub fn make(home: &Path, place: &Path) -> io::Result<()> {
    let mut directory = own(open(home, DIRECTORY, Mode::empty())?)?;
    for name in place {
        match mkdirat(&directory, name, Mode::S_IRWXU) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
        directory = match openat(&directory, name, DIRECTORY, Mode::empty()) {
            Err(Errno::ELOOP | Errno::ENOTDIR) => return Err(not_ours("is not a directory")),
            opened => own(opened?)?,
        };
    }
    Ok(())
}

/// Makes them all; gives what was made, and why what could not be made was not.
pub fn make_all(home: &Path, places: &[PathBuf]) -> (Vec<PathBuf>, Vec<(PathBuf, io::Error)>) {
    let (mut made, mut failed) = (Vec::new(), Vec::new());
    for place in places {
        match make(home, place) {
            Ok(()) => made.push(home.join(place)),
            Err(error) => failed.push((home.join(place), error)),
        }
    }
    (made, failed)
}

/// A directory that belongs to whoever runs this.
fn own(directory: OwnedFd) -> io::Result<OwnedFd> {
    let directory = File::from(directory);
    if directory.metadata()?.uid() != geteuid().as_raw() {
        return Err(not_ours("belongs to another user"));
    }
    Ok(directory.into())
}

fn not_ours(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, why)
}
