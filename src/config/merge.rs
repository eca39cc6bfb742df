//! What shall be remembered: the file's content with what was typed laid over it.

use std::ffi::OsString;

use super::fields::{Fields, Toggle};
use crate::cli::{BarChoice, Cli};
use crate::host::maps::is_same;
use crate::text::{visible, visible_words};

/// A project's new content.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Merged {
    /// What the file shall say.
    pub fields: Fields,
    /// What was typed and cannot be said in TOML, a sentence each.
    pub unsaved: Vec<String>,
}

/// The project's fields after this command line: its command replaces, its maps are appended
/// without duplicates, its switches override. Nothing of the user's file enters.
pub fn project(file: &Fields, cli: &Cli) -> Merged {
    let mut unsaved = Vec::new();
    let mut fields = file.clone();
    if !cli.command.is_empty() {
        let words = cli.command.iter().map(|word| word.clone().into_string());
        match words.collect::<Result<Vec<_>, _>>() {
            Ok(words) => fields.command = Some(words),
            Err(_) => unsaved.push(not_utf8("command", &visible_words(&cli.command))),
        }
    }
    let mut texts = |maps: &[OsString]| {
        let mut texts = Vec::new();
        for map in maps {
            match map.to_str() {
                Some(text) => texts.push(text.to_owned()),
                None => unsaved.push(not_utf8("map", &visible(map))),
            }
        }
        texts
    };
    let (writable, read_only) = (texts(&cli.rw_maps), texts(&cli.ro_maps));
    // Of the same path typed both ways the smaller grant stands.
    let typed_both = |text: &String| {
        let mut read_only = read_only.iter();
        read_only.any(|other| is_same(other.as_ref(), text.as_ref()))
    };
    for text in writable.into_iter().filter(|text| !typed_both(text)) {
        grant(&mut fields.rw_maps, &mut fields.ro_maps, text);
    }
    for text in read_only {
        grant(&mut fields.ro_maps, &mut fields.rw_maps, text);
    }
    for &toggle in Toggle::ALL {
        if let Some(value) = typed(toggle, cli).filter(|_| remembered(toggle)) {
            fields.toggles.set(toggle, Some(value));
        }
    }
    Merged { fields, unsaved }
}

/// The user's fields after this command line: only the status bar is remembered there.
pub fn user(file: &Fields, cli: &Cli) -> Fields {
    let mut fields = file.clone();
    match cli.status_bar {
        None => {}
        Some(BarChoice::Off) => fields.no_status_bar = Some(true),
        Some(BarChoice::On(style)) => {
            fields.no_status_bar = Some(false);
            fields.status_bar_style = style.or(fields.status_bar_style);
        }
    }
    fields
}

/// What the command line says about a field of the file.
pub fn typed(toggle: Toggle, cli: &Cli) -> Option<bool> {
    let off = |on: Option<bool>| on.map(|on| !on);
    match toggle {
        Toggle::Lockdown => cli.switches.lockdown,
        Toggle::NoLandlock => off(cli.switches.landlock),
        Toggle::NoSeccomp => off(cli.switches.seccomp),
        Toggle::NoRlimits => off(cli.switches.rlimits),
        Toggle::NoProtect => cli.no_protect.then_some(true),
        Toggle::NoGpu => off(cli.switches.gpu),
        Toggle::NoDocker => off(cli.switches.docker),
        Toggle::NoDisplay => off(cli.switches.display),
        Toggle::NoMise => off(cli.switches.mise),
    }
}

/// `--no-protect` has no twin that would take it back, so it counts for one run only; who
/// wants it for good writes the field by hand.
fn remembered(toggle: Toggle) -> bool {
    toggle != Toggle::NoProtect
}

/// Adds a map with one access and takes it away from the other: the same path typed with
/// another access is moved.
fn grant(to: &mut Vec<String>, from: &mut Vec<String>, text: String) {
    from.retain(|old| !is_same(old.as_ref(), text.as_ref()));
    if !to.iter().any(|old| is_same(old.as_ref(), text.as_ref())) {
        to.push(text);
    }
}

fn not_utf8(what: &str, shown: &str) -> String {
    format!("the {what} {shown} is not UTF-8 and cannot be saved in .ai-jail")
}
