//! The agents that ai-jail knows by name: where each keeps its state, what it needs, and what
//! `--bootstrap` writes for it. A new agent is one row, in a file of its own.
//!
//! docs/agents.md says where each fact comes from and what was tried with the real program.

mod agent;
mod aider;
mod amp;
mod auggie;
mod claude;
mod cline;
mod codex;
mod continue_cli;
mod copilot;
mod crush;
mod cursor;
mod droid;
mod gemini;
mod goose;
mod kilo;
mod kimi;
mod opencode;
mod openhands;
mod pi;
mod qoder;
mod qwen;
mod recognise;
pub mod runtime;
mod settings;
mod vibe;

use agent::{AGENT, directory, file};
pub use agent::{Agent, Directory, Guard, Names, On, Sandbox, Setter, Variable};
pub use recognise::recognise;
use settings::{ASKS, FILE, setting};
pub use settings::{File, Format, Instead, Refused, Setting, Value};

/// Every agent.
pub const AGENTS: &[Agent] = &[
    claude::CLAUDE,
    codex::CODEX,
    opencode::OPENCODE,
    crush::CRUSH,
    gemini::GEMINI,
    qwen::QWEN,
    copilot::COPILOT,
    amp::AMP,
    pi::PI,
    kilo::KILO,
    auggie::AUGGIE,
    cline::CLINE,
    continue_cli::CONTINUE,
    kimi::KIMI,
    vibe::VIBE,
    openhands::OPENHANDS,
    aider::AIDER,
    goose::GOOSE,
    cursor::CURSOR,
    droid::DROID,
    qoder::QODER,
];
