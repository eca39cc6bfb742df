//! Directories that a program makes when it starts for the first time, and about which it complains
//! where it cannot. What is above such a directory is read-only in a jail, so the directory is made
//! before the jail starts, where the program is the command.

use std::ffi::OsStr;

/// A program, and the directory that it makes.
#[derive(Debug)]
pub struct FirstStart {
    /// The program, as typed.
    pub program: &'static str,
    /// The directory, below the home.
    pub directory: &'static str,
    /// The variable that moves it.
    pub moved_by: &'static str,
}

/// The table.
const FIRST_STARTS: &[FirstStart] = &[
    // The history, https://fishshell.com/docs/current/cmds/history.html; where the directory is there
    // and read-only, fish says nothing.
    FirstStart { program: "fish", directory: ".local/share/fish", moved_by: "XDG_DATA_HOME" },
];

/// Settings that a program writes when it starts for the first time, in a directory that is read-only in jails.
#[derive(Debug)]
pub struct FirstSettings {
    /// The file name of the program.
    pub program: &'static str,
    /// The directory, below the home, as [`super::protect::HOME`] has it.
    pub directory: &'static str,
    /// What the program writes there. Without that its jail has a directory of its own, in which the host's
    /// entries are, read-only.
    pub file: &'static str,
}

/// The table.
pub const FIRST_SETTINGS: &[FirstSettings] = &[
    // Universal variables, https://fishshell.com/docs/current/language.html#universal-variables; each of thirty
    // that cannot be set is an error. Installers of other programs make the directory, and not the file.
    FirstSettings { program: "fish", directory: ".config/fish", file: "fish_variables" },
];

/// The row of a program.
pub fn find(program: &OsStr) -> Option<&'static FirstStart> {
    FIRST_STARTS.iter().find(|row| program == row.program)
}
