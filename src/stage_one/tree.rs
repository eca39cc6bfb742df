//! Laying out the tree that becomes the jail's root.
//!
//! Everything is reached by descriptors, and no symbolic link is followed on the way to one: a jail
//! that runs at the same time can change what is in its writable places, and must not lead a
//! mount elsewhere.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::NixPath;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, OpenHow, ResolveFlag, openat, openat2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, SFlag, fstat, mkdirat, mknodat, umask};
use nix::unistd::{UnlinkatFlags, symlinkat, unlinkat};
use stage2::sys::mounts::{self, Flags};

use super::Layout;
use crate::backend::tree::{Kind, Piece};
use crate::plan::Access;
use crate::plan::mount::below;
use crate::text::visible;

/// Permissions of directories that nobody has named, and of what a mount will cover.
const COVERED: Mode = Mode::from_bits_truncate(0o755);

/// The name of a file that is about to be mounted, which `/proc/self/mountinfo` goes on to show.
const PASSING: &CStr = c".ai-jail-file";

/// What no mount of a jail lets anybody do.
const JAIL: Flags = Flags::NO_SUID;

/// A tree that hangs nowhere.
pub struct LaidOut {
    /// Its root.
    pub root: OwnedFd,
    /// What becomes read-only when the tree hangs in a namespace: before, the kernel changes nothing but the root.
    pub unfinished: Vec<OwnedFd>,
}

/// Lays a tree out.
pub fn lay_out(layout: &Layout) -> io::Result<LaidOut> {
    // Permissions are the plan's, whatever the caller's mask says; this process makes nothing else.
    umask(Mode::empty());
    let root = memory(0o755, Flags::NONE)?;
    match grow(layout, &root) {
        Ok(unfinished) => return Ok(LaidOut { root, unfinished }),
        // Before Linux 6.15 nothing could be mounted in what hangs nowhere.
        Err(error) if error.kind() == ErrorKind::InvalidInput => {}
        Err(error) => return Err(error),
    }
    // So the root hangs in one more mount namespace meanwhile, and is taken out of there again as a copy.
    let place = layout.tree.places().find(|place| place.is_dir());
    let place = place.ok_or_else(|| io::Error::other("no directory to put the root over"))?;
    let root = memory(0o755, Flags::NONE)?;
    unshare(CloneFlags::CLONE_NEWNS)?;
    mounts::attach(&root, unfollowed(AT_FDCWD, place)?.as_fd())?;
    finish(&grow(layout, &root)?)?;
    Ok(LaidOut { root: mounts::bind(root.as_fd(), c"", Flags::NONE)?, unfinished: Vec::new() })
}

/// Makes read-only what is still not.
pub fn finish(unfinished: &[OwnedFd]) -> io::Result<()> {
    unfinished.iter().try_for_each(|mount| mounts::forbid(mount, Flags::READ_ONLY))
}

/// Lays out what is in the root. Gives what is to become read-only.
fn grow(layout: &Layout, root: &OwnedFd) -> io::Result<Vec<OwnedFd>> {
    let pieces = layout.tree.pieces.as_slice();
    let mut growing = Growing {
        root,
        source: None,
        directory: None,
        closed: Vec::new(),
        nothing: None,
        files: &layout.files,
    };
    for piece in pieces {
        growing.add(piece, stays_empty(piece, pieces)).map_err(|error| at(&piece.dest, &error))?;
    }
    if layout.tree.is_closed {
        mounts::forbid(root, Flags::READ_ONLY)?;
    }
    Ok(growing.closed)
}

/// Whether this is a file system that nothing is ever put into.
fn stays_empty(piece: &Piece, pieces: &[Piece]) -> bool {
    let is_inside = |other: &&Piece| below(&other.dest, &piece.dest).is_some();
    // The piece itself is one.
    matches!(piece.kind, Kind::Memory { is_closed: true, .. })
        && pieces.iter().filter(is_inside).nth(1).is_none()
}

/// An error with what it is about.
pub fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", visible(path)))
}

/// The tree while it is laid out.
struct Growing<'a> {
    root: &'a OwnedFd,
    /// The directory of the host that was needed last, and that of the tree.
    source: Option<(PathBuf, OwnedFd)>,
    directory: Option<(PathBuf, OwnedFd)>,
    /// File systems that become read-only when everything is in them.
    closed: Vec<OwnedFd>,
    /// One that stays empty, with the permissions of its root.
    nothing: Option<(u32, OwnedFd)>,
    files: &'a [(PathBuf, RawFd)],
}

