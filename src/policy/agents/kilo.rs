//! Kilo.

use super::runtime::{programs, runs, state};
use super::{AGENT, Agent, Directory, Setter};

pub const KILO: Agent = Agent {
    command: "kilo",
    name: "Kilo",
    also: &["kilocode"],
    packages: &["@kilocode/cli"],
    one_shot: "kilo run PROMPT",
    directory: Directory::Config("kilo"),
    state: &[Directory::Data("kilo"), Directory::State("kilo")],
    home: &[state(".local/share/kilo", "state of Kilo"), state(".kilocode", "state of Kilo")],
    programs: &[programs(".cache/kilo/bin"), programs(".local/share/kilo/bin")],
    watched: &[
        runs(".config/kilo/kilo.json"),
        runs(".config/kilo/kilo.jsonc"),
        runs(".config/kilo/plugin"),
        runs(".config/kilo/plugins"),
        runs(".config/kilo/tool"),
        runs(".config/kilo/tools"),
    ],
    keys: &["KILO_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
    hosts: &["kilo.ai", "*.kilo.ai", "kilocode.ai", "*.kilocode.ai", "models.dev"],
    updates: Some(Setter { name: "KILO_DISABLE_AUTOUPDATE", value: "true" }),
    acp: Some("kilo acp"),
    source: "kilo.ai/docs",
    ..AGENT
};
