//! The rows of the agents.

use std::ffi::OsString;
use std::path::Path;

use ai_jail::policy::Os;
use ai_jail::policy::agents::runtime::{kept_programs, own_directories};
use ai_jail::policy::agents::{AGENTS, Agent, recognise};
use ai_jail::policy::home::{Treatment, find};

/// What is made for an agent's state would otherwise be read-only, or hidden.
#[test]
fn every_directory_of_their_state_is_one_that_jails_write_to() {
    for agent in AGENTS {
        for directory in [&agent.directory].into_iter().chain(agent.state) {
            let (_, base, name) = directory.parts();
            let path = Path::new(base).join(name);
            for os in [Os::Linux, Os::MacOs] {
                let mut rows = path.ancestors().filter_map(|path| find(os, path));
                let row = rows.next().expect("a row of the home");
                assert_eq!(row.treatment, Treatment::ReadWrite, "{}: {path:?}", agent.name);
            }
        }
    }
}

/// A row is complete, and what it says of hosts is a rule that the network's filter could have.
#[test]
fn every_row_says_what_a_jail_needs() {
    for (index, agent) in AGENTS.iter().enumerate() {
        let name = agent.name;
        assert!(!agent.source.is_empty() && !agent.keys.is_empty(), "{name}");
        assert!(agent.home.iter().any(|row| row.treatment == Treatment::ReadWrite), "{name}");
        for host in agent.hosts {
            let plain = host.strip_prefix("*.").unwrap_or(host);
            let is_label = |label: &str| {
                !label.is_empty()
                    && label.chars().all(|char| char.is_ascii_alphanumeric() || char == '-')
            };
            assert!(plain.contains('.') && plain.split('.').all(is_label), "{name}: {host}");
        }
        assert!(!agent.hosts.is_empty(), "{name}");
        let words = |agent: &'static Agent| [&[agent.command], agent.also, agent.packages].concat();
        for other in &AGENTS[..index] {
            for word in words(other).into_iter().filter(|word| *word != "cline" && *word != "droid")
            {
                assert!(!words(agent).contains(&word), "{word}: {name} and {}", other.name);
            }
        }
    }
}

/// What is a jail's own lies in the agent's state, or nothing would need to be hidden.
#[test]
fn what_is_each_jails_own_lies_where_jails_write() {
    for row in own_directories() {
        let above = Path::new(row.path).ancestors().skip(1).find_map(|path| find(Os::Linux, path));
        assert_eq!(above.expect(row.path).treatment, Treatment::ReadWrite, "{}", row.path);
    }
    for (agent, place) in kept_programs() {
        let mut above = Path::new(place.path).ancestors().skip(1);
        let above = above.find_map(|path| find(Os::Linux, path));
        let treatment = above.map(|row| row.treatment);
        assert_eq!(treatment, Some(Treatment::ReadWrite), "{}: {}", agent.name, place.path);
    }
}

/// The command of the agent that a command line starts.
fn started(line: &str) -> Option<&'static str> {
    let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    recognise(&words).map(|agent| agent.command)
}

#[test]
fn by_its_name_and_by_those_of_its_adapters() {
    assert_eq!(started("claude"), Some("claude"));
    assert_eq!(started("/opt/bin/codex exec x"), Some("codex"));
    assert_eq!(started("claude-code-acp"), Some("claude"));
    assert_eq!(started("codex-acp"), Some("codex"));
    assert_eq!(started("cn -p x"), Some("cn"));
    assert_eq!(started("claude2"), None);
    assert_eq!(started("bash -c claude"), None);
}

#[test]
fn as_a_package_that_a_runner_runs() {
    let lines = [
        ("npx @anthropic-ai/claude-code", "claude"),
        ("npx -y @anthropic-ai/claude-code@latest -p x", "claude"),
        ("npx --yes @zed-industries/codex-acp@0.16.0", "codex"),
        ("npx -p @openai/codex codex exec x", "codex"),
        ("npx --package=opencode-ai opencode run x", "opencode"),
        ("npm exec -- @google/gemini-cli", "gemini"),
        ("pnpm dlx @qwen-code/qwen-code", "qwen"),
        ("bunx --bun cline", "cline"),
        ("bun x @github/copilot", "copilot"),
        ("uvx aider-chat", "aider"),
        ("uvx --python 3.12 --from aider-chat[help]==0.86 aider --message x", "aider"),
        ("uv tool run mistral-vibe", "vibe"),
        ("pipx run kimi-cli", "kimi"),
    ];
    for (line, command) in lines {
        assert_eq!(started(line), Some(command), "{line}");
    }
    for line in
        ["npx claude", "npx", "npx -p", "npm run claude", "uvx ruff", "npx --yes", "uv sync"]
    {
        assert_eq!(started(line), None, "{line}");
    }
}

/// A script that is told of it can type it.
#[test]
fn every_one_shot_form_begins_with_the_command() {
    for agent in AGENTS {
        assert_eq!(agent.one_shot.split(' ').next(), Some(agent.command));
        assert!(agent.one_shot.ends_with(" PROMPT"), "{}", agent.one_shot);
    }
}
