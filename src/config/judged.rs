//! What in a file takes trust, and what only tightens.

use std::ffi::{OsStr, OsString};

use super::asked::Loosening;
use super::paths::Paths;
use super::tightening::Tightening;
use crate::fields::{Fields, List, Owner, Switch, Trust, Word};
use crate::host::{links, maps};

/// Everything in `fields` that takes trust.
pub fn loosenings(fields: &Fields, paths: &Paths) -> Vec<Loosening> {
    let command = fields.command.iter().cloned().map(Loosening::Command);
    let entries = List::ALL.iter().flat_map(|list| {
        fields.list(*list).iter().filter_map(|entry| entry_loosening(*list, entry, paths))
    });
    let switches = Switch::ALL
        .iter()
        .filter(|switch| switch.row().owner == Owner::Project)
        .filter(|switch| fields.switch(**switch) == Some(switch.row().loose))
        .map(|switch| Loosening::Switch(*switch));
    let words = Word::ALL.iter().filter_map(|word| word_loosening(*word, fields));
    command.chain(entries).chain(switches).chain(words).collect()
}

fn entry_loosening(list: List, entry: &OsStr, paths: &Paths) -> Option<Loosening> {
    match list.row().trust {
        Trust::Tightens => None,
        Trust::Map { writable } => map_loosening(entry, writable, paths),
        Trust::Network(_) => Some(Loosening::Network { list, text: entry.to_owned() }),
        Trust::Excepts { .. } => Some(Loosening::Entry { list, text: entry.to_owned() }),
    }
}

/// Only the strictest value loosens nobody's jail.
fn word_loosening(word: Word, fields: &Fields) -> Option<Loosening> {
    let value = fields.word(word).filter(|_| word.row().loose_words.is_some())?;
    (word.looseness(value) != Some(0)).then_some(Loosening::Word(word, value))
}

/// Only the loosest value tightens nobody's jail.
fn word_tightening(word: Word, fields: &Fields) -> Option<Tightening> {
    let row = word.row();
    let value = fields.word(word).filter(|_| row.loose_words.is_some())?;
    let loosest = row.values.last().map(|(loosest, _)| *loosest);
    (Some(value) != loosest).then_some(Tightening::Word(word, value))
}

/// A read-only map of something in the project only tightens. A writable one could lift the
/// protection of `.git/hooks`; a `SOURCE:DEST` could put the project's files in place of the
/// system's; and any other leads out.
fn map_loosening(text: &OsStr, writable: bool, paths: &Paths) -> Option<Loosening> {
    let (base, home) = (&*paths.project_dir, paths.home.as_deref());
    let inside = |reading: &maps::Reading| {
        let (target, project) = (links::resolve(&reading.source), links::resolve(base));
        target.is_some_and(|target| project.is_some_and(|project| target.starts_with(project)))
    };
    let readings = maps::readings(text, base, home);
    let tightens = !writable && readings.len() == 1 && readings.iter().all(inside);
    (!tightens).then(|| {
        let reading = maps::read(text, base, home);
        Loosening::Map {
            text: text.to_owned(),
            writable,
            source: links::resolve(&reading.source).unwrap_or(reading.source),
            dest: reading.dest,
        }
    })
}

/// Everything in `fields` that tightens.
pub fn tightenings(fields: &Fields, paths: &Paths) -> Vec<Tightening> {
    let switches = Switch::ALL
        .iter()
        .filter(|switch| switch.row().owner == Owner::Project)
        .filter(|switch| fields.switch(**switch) == Some(!switch.row().loose))
        .map(|switch| Tightening::Switch(*switch));
    let entries = List::ALL.iter().flat_map(|list| {
        let entries = fields.list(*list).iter();
        let tightens = |entry: &&OsString| entry_loosening(*list, entry, paths).is_none();
        entries.filter(tightens).map(|entry| Tightening::Entry(*list, entry.clone()))
    });
    let words = Word::ALL.iter().filter_map(|word| word_tightening(*word, fields));
    switches.chain(entries).chain(words).collect()
}
