//! pi.

use super::runtime::{programs, runs, state};
use super::{AGENT, Agent, Directory, Setter};

pub const PI: Agent = Agent {
    command: "pi",
    name: "pi",
    packages: &["@mariozechner/pi-coding-agent", "@earendil-works/pi-coding-agent"],
    one_shot: "pi -p PROMPT",
    directory: Directory::Home(".pi"),
    home: &[state(".pi", "state of pi")],
    // fd and ripgrep, which it fetches.
    programs: &[programs(".pi/agent/bin"), programs(".pi/agent/tools")],
    watched: &[
        runs(".pi/agent/settings.json"),
        runs(".pi/agent/models.json"),
        runs(".pi/agent/extensions"),
    ],
    keys: &["ANTHROPIC_API_KEY", "ANTHROPIC_OAUTH_TOKEN", "OPENAI_API_KEY", "GEMINI_API_KEY"],
    hosts: &["api.anthropic.com", "api.openai.com", "generativelanguage.googleapis.com"],
    updates: Some(Setter { name: "PI_SKIP_VERSION_CHECK", value: "1" }),
    notes: &["it asks for nothing, in a jail or outside"],
    source: "its package's docs",
    ..AGENT
};
