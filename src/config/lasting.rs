//! What was typed as a file keeps it: paths below the project are relative, paths below the home
//! begin with `~`, so that the file means the same in another home and for another user.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::load::Loaded;
use super::paths::Paths;
use crate::cli::Cli;
use crate::fields::{List, Trust};
use crate::host::maps;

/// What of a command line a run saves before the launch: all but the command, which has to run
/// first, and the maps that only the command line may ask for.
pub fn lasting_before_run(
    cli: &Cli,
    loaded: &Loaded,
    paths: &Paths,
    only_typed: &[OsString],
) -> Cli {
    let mut lasting = cli.clone();
    lasting.typed.command = None;
    for list in maps_lists() {
        lasting.typed.list_mut(list).retain(|map| !only_typed.contains(map));
    }
    self::lasting(&lasting, loaded, paths)
}

/// The command line with its maps as they are saved. A map that the file has in another spelling
/// keeps that.
pub fn lasting(cli: &Cli, loaded: &Loaded, paths: &Paths) -> Cli {
    let mut lasting = cli.clone();
    let file = &loaded.project.fields;
    let known: Vec<&OsString> = maps_lists().flat_map(|list| file.list(list)).collect();
    for list in maps_lists() {
        for entry in lasting.typed.list_mut(list) {
            let short = shorten(entry, paths);
            let is_same = |old: &&&OsString| list.is_same(&shorten(old, paths), &short);
            *entry = known.iter().find(is_same).map_or(short, |old| (*old).clone());
        }
    }
    lasting
}

fn maps_lists() -> impl Iterator<Item = List> {
    List::ALL.iter().copied().filter(|list| matches!(list.row().trust, Trust::Map { .. }))
}

/// A map's text with its source as short as it can be written in the project's file.
pub fn shorten(text: &OsStr, paths: &Paths) -> OsString {
    let reading = maps::read(text, &paths.project_dir, paths.home.as_deref());
    let short = short_path(text, &reading.source, paths);
    let (Some(mut short), Some(dest)) = (short.clone(), &reading.dest) else {
        return short.unwrap_or_else(|| text.to_owned());
    };
    short.push(":");
    short.push(dest);
    short
}

/// An absolute source in its short form; `None` where there is none or it was typed short.
fn short_path(text: &OsStr, source: &Path, paths: &Paths) -> Option<OsString> {
    if !Path::new(text).is_absolute() {
        return None;
    }
    if let Ok(below) = source.strip_prefix(&paths.project_dir) {
        // A relative path of nothing is the project; one that begins with `~` would be the home.
        return Some(match below.components().next() {
            None => ".".into(),
            Some(first) if first.as_os_str().as_encoded_bytes().starts_with(b"~") => {
                Path::new(".").join(below).into()
            }
            Some(_) => below.into(),
        });
    }
    let below = source.strip_prefix(paths.home.as_ref()?).ok()?;
    Some(if below == Path::new("") { "~".into() } else { PathBuf::from("~").join(below).into() })
}
