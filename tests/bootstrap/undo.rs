//! `--bootstrap --undo`.

use ai_jail::bootstrap::undo::{Step, difference, step, take};

use super::{CLAUDE, CODEX, RULES, User, says};

impl User {
    /// `ai-jail --bootstrap --undo NAMES`: what is said.
    pub(super) fn undo(&self, names: &[&str]) -> Vec<String> {
        let prepared = self.prepare(names).unwrap();
        let said = prepared.changes.iter().map(|change| take(change, &step(change).unwrap()));
        said.collect::<Result<_, _>>().unwrap()
    }
}

#[test]
fn everything_is_as_it_was_before() {
    let user = User::new()
        .with(CLAUDE, "{\"permissions\": {\"allow\": [\"Bash(ls)\"]}}\n")
        .with(CODEX, "# mine\nmodel = \"m\"\n");
    let before = user.snapshot();
    user.run(&["claude", "codex", "opencode", "crush"]).unwrap();
    assert_ne!(user.snapshot(), before);
    let said = user.undo(&["claude", "codex", "opencode", "crush"]);
    let files = |snapshot: Vec<(std::path::PathBuf, Vec<u8>)>| {
        snapshot.into_iter().filter(|(path, _)| path.is_file()).collect::<Vec<_>>()
    };
    // Directories above those of the files stay.
    assert_eq!(files(user.snapshot()), files(before), "{said:?}");
    assert!(!user.home.join(RULES).parent().expect("one").exists(), "{said:?}");
    let said = user.undo(&["claude"]);
    assert!(says(&said, "nothing to take back"), "{said:?}");
}

#[test]
fn what_an_agent_added_since_stays() {
    let user = User::new().with(CODEX, "model = \"m\"\n");
    user.run(&["codex"]).unwrap();
    let added = "\n[projects.\"/p\"]\ntrust_level = \"trusted\"\n";
    let text = user.read(CODEX) + added;
    let user = user.with(CODEX, text);
    let said = user.undo(&["codex"]);
    assert_eq!(user.read(CODEX), format!("model = \"m\"\n{added}"), "{said:?}");
    assert!(!user.home.join(RULES).exists());

    // JSON that somebody has changed is left alone, and the backup is named.
    let user = User::new().with(CLAUDE, "{}\n");
    user.run(&["claude"]).unwrap();
    let changed = user.read(CLAUDE).replace("\"WebFetch\"", "\"Fetch\"");
    let user = user.with(CLAUDE, &changed);
    let said = user.undo(&["claude"]);
    assert_eq!(user.read(CLAUDE), changed);
    assert!(says(&said, "settings.json.before-ai-jail"), "{said:?}");
}

#[test]
fn a_dry_run_shows_it_and_writes_nothing() {
    let user = User::new();
    user.run(&["codex"]).unwrap();
    let before = user.snapshot();
    let prepared = user.prepare(&["codex"]).unwrap();
    let change = &prepared.changes[0];
    let step = step(change).unwrap();
    assert_eq!(step, Step::Remove);
    assert!(difference(change, &step).contains("-approval_policy = \"on-request\""));
    assert_eq!(user.snapshot(), before);
}
