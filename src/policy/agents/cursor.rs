//! Cursor's CLI.

use super::runtime::{programs, runs, state};
use super::{AGENT, Agent, Directory};

pub const CURSOR: Agent = Agent {
    command: "cursor-agent",
    name: "Cursor CLI",
    one_shot: "cursor-agent -p PROMPT",
    directory: Directory::Home(".cursor"),
    state: &[Directory::Config("cursor")],
    home: &[state(".cursor", "state of Cursor")],
    // Cursor itself loads them.
    programs: &[programs(".cursor/extensions")],
    watched: &[
        runs(".cursor/cli-config.json"),
        runs(".cursor/mcp.json"),
        runs(".cursor/hooks.json"),
        runs(".cursor/hooks"),
        runs(".cursor/commands"),
        runs(".cursor/argv.json"),
    ],
    keys: &["CURSOR_API_KEY"],
    hosts: &["cursor.com", "*.cursor.com", "*.cursor.sh"],
    acp: Some("cursor-agent acp"),
    source: "cursor.com/docs/cli",
    ..AGENT
};
