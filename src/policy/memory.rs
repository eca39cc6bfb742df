//! What is written to the jail's home, which is only memory, and is missed by nobody.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::home;
use super::place::{Place, place};
use super::{Os, fits};

const HISTORY: &str = "what was typed, which no jail keeps";

/// Names of files, and of directories with all that is in them.
pub const UNMISSED: &[Place] = &[
    place(".cache", "tools fill it again"),
    place("Cache", "tools fill it again"),
    place("_cacache", "npm fills it again"),
    place("_logs", "npm's words about one run"),
    place("__pycache__", "Python fills it again"),
    place(".zcompdump*", "zsh makes it again"),
    place(".wget-hsts", "wget makes it again"),
    place(".bash_history", HISTORY),
    place(".zsh_history", HISTORY),
    place(".zhistory", HISTORY),
    place(".python_history", HISTORY),
    place(".node_repl_history", HISTORY),
    place(".sqlite_history", HISTORY),
    place(".psql_history", HISTORY),
    place(".mysql_history", HISTORY),
    place(".irb_history", HISTORY),
    place(".lesshst", HISTORY),
    place(".viminfo", HISTORY),
];

/// Reasons of the home's table that mark a place which tools fill again.
const CACHES: &[&str] = &["package cache", "caches"];

/// Whether nobody misses a path relative to the home, because of its own name or of a directory
/// above it.
pub fn is_unmissed(path: &Path) -> bool {
    let names =
        |name: &OsStr| UNMISSED.iter().any(|row| fits(row.path.as_bytes(), name.as_bytes()));
    let row = |path: &Path| home::find(Os::Linux, path);
    path.iter().any(names)
        || path.ancestors().filter_map(row).any(|row| CACHES.contains(&row.reason))
}
