//! Continue.

use super::runtime::{runs, state};
use super::{AGENT, ASKS, Agent, Directory, FILE, File, Format, Value, directory, setting};

pub const CONTINUE: Agent = Agent {
    command: "cn",
    name: "Continue",
    packages: &["@continuedev/cli"],
    one_shot: "cn -p PROMPT",
    directory: Directory::Home(".continue"),
    variables: &[directory("CONTINUE_GLOBAL_DIR")],
    home: &[state(".continue", "state of Continue")],
    // The editor's extension runs `config.ts`.
    watched: &[
        runs(".continue/config.yaml"),
        runs(".continue/config.json"),
        runs(".continue/config.ts"),
        runs(".continue/permissions.yaml"),
    ],
    keys: &["CONTINUE_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
    hosts: &["api.continue.dev", "hub.continue.dev", "api.workos.com"],
    files: &[PERMISSIONS],
    notes: &["`/update` in it switches its updates off"],
    source: "docs.continue.dev",
    ..AGENT
};

/// src/permissions of its package. Continue writes there too, when its user allows something for good.
const PERMISSIONS: File = File {
    name: "permissions.yaml",
    format: Format::Whole,
    settings: &[setting(&[], Value::AskedLists, ASKS)],
    ..FILE
};
