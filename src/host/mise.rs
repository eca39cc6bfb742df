//! mise, and what there is for it to do.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::command;
use super::environment::Environment;
use super::home::Entry;
use super::links::Located;
use super::maps::Map;
use super::origin::Origin;
use crate::files::{self, Symlinks, Unread};
use crate::policy::home::MISE_STATE;
use crate::policy::mise;

/// Bytes of a configuration that are looked at.
const MAX_FILE: u64 = 256 * 1024;

/// A mise that may have something to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MiseProgram {
    /// The program, as `PATH` leads to it.
    pub program: PathBuf,
    /// Where that leads.
    pub located: Located,
    /// What there is to do, the nearest first; never empty.
    pub work: Vec<Work>,
}

/// Something that mise sets up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Work {
    /// A configuration, which counts where the jail shows it.
    File(PathBuf),
    /// A variable of this name.
    Variable(String),
}

/// The program, if the host has it.
pub fn program(origin: &Origin) -> Option<(PathBuf, Located)> {
    command::find("mise".as_ref(), origin.environment.get("PATH"), &origin.project)
}

/// mise, where the project or the user has something for it to do. Without that, `PATH` is not
/// even searched.
pub fn find(origin: &Origin, maps: &[Map]) -> Option<MiseProgram> {
    let work = work(origin, maps);
    if work.is_empty() {
        return None;
    }
    let (program, located) = program(origin)?;
    Some(MiseProgram { program, located, work })
}

/// Where the host's mise will record trust, if that is not there yet and a jail could make it: one
/// that did would decide what the host's mise trusts.
pub fn missing_state(origin: &Origin, entries: &[Entry]) -> Option<PathBuf> {
    let entry = |path: &Path| entries.iter().find(|entry| entry.path == path);
    let state = Path::new(MISE_STATE);
    let parent = entry(state.parent()?).filter(|parent| parent.located.links.is_empty())?;
    if entry(state).is_some() {
        return None;
    }
    program(origin)?;
    Some(parent.located.canonical.join(state.file_name()?))
}

fn work(origin: &Origin, maps: &[Map]) -> Vec<Work> {
    let environment = &origin.environment;
    let user = user_directory(origin);
    // The user's own is above a project in the home, and is looked into below.
    let is_users = |file: &PathBuf| user.as_ref().is_some_and(|user| file.starts_with(user));
    let files = local(origin, maps).into_iter().filter(|file| !is_users(file));
    let mut work: Vec<Work> = files.map(Work::File).collect();
    work.extend(variables(environment).map(Work::Variable));
    let directories = user.into_iter().chain([PathBuf::from(mise::SYSTEM)]);
    let files = directories.flat_map(|directory| configurations(&directory));
    let one_more = environment.path(mise::USER_FILE).map(Path::to_path_buf);
    work.extend(files.chain(one_more).filter(|file| has_work(file)).map(Work::File));
    work
}

/// The configurations of the project, and of those directories above it that a jail can show: the
/// home, whose dot entries are there, and what is mapped.
fn local(origin: &Origin, maps: &[Map]) -> Vec<PathBuf> {
    let names = local_names(&origin.environment);
    let may_show = |directory: &&Path| {
        *directory == origin.project
            || Some(*directory) == origin.home.real()
            || maps.iter().any(|map| directory.starts_with(&map.source.canonical))
    };
    let directories = origin.project.ancestors().filter(may_show);
    let files =
        directories.flat_map(|directory| names.iter().map(move |name| directory.join(name)));
    files.filter(|file| file.exists()).collect()
}

/// The names of local configurations, those of the environments that a variable names too.
fn local_names(environment: &Environment) -> Vec<String> {
    let mut names: Vec<String> = mise::LOCAL.iter().map(ToString::to_string).collect();
    let environments = environment.get(mise::ENVIRONMENTS).and_then(OsStr::to_str);
    for environment in environments.iter().flat_map(|text| text.split(',')) {
        let with_name =
            |name: &&str| Some(format!("{}.{environment}.toml", name.strip_suffix(".toml")?));
        names.extend(mise::LOCAL.iter().filter_map(with_name));
    }
    names
}

fn variables(environment: &Environment) -> impl Iterator<Item = String> {
    environment
        .iter()
        .filter(|(name, value)| {
            let wanted =
                mise::selects_version(name.as_bytes()) || *name == mise::OTHER_TOOLS_FILES_VARIABLE;
            wanted && !value.is_empty()
        })
        .map(|(name, _)| name.to_string_lossy().into_owned())
}

fn user_directory(origin: &Origin) -> Option<PathBuf> {
    let elsewhere =
        |(variable, below): &(&str, &str)| Some(origin.environment.path(variable)?.join(below));
    let usual = || origin.home.real().map(|home| home.join(mise::USER));
    mise::USER_ELSEWHERE.iter().find_map(elsewhere).or_else(usual)
}

/// The `*.toml` of a directory of configurations and of its `conf.d`.
fn configurations(directory: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in listing.flatten().map(|entry| entry.path()) {
        if path.extension() == Some(OsStr::new("toml")) {
            found.push(path);
        } else if path.file_name() == Some(OsStr::new("conf.d")) {
            found.extend(configurations(&path));
        }
    }
    found
}

fn has_work(file: &Path) -> bool {
    match files::regular(file, Symlinks::Follow, MAX_FILE) {
        Ok(Some(content)) => mise::has_work(&String::from_utf8_lossy(&content.bytes)),
        // A huge file shall not hold up the launch; what mise makes of it has a time limit.
        Err(Unread::TooLarge) => true,
        Ok(None) | Err(_) => false,
    }
}
