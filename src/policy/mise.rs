//! What mise reads, by its documentation (<https://mise.jdx.dev/configuration.html>), and how it
//! is told that the jail decides what its configurations may do.

/// Has mise take every configuration in the jail for trusted, without recording that: whatever
/// one of them runs, it runs behind the layers. `mise trust` would record it in
/// `~/.local/state/mise`, for the host's mise too.
pub const TRUSTED: (&str, &str) = ("MISE_TRUSTED_CONFIG_PATHS", "/");

/// What mise looks for in the working directory and in each above it.
pub const LOCAL: &[&str] = &[
    "mise.local.toml",
    "mise.toml",
    ".mise.local.toml",
    ".mise.toml",
    "mise/config.local.toml",
    "mise/config.toml",
    "mise/conf.d",
    ".mise/config.local.toml",
    ".mise/config.toml",
    ".mise/conf.d",
    ".config/mise.local.toml",
    ".config/mise.toml",
    ".config/mise/config.local.toml",
    ".config/mise/config.toml",
    ".config/mise/mise.toml",
    ".config/mise/conf.d",
    ".tool-versions",
];

/// The variable that names environments: with `test`, `mise.test.toml` is read too.
pub const ENVIRONMENTS: &str = "MISE_ENV";

/// The system's configuration, a directory like the user's own.
pub const SYSTEM: &str = "/etc/mise";

/// The user's own, below the home.
pub const USER: &str = ".config/mise";

/// Variables that lead elsewhere: directories, with what to append.
pub const USER_ELSEWHERE: &[(&str, &str)] = &[("MISE_CONFIG_DIR", ""), ("XDG_CONFIG_HOME", "mise")];

/// A variable that names one more file of the user's own.
pub const USER_FILE: &str = "MISE_GLOBAL_CONFIG_FILE";

/// The user's settings can have mise read the files of other tools (`.nvmrc` …). Only mise knows
/// all of those, so then it is asked in every project.
pub const OTHER_TOOLS_FILES: &str = "idiomatic_version_file_enable_tools";

/// The same as a variable.
pub const OTHER_TOOLS_FILES_VARIABLE: &str = "MISE_IDIOMATIC_VERSION_FILE_ENABLE_TOOLS";

/// Whether a variable selects a tool's version, as `MISE_NODE_VERSION` does.
pub fn selects_version(variable: &[u8]) -> bool {
    variable.starts_with(b"MISE_") && variable.ends_with(b"_VERSION")
}

/// Whether a file of the user or the system sets anything that a command would notice. The
/// rest (settings, tasks, aliases) is no reason to start mise for every command. Read by line
/// and not as TOML: a word too many costs one start of mise.
pub fn has_work(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches([' ', '\t', '[', '"', '\'']);
        let reads_others = line.contains(OTHER_TOOLS_FILES) && !line.trim_end().ends_with("[]");
        let sets = ["tools", "env", "dotenv"].iter().any(|key| line.starts_with(key));
        sets || reads_others
    })
}

#[cfg(test)]
mod tests {
    use super::has_work;

    #[test]
    fn tools_and_variables_are_work() {
        for text in [
            "[tools]\nnode = \"22\"\n",
            "tools.node = \"22\"",
            "[settings]\n[ \"tools\" ]\nnode = \"22\"",
            "[env]\nA = \"b\"",
            "env_file = \".env\"",
            "[settings]\nidiomatic_version_file_enable_tools = [\"node\"]",
            "settings = { idiomatic_version_file_enable_tools = [\"node\"] }",
        ] {
            assert!(has_work(text), "{text}");
        }
    }

    #[test]
    fn settings_and_tasks_are_none() {
        for text in [
            "",
            "[settings]\nexperimental = true\n",
            "[settings]\nidiomatic_version_file_enable_tools = []\n",
            "[tasks.build]\nrun = \"make env\"\n",
            "# [tools]\n",
        ] {
            assert!(!has_work(text), "{text}");
        }
    }
}
