//! Whether mise sets up the command's environment, and what of that the command does not get.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::mount::Kind;
use crate::fields::{List, Switch, variable_name};
use crate::host::mise::Work;
use crate::host::{Host, Stdio};
use crate::policy::env::{MARKER, dropped};
use crate::policy::variable::DropWhen;
use crate::settings::Settings;
use crate::text::visible;

/// The shell that can be given mise's hook.
const BASH: &str = "bash";

/// mise's part in the run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MiseStep {
    /// The program, as the jail sees it.
    pub program: PathBuf,
    /// Whether the command is an interactive bash, which gets mise's hook.
    pub hook: bool,
    /// Variables that are not taken from mise; a name may end in `*`.
    pub withheld: Vec<String>,
    /// What there is for it to do.
    pub reason: String,
}

/// What mise does in this run, if anything.
pub fn decide<K: Kind>(
    gathered: &mut Gathered<K>,
    settings: &Settings,
    host: &Host,
) -> Option<MiseStep> {
    let found = host.mise.as_ref()?;
    let reason = found.work.iter().find_map(|work| match work {
        Work::File(file) => gathered.shows(file).then(|| visible(file)),
        Work::Variable(name) => Some(name.clone()),
    })?;
    if !gathered.shows(&found.located.canonical) {
        gathered
            .withhold(&found.program, "mise: not in the jail, so its environment is not set up");
        return None;
    }
    Some(MiseStep {
        program: found.program.clone(),
        hook: is_interactive_bash(settings, host),
        withheld: withheld(settings, host),
        reason,
    })
}

/// Without arguments and on a terminal, where bash(1) calls a shell interactive.
fn is_interactive_bash(settings: &Settings, host: &Host) -> bool {
    let [program] = &settings.command.value[..] else {
        return false;
    };
    let on_terminal = [host.stdio[0], host.stdio[2]] == [Stdio::Terminal; 2];
    on_terminal && Path::new(program).file_name() == Some(OsStr::new(BASH))
}

/// What the jail itself decides, and what it does not let in from the host either.
fn withheld(settings: &Settings, host: &Host) -> Vec<String> {
    let applies = |when: DropWhen| match when {
        DropWhen::Always | DropWhen::UnlessMapped => true,
        DropWhen::WithoutX11 | DropWhen::WithoutKeys => host.display.x11.is_none(),
        DropWhen::WithoutWayland => host.display.wayland.is_none(),
        DropWhen::WithoutDocker => !settings.is_on(Switch::Docker),
        // A path that mise sets is one in the jail.
        DropWhen::UnlessVisible => false,
    };
    let dropped = dropped(host.os).filter(|row| applies(row.when)).map(|row| row.name);
    // What the user says by name is stronger than what mise sets.
    let by_name = [List::EnvPass, List::EnvUnset].into_iter().flat_map(|list| {
        let names = settings.list(list).iter().map(|entry| variable_name(&entry.value));
        names.filter_map(|name| name.to_str())
    });
    ["HOME", MARKER].into_iter().chain(dropped).chain(by_name).map(str::to_owned).collect()
}
