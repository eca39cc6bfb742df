//! Directories that variables name and that are not where the tables look for them.

use std::fs;
use std::path::{Path, PathBuf};

use super::held::Held;
use super::links::{self, Located};
use super::origin::Origin;
use crate::policy::home_row::Treatment;
use crate::policy::moved::{MOVED, MovedDirectory};
use crate::policy::place::Place;
use crate::policy::{Os, fits_file, home, protect};

/// A directory that a variable names.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The row.
    pub row: &'static MovedDirectory,
    /// Where it is.
    pub located: Located,
    /// What in it no jail has, with whether it is a directory.
    pub hidden: Vec<(PathBuf, bool, Place)>,
    /// What in it the host runs later.
    pub held: Vec<Held>,
}

/// Looks up the variables of the table.
pub fn find(origin: &Origin) -> Vec<Moved> {
    let mut found: Vec<Moved> = Vec::new();
    for row in MOVED {
        let Some(moved) = moved(row, origin) else { continue };
        if found.iter().all(|known| known.located.canonical != moved.located.canonical) {
            found.push(moved);
        }
    }
    found
}

fn moved(row: &'static MovedDirectory, origin: &Origin) -> Option<Moved> {
    let path = origin.environment.path(row.variable)?;
    let usual = origin.home.real().filter(|_| !row.usual.is_empty());
    if usual.is_some_and(|home| home.join(row.usual) == path) {
        return None;
    }
    let located = links::locate(&path.join(row.below)).ok()?;
    let place = located.canonical.as_path();
    if !place.is_dir() || !row.signs.iter().any(|sign| place.join(sign).exists()) {
        return None;
    }
    let (hidden, held) = (hidden(place, row.usual), held(place, row.usual));
    Some(Moved { row, located, hidden, held })
}

/// The part of a path below the home that is below a directory there.
fn below<'a>(path: &'a str, usual: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(usual).filter(|_| !usual.is_empty())?;
    rest.strip_prefix('/')
}

/// What the home's table hides in the usual place, here.
fn hidden(place: &Path, usual: &str) -> Vec<(PathBuf, bool, Place)> {
    let rows =
        home::rows().filter(|row| matches!(row.treatment, Treatment::Hidden | Treatment::Empty));
    let mut found = Vec::new();
    for (row, pattern) in rows.filter_map(|row| Some((row, below(row.path, usual)?))) {
        let (directory, name) = match pattern.rsplit_once('/') {
            Some((directory, name)) => (place.join(directory), name),
            None => (place.to_path_buf(), pattern),
        };
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let fits = fits_file(
                Os::of_this_build(),
                name.as_bytes(),
                entry.file_name().as_encoded_bytes(),
            );
            let kind = entry.file_type();
            if let (true, Ok(kind)) = (fits, kind) {
                if !kind.is_symlink() {
                    found.push((entry.path(), kind.is_dir(), row.place()));
                }
            }
        }
    }
    found
}

/// What the host runs later in the usual place, here.
fn held(place: &Path, usual: &str) -> Vec<Held> {
    let rows = protect::home(Os::of_this_build());
    let rows = rows.filter_map(|row| Some((place.join(below(row.path, usual)?), row.reason)));
    let is_there = |path: &PathBuf| {
        path.symlink_metadata().is_ok_and(|metadata| !metadata.is_symlink())
            && fs::canonicalize(path).is_ok_and(|canonical| canonical == *path)
    };
    rows.filter(|(path, _)| is_there(path)).map(|(path, reason)| Held { path, reason }).collect()
}
