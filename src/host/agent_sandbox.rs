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
    /// The key that its user wrote, this one or what outranks it, and that `--bootstrap` leaves as it is.
    pub left: Option<&'static [&'static str]>,
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
    let text = text.as_deref();
    is_on(&row, text).then(|| {
        let left = text.and_then(|text| left(agent, &row, text));
        SwitchedOn { file, row, left }
    })
}

/// The key of the user's in the text that `--bootstrap` leaves as it is.
fn left(agent: &Agent, row: &Sandbox, text: &str) -> Option<&'static [&'static str]> {
    if row.on == On::Where {
        return None;
    }
    let instead = agent.files.iter().flat_map(|file| file.instead);
    let instead = instead.filter(|instead| instead.key == row.key).map(|instead| instead.user);
    instead.chain([row.key]).find(|key| value(row.file, key, text).is_some())
}

/// What the text of the settings says. One that cannot be read says nothing.
fn is_on(row: &Sandbox, text: Option<&str>) -> bool {
    let value = text.and_then(|text| value(row.file, row.key, text));
    match row.on {
        On::Unless(off) => value.as_deref() != Some(off),
        On::Where => value.as_deref() == Some("true"),
    }
}

/// The value at a key of a file's text, a string or a truth.
fn value(file: &str, key: &[&str], text: &str) -> Option<String> {
    if Path::new(file).extension().is_some_and(|ending| ending == "toml") {
        let document = toml_edit::Document::parse(text).ok()?;
        let item = key.iter().try_fold(document.as_item(), |item, name| item.get(name))?;
        return item.as_str().map(str::to_owned).or(item.as_bool().map(|value| value.to_string()));
    }
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    let value = key.iter().try_fold(&document, |value, name| value.get(name))?;
    value.as_str().map(str::to_owned).or(value.as_bool().map(|value| value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{is_on, left};
    use crate::policy::agents::{AGENTS, Agent, Sandbox};

    fn agent(command: &str) -> &'static Agent {
        AGENTS.iter().find(|agent| agent.command == command).expect("a row")
    }

    fn sandbox(command: &str) -> Sandbox {
        agent(command).sandbox.expect("it has one")
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

    #[test]
    fn what_the_user_wrote_is_told_from_what_nobody_did() {
        let left = |text| left(agent("codex"), &sandbox("codex"), text);
        assert_eq!(left("sandbox_mode = \"workspace-write\""), Some(&["sandbox_mode"][..]));
        let both = "sandbox_mode = \"workspace-write\"\ndefault_permissions = \"mine\"";
        assert_eq!(left(both), Some(&["default_permissions"][..]));
        assert_eq!(left("model = \"m\""), None);
    }
}
