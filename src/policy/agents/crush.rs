//! Crush.

use super::runtime::{runs, state};
use super::{AGENT, ASKS, Agent, Directory, FILE, File, Format, Setter, Value, directory, setting};

pub const CRUSH: Agent = Agent {
    command: "crush",
    name: "Crush",
    packages: &["@charmland/crush"],
    one_shot: "crush run PROMPT",
    directory: Directory::Config("crush"),
    variables: &[directory("CRUSH_GLOBAL_CONFIG")],
    state: &[Directory::Data("crush")],
    home: &[state(".crush", "state of Crush"), state(".local/share/crush", "state of Crush")],
    watched: &[
        runs(".config/crush/crush.json"),
        runs(".config/crush/crushrc"),
        runs(".local/share/crush/crush.json"),
    ],
    keys: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
    hosts: &["catwalk.charm.sh", "api.anthropic.com", "api.openai.com"],
    updates: Some(Setter { name: "CRUSH_DISABLE_PROVIDER_AUTO_UPDATE", value: "1" }),
    files: &[SETTINGS],
    notes: &["its hook answers for shell commands in a jail alone; outside one they ask as before"],
    source: "github.com/charmbracelet/crush",
    ..AGENT
};

const SETTINGS: File = File {
    name: "crush.json",
    format: Format::Jsonc,
    settings: &[
        setting(
            &["$schema"],
            Value::Text("https://charm.land/crush.json"),
            "editors check the file with it",
        ),
        setting(
            &["permissions", "allowed_tools"],
            Value::List(&[
                "view",
                "ls",
                "grep",
                "glob",
                "edit",
                "multiedit",
                "write",
                "fetch",
                "agentic_fetch",
                "download",
            ]),
            "the jail decides what they reach",
        ),
        setting(&["hooks", "PreToolUse"], Value::AskedHook, ASKS),
    ],
    ..FILE
};
