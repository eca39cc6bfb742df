//! The user's own entries beside ours.

use ai_jail::policy::asked::ASKED;
use serde_json::json;

use super::{CLAUDE, CODEX, CRUSH, FILES, OPENCODE, RULES, User, merged, says, strings};

/// What `OpenCode` does with a command: the last pattern that fits decides.
fn opencode(text: &str, command: &str) -> String {
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    // A map sorts its keys, and here their order counts.
    let keys = file["permission"]["bash"].as_object().unwrap().keys();
    let last = keys.filter(|key| fits(key, command)).max_by_key(|key| {
        let quoted = serde_json::to_string(key).unwrap();
        text.rfind(&format!("{quoted}:")).or_else(|| text.rfind(&format!("{quoted} :"))).unwrap()
    });
    file["permission"]["bash"][last.unwrap()].as_str().unwrap().to_owned()
}

fn fits(pattern: &str, command: &str) -> bool {
    if pattern.strip_suffix(" *") == Some(command) {
        return true;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = command.strip_prefix(parts.next().unwrap()) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = parts.peek().is_none();
        match if end { rest.ends_with(part).then_some(rest.len()) } else { rest.find(part) } {
            Some(at) => rest = &rest[(at + part.len()).min(rest.len())..],
            None => return false,
        }
    }
    true
}

#[test]
fn a_new_file_has_the_settings_and_nothing_else() {
    let user = User::new();
    user.run(&["claude", "codex", "opencode", "crush"]).unwrap();

    let claude = user.json(CLAUDE);
    let permissions = claude["permissions"].as_object().unwrap();
    assert_eq!(permissions.keys().collect::<Vec<_>>(), ["allow", "ask", "defaultMode"]);
    assert!(strings(&claude["permissions"]["allow"]).contains(&"Bash"));
    let ask = strings(&claude["permissions"]["ask"]);
    assert_eq!(ask.len(), ASKED.len());
    for rule in ["Bash(git push *)", "Bash(git -C * push*)", "Bash(rm *)", "Bash(npm publish *)"] {
        assert!(ask.contains(&rule), "{rule}");
    }
    assert_eq!(claude["permissions"]["defaultMode"], "acceptEdits");

    let config = "approval_policy = \"on-request\"\nsandbox_mode = \"danger-full-access\"\n";
    assert_eq!(user.read(CODEX), config);
    let rules = user.read(RULES);
    assert!(rules.contains("\nprefix_rule(pattern = [\"git\", \"push\"], decision = \"prompt\", "));
    // Words with a star cannot be said there.
    let plain = ASKED.iter().filter(|asked| asked.words().is_some()).count();
    assert_eq!(rules.matches("prefix_rule(").count(), plain);

    let text = user.read(OPENCODE);
    for (command, what) in [
        ("git push", "ask"),
        ("git push origin +main", "ask"),
        ("git -C elsewhere push", "ask"),
        ("rm -rf x", "ask"),
        ("cargo publish", "ask"),
        ("git status", "allow"),
        ("cargo test", "allow"),
        ("rmdir x", "allow"),
    ] {
        assert_eq!(opencode(&text, command), what, "{command}");
    }

    let crush = user.json(CRUSH);
    assert!(strings(&crush["permissions"]["allowed_tools"]).contains(&"edit"));
    // It would be allowed whatever the command is.
    assert!(!strings(&crush["permissions"]["allowed_tools"]).contains(&"bash"));
    assert_eq!(crush["hooks"]["PreToolUse"][0]["matcher"], "^bash$");
}

#[test]
fn a_second_run_finds_nothing_to_do() {
    for (agent, files) in FILES {
        let user = User::new();
        assert!(says(&user.run(&[agent]).unwrap(), "wrote"));
        let before = user.snapshot();
        let said = user.run(&[agent]).unwrap();
        assert_eq!(user.snapshot(), before);
        assert_eq!(said.len(), files.len(), "{said:?}");
        assert!(said.iter().all(|line| line.contains("nothing to add")), "{said:?}");
    }
}

