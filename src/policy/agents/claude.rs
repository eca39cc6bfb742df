//! Claude Code.

use super::{ASKS, Agent, Directory, FILE, File, Format, Value, directory, setting};

pub const CLAUDE: Agent = Agent {
    command: "claude",
    name: "Claude Code",
    one_shot: "claude -p PROMPT",
    directory: Directory::Home(".claude"),
    variables: &[directory("CLAUDE_CONFIG_DIR")],
    // `~/.claude.json` as well: docs/claude-json.md.
    state: &[],
    home_files: &[".claude.json"],
    keys: &["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
    files: &[SETTINGS],
    notes: &["tools of MCP servers still ask: they act outside the jail"],
};

const SETTINGS: File = File {
    name: "settings.json",
    // It does not load a file with a comment or a last comma.
    format: Format::Json,
    settings: &[
        setting(
            &["permissions", "allow"],
            Value::List(&[
                "Bash",
                "Edit",
                "Write",
                "NotebookEdit",
                "Read",
                "WebFetch",
                "WebSearch",
            ]),
            "the jail decides what they reach",
        ),
        setting(&["permissions", "ask"], Value::AskedRules, ASKS),
        setting(
            &["permissions", "defaultMode"],
            Value::Text("acceptEdits"),
            "edits need no prompt; tools without a rule, as those of MCP servers, still ask",
        ),
    ],
    ..FILE
};
