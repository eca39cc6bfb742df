//! A config that cannot be understood is shown with its place, and never replaced by defaults.

use std::fs;

use ai_jail::config::{ConfigError, MAX_SIZE};
use ai_jail::fields::all_names;
use pretty_assertions::assert_eq;

use crate::support::{Scratch, said};

/// The complaint about a project's file, its path shortened.
fn complaint(text: &str) -> String {
    let scratch = Scratch::new().with_project(text);
    let error = scratch.run(&["true"]).unwrap_err();
    assert!(matches!(error, ConfigError::Invalid(_)), "{error:?}");
    assert_eq!(scratch.project().as_deref(), Some(text), "the file changed");
    let dir = scratch.paths.project_dir.display().to_string();
    error.to_string().replace(&dir, "")
}

#[test]
fn an_unknown_field_is_shown_with_the_nearest_name() {
    assert_eq!(
        complaint("command = [\"claude\"]\n\nrw_map = [\"/x\"]\n"),
        "/.ai-jail:3:1: unknown field `rw_map`\n  |\n3 | rw_map = [\"/x\"]\n  | ^^^^^^ did you mean `rw_maps`?"
    );
    for (written, meant) in [
        ("gpu", "no_gpu"),
        ("no-docker", "no_docker"),
        ("NO_MISE", "no_mise"),
        ("no_secomp", "no_seccomp"),
        ("landlock", "no_landlock"),
        ("lock_down", "lockdown"),
        ("comand", "command"),
        ("rw-maps", "rw_maps"),
    ] {
        let text = complaint(&format!("{written} = true\n"));
        assert!(text.contains(&format!("did you mean `{meant}`?")), "{text}");
    }
    for (written, ours) in [("hide", "mask"), ("env", "env_pass"), ("clean-env", "clear_env")] {
        let text = complaint(&format!("{written} = true\n"));
        assert!(text.contains(&format!("ai-jail calls this `{ours}`")), "{text}");
    }
    let text = complaint("frobnicate = true\n");
    assert!(!text.contains("did you mean"), "{text}");
}

#[test]
fn tables_and_dotted_keys_are_unknown_or_of_the_wrong_type() {
    for text in [
        "[jail]\nno_gpu = true\n",
        "[command]\nx = 1\n",
        "lockdown.strict = true\n",
        "[[rw_maps]]\npath = \"/x\"\n",
    ] {
        complaint(text);
    }
}

#[test]
fn a_wrong_type_says_what_to_write() {
    assert_eq!(
        complaint("command = \"claude\" # mine\n"),
        "/.ai-jail:1:11: `command` must be an array of strings, not string\n  |\n\
         1 | command = \"claude\" # mine\n  |           ^^^^^^^^ write `command = [\"claude\"]`"
    );
    let text = complaint("no_gpu = \"true\"\n");
    assert!(text.contains("write `no_gpu = true` or"), "{text}");
    let text = complaint("rw_maps = [\"/x\", 7]\n");
    assert!(text.contains(":1:18: `rw_maps` must hold strings only, not integer"), "{text}");
}

#[test]
fn each_field_refuses_a_wrong_type() {
    for name in all_names() {
        let text = complaint(&format!("{name} = 7.5\n"));
        assert!(text.starts_with("/.ai-jail:1:"), "{text}");
    }
}

#[test]
fn impossible_values_are_refused() {
    for (text, part) in [
        ("command = []\n", "names no program"),
        ("command = [\"\"]\n", "names no program"),
        ("ro_maps = [\"\"]\n", "empty path"),
        ("mask = [\"\"]\n", ":1:9: `mask` has an empty glob"),
        ("mask = [\"@secret\"]\n", "a preset that does not exist"),
        ("mask = [\"!.env\"]\n", "exceptions have a flag of their own"),
        ("deny_paths = [\"../x\"]\n", "leaves the project"),
        ("deny_paths = [\"~/x\"]\n", "relative to the project"),
        ("mask_exceptions = [\"/\"]\n", "means the whole project"),
        ("rw_maps = [\"a\\u0000b\"]\n", "NUL"),
        ("rw_maps = [\"/x\"]\nro_maps = [\"/y\", \"/x/\"]\n", ":2:18: `/x/` is in both"),
        ("no_gpu = true\nno_gpu = false\n", "duplicate key"),
    ] {
        let complaint = complaint(text);
        assert!(complaint.contains(part), "{complaint}");
    }
}

