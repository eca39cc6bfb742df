//! The home directory: where it is, and which of its entries the tables speak of.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
#[cfg(not(target_os = "macos"))]
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
#[cfg(not(target_os = "macos"))]
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::links::{self, Located};
use super::look::Kind;
use crate::policy::home_row::{HomeRow, Treatment};
use crate::policy::{Os, fits_file, home, system};
use crate::text::visible;

/// Where the jail's home is when the host has none that can be used.
const SUBSTITUTE: &str = "/home/ai-jail";

/// The home directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Home {
    /// An existing directory other than `/`.
    Real {
        /// As `$HOME` says, or the password file.
        named: PathBuf,
        /// Where that leads.
        located: Located,
    },
    /// There is none; the jail gets an empty one here.
    Substitute {
        /// Where.
        path: PathBuf,
        /// What is wrong with the host's.
        why: String,
    },
}

impl Home {
    /// The path that `HOME` has in the jail.
    pub fn path(&self) -> &Path {
        match self {
            Self::Real { named, .. } => named,
            Self::Substitute { path, .. } => path,
        }
    }

    /// The path without symbolic links, where the jail mounts it.
    pub fn canonical(&self) -> &Path {
        match self {
            Self::Real { located, .. } => &located.canonical,
            Self::Substitute { path, .. } => path,
        }
    }

    /// The host's own home directory, if it has one.
    pub fn real(&self) -> Option<&Path> {
        match self {
            Self::Real { located, .. } => Some(&located.canonical),
            Self::Substitute { .. } => None,
        }
    }

    /// What is wrong with the host's home directory, if something is.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Real { .. } => None,
            Self::Substitute { why, .. } => Some(why),
        }
    }
}

/// Finds the home from the value of `$HOME`, else from the user database.
pub fn find(variable: Option<&OsStr>, uid: u32) -> Home {
    let substitute = |why: String| Home::Substitute { path: SUBSTITUTE.into(), why };
    let named = match variable.filter(|value| !value.is_empty()) {
        Some(value) => Some(value.to_os_string()),
        None => from_password_database(uid),
    };
    let Some(named) = named.map(PathBuf::from) else {
        return substitute(format!("HOME is not set and {PASSWORDS} names none"));
    };
    if !named.is_absolute() {
        return substitute(format!("{} is not an absolute path", visible(&named)));
    }
    match links::locate(&named) {
        Err(error) => substitute(format!("{}: {error}", visible(&named))),
        Ok(located) if located.canonical == Path::new("/") => {
            substitute("the home directory is /".into())
        }
        Ok(located) if system::is_taken(&located.canonical) => {
            substitute(format!("{} is a place of the system", visible(&named)))
        }
        Ok(located) if !located.canonical.is_dir() => {
            substitute(format!("{} is not a directory", visible(&named)))
        }
        Ok(located) => Home::Real { named: links::absolute(&named, Path::new("/")), located },
    }
}

/// Where users' homes are looked up.
const PASSWORDS: &str = if cfg!(target_os = "macos") { "the user database" } else { "/etc/passwd" };

/// The home of a user. Its file `/etc/passwd` lists no ordinary user on macOS, so there the system
/// is asked.
#[cfg(target_os = "macos")]
fn from_password_database(uid: u32) -> Option<OsString> {
    let user = nix::unistd::User::from_uid(uid.into()).ok()??;
    Some(user.dir.into_os_string()).filter(|directory| !directory.is_empty())
}

/// The home that `/etc/passwd` gives a user. Read by hand: a static binary cannot use NSS.
#[cfg(not(target_os = "macos"))]
fn from_password_database(uid: u32) -> Option<OsString> {
    let file = fs::File::open(PASSWORDS).ok()?;
    BufReader::new(file).split(b'\n').map_while(Result::ok).find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':').skip(2);
        let found: u32 = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
        let directory = fields.nth(2)?;
        (found == uid && !directory.is_empty()).then(|| OsString::from_vec(directory.to_vec()))
    })
}

/// A dot entry of the home, or a deeper one that has a row in the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Relative to the home.
    pub path: PathBuf,
    /// What it is, links followed.
    pub kind: Kind,
    /// Where it leads on the host; there are links where the entry itself is one.
    pub located: Located,
    /// What the tables say of it, if they do.
    pub row: Option<&'static HomeRow>,
}

/// A place that no jail may see and that is a symbolic link to nothing yet: what the host writes
/// there next is written elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dangling {
    /// Where the link is, canonical.
    pub place: PathBuf,
    /// Where it leads, as far as that can be told.
    pub target: PathBuf,
    /// What the tables say of it.
    pub row: &'static HomeRow,
}

