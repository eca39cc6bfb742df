//! What the user agreed to, one small file a project, where no jail can write: the plan hides
//! this directory from every jail.
//!
//! ```text
//! ai-jail trust 2
//! <SHA-256 of the project's path, the file's content and where its maps lead>
//! /home/me/project
//! - may read and write /data
//! + no_gpu = true
//! ```
//!
//! Only the last agreement is kept, so going back to an older content asks again. The words
//! are there for people, and to tell what is new, or strict no more, when the file has changed. A record counts
//! only if it is exactly what this module would write now: a damaged or older one is no trust.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::fcntl::{Flock, FlockArg};
use nix::sys::stat::Mode;
use sha2::{Digest, Sha256};

use super::asked::Loosening;
use super::error::ConfigError;
use super::judged::{loosenings, tightenings};
use super::paths::Paths;
use super::read;
use super::tightening::Tightening;
use crate::fields::Fields;
use crate::files::{self, Durability, Symlinks};
use crate::text::visible;

const HEADER: &str = "ai-jail trust 2";

/// In the digest's line where nobody has agreed: no digest reads so.
const NO_AGREEMENT: &str = "no agreement";

/// Bytes of a record that is read.
pub const MAX_SIZE: u64 = read::MAX_SIZE;

/// What is on record for a project.
pub enum Found {
    /// An agreement to this content.
    Trusted,
    /// An agreement to another content.
    Other(Agreement),
    /// None that can be read.
    Nothing,
}

/// What was agreed to before.
pub struct Agreement {
    /// The words of what it allowed.
    pub words: Vec<String>,
    /// What made the jail stricter then.
    pub tightenings: Vec<Tightening>,
}

/// Looks up the agreement to `text`, which says `fields`.
pub fn check(paths: &Paths, text: &str, fields: &Fields) -> Found {
    let Some((file, wanted)) = record(paths, text, fields) else {
        return Found::Nothing;
    };
    let Ok(Some(content)) = read::regular(&file, Symlinks::Refuse) else {
        return Found::Nothing;
    };
    // Writable by others: it may be anybody's agreement.
    if content.mode & 0o022 != 0 {
        return Found::Nothing;
    }
    if content.bytes == wanted.as_bytes() {
        return Found::Trusted;
    }
    match String::from_utf8(content.bytes) {
        Ok(other) if other.starts_with(HEADER) => Found::Other(agreement(&other)),
        _ => Found::Nothing,
    }
}

/// Remembers the agreement to `text`, which says `fields`.
pub fn write(paths: &Paths, text: &str, fields: &Fields) -> Result<(), ConfigError> {
    let (Some(dir), Some((file, content))) = (store(paths), record(paths, text, fields)) else {
        return Err(ConfigError::NoTrustStore);
    };
    put(dir, &file.file_name().unwrap_or_default().to_string_lossy(), &content)
}

/// Remembers what made the jail stricter, without an agreement to anything.
pub fn write_tightenings(paths: &Paths, fields: &Fields) -> Result<(), ConfigError> {
    let (Some(dir), Ok(project)) = (store(paths), paths.project_dir.canonicalize()) else {
        return Err(ConfigError::NoTrustStore);
    };
    let shown = visible(&project);
    let mut content = format!("{HEADER}\n{NO_AGREEMENT}\n{shown}\n");
    for item in tightenings(fields, paths) {
        let _ = writeln!(content, "+ {item}");
    }
    put(dir, &file_name(&project), &content)
}

fn put(dir: &Path, name: &str, content: &str) -> Result<(), ConfigError> {
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    private_dir(dir)
        .and_then(|()| {
            files::replace(dir, name.as_ref(), content.as_bytes(), mode, Durability::Memory)
        })
        .map_err(|source| ConfigError::Record { path: dir.join(name), source })
}

/// Serialises the saves of several runs. Nobody waits long for it: a save without it is still
/// whole, only another run's addition may be lost. The lock is on the trust directory because
/// a jail could hold one on the project's for ever.
pub fn lock(paths: &Paths) -> Option<Flock<File>> {
    let dir = store(paths)?;
    private_dir(dir).ok()?;
    let mut file = File::open(dir).ok()?;
    for _ in 0..50 {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => return Some(lock),
            Err((unlocked, _)) => file = unlocked,
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// The trust directory, where there is a home for it: a home that does not exist is not made.
pub fn store(paths: &Paths) -> Option<&Path> {
    let home = paths.home.as_ref()?;
    paths.trust_dir.as_deref().filter(|_| home.is_dir())
}

/// The record's path and the content it has if it is an agreement to `text`.
fn record(paths: &Paths, text: &str, fields: &Fields) -> Option<(PathBuf, String)> {
    let dir = paths.trust_dir.as_ref()?;
    let project = paths.project_dir.canonicalize().ok()?;
    let mut digest = Sha256::new();
    add(&mut digest, HEADER.as_bytes());
    add(&mut digest, project.as_os_str().as_bytes());
    add(&mut digest, text.as_bytes());
    let mut words = String::new();
    for item in loosenings(fields, paths) {
        // A symlink in the project, set anew from within the jail, must not carry the
        // agreement to another place.
        if let Loosening::Map { source, .. } = &item {
            add(&mut digest, source.as_os_str().as_bytes());
        }
        let _ = writeln!(words, "- {item}");
    }
    for item in tightenings(fields, paths) {
        let _ = writeln!(words, "+ {item}");
    }
    let digest = hex(&digest.finalize());
    let shown = visible(&project);
    let content = format!("{HEADER}\n{digest}\n{shown}\n{words}");
    Some((dir.join(file_name(&project)), content))
}

pub fn file_name(project: &Path) -> String {
    let name = hex(&Sha256::digest(project.as_os_str().as_bytes()));
    name[..32].to_owned()
}

/// Length first: no two different lists of parts give the same bytes.
fn add(digest: &mut Sha256, part: &[u8]) {
    digest.update((part.len() as u64).to_le_bytes());
    digest.update(part);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn agreement(record: &str) -> Agreement {
    let lines = |sign| record.lines().filter_map(move |line| line.strip_prefix(sign));
    Agreement {
        words: lines("- ").map(str::to_owned).collect(),
        tightenings: lines("+ ").filter_map(Tightening::parse).collect(),
    }
}

/// Makes the directory if it is missing, for its owner alone.
pub fn private_dir(dir: &Path) -> io::Result<()> {
    match dir.metadata() {
        Ok(metadata) if metadata.permissions().mode() & 0o777 == 0o700 => Ok(()),
        Ok(_) => std::fs::set_permissions(dir, Permissions::from_mode(0o700)),
        Err(_) => DirBuilder::new().recursive(true).mode(0o700).create(dir),
    }
}

/// The record's name for a project, for tests that damage it.
#[doc(hidden)]
pub fn path_for(paths: &Paths) -> Option<PathBuf> {
    let project = paths.project_dir.canonicalize().ok()?;
    Some(paths.trust_dir.as_ref()?.join(OsStr::new(&file_name(&project))))
}