#[test]
fn other_keys_stay() {
    let (text, _) = merged("claude", CLAUDE, r#"{"model": "opus", "env": {"A": "1"}}"#);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&file["model"], &file["env"]), (&json!("opus"), &json!({"A": "1"})));
    assert_eq!(file["permissions"]["defaultMode"], "acceptEdits");
}

#[test]
fn lists_are_completed() {
    let own = r#"{"permissions": {"allow": ["Bash", "mcp__mine"], "deny": ["Read(./.env)"]}}"#;
    let (text, said) = merged("claude", CLAUDE, own);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let allow = strings(&file["permissions"]["allow"]);
    assert_eq!(allow[..3], ["Bash", "mcp__mine", "Edit"]);
    assert_eq!(allow.iter().filter(|rule| **rule == "Bash").count(), 1);
    assert_eq!(file["permissions"]["deny"], json!(["Read(./.env)"]));
    assert!(says(&said, "added permissions.allow, 6 entries"), "{said:?}");
}

#[test]
fn a_value_of_the_users_stays_and_is_said() {
    let (text, said) = merged("claude", CLAUDE, r#"{"permissions": {"defaultMode": "plan"}}"#);
    assert!(text.contains(r#""defaultMode": "plan""#) && !text.contains("acceptEdits"));
    assert!(says(&said, r#"kept: permissions.defaultMode stays "plan""#), "{said:?}");

    let own = "approval_policy = 'never' # mine\n";
    let (text, said) = merged("codex", CODEX, own);
    assert_eq!(text, format!("{own}sandbox_mode = \"danger-full-access\"\n"));
    assert!(says(&said, "kept: approval_policy stays 'never'"), "{said:?}");

    let own = "approval_policy = { granular = { rules = true } }\n[tui]\nx = 1\n";
    let (text, _) = merged("codex", CODEX, own);
    assert_eq!(text.matches("approval_policy").count(), 1);

    let own = r#"{"permission": {"edit": "deny", "bash": "ask"}}"#;
    let (text, said) = merged("opencode", OPENCODE, own);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&file["permission"]["edit"], &file["permission"]["bash"]),
        (&json!("deny"), &json!("ask"))
    );
    assert!(says(&said, r#"permission.bash stays "ask""#), "{said:?}");
}

#[test]
fn what_the_user_allows_does_not_begin_to_ask() {
    // In Claude Code a rule that asks outranks one that allows.
    let own = r#"{"permissions": {"allow": ["Bash(git push:*)", "Bash(rm *)"], "deny": ["Bash(ssh *)"]}}"#;
    let (text, said) = merged("claude", CLAUDE, own);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let ask = strings(&file["permissions"]["ask"]);
    assert!(
        !ask.iter().any(|rule| ["Bash(git push *)", "Bash(rm *)", "Bash(ssh *)"].contains(rule))
    );
    assert!(ask.contains(&"Bash(git clean *)"));

    // Who denies all shell commands does not get them allowed beside it.
    let (text, said2) =
        merged("claude", CLAUDE, r#"{"permissions": {"deny": ["Bash"], "allow": []}}"#);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!strings(&file["permissions"]["allow"]).contains(&"Bash"));
    assert!(says(&said2, "Bash stays in permissions.deny"), "{said2:?}");
    drop(said);

    // The strictest of Codex's rules wins, so a second one would undo the user's.
    let user = User::new().with(
        ".codex/rules/default.rules",
        "prefix_rule(pattern=[\"git\", \"push\"], decision=\"allow\")\n",
    );
    let said = user.run(&["codex"]).unwrap();
    assert!(!user.read(RULES).contains(r#"["git", "push"]"#));
    assert!(user.read(RULES).contains(r#"["npm", "publish"]"#));
    assert!(says(&said, "stays as it is in another rules file"), "{said:?}");
}

#[test]
fn the_users_patterns_outrank_ours() {
    let own = r#"{"permission": {"bash": {"git *": "allow", "npm *": "deny"}}}"#;
    let (text, _) = merged("opencode", OPENCODE, own);
    for (command, what) in
        [("git push", "allow"), ("npm publish", "deny"), ("cargo publish", "ask"), ("ls", "allow")]
    {
        assert_eq!(opencode(&text, command), what, "{command}: {text}");
    }
    // A rule for everything stays, and ours come after it, or they would say nothing.
    for everything in ["ask", "allow", "deny"] {
        let own = format!(
            "{{\"permission\": {{\"bash\": {{\"*\": \"{everything}\", \"rm *\": \"allow\"}}}}}}"
        );
        let (text, said) = merged("opencode", OPENCODE, &own);
        for (command, what) in [("ls", everything), ("git push", "ask"), ("rm x", "allow")] {
            assert_eq!(opencode(&text, command), what, "{command}: {text}");
        }
        assert!(says(&said, r#"permission.bash.rm * stays "allow""#), "{said:?}");
        assert_eq!(says(&said, "permission.bash.* stays"), everything != "allow", "{said:?}");
    }
}

#[test]
fn what_is_said_in_another_way_is_not_contradicted() {
    for own in [
        r#"{"permission": "ask"}"#,
        r#"{"permission": {"*": "deny", "read": "allow"}}"#,
        r#"{"permissions": [{"action": "*", "resource": "*", "effect": "ask"}]}"#,
    ] {
        let (text, said) = merged("opencode", OPENCODE, own);
        let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
        file.as_object_mut().unwrap().remove("$schema");
        assert_eq!(file, serde_json::from_str::<serde_json::Value>(own).unwrap());
        assert!(says(&said, "kept: permission"), "{said:?}");
    }
    let (text, _) = merged("opencode", OPENCODE, r#"{"permission": {"*": "allow"}}"#);
    assert_eq!(opencode(&text, "git push"), "ask");

    let own = "default_permissions = \":workspace\"\n";
    let (text, said) = merged("codex", CODEX, own);
    assert_eq!(text, format!("{own}approval_policy = \"on-request\"\n"));
    assert!(says(&said, "default_permissions is set, so sandbox_mode stays"), "{said:?}");
}

#[test]
fn a_hook_of_ours_that_the_user_changed_stays() {
    let own =
        r#"{"hooks": {"PreToolUse": [{"command": "x"}, {"name": "ai-jail", "command": "true"}]}}"#;
    let (text, said) = merged("crush", CRUSH, own);
    assert_eq!(text.matches("ai-jail").count(), 1);
    assert!(says(&said, "the hook ai-jail in hooks.PreToolUse stays as it is"), "{said:?}");
    let (text, _) = merged("crush", CRUSH, r#"{"hooks": {"PreToolUse": [{"command": "x"}]}}"#);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["hooks"]["PreToolUse"][0], json!({"command": "x"}));
    assert_eq!(file["hooks"]["PreToolUse"][1]["name"], "ai-jail");
}

#[test]
fn rules_that_are_there_stay_as_they_are() {
    let own = "# mine\nprefix_rule(\n    pattern = [\"rm\"],\n    decision = \"allow\",\n)";
    let (text, _) = merged("codex", RULES, own);
    assert!(
        text.starts_with(&format!("{own}\nprefix_rule(pattern = [\"git\", \"push\"]")),
        "{text}"
    );
    assert_eq!(text.matches("[\"rm\"]").count(), 1);
}

/// Nothing works with it, and the report says what was changed.
#[test]
fn a_sandbox_that_cannot_start_is_switched_off() {
    let user = User::new().with(CLAUDE, "{\"sandbox\": {\"enabled\": true, \"x\": 1}}\n");
    let report = user.run(&["claude"]).unwrap();
    assert_eq!(user.json(CLAUDE)["sandbox"], json!({"enabled": false, "x": 1}));
    assert!(says(&report, "changed sandbox.enabled from true to false"), "{report:?}");
    let user = User::new().with(CLAUDE, "{}\n");
    user.run(&["claude"]).unwrap();
    assert_eq!(user.json(CLAUDE).get("sandbox"), None);
}

/// It stays as the user has it, and the report says what comes of it.
#[test]
fn a_value_that_the_agent_refuses_is_named() {
    let user = User::new().with(CODEX, "approval_policy = \"untrusted\"\n");
    let report = user.run(&["codex"]).unwrap();
    assert!(user.read(CODEX).contains("approval_policy = \"untrusted\"\n"));
    let line = "approval_policy stays \"untrusted\"; the newest Codex does not start with it";
    assert!(says(&report, line), "{report:?}");
}
