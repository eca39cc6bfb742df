//! Goose.

use super::runtime::{runs, state};
use super::{AGENT, Agent, Directory};

pub const GOOSE: Agent = Agent {
    command: "goose",
    name: "Goose",
    one_shot: "goose run -t PROMPT",
    directory: Directory::Config("goose"),
    state: &[Directory::Data("goose"), Directory::State("goose")],
    home: &[state(".local/share/goose", "state of Goose")],
    watched: &[runs(".config/goose/config.yaml"), runs(".local/share/goose/schedule.json")],
    keys: &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GOOGLE_API_KEY"],
    hosts: &["api.anthropic.com", "api.openai.com", "generativelanguage.googleapis.com"],
    acp: Some("goose acp"),
    notes: &["without a keyring it keeps its login in a file only with `GOOSE_DISABLE_KEYRING=1`"],
    source: "block.github.io/goose/docs",
    ..AGENT
};
