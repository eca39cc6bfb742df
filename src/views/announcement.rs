//! What a run says before the launch.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{agent, verbose};
use crate::cli::Cli;
use crate::config::Saved;
use crate::host::agent::Running;
use crate::messages;
use crate::plan::Plan;
use crate::text::visible;

/// At the first run in a project: what of it looks like a secret, the first few and how many.
pub fn tell_secrets((first, count): &(Vec<PathBuf>, usize)) {
    if first.is_empty() {
        return;
    }
    let names: Vec<String> = first.iter().map(visible).collect();
    let more = match count - first.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    messages::note(format!(
        "{}{more} may hold secrets, and the jail can read them\n  to mask such files, type: \
         ai-jail --init --mask @secrets",
        names.join(", ")
    ));
}

/// Descriptors of the caller's that the command's words name, as `<(…)` of a shell does. They are
/// closed in the jail, so the command will not find them: told under `--exec` too.
fn named_descriptors(words: &[OsString]) -> impl Iterator<Item = &str> {
    let words = words.iter().filter_map(|word| word.to_str());
    words.filter(|word| {
        let number =
            ["/dev/fd/", "/proc/self/fd/"].iter().find_map(|start| word.strip_prefix(start));
        number.and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number > 2)
    })
}

/// What there is to say before the launch.
pub fn tell(cli: &Cli, running: Option<&Running>, plan: &Plan, saved: &Saved) {
    for name in named_descriptors(&plan.command) {
        messages::warning(format!(
            "{name} is a descriptor of your shell, as <(…) makes one, and a jail gets none but \
             standard input, output and error; use a file, or standard input"
        ));
    }
    if !cli.exec {
        for option in &cli.misplaced {
            messages::warning(format!(
                "--{option} stands behind the command and is the command's; for the jail, type it \
                 before the command (for the command alone, type -- before that)"
            ));
        }
        let lines = running.iter().flat_map(|running| agent::lines(running, plan));
        lines.for_each(messages::warning);
        saved.warnings.iter().chain(&plan.warnings).for_each(messages::warning);
        saved.news.iter().for_each(messages::note);
        for map in &plan.only_typed {
            let map = visible(map);
            messages::note(format!("the map of {map} counts for this run: no file may ask for it"));
        }
    }
    if cli.verbose {
        verbose::lines(plan).iter().for_each(messages::note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_of_a_shell_are_known_by_their_names() {
        let words =
            ["cat", "/dev/fd/63", "/dev/fd/0", "/proc/self/fd/11", "/dev/fd/x", "a/dev/fd/9"];
        let words = words.map(OsString::from);
        let named: Vec<_> = named_descriptors(&words).collect();
        assert_eq!(named, ["/dev/fd/63", "/proc/self/fd/11"]);
    }
}
