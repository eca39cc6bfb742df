//! What the user should know of the agent before it runs: what of its settings does not work here.

use super::agent_links;
use crate::host::Host;
use crate::host::agent::Running;
use crate::host::agent_sandbox::SwitchedOn;
use crate::plan::Plan;
use crate::policy::agents::{Agent, On};
use crate::text::visible;

/// A line for each.
pub fn lines(agent: &Running, host: &Host, plan: &Plan) -> Vec<String> {
    let lacking = plan.lacking_links(host);
    let mut lines = agent_links::lines(agent.row.name, &lacking, host.origin.home.real());
    lines.extend(agent.sandbox.as_ref().map(|on| sandbox(agent, on)));
    lines.extend(background(agent, plan));
    lines
}

/// The daemon that takes over work is a process of the jail, and ends with the command.
fn background(agent: &Running, plan: &Plan) -> Option<String> {
    let Agent { name, background, .. } = agent.row;
    let mut words = plan.command.iter().filter_map(|word| word.to_str());
    let word = words.find(|word| background.contains(word))?;
    Some(format!(
        "{name}: what {word} starts ends with this jail, at once; for work in the background start ai-jail itself \
         in another terminal, or in tmux"
    ))
}

/// The setting that has the agent's own sandbox on, and what to do.
fn sandbox(agent: &Running, on: &SwitchedOn) -> String {
    let (key, file) = (on.row.key.join("."), visible(&on.file));
    let value = match on.row.on {
        On::Unless(off) => format!("\"{off}\""),
        On::Where => "false".to_owned(),
    };
    let command = agent.row.command;
    let remedy = match on.left {
        Some(left) => {
            let left = left.join(".");
            format!("`--bootstrap` leaves your {left} in {file}: put {key} = {value} in its place")
        }
        None => format!("`ai-jail --bootstrap {command}` sets {key} to {value} in {file}"),
    };
    format!(
        "{}: its own sandbox cannot start in a jail, so the commands that it runs fail; {remedy}",
        agent.row.name
    )
}
