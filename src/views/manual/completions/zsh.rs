//! Completions for zsh; see `zshcompsys(1)`.

use std::fmt::Write as _;

use super::{Completed, Value, commands};

/// The script; `@…@` is filled in. `-A '-*'` ends the options at the first word that is none.
const SCRIPT: &str = r"#compdef ai-jail
# Completions of ai-jail for zsh.
_ai_jail_commands() {
    local -a own=(
@COMMANDS@    )
    _describe -t own 'command of ai-jail' own
    _command_names -e
    _files -g '*(*)'
}

_ai_jail() {
    _arguments -s -S -A '-*' \
@OPTIONS@        '1:command:_ai_jail_commands' \
        '*::arguments of the command:_normal'
}

if [ ${funcstack[1]} = _ai_jail ]; then
    _ai_jail
else
    compdef _ai_jail ai-jail
fi
";

/// The script for these options.
pub fn script(options: &[Completed]) -> String {
    let mut lines = String::new();
    for option in options {
        let help = escaped(&option.help);
        let (equals, value) = value(option);
        for spelling in option.spellings() {
            // A value behind "=" goes with the long name alone.
            let (equals, value) = match &option.value {
                _ if spelling.starts_with("--") => (equals, value.as_str()),
                Value::Glued(_) => ("", ""),
                _ => ("", value.as_str()),
            };
            let repeated = if option.value.is_next_word() { "*" } else { "" };
            let _ = writeln!(lines, "        '{repeated}{spelling}{equals}[{help}]{value}' \\");
        }
    }
    let mut words = String::new();
    for (name, what) in commands() {
        let _ = writeln!(words, "        '{name}:{}'", escaped(&what));
    }
    SCRIPT.replace("@COMMANDS@", &words).replace("@OPTIONS@", &lines)
}

/// What stands between an option and its help, and what stands behind.
fn value(option: &Completed) -> (&'static str, String) {
    match &option.value {
        Value::None => ("", String::new()),
        Value::File => ("=", ":path:_files".into()),
        Value::Any => ("=", ":value: ".into()),
        Value::OneOf { words, files: true } => {
            ("=", format!(":what:{{_values what {}; _files}}", words.join(" ")))
        }
        Value::OneOf { words, files: false } => ("=", format!(":value:({})", words.join(" "))),
        // In the same word, or not at all.
        Value::Glued(words) => ("=-", format!("::value:({})", words.join(" "))),
    }
}

/// A text in a specification: brackets, colons and quotes mean something there.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '[' | ']' | ':' | '\\' => out.extend(['\\', letter]),
            '\'' => out.push_str("'\\''"),
            _ => out.push(letter),
        }
    }
    out
}
