//! The scripts in the shells that they are for.

use std::process::Command;

use super::script;
use clap_complete::Shell;

/// What a shell offers for a line, sorted; `None` where the shell is not there.
fn offered(program: &str, driver: &str, shell: Shell, line: &str) -> Option<Vec<String>> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("script"), script(shell)).expect("written");
    std::fs::write(directory.path().join("datafile"), "").expect("written");
    let run = Command::new(program)
        .args(["-c", driver, "driver", line])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", directory.path())
        .env("LINE", line)
        .current_dir(directory.path())
        .output();
    let Ok(output) = run else {
        eprintln!("NOT TESTED: there is no {program}");
        return None;
    };
    let text = String::from_utf8(output.stdout).expect("text");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{line}: {errors}");
    let mut words: Vec<_> =
        text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect();
    words.sort();
    words.dedup();
    Some(words)
}

/// As readline would call it: words are split at "=" too.
const BASH: &str = r#"source ./script
line=${1//=/ = }
read -ra COMP_WORDS <<<"$line"
case $line in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_ai_jail ai-jail "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
exit 0"#;

const FISH: &str = "source ./script; complete --do-complete $LINE";

/// What each line has to offer, and what not.
const CASES: &[(&str, &[&str], &[&str])] = &[
    ("ai-jail --lockd", &["--lockdown"], &["--landlock"]),
    (
        "ai-jail --st",
        &["--status-bar", "--status-bar=dark", "--status-bar=light"],
        &["status", "dark"],
    ),
    // A word of its own would be a program to run.
    ("ai-jail --status-bar ", &["status", "claude"], &["dark", "light"]),
    ("ai-jail --dry-run j", &[], &["json"]),
    ("ai-jail sta", &["status"], &["--status-bar"]),
    ("ai-jail cod", &["codex"], &[]),
    ("ai-jail --map data", &["datafile"], &["claude"]),
    ("ai-jail --rw-map data", &["datafile"], &[]),
    ("ai-jail --map datafile --rw-map data", &["datafile"], &[]),
    ("ai-jail --allow-host @reg", &["@registries"], &["@github"]),
    ("ai-jail --mask @", &["@secrets"], &["claude"]),
    ("ai-jail --net ", &["filtered", "host", "none"], &["claude", "datafile"]),
    ("ai-jail --completions f", &["fish"], &["bash"]),
    ("ai-jail --forget g", &["gpu"], &["claude"]),
    // What follows the command is the command's.
    ("ai-jail cat --lockd", &[], &["--lockdown"]),
    ("ai-jail cat data", &["datafile"], &[]),
    ("ai-jail --lockdown -- cat data", &["datafile"], &[]),
];

fn check(program: &str, driver: &str, shell: Shell) {
    for (line, has, lacks) in CASES {
        let Some(words) = offered(program, driver, shell, line) else { return };
        for word in *has {
            assert!(
                words.iter().any(|offered| offered == word),
                "{line:?} lacks {word}: {words:?}"
            );
        }
        for word in *lacks {
            assert!(!words.iter().any(|offered| offered == word), "{line:?} has {word}");
        }
    }
}

#[test]
fn bash_offers_what_can_be_typed() {
    check("bash", BASH, Shell::Bash);
    // What stands behind "=" alone is put in there.
    for (line, expected) in
        [("--status-bar=d", "dark"), ("-s=l", "light"), ("--map=data", "datafile")]
    {
        if let Some(words) = offered("bash", BASH, Shell::Bash, &format!("ai-jail {line}")) {
            assert_eq!(words, [expected], "{line}");
        }
    }
}

#[test]
fn fish_offers_what_can_be_typed() {
    check("fish", FISH, Shell::Fish);
    let words = offered("fish", FISH, Shell::Fish, "ai-jail --status-bar=d");
    assert!(words.is_none_or(|words| words == ["--status-bar=dark"]));
}

/// zsh completes on a terminal alone: here only that the script is one, and what it says.
#[test]
fn zsh_reads_its_script() {
    let text = String::from_utf8(script(Shell::Zsh)).expect("text");
    for line in [
        "'--status-bar=-[",
        "]::value:(dark light)' \\",
        "'*--map=[",
        ":path:_files' \\",
        "'claude:Claude Code'",
        "@registries",
        "'*::arguments of the command:_normal'",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    if offered("zsh", "zsh -n ./script", Shell::Zsh, "").is_none() {
        eprintln!("NOT TESTED: whether zsh takes the script");
    }
}

#[test]
fn other_shells_have_the_options() {
    for shell in [Shell::Elvish, Shell::PowerShell] {
        let text = String::from_utf8(script(shell)).expect("text");
        assert!(text.contains("--lockdown") && !text.contains("'dark'"), "{shell}");
    }
}
