//! Links by which an agent's settings are kept elsewhere, as dotfile managers make them. A jail may have made
//! one in a directory that jails can write, so none is followed by itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::policy::agents::Agent;

/// A link that leads to something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AgentLink {
    /// The link.
    pub path: PathBuf,
    /// Where it leads, canonical.
    pub target: PathBuf,
    /// What the agent has there.
    pub part: Part,
}

/// What an agent has behind a link.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// A directory of its own, as a whole.
    Directory,
    /// The settings with what it may do.
    Permissions,
    /// Anything else: instructions, hooks, skills.
    Other,
}

/// The links among an agent's `directories`, and in the first of them, in which its settings are.
pub fn find(row: &Agent, directories: &[PathBuf]) -> Vec<AgentLink> {
    let whole = directories.iter().filter_map(|path| link(path.clone(), Part::Directory));
    let mut found: Vec<_> = whole.collect();
    let Some(settings) = directories.first().filter(|path| !path.is_symlink()) else {
        return found;
    };
    let mut inside = vec![settings.clone()];
    // `skills` and the like are directories, with an entry for each.
    let below = row.watched.iter().filter_map(|place| {
        let (_, base, name) = row.directory.parts();
        Path::new(place.path).strip_prefix(Path::new(base).join(name)).ok()
    });
    inside.extend(below.map(|place| settings.join(place)).filter(|path| !path.is_symlink()));
    for directory in inside {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let links = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
        found.extend(links.filter_map(|entry| {
            let path = entry.path();
            let part = part(row, path.strip_prefix(settings).ok()?);
            link(path, part)
        }));
    }
    found.sort_by(|a, b| (a.part, &a.path).cmp(&(b.part, &b.path)));
    found
}

/// What a file of an agent's settings is, by its path in their directory.
fn part(row: &Agent, path: &Path) -> Part {
    let mut names = row.files.iter().flat_map(|file| {
        if file.ranked.is_empty() { std::slice::from_ref(&file.name) } else { file.ranked }
    });
    if names.any(|name| Path::new(name) == path) { Part::Permissions } else { Part::Other }
}

fn link(path: PathBuf, part: Part) -> Option<AgentLink> {
    let target = path.is_symlink().then(|| path.canonicalize().ok())??;
    Some(AgentLink { path, target, part })
}
