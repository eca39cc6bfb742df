//! What a run tells of itself while it lasts: its agent, the layers, mise, what went wrong.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;

use stage2::report::{Achieved, Layer, Layers};

use super::not_run::{self, Lookup};
use super::refusals;
use crate::cli::Cli;
use crate::host::agent::Running;
use crate::launch::{Notice, Unsaved};
use crate::messages::{error, note, warning};
use crate::text::{visible, visible_word};

/// What a first run has to know.
const LOGIN: &str = "a jail opens no browser: for a login open the address that the agent prints, \
                     and where it asks for a code paste that";

/// The agent that is run: what was made for its state, and with `-v` what its user should know.
/// Those who capture a script's output want nothing but errors there.
pub fn agent(agent: &Running, made: &[PathBuf], failed: &[(PathBuf, std::io::Error)], cli: &Cli) {
    let name = agent.row.name;
    for (path, why) in failed.iter().filter(|_| !cli.exec || cli.verbose) {
        let path = visible(path);
        warning(format!("what {name} saves in {path} will be lost: it could not be made: {why}"));
    }
    if !made.is_empty() && !cli.exec {
        note(format!("{name}: first run here; {LOGIN}"));
    }
    if cli.verbose {
        let made = made.iter().map(|path| format!("made {} for its state", visible(path)));
        let notes = agent.row.notes.iter().map(|note| (*note).to_owned());
        made.chain(notes).for_each(|line| note(format!("{name}: {line}")));
    }
}

/// What happens while the jail is built and runs.
pub fn tell(notice: &Notice, lookup: &Lookup, verbose: bool) {
    match notice {
        Notice::Layers(layers) => self::layers(layers, verbose),
        Notice::Mise(achieved) => mise(achieved, verbose),
        Notice::Network(decision) => {
            if verbose {
                note(decision);
            }
        }
        Notice::Proxies(why) => warning(format!(
            "the network is filtered by proxies, which programs that ignore proxy variables do not use: {why}; \
             `ai-jail --doctor` says more"
        )),
        Notice::Refused(tally) => refusals::tell(tally),
        Notice::NoBar(term) => {
            let term = visible(term);
            warning(format!("no status bar: a terminal of the kind {term:?} cannot show one"));
        }
        Notice::NotRun(failure) => not_run::tell(failure, lookup),
        Notice::Killed(builder) => error(format!("the jail was killed: {}", who_ended(*builder))),
        Notice::Stage2(text) => warning(format!("in the jail: {}", visible(text))),
        Notice::Survivors(count) => {
            warning(format!("{count} processes of the jail could not be ended"));
        }
        Notice::NotRemoved(path, why) => {
            let path = visible(path);
            warning(format!("the jail's temporary files in {path} were not removed: {why}"));
        }
        Notice::NotSaved(Unsaved { path, error, kept }) => {
            let compare = |kept: &PathBuf| {
                let (path, kept) = (visible_word(path), visible_word(kept));
                format!("; the jail's is kept: diff {path} {kept}")
            };
            let kept = kept.as_ref().map(compare).unwrap_or_default();
            let path = visible(path);
            warning(format!("what the jail changed in {path} was not saved: {error}{kept}"));
        }
        Notice::Removed(tree) => note(format!(
            "removed the rest of the worktree {}: git in the jail had begun, and may not change the \
             files that lead to the repository",
            visible(tree)
        )),
        Notice::Pruned(tree) => note(format!(
            "removed git's record of the worktree {}, which was only in the jail's memory; its branch is \
             kept",
            visible(tree)
        )),
        Notice::TakenBack(path, keys) => warning(format!(
            "{} keeps what was at {} before: such entries name programs of every project, or belong to \
             another project; to change them, run the agent outside a jail",
            visible(path),
            visible(keys.join(", ")),
        )),
    }
}

/// Who ended without a word: what built the jail gives the status of its first process on, as a
/// shell would.
fn who_ended(builder: ExitStatus) -> String {
    match (builder.signal(), builder.code()) {
        (Some(signal), _) => format!("what built it, by signal {signal}"),
        (None, Some(code @ 129..)) => format!("its first process, by signal {}", code - 128),
        (None, code) => format!("its first process ended with status {}", code.unwrap_or_default()),
    }
}

/// What the layers achieved.
fn layers(layers: &Layers, verbose: bool) {
    for (layer, achieved) in layers {
        self::layer(*layer, achieved, verbose);
    }
}

/// What a layer achieved: in full with `-v`, otherwise only where it falls short.
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

/// What mise gave the command: with `-v`, otherwise only where it failed. Its words are a stranger's.
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
