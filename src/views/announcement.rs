//! What a run says before the launch.

use super::{agent, verbose};
use crate::cli::Cli;
use crate::config::Saved;
use crate::host::agent::Running;
use crate::messages;
use crate::plan::Plan;
use crate::text::visible;

/// What there is to say before the launch.
pub fn tell(cli: &Cli, running: Option<&Running>, plan: &Plan, saved: &Saved) {
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
