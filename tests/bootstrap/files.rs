//! Which files are written, which never are, and what is left beside them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{CLAUDE, CODEX, CRUSH, FILES, OPENCODE, RULES, User, says};

const OWN: &str = "{\"model\": \"mine\"}\n";

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_agents_in_use_are_written() {
    let user = User::new();
    let before = user.snapshot();
    let said = user.run(&[]).unwrap();
    assert_eq!(user.snapshot(), before);
    assert_eq!(said.len(), FILES.len());
    assert!(says(&said, "Codex: not in use here; `ai-jail --bootstrap codex`"), "{said:?}");

    // A program on the search path, or settings.
    let user = User::new().with("bin/codex", "#!/bin/sh\n").with(".claude/history.jsonl", "");
    fs::set_permissions(user.home.join("bin/codex"), Permissions::from_mode(0o755)).unwrap();
    let said = user.run(&[]).unwrap();
    assert!(user.home.join(CLAUDE).exists() && user.home.join(CODEX).exists());
    assert!(!user.home.join(".config").exists(), "{said:?}");

    // Named ones in any case, and no others.
    let user = User::new().with(CODEX, "");
    user.run(&["crush", "opencode"]).unwrap();
    assert!(user.home.join(CRUSH).exists() && user.home.join(OPENCODE).exists());
    assert_eq!(user.read(CODEX), "");
}

#[test]
fn a_malformed_file_leaves_all_as_they_are() {
    for (agent, path, text, place, words) in [
        ("claude", CLAUDE, "{\n  \"a\": 1,\n  \"b\" 2\n}\n", "3:7", "expected `:`"),
        ("claude", CLAUDE, "{\n  \"a\": 1,\n}\n", "3:1", "last commas have no place"),
        (
            "claude",
            CLAUDE,
            "{\n  // mine\n  \"a\": 1\n}\n",
            "2:3",
            "comments and last commas have no place",
        ),
        ("claude", CLAUDE, "[]", "1:1", "the file has to be an object"),
        ("claude", CLAUDE, "{}{}", "1:3", "trailing characters"),
        ("claude", CLAUDE, "{\"permissions\": []}", "1:17", "`permissions` has to be an object"),
        ("claude", CLAUDE, "{\"permissions\": {\"ask\": {}}}", "1:25", "has to be an array"),
        ("claude", CLAUDE, "{\"permissions\": {}, \"permissions\": {}}", "1:36", "here twice"),
        ("codex", CODEX, "a = 1\nb = \n", "2:5", "not valid TOML"),
        ("codex", CODEX, "a = 1\na = 2\n", "2:1", "duplicate key"),
        ("opencode", OPENCODE, "{\n  \"a\": /* open\n}\n", "2:8", "not valid JSON"),
        ("opencode", OPENCODE, "{\"permission\": {\"bash\": [1]}}", "1:25", "has to be an object"),
        ("opencode", OPENCODE, "{,}", "1:2", "not valid JSON"),
        ("crush", CRUSH, "{\"hooks\": {\"PreToolUse\": {}}}", "1:26", "has to be an array"),
        ("crush", CRUSH, "{\"a\": \"x", "1:8", "not valid JSON"),
    ] {
        let user = User::new().with(path, text);
        let error = user.refused(&["claude", "codex", "opencode", "crush"]);
        let place = format!("{}:{place}: ", user.home.join(path).display());
        assert!(error.starts_with(&place) && error.contains(words), "{agent}, {place}: {error}");
        assert!(error.contains("nothing was written"), "{error}");
    }
    let user = User::new().with(CODEX, b"a = \"\xff\"");
    assert!(user.refused(&["claude", "codex"]).contains("config.toml:1:6: not UTF-8"));
}

#[test]
fn what_is_no_file_is_refused() {
    let user = User::new();
    fs::create_dir_all(user.home.join(CLAUDE)).unwrap();
    assert!(user.refused(&["claude"]).contains("it is a directory"));
    let user = User::new().with(".codex", "a file");
    assert!(user.refused(&["codex"]).contains("Not a directory"));
}

#[test]
fn the_first_change_leaves_a_backup_and_no_later_one_touches_it() {
    let user = User::new().with(CLAUDE, OWN);
    let said = user.run(&["claude"]).unwrap();
    let backup = format!("{CLAUDE}.before-ai-jail");
    assert_eq!(user.read(&backup), OWN);
    assert!(says(&said, "as it was before: ") && says(&said, "settings.json.before-ai-jail"));

    fs::write(user.home.join(CLAUDE), "{\"model\": \"another\"}").unwrap();
    let said = user.run(&["claude"]).unwrap();
    assert!(says(&said, "wrote") && !says(&said, "before: "), "{said:?}");
    assert_eq!(user.read(&backup), OWN);

    // A new file has nothing to be kept.
    let user = User::new();
    user.run(&["claude"]).unwrap();
    assert_eq!(fs::read_dir(user.home.join(".claude")).unwrap().count(), 1);
}

