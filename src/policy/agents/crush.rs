//! Crush.

use super::{ASKS, Agent, Directory, FILE, File, Format, Value, directory, setting};

pub const CRUSH: Agent = Agent {
    command: "crush",
    name: "Crush",
    one_shot: "crush run PROMPT",
    directory: Directory::Config("crush"),
    variables: &[directory("CRUSH_GLOBAL_CONFIG")],
    state: &[Directory::Data("crush")],
    home_files: &[],
    keys: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
    files: &[SETTINGS],
    notes: &["its hook answers for shell commands in a jail alone; outside one they ask as before"],
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
