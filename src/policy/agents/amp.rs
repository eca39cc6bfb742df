//! Amp.

use super::runtime::{editor, runs, state};
use super::{AGENT, Agent, Directory, Setter};

pub const AMP: Agent = Agent {
    command: "amp",
    name: "Amp",
    packages: &["@sourcegraph/amp", "@ampcode/cli"],
    one_shot: "amp -x PROMPT",
    directory: Directory::Config("amp"),
    state: &[Directory::Data("amp")],
    home: &[state(".local/share/amp", "state of Amp")],
    own: &[editor(".local/share/amp/ide")],
    watched: &[runs(".config/amp/settings.json"), runs(".config/amp/plugins")],
    keys: &["AMP_API_KEY"],
    hosts: &["ampcode.com", "*.ampcode.com"],
    updates: Some(Setter { name: "AMP_SKIP_UPDATE_CHECK", value: "1" }),
    source: "ampcode.com/manual",
    ..AGENT
};
