//! Gemini CLI.

use super::runtime::{programs, runs, state};
use super::{AGENT, ASKS, Agent, Directory, FILE, File, Format, Value, setting};

pub const GEMINI: Agent = Agent {
    command: "gemini",
    name: "Gemini CLI",
    packages: &["@google/gemini-cli"],
    one_shot: "gemini -p PROMPT",
    directory: Directory::Home(".gemini"),
    home: &[state(".gemini", "state of Gemini CLI")],
    programs: &[programs(".gemini/tmp/bin")],
    watched: &[
        runs(".gemini/settings.json"),
        runs(".gemini/commands"),
        runs(".gemini/extensions"),
        runs(".gemini/hooks"),
        runs(".gemini/policies"),
        runs(".gemini/trustedFolders.json"),
        runs(".gemini/antigravity/mcp_config.json"),
    ],
    keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    hosts: &[
        "generativelanguage.googleapis.com",
        "cloudcode-pa.googleapis.com",
        "oauth2.googleapis.com",
        "accounts.google.com",
        "www.googleapis.com",
    ],
    acp: Some("gemini --acp"),
    notes: &["`general.enableAutoUpdate: false` in its settings switches its updates off"],
    files: &[POLICY],
    source: "github.com/google-gemini/gemini-cli",
    ..AGENT
};

/// docs/reference/policy-engine.md of its package.
const POLICY: File = File {
    name: "policies/ai-jail.toml",
    format: Format::Whole,
    settings: &[setting(&[], Value::AskedPolicy, ASKS)],
    ..FILE
};
