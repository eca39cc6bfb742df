//! ai-jail's own words: short, on standard error, coloured only on a terminal.

use std::io::{IsTerminal, Write, stderr};

use stage2::report::{Achieved, Layer, Layers};

use crate::plan::Plan;
use crate::plan::{MountKind, mount::Access};
use crate::text::visible;

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

/// What the layers achieved.
pub fn layers(layers: &Layers, verbose: bool) {
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
        Achieved::Enforced(text) => note(format!("{name}: {text}")),
        Achieved::Partial(text) => note(format!("{name}: in part; {text}")),
        Achieved::Skipped(text) => note(format!("{name}: not applied; {text}")),
    }
}

/// The command could not be run.
pub fn not_run(program: &str, found: Option<&(String, String)>, looked: &str) {
    match found {
        Some((file, why)) => {
            error(format!(
                "{}: cannot execute {}: {}",
                visible(program),
                visible(file),
                visible(why)
            ));
        }
        None => error(format!(
            "{}: not found in the jail\n  looked in {}",
            visible(program),
            visible(looked)
        )),
    }
}

/// Every mount with its reason, and everything left out.
pub fn plan(plan: &Plan) {
    for mount in &plan.mounts {
        let how = match &mount.kind {
            MountKind::Bind { access: Access::ReadOnly, .. } => "read-only".to_owned(),
            MountKind::Bind { access: Access::ReadWrite, .. } => "read-write".to_owned(),
            MountKind::Bind { access: Access::Device, .. } => "device".to_owned(),
            MountKind::Tmpfs { .. } | MountKind::EmptyFile | MountKind::Directory { .. } => {
                "empty".to_owned()
            }
            MountKind::Proc | MountKind::Devices { .. } => "fresh".to_owned(),
            MountKind::Symlink { target } => format!("link to {}", visible(target)),
        };
        note(format!("{}: {how} ({})", visible(&mount.dest), mount.reason));
    }
    for withheld in &plan.withheld {
        note(format!("{}: not there ({})", visible(&withheld.path), withheld.reason));
    }
}
