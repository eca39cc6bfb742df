//! Codex.

use super::runtime::{daemon, programs, running, runs, state};
use super::{AGENT, ASKS, Agent, Directory, FILE, File, Format, Instead, On, Refused, Sandbox};
use super::{Value, directory, setting};

pub const CODEX: Agent = Agent {
    command: "codex",
    name: "Codex",
    also: &["codex-acp"],
    packages: &["@openai/codex", "@zed-industries/codex-acp", "@agentclientprotocol/codex-acp"],
    one_shot: "codex exec PROMPT",
    directory: Directory::Home(".codex"),
    variables: &[directory("CODEX_HOME")],
    home: &[state(".codex", "state of Codex")],
    own: &[
        daemon(".codex/app-server-control"),
        daemon(".codex/app-server-daemon"),
        // `apply_patch` and its like.
        running(".codex/tmp"),
    ],
    // The daemon's own Codex, and what it starts.
    programs: &[programs(".codex/packages")],
    watched: &[
        runs(".codex/config.toml"),
        runs(".codex/hooks.json"),
        runs(".codex/rules"),
        runs(".codex/skills"),
    ],
    keys: &["CODEX_API_KEY"],
    hosts: &["api.openai.com", "chatgpt.com", "auth.openai.com"],
    sandbox: Some(Sandbox {
        file: "config.toml",
        key: &["sandbox_mode"],
        on: On::Unless("danger-full-access"),
        arguments: &["danger-full-access", "--dangerously-bypass-approvals-and-sandbox", "--yolo"],
    }),
    acp: Some("codex-acp"),
    files: &[CONFIG, RULES],
    notes: &[
        "its own sandbox needs user namespaces, which a jail does not give: `--bootstrap` \
              switches it off, and so does `codex --sandbox danger-full-access`",
        "`check_for_update_on_startup = false` in its settings switches its look for updates off",
    ],
    source: "developers.openai.com/codex",
    ..AGENT
};

const CONFIG: File = File {
    name: "config.toml",
    format: Format::Toml,
    // Codex makes its own files so; tokens of MCP servers stand in it.
    private: true,
    // Codex silently lets it outrank `sandbox_mode`.
    instead: &[Instead { key: &["sandbox_mode"], user: &["default_permissions"], harmless: None }],
    refused: &[Refused {
        key: &["approval_policy"],
        value: "untrusted",
        why: "the newest Codex does not start with it",
    }],
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
