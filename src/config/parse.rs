//! From TOML text to [`Fields`], or to the exact place of the first thing wrong.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike, Value};

use crate::complaint::Complaint;
use crate::fields::{COMMAND, COMMANDS, Fields, List, Owner, Switch, Word, all_names};

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
        self.contradiction(document.as_table(), &fields)?;
        Ok(fields)
    }

    fn field(
        &self,
        fields: &mut Fields,
        name: &str,
        key: Option<Range<usize>>,
        item: &Item,
    ) -> Parsed<()> {
        let Some(field) = Field::of(name) else {
            let error = self.wrong(key, format!("unknown field `{name}`"));
            return Err(Box::new(match (called(name), nearest(name)) {
                (Some(ours), _) => error.help(format!("ai-jail calls this `{ours}`")),
                (None, Some(known)) => error.help(format!("did you mean `{known}`?")),
                (None, None) => error.help("docs/configuration.md lists the fields"),
            }));
        };
        if field.owner() == Owner::User && self.owner == Owner::Project {
            let message = format!("`{name}` is a setting of yours, not of a project");
            let help = "move this line to ~/.ai-jail";
            return Err(Box::new(self.wrong(key, message).help(help)));
        }
        match field {
            Field::Command => fields.command = Some(self.command(item)?),
            Field::Switch(switch) => {
                let on = switch.written(self.boolean(name, item)?);
                fields.set_switch(switch, Some(on));
            }
            Field::List(list) => *fields.list_mut(list) = self.list(list, item)?,
            Field::Word(word) => fields.set_word(word, Some(self.word(word, item)?)),
            Field::Commands => fields.commands = self.commands(item)?,
        }
        Ok(())
    }

    fn boolean(&self, name: &str, item: &Item) -> Parsed<bool> {
        item.as_bool().ok_or_else(|| {
            let help = format!("write `{name} = true` or `{name} = false`, without quotes");
            self.wrong_type(name, "true or false", item, &help)
        })
    }

    fn command(&self, item: &Item) -> Parsed<Vec<OsString>> {
        let words = self.strings(COMMAND, item)?;
        if words.first().is_none_or(|word| word.is_empty()) {
            let help = "name a program, or take the line out";
            let error = self.wrong(item.span(), format!("`{COMMAND}` names no program"));
            return Err(Box::new(error.help(help)));
        }
        Ok(words)
    }

    /// `[commands.NAME]`: any field of the file but the command itself, which is what the table is
    /// looked up by.
    fn commands(&self, item: &Item) -> Parsed<BTreeMap<String, Fields>> {
        let help = format!("write `[{COMMANDS}.claude]`, and the fields for claude below");
        let not_tables = |item: &Item| self.wrong_type(COMMANDS, "tables", item, &help);
        let tables = item.as_table_like().ok_or_else(|| not_tables(item))?;
        let mut commands = BTreeMap::new();
        for (program, item) in tables.iter() {
            let table = item.as_table_like().ok_or_else(|| not_tables(item))?;
            let mut fields = Fields::default();
            for (name, item) in table.iter() {
                let key = table.key(name).and_then(toml_edit::Key::span);
                if matches!(name, COMMAND | COMMANDS) {
                    let message = format!("`{name}` cannot stand in [{COMMANDS}.{program}]");
                    let help = "the table counts when its command runs, so it cannot choose one";
                    return Err(Box::new(self.wrong(key, message).help(help)));
                }
                self.field(&mut fields, name, key, item)?;
            }
            self.contradiction(table, &fields)?;
            commands.insert(program.to_owned(), fields);
        }
        Ok(commands)
    }

    fn list(&self, list: List, item: &Item) -> Parsed<Vec<OsString>> {
        let row = list.row();
        let entries = self.strings(row.field, item)?;
        for (index, entry) in entries.iter().enumerate() {
            if let Err(wrong) = (row.check)(entry) {
                let span = item.as_array().and_then(|array| array.get(index)?.span());
                return Err(Box::new(self.wrong(span, format!("`{}` has {wrong}", row.field))));
            }
        }
        Ok(entries)
    }

    /// An array of strings that can be passed on to the kernel.
    fn strings(&self, name: &str, item: &Item) -> Parsed<Vec<OsString>> {
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
            Ok(text.into())
        };
        array.iter().map(string).collect()
    }

    fn word(&self, word: Word, item: &Item) -> Parsed<&'static str> {
        item.as_str().and_then(|text| word.value(text)).ok_or_else(|| {
            let values = word.row().values.iter().map(|(value, _)| format!("\"{value}\""));
            let help = format!("write {}", values.collect::<Vec<_>>().join(" or "));
            let message = format!("`{}` has an impossible value", word.row().field);
            Box::new(self.wrong(item.span(), message).help(help))
        })
    }

    /// One path cannot be both read-only and writable; guessing which was meant would be
    /// guessing about access.
    fn contradiction(&self, table: &dyn TableLike, fields: &Fields) -> Parsed<()> {
        let rivals = List::ALL.iter().filter_map(|list| Some((*list, list.row().rival?)));
        for (list, rival) in rivals.filter(|(list, rival)| rival < list) {
            let twice = fields.list(list).iter().position(|entry| {
                fields.list(rival).iter().any(|other| list.is_same(entry, other))
            });
            let Some(index) = twice else { continue };
            let (name, other) = (list.row().field, rival.row().field);
            let array = table.get(name).and_then(Item::as_array);
            let span = array.and_then(|array| array.get(index)?.span());
            let entry = fields.list(list)[index].to_string_lossy();
            let message = format!("`{entry}` is in both {other} and {name}");
            return Err(Box::new(self.wrong(span, message).help("keep one of the two")));
        }
        Ok(())
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

/// A field, by the table that it is in.
enum Field {
    Command,
    Commands,
    Switch(Switch),
    List(List),
    Word(Word),
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        let switch = Switch::ALL.iter().find(|switch| switch.row().field == name);
        let list = List::ALL.iter().find(|list| list.row().field == name);
        let word = Word::ALL.iter().find(|word| word.row().field == name);
        (name == COMMAND)
            .then_some(Self::Command)
            .or((name == COMMANDS).then_some(Self::Commands))
            .or(switch.copied().map(Self::Switch))
            .or(list.copied().map(Self::List))
            .or(word.copied().map(Self::Word))
    }

    fn owner(&self) -> Owner {
        match self {
            Self::Command => Owner::Project,
            Self::Commands => Owner::User,
            Self::Switch(switch) => switch.row().owner,
            Self::List(list) => list.row().owner,
            Self::Word(word) => word.row().owner,
        }
    }
}

/// What others call a field of ours.
const CALLED: &[(&str, &str)] = &[
    ("allow_domains", "allow_hosts"),
    ("allowed_domains", "allow_hosts"),
    ("allowed_hosts", "allow_hosts"),
    ("env", "env_pass"),
    ("env_allow", "env_pass"),
    ("env_keep", "env_pass"),
    ("pass_env", "env_pass"),
    ("env_deny", "env_unset"),
    ("env_drop", "env_unset"),
    ("unset_env", "env_unset"),
    ("clean_env", "clear_env"),
    ("deny", "deny_paths"),
    ("denied_paths", "deny_paths"),
    ("hide", "mask"),
    ("hidden", "mask"),
    ("masks", "mask"),
    ("mask_paths", "mask"),
    ("network", "net"),
    ("ports", "forward_ports"),
    ("mounts", "rw_maps"),
    ("volumes", "rw_maps"),
    ("binds", "rw_maps"),
];

/// What a field of another name is called here, if it is here at all.
fn called(written: &str) -> Option<&'static str> {
    let written = written.to_lowercase().replace('-', "_");
    let (_, ours) = CALLED.iter().find(|(theirs, _)| *theirs == written)?;
    all_names().find(|name| name == ours)
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
