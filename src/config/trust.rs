//! Whether a project's file may have what it asks for.
//!
//! A project's `.ai-jail` comes from a repository, so it is input from a stranger. What only
//! tightens the jail always applies. What loosens it applies where the user has agreed: by
//! typing it, by `--trust` or the prompt, or for one run by `--trust-once`. A file that tightens
//! less than when it was last agreed to loosens as well.
//!
//! Two questions are kept apart. *What does this file hold that could loosen some user's jail?*
//! (`judged`) depends on the file and the host alone: it is what is shown and what an
//! agreement covers, so that an agreement stays right when the user's own file becomes stricter
//! later. *Does any of it matter to this run?* ([`assess`]) also looks at the user's file and
//! at what was typed: nobody is asked about what changes nothing.

use std::ffi::OsStr;

use super::asked::{Asked, Loosening};
use super::error::ConfigError;
use super::judged::loosenings;
use super::load::{File, Loaded};
use super::paths::Paths;
use super::record::Agreement;
use super::tightening::Tightening;
use super::{merge, record};
use crate::cli::Cli;
use crate::fields::{Fields, List, Net, Switch, Trust, Word};

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

/// What the file would add to what was typed: what takes trust in the two together, less what
/// takes trust in the typed part alone.
pub(super) fn untyped(file: &Fields, cli: &Cli, paths: &Paths) -> Vec<Loosening> {
    let together = loosenings(&merge::project(file, &cli.typed).fields, paths);
    let typed = loosenings(&merge::project(&Fields::default(), &cli.typed).fields, paths);
    let is_typed = |item: &Loosening| typed.iter().any(|typed| typed.same(item));
    together.into_iter().filter(|item| !is_typed(item)).collect()
}

/// What the file had when it was last agreed to, has no more, and nobody has typed otherwise.
pub(super) fn lost(file: &File, cli: &Cli, paths: &Paths) -> Vec<Loosening> {
    let text = file.text.as_deref().unwrap_or_default();
    match record::check(paths, text, &file.fields) {
        record::Found::Other(agreement) => lost_since(&agreement, &file.fields, cli),
        record::Found::Trusted | record::Found::Nothing => Vec::new(),
    }
}

fn lost_since(agreement: &Agreement, fields: &Fields, cli: &Cli) -> Vec<Loosening> {
    let had = agreement.tightenings.iter();
    let lost = had.filter(|item| !item.is_in(fields) && !item.is_typed(&cli.typed));
    lost.cloned().map(Loosening::Lost).collect()
}

/// Judges the project's file for this run.
pub fn assess(loaded: &Loaded, cli: &Cli, paths: &Paths) -> Verdict {
    // The user has said that the file does not count.
    if cli.clean {
        return Verdict::NothingLoosens;
    }
    let File { text, fields, .. } = &loaded.project;
    let found = record::check(paths, text.as_deref().unwrap_or_default(), fields);
    let lost = match &found {
        record::Found::Other(agreement) => lost_since(agreement, fields, cli),
        record::Found::Trusted | record::Found::Nothing => Vec::new(),
    };
    let untyped = untyped(fields, cli, paths);
    if !untyped.iter().chain(&lost).any(|item| matters(item, loaded, cli)) {
        return Verdict::NothingLoosens;
    }
    // All of the file's items, not only the untyped: an agreement covers the whole content.
    let items = [loosenings(fields, paths), lost].concat();
    match found {
        record::Found::Trusted => Verdict::Trusted(items),
        _ if cli.trust_once => Verdict::Once(items),
        record::Found::Other(agreement) => {
            Verdict::Untrusted(Asked { items, known: Some(agreement.words) })
        }
        record::Found::Nothing => Verdict::Untrusted(Asked { items, known: None }),
    }
}

