//! `--dry-run`: what a run would do, and nothing done.

mod json;
mod shell;

pub use json::plan;
pub use shell::command;

use super::output;
use crate::cli::{Cli, DryRun};
use crate::error::Error;
use crate::host::builder::Builder;
use crate::messages;
use crate::plan::Mount;
use crate::planned::Planned;

/// Shows the jail in the form that was asked for.
///
/// # Errors
///
/// Our own path is not known, or standard output does not take the text.
pub fn show(form: DryRun, planned: &Planned, builder: &Builder, cli: &Cli) -> Result<(), Error> {
    let Planned { host, plan } = planned;
    match form {
        DryRun::Json => output::print_json(&json::plan(plan)),
        DryRun::Command => {
            if !cli.exec && plan.mounts().iter().any(Mount::is_file) {
                messages::note("the keys to the X11 display are not printed: see docs/display.md");
            }
            if !cli.exec && plan.network.filter().is_some() {
                messages::note(
                    "the network filter is not printed: the printed jail has no network",
                );
            }
            let ourselves = std::env::current_exe().map_err(Error::system("our own path"))?;
            output::print(&shell::command(plan, host, builder, &ourselves)?)
        }
    }
}
