//! How the new entries stand in the user's text.

use ai_jail::policy::asked::ASKED;

use super::{CLAUDE, CODEX, OPENCODE, merged};

/// The file of `OpenCode` with the patterns left out: what matters is where they stand.
fn opencode(text: &str) -> String {
    let (text, _) = merged("opencode", OPENCODE, text);
    let ours = |line: &&str| {
        !ASKED[1..].iter().any(|asked| line.contains(&format!("\"{}", asked.command)))
    };
    text.split_inclusive('\n').filter(ours).collect()
}

#[test]
fn comments_order_and_last_commas_stay() {
    let own = r#"// mine
{
    // which one
    "model": "a/b", // the large one
    "permission": {
        /* shell */ "bash": {
            "*": "allow", // all of it
            "docker *": "deny",
        },
        // nothing below
    },
    /* and
       more */
}
// the end
"#;
    let expected = r#"// mine
{
    // which one
    "model": "a/b", // the large one
    "permission": {
        /* shell */ "bash": {
            "*": "allow", // all of it
            "git push *": "ask",
            "docker *": "deny",
        },
        "edit": "allow",
        "external_directory": "allow",
        "webfetch": "allow",
        // nothing below
    },
    "$schema": "https://opencode.ai/config.json",
    /* and
       more */
}
// the end
"#;
    pretty_assertions::assert_str_eq!(opencode(own), expected);
}

#[test]
fn a_comment_beside_the_last_value_stays_beside_it() {
    let own = "{\n\t\"a\": 1, // one\n\t\"b\": [2] // two\n}";
    let expected = "{\n\t\"a\": 1, // one\n\t\"b\": [2], // two\n\t\"$schema\": \
                    \"https://opencode.ai/config.json\",\n\t\"permission\": {\n\t\t\"edit\": \
                    \"allow\",\n\t\t\"bash\": {\n\t\t\t\"*\": \"allow\",\n\t\t\t\"git push *\": \
                    \"ask\",\n\t\t},\n\t\t\"external_directory\": \"allow\",\n\t\t\"webfetch\": \
                    \"allow\"\n\t}\n}";
    // The filter has taken the last pattern, and so the comma before it is left.
    pretty_assertions::assert_str_eq!(opencode(own), expected);
}

#[test]
fn one_line_stays_one_line_where_it_can() {
    let (text, _) =
        merged("claude", CLAUDE, r#"{"permissions":{"allow":["Read"],"defaultMode":"plan"}}"#);
    assert!(text.starts_with(
        r#"{"permissions":{"allow":["Read", "Bash", "Edit", "Write", "NotebookEdit", "WebFetch", "WebSearch"],"defaultMode":"plan", "ask": ["#
    ), "{text}");
    let own = r#"{ "permission": { "bash": { "x *": "deny" }, "edit": "ask" } }"#;
    let (text, _) = merged("opencode", OPENCODE, own);
    assert!(
        text.starts_with(r#"{ "permission": { "bash": { "*": "allow", "git push *": "ask","#),
        "{text}"
    );
}

#[test]
fn an_empty_file_is_one_without_settings() {
    let fresh = merged("opencode", OPENCODE, "").0;
    for own in ["{}", "{}\n", "{ }", "{\n}\n", " \n", "\n"] {
        let text = merged("opencode", OPENCODE, own).0;
        assert_eq!(text.trim(), fresh.trim(), "{own:?}");
    }
    let text = merged("opencode", OPENCODE, "{\n  // none yet\n}\n").0;
    assert!(text.starts_with("{\n  // none yet\n  \"$schema\": "), "{text}");
    let text = merged("opencode", OPENCODE, "{ /* none */ }").0;
    assert!(text.starts_with("{ /* none */\n  \"$schema\": "), "{text}");
    let text = merged("opencode", OPENCODE, "// only this").0;
    assert!(text.starts_with("// only this\n{\n  \"$schema\": "), "{text}");
    let (text, _) = merged("claude", CLAUDE, r#"{"permissions": {"allow": [], "ask": [ ]}}"#);
    assert!(text.contains("\"allow\": [\n  \"Bash\",\n"), "{text}");
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    for (agent, path, own) in [
        ("claude", CLAUDE, "{\n  \"model\": \"x\",\n  \"permissions\": {}\n}\n"),
        ("opencode", OPENCODE, "{\n  \"model\": \"x\" // c\n}\n"),
        ("codex", CODEX, "model = \"x\" # c\n\n[tui]\na = 1\n"),
        ("codex", CODEX, "# c\n[tui]\n"),
        ("codex", CODEX, ""),
    ] {
        let plain = merged(agent, path, own).0;
        let other = merged(agent, path, &format!("\u{feff}{}", own.replace('\n', "\r\n"))).0;
        if own.is_empty() {
            assert_eq!(other, format!("\u{feff}{plain}"));
        } else {
            assert_eq!(other, format!("\u{feff}{}", plain.replace('\n', "\r\n")));
        }
    }
}

#[test]
fn toml_lines_come_below_the_other_values_of_the_top() {
    let ours = "approval_policy = \"on-request\"\nsandbox_mode = \"danger-full-access\"\n";
    for (before, after) in [
        ("model = \"x\" # mine\n", "\n# the terminal\n[tui]\nsandbox_mode = 1\n"),
        ("a.b = 1\nlist = [\n  1, # one\n]\n", "[[x]]\n"),
        ("# nothing yet\n", ""),
        ("", ""),
    ] {
        assert_eq!(
            merged("codex", CODEX, &format!("{before}{after}")).0,
            format!("{before}{ours}{after}")
        );
    }
    // There is no value at the top, so the lines are the first.
    assert_eq!(merged("codex", CODEX, "# tui\n[tui]\n").0, format!("{ours}\n# tui\n[tui]\n"));
    // Nor a last line end.
    assert_eq!(merged("codex", CODEX, "model = 1").0, format!("model = 1\n{ours}"));
}
