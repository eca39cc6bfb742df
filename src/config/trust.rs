//! Whether a project's file may have what it asks for.
//!
//! A project's `.ai-jail` comes from a repository, so it is input from a stranger. What only
//! tightens the jail always applies. What loosens it applies where the user has agreed: by
//! typing it, by `--trust` or the prompt, or for one run by `--trust-once`.
//!
//! Two questions are kept apart. *What does this file hold that could loosen some user's jail?*
//! ([`loosenings`]) depends on the file and the host alone: it is what is shown and what an
//! agreement covers, so that an agreement stays right when the user's own file becomes stricter
//! later. *Does any of it matter to this run?* ([`assess`]) also looks at the user's file and
//! at what was typed: nobody is asked about what changes nothing.

use std::ffi::OsStr;

use super::asked::{Asked, Loosening};
use super::error::ConfigError;
use super::load::{Loaded, Paths};
use super::{merge, record};
use crate::cli::Cli;
use crate::fields::{Fields, List, Owner, Switch, Trust};
use crate::host::{links, maps};

/// May the project's file have what it asks for?
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub enum Verdict {
    /// Nothing in it loosens this run.
    NothingLoosens,
    /// The user has agreed to exactly this content.
    Trusted(Vec<Loosening>),
    /// `--trust-once`.
    Once(Vec<Loosening>),
    /// Nobody has agreed; nothing of it may apply.
    Untrusted(Asked),
}

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
    command.chain(entries).chain(switches).collect()
}

fn entry_loosening(list: List, entry: &OsStr, paths: &Paths) -> Option<Loosening> {
    match list.row().trust {
        Trust::Map { writable } => map_loosening(entry, writable, paths),
    }
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

/// What the file would add to what was typed: what takes trust in the two together, less what
/// takes trust in the typed part alone.
pub(super) fn untyped(file: &Fields, cli: &Cli, paths: &Paths) -> Vec<Loosening> {
    let together = loosenings(&merge::project(file, &cli.typed).fields, paths);
    let typed = loosenings(&merge::project(&Fields::default(), &cli.typed).fields, paths);
    let is_typed = |item: &Loosening| typed.iter().any(|typed| typed.same(item));
    together.into_iter().filter(|item| !is_typed(item)).collect()
}

/// Judges the project's file for this run.
pub fn assess(loaded: &Loaded, cli: &Cli, paths: &Paths) -> Verdict {
    let Some(text) = &loaded.project.text else {
        return Verdict::NothingLoosens;
    };
    let untyped = untyped(&loaded.project.fields, cli, paths);
    if !untyped.iter().any(|item| matters(item, loaded, cli)) {
        return Verdict::NothingLoosens;
    }
    // All of the file's items, not only the untyped: an agreement covers the whole content.
    let items = loosenings(&loaded.project.fields, paths);
    match record::check(paths, text, &items) {
        record::Found::Trusted => Verdict::Trusted(items),
        _ if cli.trust_once => Verdict::Once(items),
        record::Found::Other(known) => Verdict::Untrusted(Asked { items, known: Some(known) }),
        record::Found::Nothing => Verdict::Untrusted(Asked { items, known: None }),
    }
}

/// Whether an item makes this run looser than it would be without the project's file.
fn matters(item: &Loosening, loaded: &Loaded, cli: &Cli) -> bool {
    let user = &loaded.user.fields;
    match item {
        Loosening::Command(words) => {
            let own = user.command.as_ref();
            let same = own.map_or_else(|| *words == ["bash"], |own| own == words);
            cli.typed.command.is_none() && !same
        }
        // Lockdown ignores maps. Where only the project's file would switch it off again, that
        // switch is an item of its own.
        Loosening::Map { .. } => {
            let speakers = [&cli.typed, &loaded.project.fields, user];
            let lockdown = speakers.iter().find_map(|fields| fields.switch(Switch::Lockdown));
            lockdown != Some(true)
        }
        Loosening::Switch(switch) => {
            let row = switch.row();
            let said = cli.typed.switch(*switch).or(user.switch(*switch));
            said.unwrap_or(row.default) != row.loose
        }
    }
}

/// `--trust`: remembers this content and returns what that allows; nothing is remembered where
/// nothing takes trust, nor with `--dry-run`.
pub fn confirm(loaded: &Loaded, cli: &Cli, paths: &Paths) -> Result<Vec<Loosening>, ConfigError> {
    let items = loosenings(&loaded.project.fields, paths);
    if let (Some(text), false, None) = (&loaded.project.text, items.is_empty(), cli.dry_run) {
        record::write(paths, text, &items)?;
    }
    Ok(items)
}

impl Verdict {
    /// Whether what the file asks for applies.
    pub fn applies(&self) -> bool {
        !matches!(self, Self::Untrusted(_))
    }
}

impl Loaded {
    /// The configuration as far as it may apply: without what an untrusted file would loosen.
    /// For the views (`status`, `--explain`, `--doctor`), which never ask.
    pub fn restrained(&self, verdict: &Verdict) -> Self {
        let mut restrained = self.clone();
        let Verdict::Untrusted(asked) = verdict else {
            return restrained;
        };
        let fields = &mut restrained.project.fields;
        for item in &asked.items {
            match item {
                Loosening::Command(_) => fields.command = None,
                Loosening::Map { text, writable, .. } => {
                    let list = if *writable { List::RwMaps } else { List::RoMaps };
                    fields.list_mut(list).retain(|map| map != text);
                }
                Loosening::Switch(switch) => fields.set_switch(*switch, None),
            }
        }
        restrained
    }
}
