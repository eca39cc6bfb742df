//! The message for a command that could not be run in the jail.

use std::path::{Path, PathBuf};

use stage2::report::ExecFailure;

use crate::host::Host;
use crate::messages::error;
use crate::plan::Plan;
use crate::text::{visible, visible_word};

/// What the host knows about the command's program.
#[derive(Debug)]
pub struct Lookup {
    /// Where the host has it.
    pub on_host: Option<PathBuf>,
    /// Whether a map could bring it in.
    pub lockdown: bool,
}

impl Lookup {
    /// What this host knows about the command of a plan.
    pub fn new(plan: &Plan, host: &Host) -> Self {
        let on_host = host.command.as_ref().map(|(file, _)| file.clone());
        Self { on_host, lockdown: plan.facts.is_alone() }
    }

    /// What to type where the host has a file that the jail does not have.
    fn hint(&self, file: &Path) -> String {
        if self.lockdown {
            return format!("\n  the host has {}, which lockdown keeps away", visible(file));
        }
        let directory = file.parent().unwrap_or(file);
        format!("\n  the host has {}: map it with --map {}", visible(file), visible(directory))
    }
}

/// The command could not be run.
pub fn tell(failure: &ExecFailure, lookup: &Lookup) {
    let program = visible_word(&failure.program);
    let Some(found) = &failure.found else {
        let looked = visible(&failure.looked);
        let hint = lookup.on_host.as_deref().map(|file| lookup.hint(file)).unwrap_or_default();
        error(format!("{program}: not found in the jail\n  looked in {looked}{hint}"));
        return;
    };
    let interpreter = found.interpreter.as_deref().map(Path::new);
    let on_host = interpreter.filter(|path| path.exists());
    let hint = on_host.map(|file| lookup.hint(file)).unwrap_or_default();
    let what = interpreter.map(|path| format!(" ({})", visible(path))).unwrap_or_default();
    let (file, why) = (visible(&found.file), &found.why);
    error(format!("{program}: cannot execute {file}: {why}{what}{hint}"));
}
