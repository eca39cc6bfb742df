//! The groups of options in `--help` and in the manual page.

use clap::Command;

/// Each group, with its options in the order in which they are shown.
const GROUPS: &[(&str, &[&str])] = &[
    ("Folders", &["map", "rw-map", "own-home", "no-own-home", "no-protect"]),
    (
        "Secrets",
        &[
            "mask",
            "mask-except",
            "deny-path",
            "deny-path-except",
            "env",
            "unset-env",
            "clear-env",
            "inherit-env",
        ],
    ),
    ("Network", &["net", "allow-host", "forward-port", "publish-port"]),
    (
        "Strictness",
        &[
            "lockdown",
            "no-lockdown",
            "landlock",
            "no-landlock",
            "seccomp",
            "no-seccomp",
            "rlimits",
            "no-rlimits",
        ],
    ),
    (
        "Access to the host",
        &["gpu", "no-gpu", "docker", "no-docker", "display", "no-display", "mise", "no-mise"],
    ),
    (
        "Running",
        &["exec", "status-bar", "no-status-bar", "verbose", "dry-run", "clean", "trust-once"],
    ),
    ("Settings", &["init", "forget", "trust", "bootstrap", "undo"]),
    ("Information", &["explain", "doctor", "json", "completions", "man"]),
];

/// The group of an option and its place there.
fn place(long: &str) -> Option<(&'static str, usize)> {
    GROUPS.iter().find_map(|(heading, options)| {
        Some((*heading, options.iter().position(|option| *option == long)?))
    })
}

/// The groups' headings.
pub fn headings() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().map(|(heading, _)| *heading)
}

/// Puts each option into its group; clap's own `--help` and `--version` stand before all of them.
pub fn group(command: Command) -> Command {
    command.mut_args(|option| match option.get_long().and_then(place) {
        Some((heading, order)) => option.help_heading(heading).display_order(order),
        None => option,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_in_one_group() {
        let definition = crate::cli::definition();
        let options = || definition.get_arguments().filter_map(clap::Arg::get_long);
        for option in options() {
            assert!(place(option).is_some(), "src/cli/groups.rs has no group for --{option}");
        }
        let named: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for name in &named {
            assert!(options().any(|option| option == *name), "there is no --{name}");
            assert_eq!(named.iter().filter(|other| *other == name).count(), 1, "--{name}");
        }
    }
}
