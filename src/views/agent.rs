//! What the user should know of the agent before it runs: what of its settings does not work here.

use crate::host::agent::Running;
use crate::host::agent_sandbox::SwitchedOn;
use crate::plan::Plan;
use crate::policy::agents::On;
use crate::text::visible;

/// A line for each.
pub fn lines(agent: &Running, plan: &Plan) -> Vec<String> {
    let linked = agent.linked.iter().filter(|(_, target)| {
        let shown = plan.mount_of(target);
        shown.and_then(|mount| mount.host_path(target)).is_none_or(|path| path != *target)
    });
    let linked = linked.map(|(link, target)| {
        format!(
            "{}: its settings {} lead to {}, which is not in the jail, so neither what they allow \
             nor what they forbid holds; to show them type --map {}",
            agent.row.name,
            visible(link),
            visible(target),
            visible(target),
        )
    });
    let sandbox = agent.sandbox.as_ref().map(|on| sandbox(agent, on));
    linked.chain(sandbox).collect()
}

/// The setting that has the agent's own sandbox on, and what to do.
fn sandbox(agent: &Running, on: &SwitchedOn) -> String {
    let (key, file) = (on.row.key.join("."), visible(&on.file));
    let value = match on.row.on {
        On::Unless(off) => format!("\"{off}\""),
        On::Where => "false".to_owned(),
    };
    let command = agent.row.command;
    format!(
        "{}: its own sandbox cannot start in a jail, so the commands that it runs fail; \
         `ai-jail --bootstrap {command}` sets {key} to {value} in {file} if nothing stands there",
        agent.row.name
    )
}
