//! Where a path leads: its canonical form and the symbolic links passed on the way.
//!
//! The jail re-creates the links, so that a path that worked outside works inside.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

/// As many links as the kernel follows in one look-up, `path_resolution(7)`.
pub const MAX_LINKS: usize = 40;

/// A symbolic link: its own canonical place and its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    /// Absolute, no symbolic link before its last component.
    pub path: PathBuf,
    /// What the link says, as `readlink(2)` gives it.
    pub target: PathBuf,
}

/// Where a path leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located {
    /// Absolute, without symbolic links.
    pub canonical: PathBuf,
    /// The links passed, in order.
    pub links: Vec<Link>,
}

/// Follows an absolute path component by component, as the kernel does.
///
/// # Errors
///
/// The error of `readlink(2)` on the component that cannot be passed; `ELOOP` past 40 links.
pub fn locate(path: &Path) -> io::Result<Located> {
    let mut canonical = PathBuf::from("/");
    let mut links = Vec::new();
    let mut rest = steps(path);
    while let Some(step) = rest.pop() {
        if step == ".." {
            canonical.pop();
            continue;
        }
        canonical.push(&step);
        match fs::read_link(&canonical) {
            Ok(target) => {
                if links.len() == MAX_LINKS {
                    return Err(io::Error::from_raw_os_error(nix::libc::ELOOP));
                }
                links.push(Link { path: canonical.clone(), target: target.clone() });
                canonical.pop();
                if target.is_absolute() {
                    canonical = PathBuf::from("/");
                }
                rest.extend(steps(&target));
            }
            // EINVAL: not a link.
            Err(error) if error.kind() == ErrorKind::InvalidInput => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Located { canonical: on_disk(canonical), links })
}

/// A name on Linux is the one on the disk.
#[cfg(not(target_os = "macos"))]
pub(super) fn on_disk(path: PathBuf) -> PathBuf {
    path
}

/// The name on the disk, by which macOS's sandbox judges: most volumes take a name in any case,
/// and those of the data volume without its mount point. What cannot be opened has its own name in
/// a directory that can.
#[cfg(target_os = "macos")]
pub(super) fn on_disk(path: PathBuf) -> PathBuf {
    use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
    use nix::libc::O_EVTONLY;
    use nix::sys::stat::Mode;

    // Asks for no permission to read, and waits for nobody.
    let flags = OFlag::from_bits_retain(O_EVTONLY) | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
    let mut found = PathBuf::new();
    let asked = open(&path, flags, Mode::empty())
        .and_then(|file| fcntl(&file, FcntlArg::F_GETPATH(&mut found)));
    match (asked, path.parent(), path.file_name()) {
        (Ok(_), ..) => found,
        (Err(_), Some(parent), Some(name)) => on_disk(parent.to_path_buf()).join(name),
        (Err(_), ..) => path,
    }
}

/// The components of a path still to be walked, last first.
pub fn steps(path: &Path) -> Vec<OsString> {
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_os_string()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    let mut steps: Vec<_> = names.collect();
    steps.reverse();
    steps
}

/// Makes `path` absolute against `base` and removes `.` and `..` by name, following nothing.
pub fn absolute(path: &Path, base: &Path) -> PathBuf {
    let mut absolute = PathBuf::from("/");
    for component in base.join(path).components() {
        match component {
            Component::Normal(name) => absolute.push(name),
            Component::ParentDir => {
                absolute.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    absolute
}

/// `path` with symlinks resolved as far as it exists; what does not exist yet is kept as
/// written, so that a directory mounted later keeps the name it was judged by. `None` where
/// nobody can say where it leads: a loop, a directory that may not be searched.
pub fn resolve(path: &Path) -> Option<PathBuf> {
    let mut missing: Vec<OsString> = Vec::new();
    let mut existing = path;
    loop {
        match existing.canonicalize() {
            Ok(mut resolved) => {
                resolved.extend(missing.iter().rev());
                return Some(absolute(&resolved, Path::new("/")));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return None,
            Err(_) => {}
        }
        missing.push(existing.components().next_back()?.as_os_str().to_owned());
        existing = existing.parent()?;
    }
}
