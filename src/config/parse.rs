//! From TOML text to [`Fields`], or to the exact place of the first thing wrong.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, Value};

use super::fields::{Fields, Toggle, all_names, names};

use crate::cli::BarStyle;
use crate::complaint::Complaint;
use crate::host::maps::is_same;

/// Whose file it is: a few fields are about the user's terminal and no project's business.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owner {
    /// `$HOME/.ai-jail`.
    User,
    /// `.ai-jail` of the project.
    Project,
}

/// Checks the bytes of a config file and returns them as text, with what they say.
pub fn parse(
    path: &Path,
    bytes: Vec<u8>,
    owner: Owner,
) -> Result<(String, Fields), Box<Complaint>> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = "not UTF-8 text, which a config file has to be".to_owned();
        Box::new(Complaint::new(path, error.as_bytes(), at..at + 1, message))
    })?;
    let fields = Parser { path, text: &text, owner }.fields()?;
    Ok((text, fields))
}

struct Parser<'a> {
    path: &'a Path,
    text: &'a str,
    owner: Owner,
}

type Parsed<T> = Result<T, Box<Complaint>>;

impl Parser<'_> {
    fn fields(&self) -> Parsed<Fields> {
        let document = Document::parse(self.text).map_err(|error| {
            self.wrong(error.span(), format!("not valid TOML: {}", error.message()))
        })?;
        let mut fields = Fields::default();
        for (name, item) in document.iter() {
            let key = document.key(name).and_then(toml_edit::Key::span);
            self.field(&mut fields, name, key, item)?;
        }
        self.contradiction(&document, &fields)?;
        Ok(fields)
    }

    fn field(
        &self,
        fields: &mut Fields,
        name: &str,
        key: Option<Range<usize>>,
        item: &Item,
    ) -> Parsed<()> {
        let user_only = matches!(name, names::NO_STATUS_BAR | names::STATUS_BAR_STYLE);
        if user_only && self.owner == Owner::Project {
            let message = format!("`{name}` is a setting of yours, not of a project");
            let help = "move this line to ~/.ai-jail, or type -s or --no-status-bar once";
            return Err(Box::new(self.wrong(key, message).help(help)));
        }
        if let Some(toggle) = Toggle::ALL.iter().find(|toggle| toggle.name() == name) {
            fields.toggles.set(*toggle, Some(self.boolean(name, item)?));
            return Ok(());
        }
        match name {
            names::COMMAND => fields.command = Some(self.command(item)?),
            names::RW_MAPS => fields.rw_maps = self.maps(name, item)?,
            names::RO_MAPS => fields.ro_maps = self.maps(name, item)?,
            names::NO_STATUS_BAR => fields.no_status_bar = Some(self.boolean(name, item)?),
            names::STATUS_BAR_STYLE => fields.status_bar_style = Some(self.style(item)?),
            unknown => {
                let error = self.wrong(key, format!("unknown field `{unknown}`"));
                return Err(Box::new(match nearest(unknown) {
                    Some(known) => error.help(format!("did you mean `{known}`?")),
                    None => error.help("docs/configuration.md lists the fields"),
                }));
            }
        }
        Ok(())
    }

    fn boolean(&self, name: &str, item: &Item) -> Parsed<bool> {
        item.as_bool().ok_or_else(|| {
            let help = format!("write `{name} = true` or `{name} = false`, without quotes");
            self.wrong_type(name, "true or false", item, &help)
        })
    }

    fn command(&self, item: &Item) -> Parsed<Vec<String>> {
        let name = names::COMMAND;
        let words = self.strings(name, item)?;
        if words.first().is_none_or(String::is_empty) {
            let help = "name a program, or take the line out";
            let error = self.wrong(item.span(), format!("`{name}` names no program"));
            return Err(Box::new(error.help(help)));
        }
        Ok(words)
    }

    fn maps(&self, name: &str, item: &Item) -> Parsed<Vec<String>> {
        let maps = self.strings(name, item)?;
        let Some(empty) = maps.iter().position(String::is_empty) else {
            return Ok(maps);
        };
        let span = item.as_array().and_then(|array| array.get(empty)?.span());
        Err(Box::new(self.wrong(span, format!("`{name}` has an empty path"))))
    }

    /// An array of strings that can be passed on to the kernel.
    fn strings(&self, name: &str, item: &Item) -> Parsed<Vec<String>> {
        let array = item.as_array().ok_or_else(|| {
            let help = match item.as_str() {
                Some(text) => format!("write `{name} = [{}]`", Value::from(text)),
                None => format!("write `{name} = [\"…\"]`"),
            };
            self.wrong_type(name, "an array of strings", item, &help)
        })?;
        let string = |value: &Value| {
            let wrong = |message| Box::new(self.wrong(value.span(), message));
            let text = value.as_str().ok_or_else(|| {
                let found = value.type_name();
                wrong(format!("`{name}` must hold strings only, not {found}"))
            })?;
            if text.contains('\0') {
                return Err(wrong(format!("a NUL character cannot be passed on in `{name}`")));
            }
            Ok(text.to_owned())
        };
        array.iter().map(string).collect()
    }

    fn style(&self, item: &Item) -> Parsed<BarStyle> {
        match item.as_str() {
            Some("dark") => Ok(BarStyle::Dark),
            Some("light") => Ok(BarStyle::Light),
            _ => Err(Box::new(
                self.wrong(
                    item.span(),
                    format!("`{}` has an impossible value", names::STATUS_BAR_STYLE),
                )
                .help("write \"dark\" or \"light\""),
            )),
        }
    }

    /// One path cannot be both read-only and writable; guessing which was meant would be
    /// guessing about access.
    fn contradiction(&self, document: &Document<&str>, fields: &Fields) -> Parsed<()> {
        let twice = fields.ro_maps.iter().position(|ro| {
            let mut rw = fields.rw_maps.iter();
            rw.any(|rw| is_same(rw.as_ref(), ro.as_ref()))
        });
        let Some(index) = twice else { return Ok(()) };
        let array = document.get(names::RO_MAPS).and_then(Item::as_array);
        let span = array.and_then(|array| array.get(index)?.span());
        let message = format!("`{}` is in both rw_maps and ro_maps", fields.ro_maps[index]);
        Err(Box::new(self.wrong(span, message).help("keep one of the two")))
    }

    fn wrong_type(&self, name: &str, wanted: &str, item: &Item, help: &str) -> Box<Complaint> {
        let found = item.type_name();
        let message = format!("`{name}` must be {wanted}, not {found}");
        Box::new(self.wrong(item.span(), message).help(help))
    }

    fn wrong(&self, span: Option<Range<usize>>, message: String) -> Complaint {
        let span = span.unwrap_or(0..0);
        Complaint::new(self.path, self.text.as_bytes(), span, message)
    }
}

/// The field whose name is closest to what was written, if any is close at all.
fn nearest(written: &str) -> Option<&'static str> {
    let written = written.to_lowercase().replace('-', "_");
    let distance = |known: &str| {
        let plain = strsim::damerau_levenshtein(&written, known);
        // `gpu` is an attempt at `no_gpu`.
        let negated = strsim::damerau_levenshtein(&format!("no_{written}"), known);
        plain.min(negated)
    };
    let (distance, known) = all_names().map(|known| (distance(known), known)).min()?;
    (distance <= 1 + written.len() / 4).then_some(known)
}
