//! Claude Code.

use super::runtime::{daemon, editor, programs, runs, sessions, shell, state};
use super::{AGENT, ASKS, Agent, Directory, FILE, File, Format, Guard, On, Sandbox, Setter, Value};
use super::{directory, setting};
use crate::policy::home_row::{HomeRow, Treatment};

pub const CLAUDE: Agent = Agent {
    command: "claude",
    name: "Claude Code",
    also: &["claude-code-acp", "claude-agent-acp"],
    packages: &[
        "@anthropic-ai/claude-code",
        "@zed-industries/claude-code-acp",
        "@zed-industries/claude-agent-acp",
        "@agentclientprotocol/claude-agent-acp",
    ],
    one_shot: "claude -p PROMPT",
    directory: Directory::Home(".claude"),
    variables: &[directory("CLAUDE_CONFIG_DIR")],
    home: &[
        state(".claude", "state of Claude Code"),
        // docs/claude-json.md.
        HomeRow {
            path: ".claude.json",
            treatment: Treatment::Copied,
            reason: "state of Claude Code",
        },
    ],
    // Its own project's entry is the jail's to change, servers of MCP in it too: they are asked about there.
    guard: Some(Guard {
        file: ".claude.json",
        keys: &[
            "mcpServers",
            "env",
            "hooks",
            "statusLine",
            "apiKeyHelper",
            "awsAuthRefresh",
            "awsCredentialExport",
            "otelHeadersHelper",
            "bypassPermissionsModeAccepted",
        ],
        projects: &["projects"],
    }),
    own: &[
        // `claude --bg` runs what is in `dispatch`, with the jobs' own arguments and hooks.
        daemon(".claude/daemon"),
        daemon(".claude/jobs"),
        editor(".claude/ide"),
        // Each has a key to send messages to that session.
        sessions(".claude/sessions"),
        shell(".claude/shell-snapshots"),
        shell(".claude/session-env"),
    ],
    own_files: &[
        daemon(".claude/daemon.lock"),
        daemon(".claude/daemon.json"),
        daemon(".claude/daemon.status.json"),
    ],
    // The second is what a browser starts for Claude.
    programs: &[programs(".claude/local"), programs(".claude/chrome")],
    watched: &[
        runs(".claude/settings.json"),
        runs(".claude/settings.local.json"),
        runs(".claude/hooks"),
        runs(".claude/statusline.sh"),
        runs(".claude/statusline-command.sh"),
        runs(".claude/commands"),
        runs(".claude/agents"),
        runs(".claude/skills"),
        runs(".claude/plugins"),
    ],
    // Names and values that plugins keep, as what they have counted.
    data: &[".claude/plugins/store"],
    background: &["--bg", "--background"],
    keys: &["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
    hosts: &["api.anthropic.com", "claude.ai", "platform.claude.com"],
    updates: Some(Setter { name: "DISABLE_AUTOUPDATER", value: "1" }),
    sandbox: Some(Sandbox {
        file: "settings.json",
        key: &["sandbox", "enabled"],
        on: On::Where,
        arguments: &[],
    }),
    acp: Some("claude-agent-acp"),
    files: &[SETTINGS],
    notes: &[
        "tools of MCP servers still ask: a server that has an address acts where it is, and not in \
              the jail",
        "`/ide` does not find an editor of the host, and `claude --bg` ends with its jail",
    ],
    source: "code.claude.com/docs",
    ..AGENT
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
        setting(
            &["sandbox", "enabled"],
            Value::Off,
            "its own sandbox cannot start in a jail, and every command would fail",
        ),
    ],
    ..FILE
};
