//! ai-jail's own files.

/// The name of the project's file of settings, and of the user's own.
pub const SETTINGS_FILE: &str = ".ai-jail";

/// Where ai-jail records which project files the user trusts, below the home; no map opens it.
pub const TRUST_RECORDS: &str = ".local/share/ai-jail";

/// The record, in that directory, of where jails could write.
pub const WRITTEN: &str = "written";

/// What ai-jail keeps below the home, with what is in it: `status` shows how much that is.
pub const KEPT: &[(&str, &str)] = &[
    (SETTINGS_FILE, "your own settings, for every project"),
    (
        ".local/share/ai-jail/trust",
        "which projects' settings you agreed to; to take one back, remove its file",
    ),
    (
        ".local/share/ai-jail/commands",
        "commands remembered for you alone; `--forget command` removes one",
    ),
    (
        ".local/share/ai-jail/written",
        "where jails could write: symbolic links there are not followed for maps and the like",
    ),
    (".local/share/ai-jail/newest", "the newest version known, for the status bar"),
];
