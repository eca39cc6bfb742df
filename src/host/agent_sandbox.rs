//! Whether the sandbox of an agent's own is on: it cannot start in a jail, and then each command of
//! the agent fails.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::files::{self, Symlinks};
use crate::policy::agents::{Agent, On, Sandbox};

/// Bytes. No honest settings come near this.
const MAX_SIZE: u64 = 1024 * 1024;

/// The setting that has it on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SwitchedOn {
    /// The file, which need not exist.
    pub file: PathBuf,
    /// The agent's row of it.
    pub row: Sandbox,
}

/// The setting that has an agent's own sandbox on, for a command in a directory of settings.
pub fn find(agent: &Agent, directory: &Path, command: &[OsString]) -> Option<SwitchedOn> {
    let row = agent.sandbox?;
    let is_off = |word: &OsString| {
        row.arguments.iter().any(|argument| word.to_string_lossy().contains(argument))
    };
    if command.iter().any(is_off) {
        return None;
    }
    let file = directory.join(row.file);
    let content = files::regular(&file, Symlinks::Follow, MAX_SIZE).ok().flatten();
    let text = content.and_then(|content| String::from_utf8(content.bytes).ok());
    is_on(&row, text.as_deref()).then_some(SwitchedOn { file, row })
}

/// What the text of the settings says. One that cannot be read says nothing.
fn is_on(row: &Sandbox, text: Option<&str>) -> bool {
    let value = text.and_then(|text| value(row, text));
    match row.on {
        On::Unless(off) => value.as_deref() != Some(off),
        On::Where => value.as_deref() == Some("true"),
    }
}

/// The value at the row's key, a string or a truth.
fn value(row: &Sandbox, text: &str) -> Option<String> {
    if Path::new(row.file).extension().is_some_and(|ending| ending == "toml") {
        let document = toml_edit::Document::parse(text).ok()?;
        let item = row.key.iter().try_fold(document.as_item(), |item, name| item.get(name))?;
        return item.as_str().map(str::to_owned).or(item.as_bool().map(|value| value.to_string()));
    }
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    let value = row.key.iter().try_fold(&document, |value, name| value.get(name))?;
    value.as_str().map(str::to_owned).or(value.as_bool().map(|value| value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::is_on;
    use crate::policy::agents::{AGENTS, Sandbox};

    fn sandbox(command: &str) -> Sandbox {
        let agent = AGENTS.iter().find(|agent| agent.command == command).expect("a row");
        agent.sandbox.expect("it has one")
    }

    #[test]
    fn codex_has_it_on_unless_told_otherwise() {
        let row = sandbox("codex");
        for text in [None, Some(""), Some("sandbox_mode = \"workspace-write\""), Some("not TOML =")]
        {
            assert!(is_on(&row, text), "{text:?}");
        }
        assert!(!is_on(&row, Some("a = 1\nsandbox_mode = \"danger-full-access\"\n")));
        assert!(is_on(&row, Some("[a]\nsandbox_mode = \"danger-full-access\"\n")));
    }

    #[test]
    fn claude_has_it_on_where_its_user_says_so() {
        let row = sandbox("claude");
        for text in [None, Some("{}"), Some("{\"sandbox\": {\"enabled\": false}}"), Some("{")] {
            assert!(!is_on(&row, text), "{text:?}");
        }
        assert!(is_on(&row, Some("{\"sandbox\": {\"enabled\": true}}")));
    }
}
