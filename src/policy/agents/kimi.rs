//! Kimi Code, and the older Kimi CLI.

use super::runtime::{daemon, programs, runs, state};
use super::{AGENT, Agent, Directory, Setter, directory};

pub const KIMI: Agent = Agent {
    command: "kimi",
    name: "Kimi",
    also: &["kimi-cli"],
    packages: &["@moonshot-ai/kimi-code", "kimi-cli"],
    one_shot: "kimi -p PROMPT",
    directory: Directory::Home(".kimi-code"),
    variables: &[directory("KIMI_CODE_HOME")],
    state: &[Directory::Home(".kimi")],
    home: &[state(".kimi-code", "state of Kimi"), state(".kimi", "state of Kimi")],
    // The server's instances, its lock and its token.
    own: &[daemon(".kimi-code/server")],
    programs: &[programs(".kimi-code/bin"), programs(".kimi/bin")],
    watched: &[
        runs(".kimi-code/config.toml"),
        runs(".kimi-code/mcp.json"),
        runs(".kimi-code/plugins"),
        runs(".kimi/config.toml"),
        runs(".kimi/mcp.json"),
    ],
    keys: &["KIMI_API_KEY", "MOONSHOT_API_KEY"],
    hosts: &["api.kimi.com", "auth.kimi.com", "api.moonshot.ai", "api.moonshot.cn"],
    updates: Some(Setter { name: "KIMI_CODE_NO_AUTO_UPDATE", value: "1" }),
    acp: Some("kimi acp"),
    source: "www.kimi.com/code/docs",
    ..AGENT
};
