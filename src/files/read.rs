//! Reading a file that somebody else may have prepared: nothing is waited for, no device is
//! opened, and what says that it is empty may have no end (`/proc/self/pagemap`).

use std::ffi::OsStr;
use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;

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

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// The system refused.
    System(io::Error),
    /// It is a symbolic link, and none was to be followed.
    Symlink,
    /// It is a symbolic link to nothing.
    DanglingLink,
    /// Something else stands there: "a directory".
    NotRegular(&'static str),
    /// It has more bytes than anybody would put there.
    TooLarge,
}

/// Opening without waiting: a FIFO of that name would hang the launch for ever.
const FLAGS: OFlag = OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY);

/// Reads a regular file of at most `most` bytes; `None` where there is none.
pub fn regular(path: &Path, symlinks: Symlinks, most: u64) -> Result<Option<Content>, Unread> {
    let looked = match symlinks {
        Symlinks::Follow => path.metadata(),
        Symlinks::Refuse => path.symlink_metadata(),
    };
    match looked {
        // Opening a device may do something by itself.
        Ok(metadata) => expect_regular(metadata.file_type())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return absent(path, symlinks),
        Err(error) => return Err(Unread::System(error)),
    }
    let mut flags = FLAGS;
    if symlinks == Symlinks::Refuse {
        flags |= OFlag::O_NOFOLLOW;
    }
    let opened = File::options().read(true).custom_flags(flags.bits()).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return absent(path, symlinks),
        // A link has come between.
        Err(error) if error.raw_os_error() == Some(Errno::ELOOP as i32) => {
            return Err(if symlinks == Symlinks::Refuse {
                Unread::Symlink
            } else {
                Unread::System(error)
            });
        }
        Err(error) => return Err(Unread::System(error)),
    };
    let metadata = file.metadata().map_err(Unread::System)?;
    expect_regular(metadata.file_type())?;
    let bytes = bytes(&file, most)?;
    Ok(Some(content(bytes, &metadata)))
}

/// Opens a regular file of an open directory; `None` where there is none. No link is followed.
pub fn open_at(directory: impl AsFd, name: &OsStr) -> Result<Option<File>, Unread> {
    let flags = FLAGS | OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(Errno::ENOENT) => return Ok(None),
        Err(Errno::ELOOP) => return Err(Unread::Symlink),
        Err(errno) => return Err(Unread::System(errno.into())),
    };
    let metadata = file.metadata().map_err(Unread::System)?;
    expect_regular(metadata.file_type())?;
    Ok(Some(file))
}

/// An open file's bytes from where it stands, at most `most` of them.
pub fn bytes(file: &File, most: u64) -> Result<Vec<u8>, Unread> {
    // One byte more than allowed tells a file that is too large, also one that grows meanwhile.
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(Unread::System)?;
    if bytes.len() as u64 > most {
        return Err(Unread::TooLarge);
    }
    Ok(bytes)
}

/// A small file that is text, links followed; `None` for anything else.
pub fn small_text(path: &Path, most: u64) -> Option<String> {
    String::from_utf8(regular(path, Symlinks::Follow, most).ok()??.bytes).ok()
}

fn content(bytes: Vec<u8>, metadata: &Metadata) -> Content {
    Content { bytes, identity: (metadata.dev(), metadata.ino()), mode: metadata.mode() }
}

/// A link that leads nowhere is a mistake to be told, not an absent file whose restrictions
/// quietly vanish.
fn absent(path: &Path, symlinks: Symlinks) -> Result<Option<Content>, Unread> {
    let is_link = || fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if symlinks == Symlinks::Follow && is_link() {
        return Err(Unread::DanglingLink);
    }
    Ok(None)
}

fn expect_regular(kind: FileType) -> Result<(), Unread> {
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_symlink() {
        return Err(Unread::Symlink);
    }
    Err(Unread::NotRegular(if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a special file"
    }))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const MOST: u64 = 16;

    #[test]
    fn a_file_that_does_not_end_is_not_read_and_one_that_waits_is_not_waited_for() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("file");
        fs::write(&path, "text").expect("write");
        assert_eq!(small_text(&path, MOST).as_deref(), Some("text"));
        fs::write(&path, [b'x'; 16]).expect("write");
        assert!(small_text(&path, MOST).is_some());
        fs::write(&path, [b'x'; 17]).expect("write");
        assert_eq!(small_text(&path, MOST), None);
        // Says that it is a file of no bytes, and has some hundred thousand million.
        let endless = Path::new("/proc/self/pagemap");
        assert!(endless.metadata().is_ok_and(|it| it.is_file() && it.len() == 0));
        for target in [endless.as_os_str(), "/dev/zero".as_ref(), "/".as_ref()] {
            let link = place.path().join("link");
            let _ = fs::remove_file(&link);
            symlink(target, &link).expect("a link");
            assert_eq!(small_text(&link, MOST), None, "{}", target.to_string_lossy());
        }
        let fifo = place.path().join("fifo");
        nix::unistd::mkfifo(&fifo, Mode::S_IRWXU).expect("a FIFO");
        assert_eq!(small_text(&fifo, MOST), None);
    }
}