#[test]
fn permissions_are_kept_and_secrets_stay_private() {
    let user = User::new().with(CODEX, "model = 1\n").with(CLAUDE, OWN);
    fs::set_permissions(user.home.join(CODEX), Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(user.home.join(CLAUDE), Permissions::from_mode(0o600)).unwrap();
    user.run(&["codex", "claude", "crush"]).unwrap();
    for (path, expected) in [(CODEX, 0o640), (CLAUDE, 0o600)] {
        assert_eq!(mode(user.home.join(path)), expected);
        assert_eq!(mode(user.home.join(format!("{path}.before-ai-jail"))), expected);
    }
    assert_eq!(mode(user.home.join(RULES)), 0o600);
    assert_eq!(mode(user.home.join(".config/crush")), 0o700);
}

#[test]
fn a_link_of_a_dotfile_manager_stays_one() {
    for (target, link) in [
        ("dotfiles/claude/settings.json", CLAUDE),
        (".dotfiles/codex.toml", CODEX),
        ("dotfiles/opencode.json", OPENCODE),
    ] {
        let text = if target.ends_with("toml") { "model = 1\n" } else { OWN };
        let user = User::new().with(target, text);
        let (agent, _) = FILES.iter().find(|(_, files)| files.contains(&link)).unwrap();
        let (target, link) = (user.home.join(target), user.home.join(link));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&target, &link).unwrap();
        let said = user.run(&[agent]).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), target);
        assert_ne!(fs::read_to_string(&target).unwrap(), text);
        assert!(says(&said, &format!("which is {}", target.display())), "{said:?}");
        let sees = format!("a jail sees it there only with --map {}", target.display());
        assert!(says(&said, &sees), "{said:?}");
        let backup = format!("{}.before-ai-jail", target.display());
        assert_eq!(fs::read_to_string(backup).unwrap(), text);
    }
    // The directory may be the link.
    let user = User::new().with("dotfiles/claude/settings.json", OWN);
    symlink("dotfiles/claude", user.home.join(".claude")).unwrap();
    let said = user.run(&["claude"]).unwrap();
    assert!(!says(&said, "a jail sees it"), "{said:?}");
    assert!(user.read("dotfiles/claude/settings.json").contains("permissions"));
    assert!(user.home.join(".claude").is_symlink());
}

#[test]
fn a_link_to_anything_else_is_refused() {
    let user = User::new().with("work/project/settings.json", OWN).with(".bashrc", "");
    let outside = user.outside("elsewhere").join("settings.json");
    fs::write(&outside, OWN).unwrap();
    fs::create_dir_all(user.home.join(".claude")).unwrap();
    let link = user.home.join(CLAUDE);
    for (target, words) in [
        (outside.as_path(), "leads out of the home"),
        (&user.home.join("work/project/settings.json"), "in the working directory"),
        (&user.home.join(".bashrc"), "is a link to"),
        (&user.home.join("new.json"), "does not exist"),
        (&link, "symbolic links"),
    ] {
        let _ = fs::remove_file(&link);
        symlink(target, &link).unwrap();
        let error = user.refused(&["claude", "codex"]);
        assert!(error.contains(words), "{}: {error}", target.display());
    }
    // A directory that is a link is no way round it.
    fs::remove_dir_all(user.home.join(".claude")).unwrap();
    symlink(outside.parent().unwrap(), user.home.join(".claude")).unwrap();
    assert!(user.refused(&["claude"]).contains("leads out of the home"));
}

#[test]
fn the_agents_variables_are_followed() {
    let user = User::new();
    let there = user.outside("there");
    let at = |name: &str| there.join(name);
    let user = user
        .set("CLAUDE_CONFIG_DIR", at("claude"))
        .set("CODEX_HOME", at("codex"))
        .set("XDG_CONFIG_HOME", at("config"))
        .set("CRUSH_GLOBAL_CONFIG", at("crush"));
    user.run(&["claude", "codex", "opencode", "crush"]).unwrap();
    for file in [
        "claude/settings.json",
        "codex/config.toml",
        "codex/rules/ai-jail.rules",
        "config/opencode/opencode.json",
        "crush/crush.json",
    ] {
        assert!(at(file).is_file(), "{file}");
    }
    assert_eq!(fs::read_dir(&user.home).unwrap().count(), 1, "only the project's parent");

    let user = User::new().set("CODEX_HOME", "relative");
    assert!(user.refused(&["codex"]).contains("CODEX_HOME=relative is not an absolute path"));
    // The specification wants that ignored.
    let user = User::new().set("XDG_CONFIG_HOME", "relative").set("CLAUDE_CONFIG_DIR", "");
    user.run(&["crush", "claude"]).unwrap();
    assert!(user.home.join(CRUSH).is_file() && user.home.join(CLAUDE).is_file());
}

