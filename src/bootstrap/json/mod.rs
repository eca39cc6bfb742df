//! Merging settings into JSON.

mod blank;
mod draft;
mod insert;
mod read;

use std::ops::Range;
use std::path::Path;

use super::merged::{Merged, dotted};
use super::spelling;
use crate::policy::agents::{File, Setting, Value};
use draft::{Draft, Result};
use insert::{Items, New};
use read::Node;

/// The text with the settings of `file` in it.
pub fn merge(path: &Path, text: &str, file: &File) -> Result<Merged> {
    let mut draft = Draft::new(path, text, file.format)?;
    let mut merged = Merged::default();
    let instead = draft.instead(file, &mut merged)?;
    let settings = || {
        let left_out = |setting: &&Setting| instead.iter().any(|key| setting.key.starts_with(key));
        file.settings.iter().filter(move |setting| !left_out(setting))
    };
    // Each on its own first: a complaint has to show the user's text, and not one in the making.
    for setting in settings() {
        Draft::new(path, text, file.format)?.put(file, setting, &mut Merged::default())?;
    }
    for setting in settings() {
        draft.put(file, setting, &mut merged)?;
    }
    merged.text = draft.text;
    Ok(merged)
}

/// Whether a text has one of the keys that the settings begin with.
pub fn mentions(path: &Path, text: &str, file: &File) -> Result<bool> {
    let draft = Draft::new(path, text, file.format)?;
    let members = draft.object(&draft.root(), &[])?;
    let ours = |name: &str| {
        let settings = file.settings.iter().filter_map(|setting| setting.key.first());
        let instead = file.instead.iter().filter_map(|instead| instead.user.first());
        settings.chain(instead).any(|first| *first == name && name != "$schema")
    };
    Ok(members.iter().any(|(name, _)| ours(name)))
}

