//! One row of most tables: a path and why it has a row.

use std::fmt;

/// A path and what it is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// Absolute, or relative to what its table says; the last component may end in `*`.
    pub path: &'static str,
    /// Why, in words for `-v` and `--explain`.
    pub reason: &'static str,
}

/// As `--explain` names the row: what is not absolute is below the home.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let home = if self.path.starts_with('/') { "" } else { "~/" };
        write!(f, "{home}{}", self.path)
    }
}

/// A row.
pub const fn place(path: &'static str, reason: &'static str) -> Place {
    Place { path, reason }
}
