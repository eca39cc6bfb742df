//! Laying out the tree that becomes the jail's root.
//!
//! Everything is reached by descriptors, and no symbolic link is followed on the way to one: a jail
//! that runs at the same time can change what is in its writable places, and must not lead a
//! mount elsewhere.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, OpenHow, ResolveFlag, openat, openat2};
use nix::sys::stat::{Mode, SFlag, fstat, mkdirat, umask};
use nix::unistd::symlinkat;
use stage2::sys::mounts::{self, Flags};

use crate::backend::tree::{Kind, Piece};
use crate::plan::Access;
use crate::text::visible;

/// Permissions of directories that nobody has named, and of what a mount will cover.
const DIRECTORY: Mode = Mode::from_bits_truncate(0o755);
const FILE: Mode = Mode::from_bits_truncate(0o644);

/// What no mount of a jail lets anybody do.
const JAIL: Flags = Flags::NO_SUID;

/// Lays a tree out, over its place.
pub fn lay_out(layout: &super::Layout) -> io::Result<()> {
    // Permissions are the plan's, whatever the caller's mask says.
    let before = umask(Mode::empty());
    let root = memory(0o755)?;
    let place = unfollowed(AT_FDCWD, layout.place)?;
    mounts::attach(&root, place.as_fd())?;
    let mut growing = Growing { root, directory: None, closed: Vec::new(), files: &layout.files };
    for piece in &layout.tree.pieces {
        growing.add(piece).map_err(|error| at(&piece.dest, &error))?;
    }
    for mount in &growing.closed {
        mounts::forbid(mount, Flags::READ_ONLY)?;
    }
    if layout.tree.is_closed {
        mounts::forbid(&growing.root, Flags::READ_ONLY)?;
    }
    umask(before);
    Ok(())
}

/// An error with what it is about.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", visible(path)))
}

/// The tree while it is laid out.
struct Growing<'a> {
    root: OwnedFd,
    /// The directory that was needed last.
    directory: Option<(PathBuf, OwnedFd)>,
    /// File systems that become read-only when everything is in them.
    closed: Vec<OwnedFd>,
    files: &'a [(PathBuf, RawFd)],
}

