//! What a run says before the launch.

use std::path::{Path, PathBuf};

use super::{agent, verbose};
use crate::cli::Cli;
use crate::config::Saved;
use crate::host::Host;
use crate::host::handed;
use crate::messages;
use crate::plan::{Access, MountKind, Plan};
use crate::settings::Source;
use crate::text::{visible, visible_word};

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

/// A descriptor that the command's words name and the command will not find: told under `--exec` too.
fn not_handed_on(plan: &Plan, name: &str) -> String {
    if plan.facts.is_strict() {
        return format!(
            "{name} is a descriptor of your shell, as <(…) makes one: in lockdown the command gets \
             none but standard input, output and error; use standard input"
        );
    }
    format!(
        "{name} is no pipe that your shell opened: of descriptors, a jail gets only pipes, as <(…) \
         makes them, that you name after the command; use a file, or standard input"
    )
}

/// Single files that were typed as maps and that a program cannot replace by a new one, as `sed -i`
/// and many editors do: told once, beside what is remembered.
fn written_in_place(host: &Host, plan: &Plan) -> Vec<String> {
    let is_mounted = |path: &Path| {
        plan.mounts().iter().any(|mount| {
            matches!(mount.kind, MountKind::Bind { access: Access::ReadWrite, .. })
                && mount.dest == path
        })
    };
    let typed = host.maps.iter().filter(|map| map.setting.source == Source::Flag);
    let files = typed.filter(|map| map.setting.writable && map.file);
    files
        .map(|map| map.dest.as_deref().unwrap_or(&map.source.canonical))
        .filter(|path| is_mounted(path))
        .filter_map(|path| {
            let directory = visible_word(path.parent()?);
            let path = visible(path);
            Some(format!(
                "{path} can be written in place and not replaced, as sed -i and many editors do it: \
                 that takes its directory, --rw-map {directory}"
            ))
        })
        .collect()
}

/// What there is to say before the launch.
pub fn tell(cli: &Cli, host: &Host, plan: &Plan, saved: &Saved) {
    for (_, name) in
        handed::named(&plan.command).filter(|(number, _)| !plan.handed.contains(number))
    {
        messages::warning(not_handed_on(plan, name));
    }
    if !cli.exec {
        for option in &cli.misplaced {
            messages::warning(format!(
                "--{option} stands behind the command and is the command's; for the jail, type it \
                 before the command (for the command alone, type -- before that)"
            ));
        }
        let lines = host.agent.iter().flat_map(|running| agent::lines(running, host, plan));
        lines.for_each(messages::warning);
        saved.warnings.iter().chain(&plan.warnings).for_each(messages::warning);
        saved.news.iter().for_each(messages::note);
        if !saved.news.is_empty() {
            written_in_place(host, plan).iter().for_each(messages::note);
        }
        for map in &plan.only_typed {
            let map = visible(map);
            messages::note(format!("the map of {map} counts for this run: no file may ask for it"));
        }
    }
    if cli.verbose {
        verbose::lines(plan).iter().for_each(messages::note);
    }
}
