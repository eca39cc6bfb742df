//! `OpenCode`.

use super::runtime::{programs, runs, state};
use super::{AGENT, ASKS, Agent, Directory, FILE, File, Format, Instead, Setter, Value};
use super::{directory, file, setting};

pub const OPENCODE: Agent = Agent {
    command: "opencode",
    name: "OpenCode",
    packages: &["opencode-ai"],
    one_shot: "opencode run PROMPT",
    directory: Directory::Config("opencode"),
    variables: &[directory("OPENCODE_CONFIG_DIR"), file("OPENCODE_CONFIG")],
    state: &[Directory::Data("opencode"), Directory::State("opencode")],
    home: &[state(".local/share/opencode", "state of OpenCode")],
    // ripgrep and language servers, where the system has none.
    programs: &[programs(".cache/opencode/bin"), programs(".local/share/opencode/bin")],
    watched: &[
        runs(".config/opencode/opencode.json"),
        runs(".config/opencode/opencode.jsonc"),
        runs(".config/opencode/config.json"),
        runs(".config/opencode/package.json"),
        runs(".config/opencode/command"),
        runs(".config/opencode/agent"),
        runs(".config/opencode/plugin"),
        runs(".config/opencode/plugins"),
        runs(".config/opencode/tool"),
        runs(".config/opencode/tools"),
    ],
    keys: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
    hosts: &["opencode.ai", "models.dev", "api.anthropic.com", "api.openai.com"],
    updates: Some(Setter { name: "OPENCODE_DISABLE_AUTOUPDATE", value: "true" }),
    acp: Some("opencode acp"),
    files: &[SETTINGS],
    notes: &["`opencode run` has nobody to ask, so there it refuses what asks"],
    source: "opencode.ai/docs",
    ..AGENT
};

const SETTINGS: File = File {
    name: "opencode.json",
    ranked: &["opencode.jsonc", "opencode.json", "config.json"],
    format: Format::Jsonc,
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
    ..FILE
};
