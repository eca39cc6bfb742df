//! A home of the jails' own (`integration/escape/own_home.rs`): nothing of the host's home is written,
//! save the state of the agent that runs.

use std::path::PathBuf;

use ai_jail::plan::EnvEdit;
use ai_jail::policy::Os;
use ai_jail::policy::home::{Treatment, rows_on};
use ai_jail::policy::macos::OWN_CACHE_VARIABLES;

use super::machine::{Jail, Mac};

const WORDS: &[&str] = &["--own-home", "true"];

/// The directory that the jails of the project have of their own.
fn own(jail: &Jail) -> PathBuf {
    let value = jail.plan.environment.iter().find_map(|edit| match edit {
        EnvEdit::Set(name, value) if name == "CARGO_HOME" => Some(PathBuf::from(value)),
        _ => None,
    });
    value.expect("a home").parent().expect("it").to_path_buf()
}

#[test]
fn no_row_of_the_home_is_written() {
    for exists in [true, false] {
        let mac = Mac::new();
        let written: Vec<_> = rows_on(Os::MacOs)
            .filter(|row| matches!(row.treatment, Treatment::ReadWrite | Treatment::Copied))
            .filter(|row| !row.path.contains('*'))
            .collect();
        for row in written.iter().filter(|_| exists) {
            match row.treatment {
                Treatment::Copied => mac.file(mac.home().join(row.path)),
                _ => mac.directory(mac.home().join(row.path)),
            };
        }
        let (usual, jail) = (mac.jail(&["true"]), mac.jail(WORDS));
        for row in written {
            let place = mac.home().join(row.path);
            let path = if row.treatment == Treatment::Copied { place } else { place.join("x") };
            assert!(usual.writes(&path), "the control: {}", row.path);
            assert!(!jail.writes(&path) && !jail.makes(&path, "REGULAR-FILE"), "{}", row.path);
            assert!(jail.reads(&path), "{}", row.path);
        }
        assert!(jail.writes(mac.project().join("x")));
    }
}

#[test]
fn tools_are_led_to_a_home_of_the_jails() {
    let mac = Mac::new();
    let jail = mac.jail(WORDS);
    let own = own(&jail);
    assert!(own.starts_with(mac.home().join(".local/share/ai-jail/homes")), "{}", own.display());
    for row in OWN_CACHE_VARIABLES {
        let place = PathBuf::from(format!("{}{}", own.display(), row.below));
        assert!(jail.makes(place.join("x"), "REGULAR-FILE") && jail.runs(place.join("x")));
        let edit = EnvEdit::Set(row.name.into(), place.into());
        assert!(jail.plan.environment.contains(&edit), "{}", row.name);
    }
    assert_eq!(jail.plan.own.as_slice(), std::slice::from_ref(&own), "it is made for the jail");
    let records = mac.home().join(".local/share/ai-jail");
    for beside in ["trust/x", "homes/other/home/x"] {
        let path = records.join(beside);
        assert!(!jail.reads(&path) && !jail.makes(&path, "REGULAR-FILE"), "{beside}");
    }
    assert!(!jail.reads(&records) && !jail.removes(&own));
    let usual = mac.jail(&["true"]);
    assert!(!usual.reads(own.join("x")) && !usual.makes(own.join("x"), "REGULAR-FILE"));
}

#[test]
fn the_agent_that_runs_keeps_its_state() {
    let mut mac = Mac::new();
    let program = mac.file("home/.local/bin/claude");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("chmod");
    mac.set("PATH", format!("{}:/usr/bin:/bin", program.parent().expect("bin").display()));
    let state = mac.file("home/.claude/projects/x");
    let other = mac.file("home/.codex/sessions/x");
    let jail = mac.jail(&["--own-home", "claude"]);
    assert!(jail.writes(&state) && jail.writes(mac.home().join(".claude.json")));
    assert!(!jail.writes(&other) && jail.reads(&other));
}
