//! `--forget`: takes back what was remembered.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::command_record;
use super::error::ConfigError;
use super::lasting::shorten;
use super::load::Loaded;
use super::paths::Paths;
use super::save;
use crate::fields::{COMMAND, Fields, List, Owner, Switch, Trust, Word};
use crate::host::{links, maps};
use crate::text::visible;

/// Takes back the command, a switch or what is remembered of a path, and gives the files that
/// have changed.
///
/// # Errors
///
/// Nothing of that name is remembered, or a file cannot be changed.
pub fn forget(loaded: &Loaded, paths: &Paths, what: &OsStr) -> Result<Vec<PathBuf>, ConfigError> {
    let mut changed = Vec::new();
    // A command of the user's own outranks the project's, so it goes first and alone.
    if what == COMMAND && command_record::forget(paths)? {
        return Ok(changed);
    }
    let without = |fields: &Fields| without(fields, paths, what);
    if without(&loaded.user.fields) != loaded.user.fields && is_of_user(what) {
        changed.extend(save::change_user(paths, without)?);
    } else if without(&loaded.project.fields) != loaded.project.fields {
        changed.extend(save::take_from_project(paths, without)?);
    } else {
        return Err(ConfigError::NotRemembered { what: visible(what) });
    }
    Ok(changed)
}

/// What is remembered in the user's own file.
fn is_of_user(what: &OsStr) -> bool {
    switch(what).is_some_and(|switch| switch.row().remembered == Some(Owner::User))
}

/// The fields without what is named.
fn without(fields: &Fields, paths: &Paths, what: &OsStr) -> Fields {
    let mut fields = fields.clone();
    if what == COMMAND {
        fields.command = None;
    } else if let Some(switch) = switch(what) {
        fields.set_switch(switch, None);
    } else if let Some(word) = word(what) {
        fields.set_word(word, None);
    } else {
        for &list in List::ALL {
            let is_named = |entry: &OsStr| is_entry(list, entry, paths, what);
            fields.list_mut(list).retain(|entry| !is_named(entry));
        }
    }
    fields
}

/// The switch that is named as a flag, a field or in `status`.
fn switch(what: &OsStr) -> Option<Switch> {
    let word = what.to_str()?.trim_start_matches("--");
    let is_named = |switch: &&Switch| {
        let row = switch.row();
        let flags = [true, false].into_iter().filter_map(|on| switch.flag(on));
        word == row.name || word == row.field || { flags }.any(|flag| flag.long == word)
    };
    Switch::ALL.iter().find(is_named).copied()
}

/// The word that is named as a flag or a field, unless a switch of its own carries it.
fn word(what: &OsStr) -> Option<Word> {
    let named = what.to_str()?.trim_start_matches("--");
    let is_named = |word: &&Word| word.row().carried_by.is_none() && word.row().field == named;
    Word::ALL.iter().find(is_named).copied()
}

/// Whether an entry is what is named: by its text, or a map by the place that it leads to.
fn is_entry(list: List, entry: &OsStr, paths: &Paths, what: &OsStr) -> bool {
    let place = |text: &OsStr| {
        let reading = maps::read(text, &paths.project_dir, paths.home.as_deref());
        (links::resolve(&reading.source).unwrap_or(reading.source), reading.dest)
    };
    match list.row().trust {
        Trust::Tightens | Trust::Excepts { .. } | Trust::Network(_) => list.is_same(entry, what),
        Trust::Map { .. } => {
            list.is_same(&shorten(entry, paths), &shorten(what, paths)) || {
                let (source, dest) = place(what);
                // The path alone means each map of it.
                let (of_entry, entry_dest) = place(entry);
                source == of_entry && (dest.is_none() || dest == entry_dest)
            }
        }
    }
}
