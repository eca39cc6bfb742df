//! ai-jail's own files.

/// The name of the project's file of settings, and of the user's own.
pub const SETTINGS_FILE: &str = ".ai-jail";

/// Where ai-jail records which project files the user trusts, below the home; no map opens it.
pub const TRUST_RECORDS: &str = ".local/share/ai-jail";
