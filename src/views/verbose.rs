//! `-v`: the plan as lines.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::fields::MEANINGLESS_ON_MACOS;
use crate::plan::{Access, AnyKind, EnvEdit, MountKind, Plan, RuleKind, Withheld};
use crate::policy::Os;
use crate::text::visible;

/// Every mount with its reason, and everything left out; of variables the names alone.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let mut note = |line: String| lines.push(line);
    let shown = plan.shown();
    for place in &shown {
        note(format!("{}: {} ({})", visible(&place.dest), how(&place.kind), place.reason));
    }
    let shown: HashSet<&Path> = shown.iter().map(|place| place.dest.as_path()).collect();
    // A place that is left out has a line already where something empty stands for it.
    let absent = |withheld: &&Withheld| !shown.contains(withheld.path.as_path());
    for withheld in plan.withheld.iter().filter(absent) {
        note(format!("{}: not there ({})", visible(&withheld.path), withheld.reason));
    }
    for (reason, names) in left_out(plan) {
        note(format!("not handed on: {} ({reason})", names.join(", ")));
    }
    if plan.os() == Os::MacOs {
        for (switch, why) in MEANINGLESS_ON_MACOS {
            let switch = switch.row().name;
            note(format!("--{switch}, --no-{switch}: without effect on macOS ({why})"));
        }
    }
    if let Some(mise) = &plan.mise {
        let how = if mise.hook { "activated in bash" } else { "sets up the environment" };
        note(format!("{}: {how} ({})", visible(&mise.program), mise.reason));
    }
    lines
}

/// The variables that the command does not have, by the reason.
fn left_out(plan: &Plan) -> BTreeMap<&'static str, Vec<String>> {
    let mut left_out: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for edit in &plan.environment {
        if let EnvEdit::Unset(name, reason) = edit {
            left_out.entry(*reason).or_default().push(format!("${}", visible(name)));
        }
    }
    left_out
}

/// How the jail has a place.
fn how(kind: &AnyKind) -> String {
    let text = match kind {
        AnyKind::Mount(MountKind::Bind { access, .. })
        | AnyKind::Rule(RuleKind::Open { access }) => match access {
            Access::ReadOnly => "read-only",
            Access::ReadWrite => "read-write",
            Access::Device => "device",
        },
        AnyKind::Mount(MountKind::Symlink { target })
        | AnyKind::Rule(RuleKind::Link { target }) => {
            return format!("link to {}", visible(target));
        }
        AnyKind::Mount(
            MountKind::Tmpfs { .. } | MountKind::EmptyFile | MountKind::Directory { .. },
        ) => "empty",
        AnyKind::Mount(MountKind::Denied { .. }) => "denied",
        AnyKind::Mount(MountKind::Proc | MountKind::Queues | MountKind::Devices { .. }) => "fresh",
        AnyKind::Mount(MountKind::File { .. }) => "file",
        AnyKind::Mount(MountKind::Replaced { .. }) => "file, in place of the host's",
        AnyKind::Mount(MountKind::Copied { .. }) => "copy, written back",
        AnyKind::Rule(RuleKind::Closed { prefix: false }) => "refused",
        AnyKind::Rule(RuleKind::Closed { prefix: true }) => "refused, with all that begins so",
    };
    text.to_owned()
}
