//! The settings of `--bootstrap`.

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
    /// Values of the user's with which the agent does not work.
    pub refused: &'static [Refused],
    /// What shall stand in it, in the order of a new file.
    pub settings: &'static [Setting],
}

/// What most files are: JSON of one name, which everybody may read.
pub(super) const FILE: File = File {
    name: "",
    ranked: &[],
    format: Format::Json,
    private: false,
    short: false,
    instead: &[],
    refused: &[],
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

/// A value of the user's that stays, and with which the agent does not work.
#[derive(Debug)]
pub struct Refused {
    /// Its key.
    pub key: &'static [&'static str],
    /// The value.
    pub value: &'static str,
    /// What comes of it.
    pub why: &'static str,
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
    /// Any other, of which `--bootstrap` writes the whole or nothing.
    Whole,
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
    /// False where the user has true; nothing where nothing stands.
    Off,
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
    /// Gemini CLI's rules: all is allowed but what asks.
    AskedPolicy,
    /// Continue's lists: all is allowed but what asks.
    AskedLists,
}

pub(super) const fn setting(
    key: &'static [&'static str],
    value: Value,
    reason: &'static str,
) -> Setting {
    Setting { key, value, reason }
}

/// Why the lists of commands are there.
pub(super) const ASKS: &str = "destroying and publishing ask in a jail too";
