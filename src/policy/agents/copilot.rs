//! GitHub Copilot CLI.

use super::runtime::{editor, programs, runs, state};
use super::{AGENT, Agent, Directory, Setter, directory};

pub const COPILOT: Agent = Agent {
    command: "copilot",
    name: "Copilot CLI",
    packages: &["@github/copilot"],
    one_shot: "copilot -p PROMPT",
    directory: Directory::Home(".copilot"),
    variables: &[directory("COPILOT_HOME")],
    home: &[state(".copilot", "state of Copilot CLI")],
    own: &[editor(".copilot/ide")],
    // The launcher runs the newest version that is here.
    programs: &[programs(".cache/copilot"), programs(".copilot/pkg")],
    watched: &[
        runs(".copilot/settings.json"),
        runs(".copilot/config.json"),
        runs(".copilot/mcp-config.json"),
        runs(".copilot/hooks"),
        runs(".copilot/installed-plugins"),
    ],
    keys: &["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
    hosts: &[
        "github.com",
        "api.github.com",
        "*.githubcopilot.com",
        "copilot-proxy.githubusercontent.com",
    ],
    updates: Some(Setter { name: "COPILOT_AUTO_UPDATE", value: "false" }),
    acp: Some("copilot --acp"),
    source: "docs.github.com/copilot, \"Copilot allowlist reference\"",
    ..AGENT
};
