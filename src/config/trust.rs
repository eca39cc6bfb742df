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
use std::fmt;
use std::path::PathBuf;

use super::error::ConfigError;
use super::fields::{Fields, Toggle};
use super::load::{Loaded, Paths};
use super::{map, merge, record};
use crate::cli::Cli;
use crate::text::{visible, visible_words};

/// One thing in a project's file that takes trust.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Loosening {
    /// A command that runs when none is typed.
    Command(Vec<String>),
    /// A map that leaves the project, or lifts the write protection inside it.
    Map {
        /// As written.
        text: String,
        /// Whether the jail may write there.
        writable: bool,
        /// Where it leads on this host, symlinks resolved.
        source: PathBuf,
        /// Where it appears in the jail, if elsewhere.
        dest: Option<PathBuf>,
    },
    /// A switch in its permissive position.
    Toggle(Toggle),
}

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

/// What a file asks for, and what the user allowed an earlier version of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// What it asks for now.
    pub items: Vec<Loosening>,
    /// The words of what was allowed before; `None` if nothing ever was.
    pub known: Option<Vec<String>>,
}

/// Everything in `fields` that takes trust.
pub fn loosenings(fields: &Fields, paths: &Paths) -> Vec<Loosening> {
    // Destructured, so that a field added to the struct has to be judged here.
    let Fields {
        command,
        rw_maps,
        ro_maps,
        toggles,
        no_status_bar: _, // refused in a project's file
        status_bar_style: _,
    } = fields;
    let command = command.iter().cloned().map(Loosening::Command);
    let writable = rw_maps.iter().map(|text| (text, true));
    let maps = writable.chain(ro_maps.iter().map(|text| (text, false)));
    let maps = maps.filter_map(|(text, writable)| map_loosening(text, writable, paths));
    let toggles = Toggle::ALL
        .iter()
        .filter(|toggle| toggles.get(**toggle) == Some(toggle.loose_value()))
        .map(|toggle| Loosening::Toggle(*toggle));
    command.chain(maps).chain(toggles).collect()
}

/// A read-only map of something in the project only tightens. A writable one could lift the
/// protection of `.git/hooks`; a `SOURCE:DEST` could put the project's files in place of the
/// system's; and any other leads out.
fn map_loosening(text: &str, writable: bool, paths: &Paths) -> Option<Loosening> {
    let (base, home) = (&*paths.project_dir, paths.home.as_deref());
    let text_os = OsStr::new(text);
    let inside = |reading: &map::Reading| {
        let (target, project) = (map::resolve(&reading.source), map::resolve(base));
        target.is_some_and(|target| project.is_some_and(|project| target.starts_with(project)))
    };
    let readings = map::readings(text_os, base, home);
    let tightens = !writable && readings.len() == 1 && readings.iter().all(inside);
    (!tightens).then(|| {
        let reading = map::read(text_os, base, home);
        Loosening::Map {
            text: text.to_owned(),
            writable,
            source: map::resolve(&reading.source).unwrap_or(reading.source),
            dest: reading.dest,
        }
    })
}

/// What the file would add to what was typed: what takes trust in the two together, less what
/// takes trust in the typed part alone.
pub(super) fn untyped(file: &Fields, cli: &Cli, paths: &Paths) -> Vec<Loosening> {
    let together = loosenings(&merge::project(file, cli).fields, paths);
    let typed = loosenings(&merge::project(&Fields::default(), cli).fields, paths);
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
            cli.command.is_empty() && !same
        }
        // Lockdown ignores maps. Where only the project's file would switch it off again, that
        // switch is an item of its own.
        Loosening::Map { .. } => {
            let files = [&loaded.project.fields, user];
            let written = files.map(|fields| fields.toggles.get(Toggle::Lockdown));
            let typed = merge::typed(Toggle::Lockdown, cli);
            let lockdown = typed.or(written[0]).or(written[1]);
            lockdown != Some(true)
        }
        Loosening::Toggle(toggle) => {
            let typed = merge::typed(*toggle, cli);
            let own = user.toggles.get(*toggle).unwrap_or_default();
            typed.unwrap_or(own) != toggle.loose_value()
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
                Loosening::Map { text, writable, .. } if *writable => {
                    fields.rw_maps.retain(|map| map != text);
                }
                Loosening::Map { text, .. } => fields.ro_maps.retain(|map| map != text),
                Loosening::Toggle(toggle) => fields.toggles.set(*toggle, None),
            }
        }
        restrained
    }
}

impl Loosening {
    /// The same request; a map's path may be spelled in another way.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Map { text, writable, .. }, Self::Map { text: t, writable: w, .. }) => {
                writable == w && map::is_same(text.as_ref(), t.as_ref())
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Loosening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(words) => {
                let words = visible_words(words);
                write!(f, "runs `{words}` when no command is typed")
            }
            Self::Map { text, writable, source, dest } => {
                let access = if *writable { "may read and write" } else { "may read" };
                let (text, source) = (visible(text), visible(source));
                write!(f, "{access} {source}")?;
                if let Some(dest) = dest {
                    let dest = visible(dest);
                    write!(f, ", which appears as {dest}")?;
                }
                if text == source {
                    return Ok(());
                }
                write!(f, " (written `{text}`)")
            }
            Self::Toggle(toggle) => {
                write!(f, "{} ({} = {})", toggle.loose_words(), toggle.name(), toggle.loose_value())
            }
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.items.iter().map(ToString::to_string).collect();
        let is_known =
            |word: &String| self.known.as_ref().is_some_and(|known| known.contains(word));
        match &self.known {
            None => write!(f, "It asks for more than a project gets by itself:")?,
            Some(_) if words.iter().all(is_known) => {
                write!(f, "You allowed the same once, and the file has changed since:")?;
            }
            Some(_) => write!(f, "It has changed since you allowed it; now it asks for:")?,
        }
        for word in &words {
            let new = if self.known.is_some() && !is_known(word) { "new: " } else { "" };
            write!(f, "\n  - {new}{word}")?;
        }
        Ok(())
    }
}
