//! Qoder.

use super::runtime::{programs, runs, state};
use super::{AGENT, Agent, Directory, directory};

pub const QODER: Agent = Agent {
    command: "qodercli",
    name: "Qoder",
    also: &["qoder"],
    packages: &["@qoder-ai/qodercli"],
    one_shot: "qodercli -p PROMPT",
    directory: Directory::Home(".qoder"),
    variables: &[directory("QODER_CONFIG_DIR")],
    home: &[state(".qoder", "state of Qoder")],
    // The launcher, what it starts, and hooks that it brings.
    programs: &[
        // Where the installer of qoder.com puts it; the npm package's postinstall.cjs names the place.
        programs(".qoder/bin"),
        programs(".qoder/.bin"),
        programs(".qoder/entry"),
        programs(".qoder/tmp/bin"),
        programs(".qoder/security-resources"),
        programs(".qoder/extensions"),
    ],
    watched: &[
        runs(".qoder/settings.json"),
        runs(".qoder/settings.local.json"),
        runs(".qoder/commands"),
        runs(".qoder/external-commands"),
    ],
    keys: &["QODER_PERSONAL_ACCESS_TOKEN"],
    hosts: &["qoder.com", "*.qoder.com", "*.qoder.sh"],
    acp: Some("qodercli --acp"),
    source: "docs.qoder.com",
    ..AGENT
};
