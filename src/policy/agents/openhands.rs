//! `OpenHands`.

use super::runtime::{runs, state};
use super::{AGENT, Agent, Directory};

pub const OPENHANDS: Agent = Agent {
    command: "openhands",
    name: "OpenHands",
    packages: &["openhands"],
    one_shot: "openhands --headless -t PROMPT",
    directory: Directory::Home(".openhands"),
    home: &[state(".openhands", "state of OpenHands")],
    watched: &[
        runs(".openhands/agent_settings.json"),
        runs(".openhands/mcp.json"),
        runs(".openhands/hooks.json"),
    ],
    keys: &["LLM_API_KEY", "OPENHANDS_API_KEY"],
    hosts: &["app.all-hands.dev", "llm-proxy.app.all-hands.dev"],
    acp: Some("openhands acp"),
    source: "docs.openhands.dev",
    ..AGENT
};
