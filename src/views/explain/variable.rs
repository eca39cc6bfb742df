//! `--explain '$NAME'`: whether the command has a variable, and what decides. No value is shown.

use std::ffi::{OsStr, OsString};
use std::fmt;

use serde::Serialize;

use crate::cli::{Action, Cli};

use crate::fields::{List, Switch};
use crate::host::Environment;
use crate::plan::{EnvEdit, Inheritance, Plan};
use crate::policy::fits;
use crate::policy::kept_env::KEPT;
use crate::policy::secret_env::is_secret;
use crate::views::output::View;

/// The name in `$NAME`; `None` for what can only be a path or a host.
pub fn read(text: &OsStr) -> Option<&str> {
    let name = text.to_str()?.strip_prefix('$')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = name.bytes().next()?;
    (!begins.is_ascii_digit() && name.bytes().all(is_name)).then_some(name)
}

/// How the command has a variable.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It has what the caller has.
    HandedOn,
    /// It has a value that was chosen for the jail.
    Set,
    /// It does not have it.
    Absent,
}

/// How a plan treats a variable, and why.
fn fate(plan: &Plan, environment: &Environment, name: &str) -> (Fate, &'static str) {
    let outside = environment.get(name);
    let is_it = |edit: &&EnvEdit| match edit {
        EnvEdit::Set(set, _) | EnvEdit::Given(set, _) | EnvEdit::Unset(set, _) => set == name,
    };
    let row = KEPT.iter().find(|row| fits(row.name.as_bytes(), name.as_bytes()));
    let is_cleared = plan.facts.environment == Inheritance::Cleared;
    match plan.environment.iter().find(is_it) {
        Some(EnvEdit::Unset(_, reason)) => (Fate::Absent, reason),
        Some(EnvEdit::Given(_, value)) if outside == Some(value) => {
            (Fate::HandedOn, "--env, or env_pass of your own file")
        }
        Some(EnvEdit::Given(..)) => (Fate::Set, "--env"),
        Some(EnvEdit::Set(_, value)) if outside == Some(value) => {
            (Fate::HandedOn, row.map_or("the jail needs it", |row| row.reason))
        }
        Some(EnvEdit::Set(..)) => (Fate::Set, "the jail needs it"),
        None if outside.is_none() => (Fate::Absent, "it is not set outside either"),
        None if is_cleared => (Fate::Absent, "lockdown hands on a few harmless variables alone"),
        None => (Fate::HandedOn, row.map_or("the environment is inherited", |row| row.reason)),
    }
}

/// Something to type, and what it would give.
#[derive(Debug, Serialize)]
struct Change {
    flags: String,
    gives: Fate,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    variable: String,
    /// How the command has it.
    in_the_jail: Fate,
    reason: &'static str,
    /// Whether it is set outside.
    on_host: bool,
    /// Whether its name is one of a secret.
    looks_like_a_secret: bool,
    changes: Vec<Change>,
}

impl Answer {
    /// Asks the plan of a run with this command line, and those that `plan_of` makes for others.
    pub fn new(
        environment: &Environment,
        cli: &Cli,
        plan: &Plan,
        plan_of: impl Fn(&Cli) -> Option<Plan>,
        name: &str,
    ) -> Self {
        let (in_the_jail, reason) = fate(plan, environment, name);
        let mut changes: Vec<Change> = Vec::new();
        for (flags, edit) in trials(name) {
            let mut other = cli.clone();
            other.action = Action::Run;
            edit(&mut other);
            let Some(plan) = plan_of(&other) else { continue };
            let (gives, _) = fate(&plan, environment, name);
            let is_new = gives != in_the_jail && changes.iter().all(|known| known.gives != gives);
            if is_new {
                changes.push(Change { flags, gives });
            }
        }
        Self {
            variable: name.to_owned(),
            in_the_jail,
            reason,
            on_host: environment.get(name).is_some(),
            looks_like_a_secret: is_secret(name),
            changes,
        }
    }
}

/// An edit of the command line.
type Edit = Box<dyn Fn(&mut Cli)>;

/// What is tried, the narrowest first.
fn trials(name: &str) -> Vec<(String, Edit)> {
    let entry = |list: List| -> (String, Edit) {
        let value = OsString::from(name);
        let edit = move |cli: &mut Cli| cli.typed.list_mut(list).push(value.clone());
        (format!("--{} {name}", list.row().flag.long), Box::new(edit))
    };
    let off = |switch: Switch| -> Option<(String, Edit)> {
        let edit = move |cli: &mut Cli| cli.typed.set_switch(switch, Some(false));
        Some((format!("--{}", switch.flag(false)?.long), Box::new(edit)))
    };
    let lists = [List::EnvPass, List::EnvUnset].map(entry);
    let switches = [Switch::Lockdown, Switch::ClearEnv].into_iter().filter_map(off);
    lists.into_iter().chain(switches).collect()
}

impl View for Answer {
    fn text(&self, _colour: bool) -> String {
        self.to_string()
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HandedOn => "handed on",
            Self::Set => "set for the jail",
            Self::Absent => "not there",
        })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "${}", self.variable)?;
        let mut row = |name: &str, text: &str| writeln!(f, "  {name:<12}  {text}");
        row("in the jail", &self.in_the_jail.to_string())?;
        row("reason", self.reason)?;
        row("on the host", if self.on_host { "set" } else { "not set" })?;
        let mut name = "to change it";
        for Change { flags, gives } in &self.changes {
            row(name, &format!("{flags}  ({gives})"))?;
            name = "";
        }
        if self.looks_like_a_secret && self.in_the_jail == Fate::HandedOn {
            row("note", "its name says that it is a secret")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_from_paths() {
        for (text, name) in [("$PATH", Some("PATH")), ("$_x1", Some("_x1"))] {
            assert_eq!(read(OsStr::new(text)), name);
        }
        for text in ["PATH", "$", "$1", "$HOME/x", "$A B", "a$B", "./$PATH"] {
            assert_eq!(read(OsStr::new(text)), None, "{text}");
        }
    }
}
