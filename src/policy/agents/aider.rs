//! Aider.

use super::runtime::state;
use super::{AGENT, Agent, Directory, Setter};

pub const AIDER: Agent = Agent {
    command: "aider",
    name: "Aider",
    packages: &["aider-chat", "aider"],
    one_shot: "aider --yes-always --message PROMPT",
    directory: Directory::Home(".aider"),
    home: &[state(".aider", "state of Aider")],
    keys: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"],
    hosts: &["api.anthropic.com", "api.openai.com", "raw.githubusercontent.com"],
    updates: Some(Setter { name: "AIDER_CHECK_UPDATE", value: "false" }),
    source: "aider.chat/docs",
    ..AGENT
};
