//! Crush's hook, which is a shell command: run as one.

use std::process::Command;

use ai_jail::bootstrap::hook_command;

/// What the hook says of a command, in a jail or outside.
fn says(command: Option<&str>, jail: bool) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-c", &hook_command()]).env_clear();
    if let Some(command) = command {
        shell.env("CRUSH_TOOL_INPUT_COMMAND", command);
    }
    if jail {
        shell.env("AI_JAIL", "1");
    }
    let output = shell.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

const ALLOWED: &str = "{\"decision\":\"allow\"}\n";

#[test]
fn it_allows_what_does_not_ask() {
    for command in [
        "ls",
        "cargo test",
        "npm run format",
        "git status",
        "git commit -m 'a push'",
        "rmdir x",
        "git checkout main",
        "cat .git/rm",
        "printf '%s' \"$(date)\" `id` 'it''s' \\\n x",
    ] {
        let quoted = says(Some(command), true);
        // `.git/rm` looks like a program of that name; asking once too often is no harm.
        let expected = if command.ends_with("/rm") { "" } else { ALLOWED };
        assert_eq!(quoted, expected, "{command}");
    }
}

#[test]
fn it_leaves_to_the_user_what_asks() {
    for command in [
        "git push",
        "git push --force origin main",
        "cd x && git push",
        "true;git push;true",
        "sh -c 'git push'",
        "x=$(git push)",
        "git -C there push",
        "rm -rf target",
        "/bin/rm x",
        "ls\nrm x\n",
        "find . -name x -delete",
        "git reset --hard HEAD~1",
        "git checkout -- .",
        "npm publish",
        "./gradlew publish",
    ] {
        assert_eq!(says(Some(command), true), "", "{command}");
    }
}

#[test]
fn outside_a_jail_or_without_a_command_it_says_nothing() {
    assert_eq!(says(Some("ls"), true), ALLOWED);
    assert_eq!(says(Some("ls"), false), "");
    assert_eq!(says(Some(""), true), "");
    assert_eq!(says(None, true), "");
}
