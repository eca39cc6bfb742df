//! Auggie.

use super::runtime::{runs, state};
use super::{AGENT, Agent, Directory, Setter};

pub const AUGGIE: Agent = Agent {
    command: "auggie",
    name: "Auggie",
    packages: &["@augmentcode/auggie"],
    one_shot: "auggie --print PROMPT",
    directory: Directory::Home(".augment"),
    home: &[state(".augment", "state of Auggie")],
    watched: &[
        runs(".augment/settings.json"),
        runs(".augment/settings.local.json"),
        runs(".augment/commands"),
    ],
    keys: &["AUGMENT_SESSION_AUTH", "AUGMENT_API_TOKEN"],
    hosts: &["augmentcode.com", "*.augmentcode.com"],
    updates: Some(Setter { name: "AUGMENT_DISABLE_AUTO_UPDATE", value: "1" }),
    acp: Some("auggie --acp"),
    source: "docs.augmentcode.com",
    ..AGENT
};
