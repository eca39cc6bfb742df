//! The bubblewrap that will be run, and what it can do.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use memchr::memmem::Finder;

use super::links;
use super::maps::Map;
use super::origin::Origin;
use super::system_owned;
use super::written::Written;
use crate::error::{Error, PassedOver};
use crate::policy::home::{Treatment, rows};

/// The variable that overrides the search.
pub const OVERRIDE: &str = "BWRAP_BIN";

/// Where bubblewrap is looked for without `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Far larger than any bubblewrap; a larger file is not read.
const MAX_BINARY: u64 = 8 << 20;

/// How much of a file is looked at at once, in bytes.
const PIECE: usize = 16 << 10;

/// A bubblewrap and its abilities.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bubblewrap {
    /// The executable.
    pub path: PathBuf,
    /// It has `--bind-fd` and `--ro-bind-fd`, which mount what was opened, not what is there
    /// by then.
    pub bind_fd: bool,
    /// It has `--disable-userns` and is not setuid, where that option does not work.
    pub disable_userns: bool,
}

/// Finds bubblewrap: `$BWRAP_BIN`, else along `PATH`.
///
/// It runs on the host, before there is a jail. So one on `PATH` has to be the system's, wherever it
/// stands: many a `PATH` begins with a directory of some project, and a jail that worked there could
/// have put a `bwrap` into it. One that the user names may be the user's own, where no jail writes.
///
/// # Errors
///
/// An override that cannot be used is an error, never a reason to search; so is finding none.
pub fn find(origin: &Origin, maps: &[Map], written: &Written) -> Result<Bubblewrap, Error> {
    let environment = &origin.environment;
    let usable = |path: &Path, metadata: &Metadata| match unsafe_to_run(path, metadata) {
        Some(why) => Err(why.to_owned()),
        None if may_be_planted(path, metadata, origin, maps, written) => {
            Err("it is where a jail may write".into())
        }
        None => Ok(()),
    };
    if let Some(value) = environment.get(OVERRIDE) {
        let path = PathBuf::from(value);
        let unusable = |why| Error::BwrapOverride { path: path.clone(), why };
        if !path.is_absolute() {
            return Err(unusable("it is not an absolute path".into()));
        }
        let metadata = fs::metadata(&path).map_err(|error| unusable(error.to_string()))?;
        usable(&path, &metadata).map_err(unusable)?;
        return Ok(inspect(path, &metadata));
    }
    let search = environment.get("PATH").unwrap_or(OsStr::new(DEFAULT_PATH));
    let mut passed_over = Vec::new();
    for directory in std::env::split_paths(search) {
        let path = directory.join("bwrap");
        // A relative entry means another place in each project.
        let Some(metadata) = fs::metadata(&path).ok().filter(|_| directory.is_absolute()) else {
            continue;
        };
        match system_owned::check(&path).and_then(|()| usable(&path, &metadata)) {
            Ok(()) => return Ok(inspect(path, &metadata)),
            Err(why) => passed_over.push(PassedOver { path, why }),
        }
    }
    Err(Error::NoBwrap { searched: search.to_os_string(), passed_over })
}

/// Whether this file, or a link that leads to it, stands where a jail may write, whether or not
/// this one may: in lockdown too, what an earlier one left there must not run.
fn may_be_planted(
    path: &Path,
    metadata: &Metadata,
    origin: &Origin,
    maps: &[Map],
    written: &Written,
) -> bool {
    let Ok(located) = links::locate(path) else {
        return true;
    };
    let home = origin.home.real();
    let steps: Vec<&Path> = located.links.iter().map(|link| link.path.as_path()).collect();
    let is_below = |place: &Path| {
        located.canonical.starts_with(place) || steps.iter().any(|step| step.starts_with(place))
    };
    let is_mapped = |map: &Map| map.setting.writable && is_below(&map.source.canonical);
    if is_below(&origin.project) || maps.iter().any(is_mapped) {
        return true;
    }
    // A file that the user names where another jail wrote is the user's decision; a link says another
    // place than was named.
    if written.planted(&located.links).is_some() {
        return true;
    }
    // The usual case: nothing of an ordinary user's can make a file of root's.
    let of_root = metadata.uid() == 0 && !nix::unistd::geteuid().is_root();
    let Some(home) = home.filter(|home| !of_root || is_below(home)) else {
        return false;
    };
    rows()
        .filter(|row| row.treatment == Treatment::ReadWrite)
        .filter_map(|row| fs::canonicalize(home.join(row.path)).ok())
        .any(|place| is_below(&place))
}

