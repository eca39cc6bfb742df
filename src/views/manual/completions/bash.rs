//! Completions for bash, from 3.2 on, with bash-completion or without.

use std::fmt::Write as _;

use super::{Completed, Value, commands, with_next_word};

/// The script; `@…@` is filled in.
const SCRIPT: &str = r#"# Completions of ai-jail for bash.

# What of these begins like the current word; the arguments are those of compgen.
_ai_jail_offer() {
    local word
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@" -- "$cur")
}

_ai_jail_offer_files() {
    compopt -o filenames 2>/dev/null
    _ai_jail_offer -f
}

_ai_jail() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} glued='' first
    COMPREPLY=()
    # bash splits words at "=", which then stands between an option and its value.
    if [[ $cur == = ]]; then
        cur='' glued=yes
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]} glued=yes
    fi
    for ((first = 1; first < COMP_CWORD; first++)); do
        case ${COMP_WORDS[first]} in
            --)
                ((first++))
                break
                ;;
            @NEXT@)
                # Behind "=" stands the value in the same word.
                [[ ${COMP_WORDS[first + 1]} == = ]] || ((first++))
                ;;
            =) ((first++)) ;;
            -*) ;;
            *) break ;;
        esac
    done
    # Everything behind the command's first word is the command's.
    if ((first < COMP_CWORD)); then
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset "$first"
        elif declare -F _command_offset >/dev/null; then
            _command_offset "$first"
        else
            _ai_jail_offer_files
        fi
        return
    fi
    case $prev$glued in
@VALUES@    esac
    if [[ $cur == -* && $prev != -- ]]; then
        _ai_jail_offer -W "@OPTIONS@"
    elif [[ $cur == */* ]]; then
        _ai_jail_offer_files
    else
        _ai_jail_offer -W "@COMMANDS@"
        # Every program of the machine only when something is typed.
        [[ -z $cur ]] || _ai_jail_offer -c
    fi
}
complete -F _ai_jail ai-jail
"#;

/// The script for these options.
pub fn script(options: &[Completed]) -> String {
    let mut values = String::new();
    for option in options {
        if let Some(reply) = reply(option) {
            let patterns = patterns(option);
            let _ = write!(
                values,
                "        {patterns})\n            {reply}\n            return\n            ;;\n"
            );
        }
    }
    let spellings: Vec<_> = options.iter().flat_map(Completed::words).collect();
    let commands: Vec<_> = commands().map(|(name, _)| name).collect();
    SCRIPT
        .replace("@NEXT@", &with_next_word(options, " | "))
        .replace("@VALUES@", &values)
        .replace("@OPTIONS@", &spellings.join(" "))
        .replace("@COMMANDS@", &commands.join(" "))
}

/// The previous words at which the option's value is asked for; `yes` marks a "=" between.
fn patterns(option: &Completed) -> String {
    let spellings = option.spellings();
    let patterns = spellings.flat_map(|spelling| match option.value {
        // A word of its own would be the command.
        Value::Glued(_) => vec![format!("{spelling}yes")],
        _ => vec![spelling.clone(), format!("{spelling}yes")],
    });
    patterns.collect::<Vec<_>>().join(" | ")
}

/// What offers the option's values, where it has any.
fn reply(option: &Completed) -> Option<String> {
    match &option.value {
        Value::None => None,
        Value::File => Some("_ai_jail_offer_files".into()),
        Value::Any => Some(":".into()),
        Value::Glued(words) | Value::OneOf { words, files: false } => {
            Some(format!("_ai_jail_offer -W \"{}\"", words.join(" ")))
        }
        Value::OneOf { words, files: true } => {
            Some(format!("_ai_jail_offer -W \"{}\" -f", words.join(" ")))
        }
    }
}
