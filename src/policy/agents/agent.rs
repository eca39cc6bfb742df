//! What is known of an agent.

use super::settings::File;
use crate::policy::home_row::HomeRow;
use crate::policy::place::Place;

/// An agent.
#[derive(Debug)]
pub struct Agent {
    /// The program, as typed.
    pub command: &'static str,
    /// Its name in messages.
    pub name: &'static str,
    /// Other programs that are this agent: another name, or an adapter that starts it.
    pub also: &'static [&'static str],
    /// Its packages, and those of its adapters, as `npx` and `uvx` name them.
    pub packages: &'static [&'static str],
    /// How it answers one prompt in a script.
    pub one_shot: &'static str,
    /// Where its configuration is, without the variables.
    pub directory: Directory,
    /// The variables that move its configuration, the strongest first.
    pub variables: &'static [Variable],
    /// Where else it keeps what must be there on its next run: its login, its sessions.
    pub state: &'static [Directory],
    /// What jails share of that, where no wider row of the home does.
    pub home: &'static [HomeRow],
    /// What of a file with everybody's state no jail changes.
    pub guard: Option<Guard>,
    /// Directories that each jail has empty and to itself: a daemon, an editor or a running session
    /// outside finds work, a key or code there. They are made before a jail could.
    pub own: &'static [HomeRow],
    /// Files of that kind.
    pub own_files: &'static [HomeRow],
    /// Directories of programs that it keeps for itself, which are read-only: a launcher outside
    /// runs them. They are made before a jail could.
    pub programs: &'static [Place],
    /// Files in which it finds what it runs, and that it changes in the course of its work.
    pub watched: &'static [Place],
    /// What of that is data, which changes with each run.
    pub data: &'static [&'static str],
    /// Arguments with which it leaves work to a daemon and ends.
    pub background: &'static [&'static str],
    /// Variables that stand for a login, for machines where nobody has logged in.
    pub keys: &'static [&'static str],
    /// The hosts without which it cannot answer: rules of the network's filter.
    pub hosts: &'static [&'static str],
    /// What switches off its own updates, which cannot succeed in a jail.
    pub updates: Option<Setter>,
    /// The sandbox of its own, if it has one.
    pub sandbox: Option<Sandbox>,
    /// Whether it speaks the Agent Client Protocol with editors, and how it is told to.
    pub acp: Option<&'static str>,
    /// The files that take the settings of `--bootstrap`.
    pub files: &'static [File],
    /// What its user should know.
    pub notes: &'static [&'static str],
    /// Where these facts come from.
    pub source: &'static str,
}

/// Nothing is known: what rows begin with.
pub(super) const AGENT: Agent = Agent {
    command: "",
    name: "",
    also: &[],
    packages: &[],
    one_shot: "",
    directory: Directory::Home(""),
    variables: &[],
    state: &[],
    home: &[],
    guard: None,
    own: &[],
    own_files: &[],
    programs: &[],
    watched: &[],
    data: &[],
    background: &[],
    keys: &[],
    hosts: &[],
    updates: None,
    sandbox: None,
    acp: None,
    files: &[],
    notes: &[],
    source: "",
};

/// What of a file that is written back no jail changes on the host: it names programs that run in
/// other projects, or says what is trusted there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Guard {
    /// The file, below the home.
    pub file: &'static str,
    /// Keys that name programs, or trust, for every project.
    pub keys: &'static [&'static str],
    /// Keys with an entry for each project, named by its directory.
    pub projects: &'static [&'static str],
}

/// A variable and the value that it is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Setter {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: &'static str,
}

/// A sandbox of the agent's own, which cannot start in a jail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sandbox {
    /// The file of the agent's settings that decides, by its name in the directory.
    pub file: &'static str,
    /// The key, from the outside in.
    pub key: &'static [&'static str],
    /// When it is on.
    pub on: On,
    /// Arguments of the command that switch it off for one run.
    pub arguments: &'static [&'static str],
}

/// When an agent's own sandbox is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum On {
    /// Unless the key has this value.
    Unless(&'static str),
    /// Where the key is true.
    Where,
}

/// A variable that says where the configuration is.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What its value names.
    pub names: Names,
}

pub(super) const fn directory(name: &'static str) -> Variable {
    Variable { name, names: Names::Directory }
}

pub(super) const fn file(name: &'static str) -> Variable {
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