/// Why this file must not be run as bubblewrap.
fn unsafe_to_run(path: &Path, metadata: &Metadata) -> Option<&'static str> {
    let mode = metadata.permissions().mode();
    if !metadata.is_file() {
        return Some("it is not a regular file");
    }
    if mode & 0o111 == 0 {
        return Some("it is not executable");
    }
    if mode & 0o002 != 0 {
        return Some("everybody may write to it");
    }
    let parent = path.parent().and_then(|parent| fs::metadata(parent).ok())?;
    // In a sticky directory nobody can replace another user's file.
    (parent.mode() & 0o1002 == 0o002).then_some("everybody may replace it")
}

/// Reads the abilities off the binary: an option that it understands stands in it as text.
/// Asking it (`--help`) would cost a process on every launch.
fn inspect(path: PathBuf, metadata: &Metadata) -> Bubblewrap {
    let setuid = metadata.permissions().mode() & 0o4000 != 0;
    let [bind_fd, ro_bind_fd, disable_userns] = if metadata.len() <= MAX_BINARY {
        has(&path, [b"\0--bind-fd\0", b"\0--ro-bind-fd\0", b"\0--disable-userns\0"])
    } else {
        [false; 3]
    };
    Bubblewrap { path, bind_fd: bind_fd && ro_bind_fd, disable_userns: !setuid && disable_userns }
}

/// Which of these texts are in a file. Where reading fails, the rest of the file has none.
fn has<const N: usize>(path: &Path, texts: [&[u8]; N]) -> [bool; N] {
    let mut found = [false; N];
    let Ok(mut file) = File::open(path) else { return found };
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    let finders = texts.map(Finder::new);
    // A few pages again and again: new ones for the whole file take the kernel longer than reading it.
    let mut piece = [0; PIECE];
    let mut filled = 0;
    while let Ok(more @ 1..) = file.read(&mut piece[filled..]) {
        filled += more;
        for (found, finder) in found.iter_mut().zip(&finders) {
            *found = *found || finder.find(&piece[..filled]).is_some();
        }
        // A text may begin in one piece and end in the next.
        let kept = filled.min(longest);
        piece.copy_within(filled - kept..filled, 0);
        filled = kept;
    }
    found
}

/// What `--doctor` says of it besides.
#[derive(Debug)]
pub struct Details {
    /// The executable, as it was found.
    pub path: PathBuf,
    /// Where that leads.
    pub canonical: PathBuf,
    /// Its owner.
    pub uid: u32,
    /// Its permissions.
    pub mode: u32,
    /// The first line that it prints for `--version`.
    pub version: io::Result<String>,
}

/// Asks it.
pub fn details(bubblewrap: &Bubblewrap) -> Details {
    let path = bubblewrap.path.clone();
    let metadata = fs::metadata(&path).ok();
    let version = Command::new(&path).arg("--version").stdin(Stdio::null()).output();
    let first_line = |output: Output| {
        let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        String::from_utf8_lossy(&text).lines().next().unwrap_or_default().to_owned()
    };
    Details {
        canonical: fs::canonicalize(&path).unwrap_or_else(|_| path.clone()),
        uid: metadata.as_ref().map_or(0, MetadataExt::uid),
        mode: metadata.as_ref().map_or(0, MetadataExt::mode),
        version: version.map(first_line),
        path,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{PIECE, has};

    #[test]
    fn a_text_is_found_wherever_it_stands() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("program");
        let (text, other) = (b"\0--an-option\0".as_slice(), b"\0--another\0".as_slice());
        for before in (PIECE - 2 * text.len()..=PIECE + text.len()).chain([0, 3 * PIECE]) {
            let mut content = vec![b'-'; before];
            content.extend(text);
            content.resize(before + PIECE, b'-');
            fs::write(&file, content).expect("a file");
            assert_eq!(has(&file, [text, other]), [true, false], "after {before} bytes");
        }
        assert_eq!(has(&directory.path().join("none"), [text]), [false]);
    }
}
