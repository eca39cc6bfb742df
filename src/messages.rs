//! ai-jail's own words: short, on standard error, coloured only on a terminal.

use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};

use stage2::report::{Achieved, ExecFailure, FromJail, Layer, Layers};

use crate::cli::Cli;
use crate::host::agent::Running;
use crate::host::watch::{Finding, What};
use crate::plan::Plan;
use crate::plan::{MountKind, mount::Access};
use crate::policy::{Os, macos};
use crate::text::{visible, visible_word};

/// Writes one line. Standard error may be closed: then there is nobody to tell.
fn say(kind: Kind, text: &str) {
    let colour =
        stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (before, after) = match kind {
        Kind::Error if colour => ("\x1b[31m", "\x1b[0m"),
        Kind::Warning if colour => ("\x1b[33m", "\x1b[0m"),
        _ => ("", ""),
    };
    let _ = writeln!(stderr(), "{before}ai-jail:{after} {text}");
}

#[derive(Clone, Copy)]
enum Kind {
    Error,
    Warning,
    Note,
}

/// Something that ended or prevented the run.
pub fn error(text: impl std::fmt::Display) {
    say(Kind::Error, &text.to_string());
}

/// Something that the user should know.
pub fn warning(text: impl std::fmt::Display) {
    say(Kind::Warning, &text.to_string());
}

/// Something that was asked for with `-v`.
pub fn note(text: impl std::fmt::Display) {
    say(Kind::Note, &text.to_string());
}

/// The agent that is run: what was made for its state, and with `-v` what its user should know.
/// Those who capture a script's output want nothing but errors there.
pub fn agent(agent: &Running, made: &[PathBuf], failed: &[(PathBuf, std::io::Error)], cli: &Cli) {
    let name = agent.row.name;
    for (path, why) in failed.iter().filter(|_| !cli.exec || cli.verbose) {
        let path = visible(path);
        warning(format!("what {name} saves in {path} will be lost: it could not be made: {why}"));
    }
    if cli.verbose {
        let made = made.iter().map(|path| format!("made {} for its state", visible(path)));
        let notes = agent.row.notes.iter().map(|note| (*note).to_owned());
        made.chain(notes).for_each(|line| note(format!("{name}: {line}")));
    }
}

/// What stage two tells before the command runs.
pub fn progress(told: &FromJail, verbose: bool) {
    match told {
        FromJail::Started(layers) => self::layers(layers, verbose),
        FromJail::Mise(achieved) => mise(achieved, verbose),
        _ => {}
    }
}

/// What the layers achieved.
fn layers(layers: &Layers, verbose: bool) {
    for (layer, achieved) in layers {
        self::layer(*layer, achieved, verbose);
    }
}

/// What a layer achieved: in full with `-v`, else only where it falls short.
fn layer(layer: Layer, achieved: &Achieved, verbose: bool) {
    let name = layer.name();
    match achieved {
        Achieved::Failed(text) => warning(format!("{name} could not be applied: {text}")),
        _ if !verbose => {}
        Achieved::Enforced(text) => note(format!("{name}: enforced ({text})")),
        Achieved::Partial(text) => note(format!("{name}: enforced in part ({text})")),
        Achieved::Skipped(text) => note(format!("{name}: not applied ({text})")),
    }
}

/// What mise gave the command: with `-v`, else only where it failed. Its words are a stranger's.
fn mise(achieved: &Achieved, verbose: bool) {
    match achieved {
        Achieved::Failed(why) => {
            warning(format!("mise did not set up the environment: {}", visible(why)));
        }
        Achieved::Enforced(what) | Achieved::Partial(what) | Achieved::Skipped(what) if verbose => {
            note(format!("mise: {}", visible(what)));
        }
        Achieved::Enforced(_) | Achieved::Partial(_) | Achieved::Skipped(_) => {}
    }
}

/// What the host knows about the command's program.
#[derive(Debug)]
pub struct Lookup {
    /// Where the host has it.
    pub on_host: Option<PathBuf>,
    /// Whether a map could bring it in.
    pub lockdown: bool,
}

impl Lookup {
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
pub fn not_run(failure: &ExecFailure, lookup: &Lookup) {
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

/// So many findings are told; a hostile command could make any number.
const FINDINGS: usize = 20;

/// What the host would run that appeared or changed during the run.
pub fn findings(findings: &[Finding]) {
    for Finding { path, what, reason } in findings.iter().take(FINDINGS) {
        let what = match what {
            What::Appeared => "appeared in this run",
            What::Changed => "changed in this run",
            What::Replaced => "was replaced during this run, and writable from then on",
        };
        warning(format!("{} {what}: {reason}", visible(path)));
    }
    if findings.len() > FINDINGS {
        warning(format!("and {} more of that kind", findings.len() - FINDINGS));
    }
}

/// Every mount with its reason, and everything left out.
pub fn plan(plan: &Plan) {
    lines(plan).iter().for_each(note);
}

/// The same as lines.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let mut note = |line: String| lines.push(line);
    for mount in &plan.mounts {
        let how = match &mount.kind {
            MountKind::Bind { access: Access::ReadOnly, .. } => "read-only".to_owned(),
            MountKind::Bind { access: Access::ReadWrite, .. } => "read-write".to_owned(),
            MountKind::Bind { access: Access::Device, .. } => "device".to_owned(),
            MountKind::Tmpfs { .. } | MountKind::EmptyFile | MountKind::Directory { .. } => {
                "empty".to_owned()
            }
            MountKind::Closed { prefix: false } => "refused".to_owned(),
            MountKind::Closed { prefix: true } => "refused, with all that begins so".to_owned(),
            MountKind::Proc | MountKind::Devices { .. } => "fresh".to_owned(),
            MountKind::File { .. } => "file".to_owned(),
            MountKind::Copied { .. } => "copy, written back".to_owned(),
            MountKind::Symlink { target } => format!("link to {}", visible(target)),
        };
        note(format!("{}: {how} ({})", visible(&mount.dest), mount.reason));
    }
    for withheld in &plan.withheld {
        note(format!("{}: not there ({})", visible(&withheld.path), withheld.reason));
    }
    if plan.os == Os::MacOs {
        for (switch, why) in macos::MEANINGLESS {
            note(format!("--{switch}, --no-{switch}: without effect on macOS ({why})"));
        }
    }
    if let Some(mise) = &plan.mise {
        let how = if mise.hook { "activated in bash" } else { "sets up the environment" };
        note(format!("{}: {how} ({})", visible(&mise.program), mise.reason));
    }
    lines
}