impl Growing<'_> {
    fn add(&mut self, piece: &Piece, stays_empty: bool) -> io::Result<()> {
        let dest = piece.dest.as_path();
        match &piece.kind {
            Kind::Bind { source, access, is_optional } => {
                let mount = match self.bind(source, *access) {
                    Err(error) if *is_optional && error.kind() == ErrorKind::NotFound => {
                        return Ok(());
                    }
                    mount => mount?,
                };
                let place = if is_directory(&mount)? { Place::Directory } else { Place::File };
                self.attach(&mount, dest, place, piece.is_made)
            }
            Kind::Memory { mode, .. } if stays_empty => {
                self.put_nothing(dest, *mode, piece.is_made)
            }
            Kind::Memory { mode, is_closed } => {
                let mount = memory(*mode, Flags::NONE)?;
                self.attach(&mount, dest, Place::Directory, piece.is_made)?;
                if *is_closed {
                    self.closed.push(mount);
                }
                Ok(())
            }
            Kind::Terminals => {
                let options = [(c"source", c"devpts"), (c"ptmxmode", c"0666"), (c"mode", c"620")];
                let mount = mounts::new(c"devpts", &options, JAIL.and(Flags::NO_EXEC))?;
                self.attach(&mount, dest, Place::Directory, piece.is_made)
            }
            Kind::Directory { mode } => {
                let (parent, name) = self.place_of(dest)?;
                make(parent, &name, Place::Directory, mode_of(*mode))
            }
            Kind::Over { content, mode } => {
                self.put_over(dest, &content.0, mode_of(*mode), piece.is_made)
            }
            Kind::Link { target } => {
                let (parent, name) = self.place_of(dest)?;
                Ok(symlinkat(target, parent, &*name)?)
            }
            Kind::File { content, mode } => {
                let content = match content {
                    Some(content) => content.0.clone(),
                    None => self.copied(dest)?,
                };
                let (parent, name) = self.place_of(dest)?;
                let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
                let file = openat(parent, &*name, flags, mode_of(*mode))?;
                File::from(file).write_all(&content)
            }
        }
    }

    /// Mounts a file system that is empty for ever. One serves all places: a new one takes the kernel five times as long
    /// as one more mount.
    fn put_nothing(&mut self, dest: &Path, mode: u32, is_made: bool) -> io::Result<()> {
        if let Some((_, nothing)) = self.nothing.as_ref().filter(|(its_mode, _)| *its_mode == mode)
        {
            let mount = mounts::bind(nothing.as_fd(), c"", flags(Access::ReadOnly))?;
            return self.attach(&mount, dest, Place::Directory, is_made);
        }
        let mount = memory(mode, Flags::READ_ONLY)?;
        self.attach(&mount, dest, Place::Directory, is_made)?;
        self.nothing = Some((mode, mount));
        Ok(())
    }

    /// Mounts a new file at its place. The kernel mounts only what stands in a tree, so the file has a name in the root
    /// until it is mounted.
    fn put_over(
        &mut self,
        dest: &Path,
        content: &[u8],
        mode: Mode,
        is_made: bool,
    ) -> io::Result<()> {
        let new = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let file = openat(self.root, PASSING, new, mode)?;
        File::from(file).write_all(content)?;
        let mount = mounts::bind(self.root.as_fd(), PASSING, flags(Access::ReadOnly))?;
        self.attach(&mount, dest, Place::File, is_made)?;
        Ok(unlinkat(self.root, PASSING, UnlinkatFlags::NoRemoveDir)?)
    }

    /// A mount of a place of the host, which hangs nowhere yet.
    fn bind(&mut self, source: &Path, access: Access) -> io::Result<OwnedFd> {
        // Only the root has no name.
        let parent = source.parent().unwrap_or(source);
        let name = name(source).unwrap_or_else(|_| c".".to_owned());
        if self.source.as_ref().is_none_or(|(path, _)| path != parent) {
            self.source = Some((parent.to_path_buf(), unfollowed(AT_FDCWD, parent)?));
        }
        let (_, directory) = self.source.as_ref().ok_or(ErrorKind::NotFound)?;
        mounts::bind(directory.as_fd(), &name, flags(access))
    }

    /// Mounts something at its place. In a file system of the jail's own, nobody else is there to
    /// put a link in the way.
    fn attach(
        &mut self,
        mount: &OwnedFd,
        dest: &Path,
        kind: Place,
        is_made: bool,
    ) -> io::Result<()> {
        let (parent, name) = self.place_of(dest)?;
        if is_made {
            make(parent, &name, kind, COVERED)?;
            mounts::attach_at(mount, parent, &name)
        } else {
            mounts::attach(mount, unfollowed(parent, &*name)?.as_fd())
        }
    }

    /// The directory that a place is in, with those above made if need be, and the place's name
    /// there.
    fn place_of(&mut self, dest: &Path) -> io::Result<(BorrowedFd<'_>, CString)> {
        let parent = dest.parent().ok_or(ErrorKind::InvalidInput)?;
        if self.directory.as_ref().is_none_or(|(path, _)| path != parent) {
            let directory = self.open_directory(parent)?;
            self.directory = Some((parent.to_path_buf(), directory));
        }
        let (_, directory) = self.directory.as_ref().ok_or(ErrorKind::NotFound)?;
        Ok((directory.as_fd(), name(dest)?))
    }

    fn open_directory(&self, path: &Path) -> io::Result<OwnedFd> {
        let mut directory = self.root.try_clone()?;
        let below = path.strip_prefix("/").map_err(io::Error::other)?;
        if below.as_os_str().is_empty() {
            return Ok(directory);
        }
        match unfollowed(self.root, below) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened,
        }
        for step in below {
            make(directory.as_fd(), &CString::new(step.as_bytes())?, Place::Directory, COVERED)?;
            directory = unfollowed(&directory, Path::new(step))?;
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

/// What is forbidden where nothing may be changed.
pub fn closed(is_closed: bool) -> Flags {
    if is_closed { Flags::READ_ONLY } else { Flags::NONE }
}

/// A mount that hangs nowhere, for a place in `/proc`, where no file can be made. What is empty is the empty device
/// there, and what is denied is that device where none can be opened.
pub fn for_proc(piece: &Piece) -> io::Result<OwnedFd> {
    let (source, access) = match &piece.kind {
        Kind::Bind { source, access, .. } => (source.as_path(), *access),
        Kind::Memory { mode, is_closed } => return memory(*mode, closed(*is_closed)),
        Kind::Over { mode: 0, .. } => (Path::new("/dev/null"), Access::ReadOnly),
        _ => (Path::new("/dev/null"), Access::Device),
    };
    let source = unfollowed(AT_FDCWD, source);
    let mount = source.and_then(|source| mounts::bind(source.as_fd(), c"", flags(access)));
    mount.map_err(|error| at(&piece.dest, &error))
}

/// An empty file system in memory.
fn memory(mode: u32, forbidden: Flags) -> io::Result<OwnedFd> {
    let mode = CString::new(format!("{mode:o}"))?;
    let options = [(c"source", c"tmpfs"), (c"mode", &*mode)];
    mounts::new(c"tmpfs", &options, JAIL.and(Flags::NO_DEVICES).and(forbidden))
}

/// Opens a place for what can be done with a path alone; no symbolic link on the way is followed.
pub fn unfollowed<P: ?Sized + NixPath>(directory: impl AsFd, path: &P) -> io::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    let how = OpenHow::new().flags(flags).resolve(ResolveFlag::RESOLVE_NO_SYMLINKS);
    Ok(openat2(directory, path, how)?)
}

/// What a mount is put on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Directory,
    File,
}

/// Makes something empty, if it is not there.
fn make(directory: BorrowedFd, name: &CStr, place: Place, mode: Mode) -> io::Result<()> {
    let result = match place {
        Place::Directory => mkdirat(directory, name, mode),
        Place::File => mknodat(directory, name, SFlag::S_IFREG, mode, 0),
    };
    match result {
        Err(Errno::EEXIST) => Ok(()),
        result => Ok(result?),
    }
}

/// The last name of a path.
fn name(path: &Path) -> io::Result<CString> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    Ok(CString::new(name.as_bytes())?)
}

/// Whether this is a mount of a directory. A symbolic link that somebody has put there meanwhile is
/// neither that nor a file.
fn is_directory(mount: &OwnedFd) -> io::Result<bool> {
    match SFlag::from_bits_truncate(fstat(mount)?.st_mode) & SFlag::S_IFMT {
        SFlag::S_IFLNK => Err(Errno::ELOOP.into()),
        kind => Ok(kind == SFlag::S_IFDIR),
    }
}

fn mode_of(mode: u32) -> Mode {
    Mode::from_bits_truncate(mode)
}
