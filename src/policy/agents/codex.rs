//! Codex.

use super::{ASKS, Agent, Directory, FILE, File, Format, Instead, Value, directory, setting};

pub const CODEX: Agent = Agent {
    command: "codex",
    name: "Codex",
    one_shot: "codex exec PROMPT",
    directory: Directory::Home(".codex"),
    variables: &[directory("CODEX_HOME")],
    state: &[],
    home_files: &[],
    keys: &["CODEX_API_KEY"],
    files: &[CONFIG, RULES],
    notes: &["its own sandbox needs user namespaces, which a jail does not give: `--bootstrap` \
              switches it off, and so does `codex --sandbox danger-full-access`"],
};

const CONFIG: File = File {
    name: "config.toml",
    format: Format::Toml,
    // Codex makes its own files so; tokens of MCP servers stand in it.
    private: true,
    // Codex silently lets it outrank `sandbox_mode`.
    instead: &[Instead { key: &["sandbox_mode"], user: &["default_permissions"], harmless: None }],
    settings: &[
        setting(
            &["approval_policy"],
            Value::Text("on-request"),
            "what the rules do not name runs without a prompt",
        ),
        setting(
            &["sandbox_mode"],
            Value::Text("danger-full-access"),
            "the jail is the sandbox; Codex's own cannot start in it",
        ),
    ],
    ..FILE
};

const RULES: File = File {
    name: "rules/ai-jail.rules",
    format: Format::Rules,
    private: true,
    settings: &[setting(&[], Value::AskedPrefixes, ASKS)],
    ..FILE
};
