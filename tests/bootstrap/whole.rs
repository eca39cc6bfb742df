//! Files that are written whole, or not at all.

use ai_jail::policy::asked::ASKED;

use super::{LISTS, POLICY, User, says};

#[test]
fn gemini_allows_all_but_what_asks_and_lets_every_rule_of_its_users_win() {
    let user = User::new();
    user.run(&["gemini"]).unwrap();
    let policy: toml_edit::DocumentMut = user.read(POLICY).parse().expect("TOML");
    let rules = policy["rule"].as_array_of_tables().expect("rules");
    let [allow, ask] = rules.iter().collect::<Vec<_>>()[..] else { panic!("{policy}") };
    let text = |value: &toml_edit::Item| value.as_str().map(str::to_owned);
    assert_eq!(text(&allow["decision"]).as_deref(), Some("allow"));
    assert_eq!(text(&ask["decision"]).as_deref(), Some("ask_user"));
    assert_eq!((allow["priority"].as_integer(), ask["priority"].as_integer()), (Some(0), Some(1)));
    let prefixes = ask["commandPrefix"].as_array().expect("a list");
    let prefixes: Vec<_> = prefixes.iter().filter_map(toml_edit::Value::as_str).collect();
    let plain = ASKED.iter().filter(|asked| asked.words().is_some());
    assert_eq!(prefixes, plain.map(|asked| asked.command).collect::<Vec<_>>());
    for rule in [allow, ask] {
        let modes = rule["modes"].as_array().expect("a list").to_string();
        assert!(!modes.contains("plan") && !modes.contains("yolo"), "{modes}");
    }
}

#[test]
fn continue_asks_for_each_command_with_words_and_without() {
    let user = User::new();
    user.run(&["cn"]).unwrap();
    let lists = user.read(LISTS);
    let (allow, ask) = lists.split_once("\nask:\n").expect("two lists");
    assert!(allow.contains("allow:\n  - \"Bash\"\n"), "{allow}");
    for rule in ["Bash(git push)", "Bash(git push *)", "Bash(find * -delete*)", "Bash(rm *)"] {
        assert!(ask.contains(&format!("  - \"{rule}\"\n")), "{rule}: {ask}");
    }
}

#[test]
fn a_file_that_is_there_stays_and_is_said() {
    for (agent, path) in [("gemini", POLICY), ("cn", LISTS)] {
        let user = User::new().with(path, "ask:\n  - Edit\n");
        let said = user.run(&[agent]).unwrap();
        assert_eq!(user.read(path), "ask:\n  - Edit\n");
        assert!(says(&said, "kept: the file as it is"), "{said:?}");
        user.undo(&[agent]);
        assert_eq!(user.read(path), "ask:\n  - Edit\n");

        let user = User::new();
        user.run(&[agent]).unwrap();
        let said = user.run(&[agent]).unwrap();
        assert!(says(&said, "nothing to add") && !says(&said, "kept"), "{said:?}");
        user.undo(&[agent]);
        assert!(!user.home.join(path).exists());
    }
}

#[test]
fn what_continue_begins_with_says_nothing_and_comes_back() {
    let own =
        "# cn tool permissions\n\n# Tools that are allowed\nallow: []\n\nask: []\n\nexclude: []\n";
    let user = User::new().with(LISTS, own);
    let said = user.run(&["cn"]).unwrap();
    assert!(says(&said, "as it was before: "), "{said:?}");
    assert!(user.read(LISTS).contains("Bash(git push *)") && !user.read(LISTS).contains("[]"));
    user.undo(&["cn"]);
    assert_eq!(user.read(LISTS), own);
}
