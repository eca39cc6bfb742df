//! `--dry-run=json`: the plan as JSON.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::plan::{
    AnyKind, EnvEdit, MiseStep, MountKind, Network, Plan, RuleKind, Shown, WriteBack,
};

/// The plan as JSON. Names that are not UTF-8 are shown with replacement characters here: this
/// form is for reading; the command form keeps every byte.
pub fn plan(plan: &Plan) -> Value {
    let mounts: Vec<Value> = plan.shown().iter().map(place).collect();
    let withheld: Vec<Value> = plan
        .withheld
        .iter()
        .map(|item| json!({ "path": item.path.to_string_lossy(), "reason": item.reason }))
        .collect();
    let environment: Vec<Value> = plan.environment.iter().map(edit).collect();
    let command: Vec<_> = plan.command.iter().map(|word| word.to_string_lossy()).collect();
    let mut value = json!({
        "command": command,
        "directory": plan.directory.to_string_lossy(),
        "lockdown": plan.facts.is_strict(),
        "new_session": plan.terminal.is_new_session(),
        "terminal": plan.terminal.name(),
        "mounts": mounts,
        "withheld": withheld,
        "environment": environment,
        "rlimits": plan.rlimits,
        "landlock": plan.landlock,
        "seccomp": plan.seccomp,
        "written_back": plan.write_back.iter().map(written_back).collect::<Vec<_>>(),
        "mise": plan.mise.as_ref().map(mise),
        "network": network(&plan.network),
        "warnings": plan.warnings,
    });
    if let Some(macos) = plan.macos() {
        value["os"] = json!(plan.os());
        value["sockets"] = json!(shown(&macos.sockets));
        value["own_temporary"] =
            json!(macos.own_temporary.as_ref().map(|path| path.to_string_lossy()));
        value["replaced"] = json!(shown(&macos.replaced));
        value["searched"] = json!(shown(&macos.searched));
    }
    value
}

fn shown(paths: &[PathBuf]) -> Vec<Cow<'_, str>> {
    paths.iter().map(|path| path.to_string_lossy()).collect()
}

fn written_back(file: &WriteBack) -> Value {
    json!({ "copy": file.copy.to_string_lossy(), "original": file.original.to_string_lossy() })
}

fn mise(mise: &MiseStep) -> Value {
    json!({
        "program": mise.program.to_string_lossy(),
        "hook": mise.hook,
        "withheld": mise.withheld,
        "reason": mise.reason,
    })
}

fn network(network: &Network) -> Value {
    let mut value = json!({ "is": network.word() });
    if let Some(filter) = network.filter() {
        let rule = |entry: &egress::policy::Entry| {
            let leads_anywhere = entry.reach == egress::policy::Reach::AsWritten;
            json!({ "rule": entry.rule.to_string(), "from": entry.from, "public_only": !leads_anywhere })
        };
        let ports = |forwards: &[egress::listen::Forward]| {
            forwards.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        value["rules"] = filter.policy.entries.iter().map(rule).collect();
        value["forwarded"] = json!(ports(&filter.forwards));
        value["published"] = json!(ports(&filter.publishes));
        value["through_proxy"] = json!(filter.upstream.is_some());
    }
    value
}

fn place(place: &Shown) -> Value {
    let mut value = match &place.kind {
        AnyKind::Mount(kind) => mount(kind),
        AnyKind::Rule(kind) => rule(&place.dest, kind),
    };
    value["dest"] = json!(place.dest.to_string_lossy());
    value["authority"] = json!(place.authority);
    value["reason"] = json!(place.reason);
    value
}

fn mount(kind: &MountKind) -> Value {
    match kind {
        MountKind::Bind { source, access } => {
            json!({ "kind": "bind", "source": source.to_string_lossy(), "access": access })
        }
        MountKind::Tmpfs { mode, writable } => {
            json!({ "kind": "tmpfs", "mode": format!("{mode:04o}"), "writable": writable })
        }
        MountKind::EmptyFile => json!({ "kind": "empty-file" }),
        MountKind::Denied { directory } => json!({ "kind": "denied", "directory": directory }),
        MountKind::Proc => json!({ "kind": "proc" }),
        MountKind::Queues => json!({ "kind": "queues" }),
        MountKind::Devices { .. } => json!({ "kind": "devices" }),
        MountKind::Directory { mode } => {
            json!({ "kind": "directory", "mode": format!("{mode:04o}") })
        }
        MountKind::File { content, mode } => {
            json!({ "kind": "file", "mode": format!("{mode:04o}"), "bytes": content.0.len() })
        }
        MountKind::Replaced { content } => {
            json!({ "kind": "replaced", "bytes": content.0.len() })
        }
        MountKind::Copied { source } => {
            json!({ "kind": "copied", "source": source.to_string_lossy() })
        }
        MountKind::Symlink { target } => {
            json!({ "kind": "symlink", "target": target.to_string_lossy() })
        }
    }
}

/// A rule, in the words that mounts have as far as it is like one.
fn rule(place: &Path, kind: &RuleKind) -> Value {
    match kind {
        RuleKind::Open { access } => {
            json!({ "kind": "bind", "source": place.to_string_lossy(), "access": access })
        }
        RuleKind::Link { target } => {
            json!({ "kind": "symlink", "target": target.to_string_lossy() })
        }
        RuleKind::Closed { prefix } => json!({ "kind": "closed", "prefix": prefix }),
    }
}

fn edit(edit: &EnvEdit) -> Value {
    match edit {
        EnvEdit::Given(name, _) => json!({ "set": name.to_string_lossy(), "value": null }),
        EnvEdit::Set(name, value) => {
            json!({ "set": name.to_string_lossy(), "value": value.to_string_lossy() })
        }
        EnvEdit::Unset(name, reason) => {
            json!({ "unset": name.to_string_lossy(), "reason": reason })
        }
    }
}
