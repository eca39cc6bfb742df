//! `--completions`: what a shell offers while a command line of ai-jail is typed.
//!
//! clap's own scripts do for shells that offer options alone. They would offer a value that has to
//! stand behind `=` as a word of its own, and `--status-bar dark` runs a program called `dark`; nor do
//! they know that everything behind the command's first word is the command's. So bash, zsh and fish
//! have scripts of ours.

mod bash;
mod fish;
mod zsh;

use clap::builder::ValueRange;
use clap_complete::Shell;

use crate::cli;
use crate::fields::{self, Switch};
use crate::policy::agents::AGENTS;
use crate::policy::network::PRESETS;

/// The script for a shell.
pub fn script(shell: Shell) -> Vec<u8> {
    let options = options();
    match shell {
        Shell::Bash => bash::script(&options).into_bytes(),
        Shell::Zsh => zsh::script(&options).into_bytes(),
        Shell::Fish => fish::script(&options).into_bytes(),
        other => {
            let mut text = Vec::new();
            clap_complete::generate(other, &mut cli::definition(), "ai-jail", &mut text);
            text
        }
    }
}

/// An option, as far as completing it goes.
struct Completed {
    long: String,
    short: Option<char>,
    /// One line.
    help: String,
    value: Value,
}

/// What follows an option.
enum Value {
    /// Nothing.
    None,
    /// A word of its own: a file.
    File,
    /// A word of its own: one of these, or a file where `files`.
    OneOf { words: Vec<String>, files: bool },
    /// Nothing, or one of these in the same word behind `=`.
    Glued(Vec<String>),
    /// A word of its own that nobody can guess.
    Any,
}

impl Value {
    /// Whether the next word belongs to the option.
    fn is_next_word(&self) -> bool {
        matches!(self, Self::File | Self::OneOf { .. } | Self::Any)
    }
}

impl Completed {
    /// `--long`, and `-s` where there is one.
    fn spellings(&self) -> impl Iterator<Item = String> {
        let short = self.short.map(|short| format!("-{short}"));
        [format!("--{}", self.long)].into_iter().chain(short)
    }

    /// All that can be typed for it in one word, values behind `=` included.
    fn words(&self) -> impl Iterator<Item = String> {
        let glued = match &self.value {
            Value::Glued(words) => words.as_slice(),
            _ => &[],
        };
        let glued = glued.iter().map(|word| format!("--{}={word}", self.long));
        self.spellings().chain(glued)
    }
}

/// Every option of the command line.
fn options() -> Vec<Completed> {
    let mut definition = cli::definition();
    definition.build();
    let option = |argument: &clap::Arg| {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        Some(Completed {
            long: argument.get_long()?.to_owned(),
            short: argument.get_short(),
            help: help.lines().next().unwrap_or_default().to_owned(),
            value: value(argument),
        })
    };
    definition.get_arguments().filter_map(option).collect()
}

fn value(argument: &clap::Arg) -> Value {
    if !argument.get_action().takes_values() {
        return Value::None;
    }
    let possible = argument.get_possible_values();
    let words: Vec<_> = possible.iter().map(|value| value.get_name().to_owned()).collect();
    if argument.get_num_args() == Some(ValueRange::from(0..=1)) {
        return Value::Glued(words);
    }
    if !words.is_empty() {
        return Value::OneOf { words, files: false };
    }
    let names = argument.get_value_names().unwrap_or_default();
    match names.first().map(clap::builder::Str::as_str) {
        Some("PATH") => Value::File,
        Some("RULE") => {
            let presets = PRESETS.iter().map(|preset| format!("@{}", preset.name));
            Value::OneOf { words: presets.collect(), files: false }
        }
        Some("GLOB") => {
            let words = fields::PRESETS.iter().map(|preset| format!("@{preset}")).collect();
            Value::OneOf { words, files: true }
        }
        Some("WHAT") => {
            let switches = Switch::ALL.iter().map(|switch| switch.row().field);
            let switches = switches.map(|field| field.strip_prefix("no_").unwrap_or(field));
            let words = switches.chain(["command"]).map(str::to_owned).collect();
            Value::OneOf { words, files: true }
        }
        _ => Value::Any,
    }
}

/// The words that stand for a command, with what each is.
fn commands() -> impl Iterator<Item = (&'static str, String)> {
    let status = ("status", "show the settings".to_owned());
    let agents = AGENTS.iter().map(|agent| (agent.command, agent.name.to_owned()));
    [status].into_iter().chain(agents)
}

/// The options whose value is the next word, for a pattern of the shell.
fn with_next_word(options: &[Completed], between: &str) -> String {
    let with = options.iter().filter(|option| option.value.is_next_word());
    with.flat_map(Completed::spellings).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests;
