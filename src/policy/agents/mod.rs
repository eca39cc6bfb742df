//! The agents that ai-jail knows by name: where each keeps its state, what it needs, and what
//! `--bootstrap` writes for it. A new agent is one row, in a file of its own.
//!
//! docs/agents.md says where each fact comes from and what was tried with the real program.

mod claude;
mod codex;
mod crush;
mod opencode;
pub mod runtime;

/// Every agent.
pub const AGENTS: &[Agent] = &[claude::CLAUDE, codex::CODEX, opencode::OPENCODE, crush::CRUSH];

/// An agent.
#[derive(Debug)]
pub struct Agent {
    /// The program, as typed.
    pub command: &'static str,
    /// Its name in messages.
    pub name: &'static str,
    /// How it answers one prompt in a script.
    pub one_shot: &'static str,
    /// Where its configuration is, without the variables.
    pub directory: Directory,
    /// The variables that move its configuration, the strongest first.
    pub variables: &'static [Variable],
    /// Where else it keeps what must be there on its next run: its login, its sessions.
    pub state: &'static [Directory],
    /// Files of the home that are its state too.
    pub home_files: &'static [&'static str],
    /// Variables that stand for a login, for machines where nobody has logged in.
    pub keys: &'static [&'static str],
    /// The files that take the settings of `--bootstrap`.
    pub files: &'static [File],
    /// What its user should know.
    pub notes: &'static [&'static str],
}

/// A variable that says where the configuration is.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What its value names.
    pub names: Names,
}

const fn directory(name: &'static str) -> Variable {
    Variable { name, names: Names::Directory }
}

const fn file(name: &'static str) -> Variable {
    Variable { name, names: Names::File }
}

/// What a variable's value names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Names {
    /// The directory of the files.
    Directory,
    /// The file itself.
    File,
}

/// A directory of an agent's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Directory {
    /// Below the home.
    Home(&'static str),
    /// Below `XDG_CONFIG_HOME`.
    Config(&'static str),
    /// Below `XDG_DATA_HOME`.
    Data(&'static str),
    /// Below `XDG_STATE_HOME`.
    State(&'static str),
}

impl Directory {
    /// The variable that moves what it is below, where that is without it, relative to the home,
    /// and its name there.
    pub const fn parts(self) -> (Option<&'static str>, &'static str, &'static str) {
        match self {
            Self::Home(name) => (None, "", name),
            Self::Config(name) => (Some("XDG_CONFIG_HOME"), ".config", name),
            Self::Data(name) => (Some("XDG_DATA_HOME"), ".local/share", name),
            Self::State(name) => (Some("XDG_STATE_HOME"), ".local/state", name),
        }
    }
}

/// One file of an agent's configuration.
#[derive(Debug)]
pub struct File {
    /// Its name in the directory.
    pub name: &'static str,
    /// Other names that the agent reads beside it, each outranking those after it, and the
    /// name itself among them. Empty where there is but one.
    pub ranked: &'static [&'static str],
    /// How it is written.
    pub format: Format,
    /// Whether others than its user have no business in it.
    pub private: bool,
    /// Whether a string may stand where a table is meant, and says the same for all below it.
    pub short: bool,
    /// Keys with which the user has already said what the settings would say, in another way.
    pub instead: &'static [Instead],
    /// What shall stand in it, in the order of a new file.
    pub settings: &'static [Setting],
}

/// What most files are: JSON of one name, which everybody may read.
const FILE: File = File {
    name: "",
    ranked: &[],
    format: Format::Json,
    private: false,
    short: false,
    instead: &[],
    settings: &[],
};

/// A key of the user's that outranks one of the settings, or that one of them would outrank.
#[derive(Debug)]
pub struct Instead {
    /// The key of the settings that are then left out, with all below it.
    pub key: &'static [&'static str],
    /// The user's key.
    pub user: &'static [&'static str],
    /// A value of it that says nothing different.
    pub harmless: Option<&'static str>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// JSON as the standard has it.
    Json,
    /// JSON with comments and last commas.
    Jsonc,
    /// TOML.
    Toml,
    /// Codex's rules: one call a line.
    Rules,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Where it stands, from the outside in.
    pub key: &'static [&'static str],
    /// What shall stand there.
    pub value: Value,
    /// Why.
    pub reason: &'static str,
}

/// What shall stand at a key.
#[derive(Debug)]
pub enum Value {
    /// A string.
    Text(&'static str),
    /// A list that has these strings among others.
    List(&'static [&'static str]),
    /// A list that has a `Bash(…)` rule for each command that asks, in Claude Code's spelling.
    AskedRules,
    /// A table from command patterns to what happens: all are allowed but those that ask. The
    /// last pattern that fits decides.
    AskedPatterns,
    /// A list that has a hook which answers for all shell commands but those that ask, in a jail.
    AskedHook,
    /// A `prefix_rule` for each command that asks.
    AskedPrefixes,
}

const fn setting(key: &'static [&'static str], value: Value, reason: &'static str) -> Setting {
    Setting { key, value, reason }
}

/// Why the lists of commands are there.
const ASKS: &str = "destroying and publishing ask in a jail too";