/// What a home has.
#[derive(Debug, Default)]
pub struct Listed {
    /// The entries that the tables speak of.
    pub entries: Vec<Entry>,
    /// Places that no jail may see and that lead nowhere.
    pub dangling: Vec<Dangling>,
}

/// Looks at `home`: one `readdir` for the home and one for each deeper directory that has rows.
pub fn list(home: &Path) -> Listed {
    let mut listed = Listed::default();
    for (parent, rows) in home::by_directory() {
        let Some(directory) = directory(home, parent, &listed.entries) else { continue };
        read_entries(&directory, parent, &rows, &mut listed);
    }
    listed
}

/// Where a directory below the home is; the top level's listing tells of most that they are not.
fn directory(home: &Path, parent: &Path, top: &[Entry]) -> Option<PathBuf> {
    let Some(first) = parent.components().next() else { return Some(home.to_path_buf()) };
    // The listing has what begins with a dot, and what has a row.
    if home::is_dot_entry(first.as_os_str()) {
        // By bytes: the standard library takes paths apart to compare them.
        let entry = top.iter().find(|entry| entry.path.as_os_str() == first.as_os_str())?;
        if entry.path.as_os_str() == parent.as_os_str() {
            return Some(entry.located.canonical.clone());
        }
    }
    let path = home.join(parent);
    // One call says that it is not there; the way to where it leads takes one for each component.
    path.symlink_metadata().ok()?;
    fs::canonicalize(path).ok()
}

/// Adds the entries of one directory that have rows, and of the home itself all dot entries. A
/// directory that cannot be read has none.
fn read_entries(directory: &Path, relative: &Path, rows: &[&'static HomeRow], found: &mut Listed) {
    let is_home = relative.as_os_str().is_empty();
    let Ok(listing) = fs::read_dir(directory) else {
        return;
    };
    let rows = Rows::new(rows);
    for item in listing.flatten() {
        let name = item.file_name();
        let row = rows.find(name.as_bytes());
        let path = relative.join(&name);
        let row = row.or_else(|| home::by_name(&path));
        if row.is_none() && !(is_home && home::is_dot_entry(&name)) {
            continue;
        }
        let Ok(file_type) = item.file_type() else {
            continue;
        };
        if !file_type.is_symlink() {
            let located = Located { canonical: directory.join(&name), links: Vec::new() };
            found.entries.push(Entry { path, kind: Kind::of(file_type), located, row });
        } else if let Some((located, kind)) = follow(&item.path()) {
            found.entries.push(Entry { path, kind, located, row });
        } else if let Some(row) = row.filter(|row| row.treatment == Treatment::Hidden) {
            found.dangling.extend(dangling(directory, item.path(), row));
        }
    }
}

/// Where a link to nothing leads.
fn dangling(directory: &Path, place: PathBuf, row: &'static HomeRow) -> Option<Dangling> {
    let text = fs::read_link(&place).ok()?;
    let target = links::resolve(&links::absolute(&text, directory))?;
    Some(Dangling { place, target, row })
}

/// The rows of one directory, with their ranks: a home has many entries, and a directory many rows.
struct Rows {
    by_name: HashMap<Vec<u8>, (usize, &'static HomeRow)>,
    patterns: Vec<(usize, &'static HomeRow)>,
}

impl Rows {
    fn new(rows: &[&'static HomeRow]) -> Self {
        let is_pattern = |(_, row): &(usize, &HomeRow)| row.name().contains('*');
        let (patterns, names): (Vec<_>, Vec<_>) =
            rows.iter().copied().enumerate().partition(is_pattern);
        let mut by_name = HashMap::with_capacity(names.len());
        for (rank, row) in names {
            by_name.entry(key(row.name().as_bytes()).into_owned()).or_insert((rank, row));
        }
        Self { by_name, patterns }
    }

    /// The first that fits.
    fn find(&self, name: &[u8]) -> Option<&'static HomeRow> {
        let os = Os::of_this_build();
        let by_name = self.by_name.get(&*key(name));
        let fits = |(_, row): &&(usize, &HomeRow)| fits_file(os, row.name().as_bytes(), name);
        let by_pattern = self.patterns.iter().find(fits);
        let first = by_name.into_iter().chain(by_pattern).min_by_key(|(rank, _)| *rank);
        first.map(|(_, row)| *row)
    }
}

/// What is the same for names that the system takes for one.
fn key(name: &[u8]) -> Cow<'_, [u8]> {
    match Os::of_this_build() {
        Os::Linux => name.into(),
        Os::MacOs => name.to_ascii_lowercase().into(),
    }
}

/// Where a link leads and what is there; `None` where it leads nowhere.
fn follow(path: &Path) -> Option<(Located, Kind)> {
    let located = links::locate(path).ok()?;
    let file_type = fs::symlink_metadata(&located.canonical).ok()?.file_type();
    Some((located, Kind::of(file_type)))
}