/// Whether an item makes this run looser than it would be without the project's file.
fn matters(item: &Loosening, loaded: &Loaded, cli: &Cli) -> bool {
    let user = &loaded.user.fields;
    // The user's own, strongest first. A project's command would have its table too, but is an
    // item of its own.
    let typed = cli.typed.command.as_ref().or(loaded.remembered.command.as_ref());
    let program = typed.or(user.command.as_ref()).map(|words| &*words[0]);
    let of_command = user.for_command(program.unwrap_or(OsStr::new("bash")));
    let own = || [Some(&cli.typed), of_command, Some(user)].into_iter().flatten();
    let is_unlocked = || {
        let said = |fields: &Fields| fields.switch(Switch::Lockdown);
        let first = said(&cli.typed).or(said(&loaded.project.fields));
        first.or_else(|| own().find_map(said)) != Some(true)
    };
    let without_project = |switch: Switch| {
        let said = own().find_map(|fields| fields.switch(switch));
        said.unwrap_or(switch.row().default)
    };
    match item {
        Loosening::Command(words) => {
            let own = user.command.as_ref();
            let same = own.map_or_else(|| *words == ["bash"], |own| own == words);
            typed.is_none() && !same
        }
        // Lockdown ignores maps. Where only the project's file would switch it off again, that
        // switch is an item of its own.
        Loosening::Map { .. } => is_unlocked(),
        Loosening::Lost(Tightening::Entry(list, _)) => !list.is_map() || is_unlocked(),
        Loosening::Entry { list, .. } => match list.row().trust {
            Trust::Excepts { list, .. } => own().any(|fields| !fields.list(list).is_empty()),
            Trust::Tightens | Trust::Map { .. } | Trust::Network(_) => false,
        },
        Loosening::Network { list, text } => {
            let without = own().find_map(Fields::net).unwrap_or(Net::Host);
            let with = cli.typed.net().or(loaded.project.fields.net()).unwrap_or(without);
            let is_known =
                |fields: &Fields| fields.list(*list).iter().any(|entry| list.is_same(entry, text));
            let is_given = without == Net::Filtered && own().any(is_known);
            with == Net::Filtered && without != Net::Host && !is_given
        }
        Loosening::Word(Word::Net, value) => {
            let without = user.net().unwrap_or(Net::Host);
            cli.typed.net().is_none() && Net::from_word(value) > without
        }
        Loosening::Word(word, value) => {
            let said = cli.typed.word(*word).or(user.word(*word));
            said.and_then(|said| word.looseness(said)) < word.looseness(value)
        }
        Loosening::Switch(switch) => without_project(*switch) != switch.row().loose,
        Loosening::Lost(Tightening::Word(word, value)) => {
            // A looser one that the file has is an item of its own.
            let without = user.word(*word);
            cli.typed.word(*word).is_none()
                && without.is_none_or(|own| word.looseness(own) > word.looseness(value))
        }
        Loosening::Lost(Tightening::Switch(switch)) => {
            // One that the file has in its permissive position is an item of its own.
            without_project(*switch) == switch.row().loose
        }
    }
}

/// `--trust`: remembers this content and returns what that allows; nothing is remembered where
/// nothing takes trust, nor with `--dry-run`.
pub fn confirm(loaded: &Loaded, cli: &Cli, paths: &Paths) -> Result<Vec<Loosening>, ConfigError> {
    let file = &loaded.project;
    let items = [loosenings(&file.fields, paths), lost(file, cli, paths)].concat();
    if !items.is_empty() && cli.dry_run.is_none() {
        record::write(paths, file.text.as_deref().unwrap_or_default(), &file.fields)?;
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
                Loosening::Entry { list, text } => {
                    fields.list_mut(*list).retain(|entry| entry != text);
                }
                Loosening::Switch(switch) => fields.set_switch(*switch, None),
                Loosening::Lost(tightening) => tightening.restore(fields),
                Loosening::Network { list, text } => {
                    fields.list_mut(*list).retain(|entry| entry != text);
                }
                Loosening::Word(word, _) => fields.set_word(*word, None),
            }
        }
        restrained
    }
}
