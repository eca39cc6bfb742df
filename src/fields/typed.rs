//! The tables as clap's arguments, and what was typed as [`Fields`].

use std::ffi::OsString;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::{Fields, Flag, List, Switch, Word};

impl Args for Fields {
    fn augment_args(command: Command) -> Command {
        let lists = List::ALL.iter().map(|list| of_list(*list));
        let words = Word::ALL.iter().filter_map(|word| of_word(*word));
        let switches = Switch::ALL.iter().flat_map(|switch| of_switch(*switch));
        command.args(lists).args(words).args(switches)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Fields {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut fields = Self::default();
        fields.update_from_arg_matches(matches)?;
        Ok(fields)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for &switch in Switch::ALL {
            let is_typed = |on| switch.flag(on).is_some_and(|flag| is_typed(matches, flag));
            // Of two twins, clap has left the last one standing.
            let said = [true, false].into_iter().find(|on| is_typed(*on));
            self.set_switch(switch, said);
        }
        for &list in List::ALL {
            let entries = matches.get_many::<OsString>(list.row().flag.long);
            self.list_mut(list).extend(entries.into_iter().flatten().cloned());
        }
        for &word in Word::ALL {
            let row = word.row();
            let carrier = row.carried_by.and_then(|switch| switch.flag(true));
            let flag = row.flag.as_ref().or(carrier);
            let text = flag.and_then(|flag| matches.get_one::<String>(flag.long));
            self.set_word(word, text.and_then(|text| word.value(text)));
        }
        Ok(())
    }
}

/// Whether a flag, which may have no value, stands on the command line.
fn is_typed(matches: &ArgMatches, flag: &Flag) -> bool {
    matches.value_source(flag.long) == Some(ValueSource::CommandLine)
}

fn argument(flag: &Flag) -> Arg {
    let argument = Arg::new(flag.long).long(flag.long).help(flag.help);
    match flag.short {
        Some(short) => argument.short(short),
        None => argument,
    }
}

/// Both flags of a switch: of two twins the last one typed is left standing.
fn of_switch(switch: Switch) -> Vec<Arg> {
    let carried = Word::ALL.iter().find(|word| word.row().carried_by == Some(switch));
    let one = |on: bool| {
        let flag = switch.flag(on)?;
        let argument = match carried.filter(|_| on) {
            Some(&word) => values(argument(flag), word).num_args(0..=1).require_equals(true),
            None => argument(flag).action(ArgAction::SetTrue),
        };
        Some(match switch.flag(!on) {
            Some(twin) => argument.overrides_with(twin.long),
            None => argument,
        })
    };
    [true, false].into_iter().filter_map(one).collect()
}

fn of_list(list: List) -> Arg {
    let row = list.row();
    let check = row.check;
    let parser = OsStringValueParser::new().try_map(move |text| match check(&text) {
        Ok(()) => Ok(text),
        Err(wrong) if text.is_empty() => Err(format!("{wrong}: is a variable unset?")),
        Err(wrong) => Err(wrong),
    });
    argument(&row.flag).value_name(row.value).action(ArgAction::Append).value_parser(parser)
}

fn of_word(word: Word) -> Option<Arg> {
    Some(values(argument(word.row().flag.as_ref()?), word))
}

/// An argument that takes one of a word's values.
fn values(argument: Arg, word: Word) -> Arg {
    let value =
        |(value, help): &(&'static str, &'static str)| PossibleValue::new(*value).help(*help);
    let values: Vec<_> = word.row().values.iter().map(value).collect();
    argument.value_name(word.row().value).value_parser(PossibleValuesParser::new(values))
}
