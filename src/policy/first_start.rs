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

/// The row of a program.
pub fn find(program: &OsStr) -> Option<&'static FirstStart> {
    FIRST_STARTS.iter().find(|row| program == row.program)
}
