//! Command lines that show what ai-jail is for: the end of `--help`, and a section of the manual page.

use std::fmt::Write as _;

/// A command line, and what it does.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("ai-jail claude", "Claude Code, with the project in this directory"),
    ("ai-jail", "the same again: the command is remembered"),
    ("ai-jail --map ~/datasets codex", "with a folder of yours, read-only"),
    ("ai-jail --allow-host @registries bash", "with a network of package registries alone"),
    ("ai-jail --lockdown -- ./untrusted", "read-only project, empty home, no network"),
    ("out=$(ai-jail --exec -- ./check.sh)", "in a script: exact output and status"),
    ("ai-jail --explain ~/.ssh", "what a jail sees there, and why"),
    ("ai-jail status", "the settings here, and where each comes from"),
];

/// The end of `--help`.
pub fn help() -> String {
    let width = EXAMPLES.iter().map(|(line, _)| line.len()).max().unwrap_or_default();
    let mut text = String::from("Examples:");
    for (line, what) in EXAMPLES {
        let _ = write!(text, "\n  {line:width$}  {what}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_example_is_a_command_line() {
        for (line, _) in EXAMPLES {
            let line =
                line.strip_prefix("out=$(").and_then(|line| line.strip_suffix(')')).unwrap_or(line);
            let words: Vec<_> = line.split(' ').map(Into::into).collect();
            Cli::parse(&words).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        assert!(help().lines().all(|line| line.len() <= 90), "{}", help());
    }
}