#[test]
fn status_bar_fields_are_the_users_own() {
    for line in ["no_status_bar = true\n", "status_bar_style = \"dark\"\n"] {
        let text = complaint(line);
        assert!(text.contains("a setting of yours, not of a project"), "{text}");
        assert!(text.contains("~/.ai-jail"), "{text}");
    }
    let scratch = Scratch::new().with_user("status_bar_style = \"blue\"\n");
    let text = scratch.run(&["true"]).unwrap_err().to_string();
    assert!(text.contains("write \"dark\" or \"light\""), "{text}");
}

#[test]
fn malformed_toml_is_shown_at_its_place() {
    assert_eq!(
        complaint("no_gpu = true\nno_mise == true\n"),
        "/.ai-jail:2:10: not valid TOML: extra `=`, expected nothing\n  |\n\
         2 | no_mise == true\n  |          ^"
    );
    // The mark stands under the place also where escapes make the line longer, and at the end.
    let text = complaint("command = [\"\tä\", 'x\n");
    assert!(text.contains("1 | command = [\"\\tä\", 'x\n  |                     ^"), "{text}");
}

#[test]
fn bytes_that_are_not_utf8_have_a_place_too() {
    let scratch = Scratch::new();
    let bytes = b"no_gpu = true\ncommand = [\"a\xff\"]\n";
    fs::write(&scratch.paths.project_file, bytes).unwrap();
    let text = scratch.run(&["true"]).unwrap_err().to_string();
    assert!(text.contains(":2:14: not UTF-8 text"), "{text}");
    assert_eq!(fs::read(&scratch.paths.project_file).unwrap(), bytes);
}

#[test]
fn an_overlong_line_is_cut_round_its_mark() {
    let long = "x".repeat(5000);
    let text = complaint(&format!("command = [\"{long}\", 7, \"{long}\"]\n"));
    let longest = text.lines().skip(1).map(str::len).max();
    assert!(longest < Some(200), "{text}");
    assert!(text.contains("\", 7, \""), "{text}");
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed_raw() {
    for text in [
        "\u{9b}2J = 1\n",
        "command = [\"\\u001b[2J\u{202e}\"]\nfrob = 1\n",
        "\"\\u001b]0;owned\\u0007\" = true\n",
        "# \u{202e}\ncommand = \"\u{202e}x\u{85}\"\n",
        "x = '\u{1b}[2J'\n",
    ] {
        let complaint = complaint(text);
        let raw = complaint.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(raw, None, "{complaint:?}");
    }
}

#[test]
fn a_broken_file_stops_every_action_that_reads_it() {
    for args in [&["--init"][..], &["--exec", "true"], &["--dry-run"], &["status"], &["--doctor"]] {
        let scratch = Scratch::new().with_project("lockdown = tru\n");
        assert!(scratch.run(args).is_err(), "{args:?}");
        assert_eq!(scratch.project().as_deref(), Some("lockdown = tru\n"));
    }
}

#[test]
fn a_broken_user_file_stops_too_and_clean_does_not_hide_it() {
    let scratch = Scratch::new().with_user("lockdown = 1\n");
    assert!(scratch.run(&["true"]).is_err());
    assert!(scratch.run(&["--clean", "true"]).is_err());
}

#[test]
fn clean_replaces_what_cannot_be_read() {
    for broken in ["lockdown = tru\n", &"#".repeat(usize::try_from(MAX_SIZE).unwrap() + 1)] {
        let scratch = Scratch::new().with_project(broken);
        assert!(scratch.run(&["--init", "claude"]).is_err());
        scratch.run(&["--clean", "--init", "claude"]).unwrap();
        assert_eq!(said(&scratch.project().unwrap()), ["command = [\"claude\"]"]);
    }
}
