//! Completions for fish; see `complete(1)` there.

use std::fmt::Write as _;

use super::{Completed, Value, commands, with_next_word};

/// The script's head; `@…@` is filled in.
const HEAD: &str = r#"# Completions of ai-jail for fish.
# The command and its arguments, as far as they are typed; nothing while options are.
function __ai_jail_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case @NEXT@
                set -e words[1]
            case --
                set -e words[1]
                break
            case '-*'
            case '*'
                break
        end
        set -e words[1]
    end
    string join \n -- $words
end

function __ai_jail_has_no_command
    test (count (__ai_jail_command)) = 0
end

# A word that begins with a dash is no command, nor is what stands in it behind "=".
function __ai_jail_wants_command
    __ai_jail_has_no_command; and not string match -q -- '-*' (commandline -ct)
end

# Everything behind the command's first word is the command's.
function __ai_jail_arguments
    complete --do-complete (string join ' ' -- (string escape -- (__ai_jail_command)) (commandline -ct))
end

complete -c ai-jail -f
complete -c ai-jail -n 'not __ai_jail_has_no_command' -a '(__ai_jail_arguments)'
complete -c ai-jail -n __ai_jail_wants_command -a '(__fish_complete_command)'
"#;

/// The script for these options.
pub fn script(options: &[Completed]) -> String {
    let mut text = HEAD.replace("@NEXT@", &with_next_word(options, " "));
    for (name, what) in commands() {
        let _ = writeln!(
            text,
            "complete -c ai-jail -n __ai_jail_wants_command -a {name} -d '{}'",
            escaped(&what)
        );
    }
    for option in options {
        let _ = write!(text, "complete -c ai-jail -n __ai_jail_has_no_command -l {}", option.long);
        if let Some(short) = option.short {
            let _ = write!(text, " -s {short}");
        }
        match &option.value {
            Value::None | Value::Glued(_) => {}
            Value::File => text.push_str(" -r -F"),
            Value::OneOf { words, files: true } => {
                let _ = write!(text, " -r -F -a '{}'", words.join(" "));
            }
            Value::OneOf { words, files: false } => {
                let _ = write!(text, " -x -a '{}'", words.join(" "));
            }
            Value::Any => text.push_str(" -x"),
        }
        let _ = writeln!(text, " -d '{}'", escaped(&option.help));
        // As one word: fish would offer a value of its own, which runs a program of that name.
        for word in option.words().skip(option.spellings().count()) {
            let _ = writeln!(text, "complete -c ai-jail -n __ai_jail_has_no_command -a '{word}'");
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}
