//! Cline.

use super::runtime::{daemon, runs, state};
use super::{AGENT, Agent, Directory, Setter, directory};

pub const CLINE: Agent = Agent {
    command: "cline",
    name: "Cline",
    packages: &["cline"],
    one_shot: "cline PROMPT",
    directory: Directory::Home(".cline"),
    variables: &[directory("CLINE_DIR")],
    home: &[state(".cline", "state of Cline")],
    // The hub runs what whoever has its token asks for, and what stands in `cron`.
    own: &[daemon(".cline/data/locks"), daemon(".cline/cron")],
    watched: &[
        runs(".cline/hooks"),
        runs(".cline/plugins"),
        runs(".cline/data/settings"),
        runs(".cline/data/db/cron.db"),
    ],
    keys: &["CLINE_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"],
    hosts: &["cline.bot", "*.cline.bot"],
    updates: Some(Setter { name: "CLINE_NO_AUTO_UPDATE", value: "1" }),
    acp: Some("cline --acp"),
    source: "docs.cline.bot",
    ..AGENT
};