impl Growing<'_> {
    fn add(&mut self, piece: &Piece) -> io::Result<()> {
        let dest = piece.dest.as_path();
        match &piece.kind {
            Kind::Bind { source, access, is_optional } => {
                let source = match unfollowed(AT_FDCWD, source) {
                    Err(error) if *is_optional && error.kind() == ErrorKind::NotFound => {
                        return Ok(());
                    }
                    source => source?,
                };
                let mount = mounts::bind(source.as_fd(), flags(*access))?;
                let is_directory = is_directory(&source)?;
                self.attach(&mount, dest, is_directory, piece.is_made)
            }
            Kind::Memory { mode, is_closed } => {
                let mount = memory(*mode)?;
                self.attach(&mount, dest, true, piece.is_made)?;
                if *is_closed {
                    self.closed.push(mount);
                }
                Ok(())
            }
            Kind::Terminals => {
                let options = [(c"source", c"devpts"), (c"ptmxmode", c"0666"), (c"mode", c"620")];
                let mount = mounts::new(c"devpts", &options, JAIL.and(Flags::NO_EXEC))?;
                self.attach(&mount, dest, true, piece.is_made)
            }
            Kind::Directory { mode } => self.make_directory(dest, mode_of(*mode)),
            Kind::Link { target } => {
                let (parent, name) = self.place_of(dest)?;
                Ok(symlinkat(target, parent, name)?)
            }
            Kind::File { content, mode } => {
                let content = match content {
                    Some(content) => content.0.clone(),
                    None => self.copied(dest)?,
                };
                let file = self.make_file(dest, mode_of(*mode))?;
                File::from(file).write_all(&content)
            }
        }
    }

    /// Mounts something at its place.
    fn attach(
        &mut self,
        mount: &OwnedFd,
        dest: &Path,
        is_directory: bool,
        is_made: bool,
    ) -> io::Result<()> {
        match (is_made, is_directory) {
            (true, true) => self.make_directory(dest, DIRECTORY)?,
            (true, false) => drop(self.make_file(dest, FILE)?),
            (false, _) => {}
        }
        let (parent, name) = self.place_of(dest)?;
        let place = unfollowed(parent, Path::new(name))?;
        mounts::attach(mount, place.as_fd())
    }

    /// Makes a directory, if it is not there.
    fn make_directory(&mut self, dest: &Path, mode: Mode) -> io::Result<()> {
        let (parent, name) = self.place_of(dest)?;
        match mkdirat(parent, name, mode) {
            Err(Errno::EEXIST) => Ok(()),
            result => Ok(result?),
        }
    }

    /// Makes an empty file, open for writing.
    fn make_file(&mut self, dest: &Path, mode: Mode) -> io::Result<OwnedFd> {
        let (parent, name) = self.place_of(dest)?;
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        Ok(openat(parent, name, flags, mode)?)
    }

    /// The directory that a place is in, with those above made if need be, and the place's name
    /// there.
    fn place_of<'p>(&mut self, dest: &'p Path) -> io::Result<(BorrowedFd<'_>, &'p Path)> {
        let (Some(parent), Some(name)) = (dest.parent(), dest.file_name()) else {
            return Err(ErrorKind::InvalidInput.into());
        };
        if self.directory.as_ref().is_none_or(|(path, _)| path != parent) {
            let directory = self.open_directory(parent)?;
            self.directory = Some((parent.to_path_buf(), directory));
        }
        match &self.directory {
            Some((_, directory)) => Ok((directory.as_fd(), Path::new(name))),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn open_directory(&self, path: &Path) -> io::Result<OwnedFd> {
        let mut directory = self.root.try_clone()?;
        let Ok(below) = path.strip_prefix("/") else {
            return Err(ErrorKind::InvalidInput.into());
        };
        if below.as_os_str().is_empty() {
            return Ok(directory);
        }
        match unfollowed(&self.root, below) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened,
        }
        for name in below {
            match mkdirat(&directory, name, DIRECTORY) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(errno) => return Err(errno.into()),
            }
            directory = unfollowed(&directory, Path::new(name))?;
        }
        Ok(directory)
    }

    /// What the front has of a file of the host. It is opened anew, because the front may have to
    /// hand the same descriptor to a bubblewrap that makes the file itself.
    fn copied(&self, dest: &Path) -> io::Result<Vec<u8>> {
        let file = self.files.iter().find(|(path, _)| path == dest).map(|(_, file)| *file);
        std::fs::read(format!("/proc/self/fd/{}", file.ok_or(ErrorKind::NotFound)?))
    }
}

/// What is forbidden in a mount of the host.
fn flags(access: Access) -> Flags {
    match access {
        Access::ReadOnly => JAIL.and(Flags::NO_DEVICES).and(Flags::READ_ONLY),
        Access::ReadWrite => JAIL.and(Flags::NO_DEVICES),
        Access::Device => JAIL,
    }
}

/// An empty file system in memory.
fn memory(mode: u32) -> io::Result<OwnedFd> {
    let mode = std::ffi::CString::new(format!("{mode:o}"))?;
    let options = [(c"source", c"tmpfs"), (c"mode", &*mode)];
    mounts::new(c"tmpfs", &options, JAIL.and(Flags::NO_DEVICES))
}

/// Opens a place for what can be done with a path alone; no symbolic link on the way is followed.
fn unfollowed(directory: impl AsFd, path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    let how = OpenHow::new().flags(flags).resolve(ResolveFlag::RESOLVE_NO_SYMLINKS);
    Ok(openat2(directory, path, how)?)
}

fn is_directory(file: &OwnedFd) -> io::Result<bool> {
    let mode = SFlag::from_bits_truncate(fstat(file)?.st_mode);
    Ok(mode & SFlag::S_IFMT == SFlag::S_IFDIR)
}

fn mode_of(mode: u32) -> Mode {
    Mode::from_bits_truncate(mode)
}
