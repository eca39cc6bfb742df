//! What a run tells of itself before its command starts: its agent, the layers, mise.

use std::path::PathBuf;

use stage2::report::{Achieved, FromJail, Layer, Layers};

use crate::cli::Cli;
use crate::host::agent::Running;
use crate::messages::{note, warning};
use crate::text::visible;

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