#[test]
fn of_opencodes_files_the_one_that_speaks_of_permissions_is_taken() {
    let (jsonc, json) = (".config/opencode/opencode.jsonc", OPENCODE);
    let user = User::new().with(jsonc, OWN).with(json, "{\"permission\": {}}");
    user.run(&["opencode"]).unwrap();
    assert_eq!(user.read(jsonc), OWN);
    assert!(user.read(json).contains("git push"));

    let user = User::new().with(jsonc, OWN).with(json, OWN);
    user.run(&["opencode"]).unwrap();
    assert_eq!(user.read(json), OWN);
    assert!(user.read(jsonc).contains("git push"));

    // A file that a variable names outranks those, and is made where there is none.
    let user = User::new().with(json, OWN).with("own.jsonc", OWN);
    let own = user.home.join("own.jsonc");
    let user = user.set("OPENCODE_CONFIG", &own);
    user.run(&["opencode"]).unwrap();
    assert_eq!(user.read(json), OWN);
    assert!(user.read("own.jsonc").contains("git push"));
    let user = User::new();
    let own = user.home.join("own.json");
    let user = user.set("OPENCODE_CONFIG", &own);
    user.run(&["opencode"]).unwrap();
    assert!(own.is_file() && !user.home.join(json).exists());

    let user = User::new();
    let there = user.outside("there");
    let user = user.set("OPENCODE_CONFIG_DIR", &there);
    user.run(&["opencode"]).unwrap();
    assert!(there.join("opencode.json").is_file());
}

#[test]
fn nothing_is_written_in_the_project() {
    let user = User::new();
    let project = user.project.clone();
    let user = user.set("CODEX_HOME", project.join("codex"));
    assert!(user.refused(&["claude", "codex"]).contains("is in the working directory"));

    // In the home itself everything would be in the project.
    let mut user = User::new().with("dotfiles/settings.json", OWN);
    user.project.clone_from(&user.home);
    fs::create_dir(user.home.join(".claude")).unwrap();
    symlink("../dotfiles/settings.json", user.home.join(CLAUDE)).unwrap();
    user.run(&["claude"]).unwrap();
    // In the directory of the settings they are no project's.
    let mut user = User::new().with(CLAUDE, OWN);
    user.project = user.home.join(".claude");
    user.run(&["claude"]).unwrap();
}

#[test]
fn a_jail_or_no_home_is_refused() {
    let user = User::new().set("AI_JAIL", "1");
    assert!(user.refused(&["claude"]).contains("does not run inside a jail"));
}

#[test]
fn what_cannot_be_written_is_known_before_the_first() {
    let user = User::new().with(CODEX, "");
    fs::set_permissions(user.home.join(CODEX), Permissions::from_mode(0o444)).unwrap();
    assert!(user.refused(&["claude", "codex"]).contains("chmod u+w"));

    let user = User::new().with(CODEX, "").with("other", "");
    fs::remove_file(user.home.join("other")).unwrap();
    fs::hard_link(user.home.join(CODEX), user.home.join("other")).unwrap();
    assert!(user.refused(&["claude", "codex"]).contains("hard links"));

    if nix::unistd::getuid().is_root() {
        crate::support::skip("bootstrap: a read-only directory", "root can write anywhere");
        return;
    }
    let user = User::new().with(CODEX, "");
    let directory = user.home.join(".codex");
    fs::set_permissions(&directory, Permissions::from_mode(0o555)).unwrap();
    let error = user.refused(&["claude", "codex"]);
    fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
    assert!(error.contains("Permission denied") && error.contains(".codex"), "{error}");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let user = User::new().with(CLAUDE, OWN);
    let prepared = user.prepare(&["claude"]).unwrap();
    fs::write(user.home.join(CLAUDE), "{\"saved\": \"since\"}").unwrap();
    let error = prepared.write(|_, _| panic!("written")).unwrap_err().to_string();
    assert!(error.contains("it has changed meanwhile"), "{error}");
    assert_eq!(user.read(CLAUDE), "{\"saved\": \"since\"}");
}

#[test]
fn the_difference_is_that_of_diff() {
    let user = User::new().with(CODEX, "model = \"x\"\n");
    let before = user.snapshot();
    let path = user.home.join(CODEX);
    let difference = user.prepare(&["codex"]).unwrap().diff();
    let expected = format!(
        "--- {path}\n+++ {path}\n@@ -1 +1,3 @@\n model = \"x\"\n+approval_policy = \"on-request\"\n\
         +sandbox_mode = \"danger-full-access\"\n--- /dev/null\n",
        path = path.display()
    );
    assert!(difference.starts_with(&expected), "{difference}");
    assert_eq!(user.snapshot(), before);
    // Nothing that a terminal would obey gets out of a file that every jail can write.
    let user = User::new().with(CODEX, "\u{1b}]0;title\u{7}\n".replace(char::is_control, ""));
    drop(user);
    let user = User::new().with(CODEX, "a = 1 # \u{202e}\u{9b}2J\tx\n");
    let difference = user.prepare(&["codex"]).unwrap().diff();
    assert!(!difference.contains(['\u{202e}', '\u{9b}']) && difference.contains("\tx"));
    user.run(&["codex"]).unwrap();
    assert_eq!(user.prepare(&["codex"]).unwrap().diff(), "");
}
