//! Droid.

use super::runtime::{programs, runs, state};
use super::{AGENT, Agent, Directory, Setter};

pub const DROID: Agent = Agent {
    command: "droid",
    name: "Droid",
    packages: &["droid", "@factory/cli"],
    one_shot: "droid exec PROMPT",
    directory: Directory::Home(".factory"),
    home: &[state(".factory", "state of Droid")],
    programs: &[programs(".factory/bin"), programs(".factory/updates")],
    watched: &[
        runs(".factory/settings.json"),
        runs(".factory/mcp.json"),
        runs(".factory/hooks"),
        runs(".factory/commands"),
        runs(".factory/automations"),
    ],
    keys: &["FACTORY_API_KEY"],
    hosts: &["app.factory.ai", "api.factory.ai", "api.workos.com"],
    updates: Some(Setter { name: "FACTORY_DROID_AUTO_UPDATE_ENABLED", value: "false" }),
    acp: Some("droid exec --output-format acp"),
    source: "docs.factory.ai",
    ..AGENT
};
