//! `-v`: the plan as lines.

use crate::plan::{MountKind, Plan, mount::Access};
use crate::policy::{Os, macos};
use crate::text::visible;

/// Every mount with its reason, and everything left out.
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
