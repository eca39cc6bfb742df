//! The agents that ai-jail knows by name, and what `--bootstrap` writes for each.
//!
//! docs/agents.md says where each fact comes from and what was tried with the real program.

/// An agent.
pub struct Agent {
    /// The program, as typed.
    pub command: &'static str,
    /// Its name in messages.
    pub name: &'static str,
    /// The variables that move its configuration, the strongest first.
    pub variables: &'static [Variable],
    /// Where its configuration is without them.
    pub directory: Directory,
    /// The files that take its settings.
    pub files: &'static [File],
    /// What its user should know of the choice.
    pub note: &'static str,
}

/// A variable that says where the configuration is.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What its value names.
    pub names: Names,
}

/// What a variable's value names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Names {
    /// The directory of the files.
    Directory,
    /// The file itself.
    File,
}

/// Where the configuration is by default.
pub enum Directory {
    /// Below the home.
    Home(&'static str),
    /// Below `XDG_CONFIG_HOME`, which is `.config` in the home where it is not set.
    Config(&'static str),
}

/// One file of an agent's configuration.
pub struct File {
    /// Its name in the directory.
    pub name: &'static str,
    /// Other names that the agent reads beside it, each outranking those after it, and the
    /// name itself among them. Empty where there is but one.
    pub ranked: &'static [&'static str],
    /// How it is written.
    pub format: Format,
    /// Whether others than its user have no business in it.
    pub private: bool,
    /// Whether a string may stand where a table is meant, and says the same for all below it.
    pub short: bool,
    /// Keys with which the user has already said what the settings would say, in another way.
    pub instead: &'static [Instead],
    /// What shall stand in it, in the order of a new file.
    pub settings: &'static [Setting],
}

/// A key of the user's that outranks one of the settings, or that one of them would outrank.
pub struct Instead {
    /// The key of the settings that are then left out, with all below it.
    pub key: &'static [&'static str],
    /// The user's key.
    pub user: &'static [&'static str],
    /// A value of it that says nothing different.
    pub harmless: Option<&'static str>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// JSON as the standard has it.
    Json,
    /// JSON with comments and last commas.
    Jsonc,
    /// TOML.
    Toml,
    /// Codex's rules: one call a line.
    Rules,
}

/// One setting.
pub struct Setting {
    /// Where it stands, from the outside in.
    pub key: &'static [&'static str],
    /// What shall stand there.
    pub value: Value,
    /// Why.
    pub reason: &'static str,
}

/// What shall stand at a key.
pub enum Value {
    /// A string.
    Text(&'static str),
    /// A list that has these strings among others.
    List(&'static [&'static str]),
    /// A list that has a `Bash(…)` rule for each command that asks, in Claude Code's spelling.
    AskedRules,
    /// A table from command patterns to what happens: all are allowed but those that ask. The
    /// last pattern that fits decides.
    AskedPatterns,
    /// A list that has a hook which answers for all shell commands but those that ask, in a jail.
    AskedHook,
    /// A `prefix_rule` for each command that asks.
    AskedPrefixes,
}

const fn setting(key: &'static [&'static str], value: Value, reason: &'static str) -> Setting {
    Setting { key, value, reason }
}

/// Why the lists of commands are there.
const ASKS: &str = "destroying and publishing ask in a jail too";

/// Every agent.
pub const AGENTS: &[Agent] = &[CLAUDE, CODEX, OPENCODE, CRUSH];

const CLAUDE: Agent = Agent {
    command: "claude",
    name: "Claude Code",
    variables: &[Variable { name: "CLAUDE_CONFIG_DIR", names: Names::Directory }],
    directory: Directory::Home(".claude"),
    files: &[File {
        name: "settings.json",
        ranked: &[],
        // It does not load a file with a comment or a last comma.
        format: Format::Json,
        private: false,
        short: false,
        instead: &[],
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
    }],
    note: "tools of MCP servers still ask: they act outside the jail",
};

const CODEX: Agent = Agent {
    command: "codex",
    name: "Codex",
    variables: &[Variable { name: "CODEX_HOME", names: Names::Directory }],
    directory: Directory::Home(".codex"),
    files: &[
        File {
            name: "config.toml",
            ranked: &[],
            format: Format::Toml,
            // Codex makes its own files so; tokens of MCP servers stand in it.
            private: true,
            short: false,
            // Codex silently lets it outrank `sandbox_mode`.
            instead: &[Instead {
                key: &["sandbox_mode"],
                user: &["default_permissions"],
                harmless: None,
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
        },
        File {
            name: "rules/ai-jail.rules",
            ranked: &[],
            format: Format::Rules,
            private: true,
            short: false,
            instead: &[],
            settings: &[setting(&[], Value::AskedPrefixes, ASKS)],
        },
    ],
    note: "its own sandbox is off: it needs user namespaces, which a jail does not give",
};

const OPENCODE: Agent = Agent {
    command: "opencode",
    name: "OpenCode",
    variables: &[
        Variable { name: "OPENCODE_CONFIG_DIR", names: Names::Directory },
        Variable { name: "OPENCODE_CONFIG", names: Names::File },
    ],
    directory: Directory::Config("opencode"),
    files: &[File {
        name: "opencode.json",
        ranked: &["opencode.jsonc", "opencode.json", "config.json"],
        format: Format::Jsonc,
        private: false,
        short: true,
        instead: &[
            // The shape of version 2, which reads this one as well.
            Instead { key: &["permission"], user: &["permissions"], harmless: None },
            // A rule for everything that is stricter than these.
            Instead { key: &["permission"], user: &["permission", "*"], harmless: Some("allow") },
        ],
        settings: &[
            setting(
                &["$schema"],
                Value::Text("https://opencode.ai/config.json"),
                "OpenCode itself adds it to a file without",
            ),
            setting(
                &["permission", "edit"],
                Value::Text("allow"),
                "the jail decides what can be written",
            ),
            setting(&["permission", "bash"], Value::AskedPatterns, ASKS),
            setting(
                &["permission", "external_directory"],
                Value::Text("allow"),
                "the jail shows no place that was not given",
            ),
            setting(
                &["permission", "webfetch"],
                Value::Text("allow"),
                "the jail decides whether there is a network",
            ),
        ],
    }],
    note: "`opencode run` has nobody to ask, so there it refuses what asks",
};

const CRUSH: Agent = Agent {
    command: "crush",
    name: "Crush",
    variables: &[Variable { name: "CRUSH_GLOBAL_CONFIG", names: Names::Directory }],
    directory: Directory::Config("crush"),
    files: &[File {
        name: "crush.json",
        ranked: &[],
        format: Format::Jsonc,
        private: false,
        short: false,
        instead: &[],
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
    }],
    note: "its hook answers for shell commands in a jail alone; outside one they ask as before",
};