impl Draft<'_> {
    /// The keys for which the user has said something else already.
    fn instead(&self, file: &File, merged: &mut Merged) -> Result<Vec<&'static [&'static str]>> {
        let mut keys = Vec::new();
        for instead in file.instead {
            let Some(place) = self.find(instead.user)? else { continue };
            let node = self.node(&place)?;
            let harmless = instead.harmless.map(|text| Node::Text(text.to_owned()));
            if Some(node) != harmless {
                merged.keep(format!(
                    "{} is set, so {} stays as it is",
                    dotted(instead.user),
                    dotted(instead.key)
                ));
                keys.push(instead.key);
            }
        }
        Ok(keys)
    }

    /// Puts one setting in, as far as the user has not said anything there.
    fn put(&mut self, file: &File, setting: &Setting, merged: &mut Merged) -> Result<()> {
        let key = setting.key;
        if let Value::Off = setting.value {
            return self.switch_off(setting, merged);
        }
        let mut place = self.root();
        for depth in 1..=key.len() {
            let members = self.object(&place, &key[..depth - 1])?;
            let Some(found) = self.member(&members, &key[..depth])? else {
                let new = key[depth..].iter().rev().fold(self.fresh(setting)?, |new, name| {
                    New::Table(vec![((*name).to_owned(), new)])
                });
                let values: Vec<_> = members.into_iter().map(|(_, place)| place).collect();
                let items = Items::Members(vec![(key[depth - 1].to_owned(), new)]);
                self.insert(&place, &values, values.len(), &items);
                merged.add(setting, None);
                return Ok(());
            };
            let found = found.clone();
            let on_the_way = depth < key.len();
            if on_the_way && file.short && matches!(self.node(&found)?, Node::Text(_)) {
                merged.stays(&key[..depth], &self.text[found]);
                return Ok(());
            }
            place = found;
        }
        self.extend(setting, &place, merged)
    }

    /// Makes a true of the user's false.
    fn switch_off(&mut self, setting: &Setting, merged: &mut Merged) -> Result<()> {
        let Some(place) = self.find(setting.key)? else { return Ok(()) };
        if &self.text[place.clone()] == "true" {
            let mut text = self.text.clone();
            text.replace_range(place, "false");
            self.set(text);
            merged.replace(setting, "true", "false");
        }
        Ok(())
    }

    /// What a setting is where nothing stands.
    fn fresh(&self, setting: &Setting) -> Result<New> {
        let texts = |texts: Vec<String>| New::List(texts.into_iter().map(New::Text).collect());
        Ok(match setting.value {
            Value::Text(text) => New::Text(text.to_owned()),
            Value::List(list) => texts(self.unclaimed(setting.key, strings(list), None)?),
            Value::AskedRules => texts(self.unclaimed(setting.key, spelling::rules(), None)?),
            Value::AskedPatterns => {
                let text = |(name, value)| (name, New::Text(value));
                New::Table(spelling::patterns().into_iter().map(text).collect())
            }
            Value::AskedHook => New::List(vec![hook()]),
            Value::Off | Value::AskedPrefixes | Value::AskedPolicy | Value::AskedLists => {
                New::List(Vec::new())
            }
        })
    }

    /// Completes what stands at the setting's key.
    fn extend(
        &mut self,
        setting: &Setting,
        place: &Range<usize>,
        merged: &mut Merged,
    ) -> Result<()> {
        match setting.value {
            Value::Text(text) => {
                if self.node(place)? != Node::Text(text.to_owned()) {
                    merged.differs(setting.key, &self.text[place.clone()], &format!("\"{text}\""));
                }
                Ok(())
            }
            Value::List(list) => self.complete(setting, strings(list), place, merged),
            Value::AskedRules => self.complete(setting, spelling::rules(), place, merged),
            Value::AskedPatterns => self.patterns(setting, place, merged),
            Value::AskedHook => self.hook(setting, place, merged),
            Value::Off | Value::AskedPrefixes | Value::AskedPolicy | Value::AskedLists => Ok(()),
        }
    }

    /// Adds what is missing to a list of strings.
    fn complete(
        &mut self,
        setting: &Setting,
        wanted: Vec<String>,
        place: &Range<usize>,
        merged: &mut Merged,
    ) -> Result<()> {
        let elements = self.array(place, setting.key)?;
        let mut there = Vec::new();
        for element in &elements {
            if let Node::Text(text) = self.node(element)? {
                there.push(spelling::same(&text));
            }
        }
        let missing = wanted.into_iter().filter(|text| !there.contains(&spelling::same(text)));
        let missing = self.unclaimed(setting.key, missing.collect(), Some(merged))?;
        if !missing.is_empty() {
            merged.add(setting, Some(missing.len()));
            let items = Items::Elements(missing.into_iter().map(New::Text).collect());
            self.insert(place, &elements, elements.len(), &items);
        }
        Ok(())
    }

    /// What of `wanted` does not stand in a list beside the setting's, where the user put it:
    /// who allows a command that here would ask wants it so.
    fn unclaimed(
        &self,
        key: &[&str],
        mut wanted: Vec<String>,
        mut merged: Option<&mut Merged>,
    ) -> Result<Vec<String>> {
        let Some((own, parent)) = key.split_last() else { return Ok(wanted) };
        let Some(place) = self.find(parent)? else { return Ok(wanted) };
        let Node::Object(members) = self.node(&place)? else { return Ok(wanted) };
        for (name, place) in members.iter().filter(|(name, _)| name != own) {
            let Node::Array(elements) = self.node(place)? else { continue };
            for element in elements {
                let Node::Text(text) = self.node(&element)? else { continue };
                let before = wanted.len();
                wanted.retain(|wanted| spelling::same(wanted) != spelling::same(&text));
                if let Some(merged) = merged.as_deref_mut().filter(|_| wanted.len() < before) {
                    merged.keep(format!("{text} stays in {}", dotted(&[parent, &[name]].concat())));
                }
            }
        }
        Ok(wanted)
    }

    /// Adds what is missing to a table of patterns. The last that fits decides, so the user's
    /// own have to come after these; but these come after the user's rule for everything, or
    /// they would say nothing.
    fn patterns(
        &mut self,
        setting: &Setting,
        place: &Range<usize>,
        merged: &mut Merged,
    ) -> Result<()> {
        if let Node::Text(_) = self.node(place)? {
            merged.stays(setting.key, &self.text[place.clone()]);
            return Ok(());
        }
        let members = self.object(place, setting.key)?;
        let mut missing = Vec::new();
        for (name, value) in spelling::patterns() {
            let key = [setting.key, &[&name]].concat();
            match self.member(&members, &key)? {
                None => missing.push((name, New::Text(value))),
                Some(found) if self.node(found)? == Node::Text(value.clone()) => {}
                Some(found) => {
                    merged.differs(&key, &self.text[found.clone()], &format!("\"{value}\""));
                }
            }
        }
        if !missing.is_empty() {
            merged.add(setting, Some(missing.len()));
            let everything = members.iter().position(|(name, _)| name == spelling::EVERYTHING);
            let values: Vec<_> = members.into_iter().map(|(_, place)| place).collect();
            let index = everything.map_or(0, |index| index + 1);
            self.insert(place, &values, index, &Items::Members(missing));
        }
        Ok(())
    }

    /// Adds the hook, unless there is one of its name.
    fn hook(&mut self, setting: &Setting, place: &Range<usize>, merged: &mut Merged) -> Result<()> {
        let elements = self.array(place, setting.key)?;
        for element in &elements {
            let Node::Object(members) = self.node(element)? else { continue };
            let value = |name: &str| -> Result<Option<Node>> {
                let found = members.iter().find(|(known, _)| known == name);
                found.map(|(_, place)| self.node(place)).transpose()
            };
            if value("name")? != Some(Node::Text(spelling::HOOK_NAME.to_owned())) {
                continue;
            }
            if value("command")? != Some(Node::Text(spelling::hook_command())) {
                merged.keep(format!(
                    "the hook {} in {} stays as it is",
                    spelling::HOOK_NAME,
                    dotted(setting.key)
                ));
            }
            return Ok(());
        }
        merged.add(setting, None);
        self.insert(place, &elements, elements.len(), &Items::Elements(vec![hook()]));
        Ok(())
    }
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn hook() -> New {
    let text = |name: &str, value: String| (name.to_owned(), New::Text(value));
    New::Table(vec![
        text("name", spelling::HOOK_NAME.to_owned()),
        text("matcher", spelling::HOOK_MATCHER.to_owned()),
        text("command", spelling::hook_command()),
    ])
}
