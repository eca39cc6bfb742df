//! Qwen Code.

use super::runtime::{daemon, editor, programs, runs, state};
use super::{AGENT, Agent, Directory, directory};

pub const QWEN: Agent = Agent {
    command: "qwen",
    name: "Qwen Code",
    packages: &["@qwen-code/qwen-code"],
    one_shot: "qwen -p PROMPT",
    directory: Directory::Home(".qwen"),
    variables: &[directory("QWEN_HOME")],
    home: &[state(".qwen", "state of Qwen Code")],
    // The second holds the process of `qwen channel`, which answers messages.
    own: &[editor(".qwen/ide"), daemon(".qwen/channels")],
    programs: &[programs(".qwen/bin")],
    watched: &[runs(".qwen/settings.json"), runs(".qwen/commands"), runs(".qwen/extensions")],
    keys: &["OPENAI_API_KEY", "DASHSCOPE_API_KEY", "BAILIAN_CODING_PLAN_API_KEY"],
    hosts: &["chat.qwen.ai", "dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"],
    acp: Some("qwen --acp"),
    notes: &["`general.enableAutoUpdate: false` in its settings switches its updates off"],
    source: "qwenlm.github.io/qwen-code-docs",
    ..AGENT
};
