//! Mistral Vibe.

use super::runtime::{runs, state};
use super::{AGENT, Agent, Directory, directory};

pub const VIBE: Agent = Agent {
    command: "vibe",
    name: "Mistral Vibe",
    also: &["vibe-acp"],
    packages: &["mistral-vibe"],
    one_shot: "vibe -p PROMPT",
    directory: Directory::Home(".vibe"),
    variables: &[directory("VIBE_HOME")],
    home: &[state(".vibe", "state of Mistral Vibe")],
    watched: &[runs(".vibe/config.toml"), runs(".vibe/tools"), runs(".vibe/skills")],
    keys: &["MISTRAL_API_KEY"],
    hosts: &["api.mistral.ai", "console.mistral.ai"],
    acp: Some("vibe-acp"),
    notes: &["`enable_auto_update = false` in its settings switches its updates off"],
    source: "github.com/mistralai/mistral-vibe",
    ..AGENT
};
