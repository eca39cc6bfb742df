//! What a run shall be like: every switch decided, and by whom.

use std::ffi::OsString;

use crate::fields::{BarStyle, List, Net, Switch};

/// Who decided a setting; a later one outranks an earlier one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The user's own file, `$HOME/.ai-jail`.
    UserFile,
    /// The table of that file for the command that is run.
    UserCommand,
    /// The project's file, `.ai-jail` in the working directory.
    ProjectFile,
    /// What this user typed in an earlier run, kept beside trust.
    Remembered,
    /// The command line.
    Flag,
}

/// A value and who decided it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Setting<T> {
    /// What was decided.
    pub value: T,
    /// By whom.
    pub source: Source,
}

/// One `--map`, `--rw-map`, `ro_maps` or `rw_maps` entry, as written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MapSetting {
    /// `PATH` or `SOURCE:DEST`, not yet resolved.
    pub text: OsString,
    /// Whether the jail may write there.
    pub writable: bool,
    /// Where it was written.
    pub source: Source,
}

/// What is said about the network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Network {
    /// Which one the jail has.
    pub net: Setting<Net>,
    /// The entries of the lists about a filtered one, as written, in the order user file, project file, command line.
    pub entries: Vec<NetworkEntry>,
}

/// One `--allow-host`, `--forward-port` or `--publish-port`, or an entry of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NetworkEntry {
    /// Its list.
    pub list: List,
    /// As written, and checked.
    pub text: String,
    /// Where it was written.
    pub source: Source,
}

impl Network {
    /// The entries of one list.
    pub fn list(&self, list: List) -> impl Iterator<Item = &NetworkEntry> {
        self.entries.iter().filter(move |entry| entry.list == list)
    }
}

impl Source {
    /// Whether the user's own file says it, whose relative paths start from the home.
    pub fn is_user_file(self) -> bool {
        matches!(self, Self::UserFile | Self::UserCommand)
    }
}

/// What this run shall be like.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Settings {
    /// The program and its arguments; never empty.
    pub command: Setting<Vec<OsString>>,
    /// `--exec`: nothing stands between the command and the caller.
    pub exec: bool,
    /// Maps in the order user file, project file, command line.
    pub maps: Vec<MapSetting>,
    /// The network.
    pub network: Network,
    pub(crate) switches: [Setting<bool>; Switch::ALL.len()],
    /// The entries of the lists, in the order user file, project file, command line. Maps stand in
    /// [`Self::maps`].
    pub(crate) lists: [Vec<Setting<OsString>>; List::ALL.len()],
    /// The status bar; `None` is off.
    pub status_bar: Setting<Option<BarStyle>>,
}

impl Settings {
    /// What was decided about a switch, and by whom.
    pub fn switch(&self, switch: Switch) -> Setting<bool> {
        self.switches[switch as usize]
    }

    /// The entries of a list other than the maps.
    pub fn list(&self, list: List) -> &[Setting<OsString>] {
        &self.lists[list as usize]
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: Switch) -> bool {
        self.switch(switch).value
    }

    /// Turns a switch, whoever decided it.
    pub fn turn(&mut self, switch: Switch, on: bool) {
        self.switches[switch as usize].value = on;
    }
}
