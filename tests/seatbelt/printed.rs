//! `--dry-run` and `--explain` of a plan for macOS.

use std::path::Path;

use ai_jail::host::builder::Builder;
use ai_jail::host::look::look;
use ai_jail::plan::Places;
use ai_jail::policy::Os;
use ai_jail::policy::home::{HomeRow, Treatment, rows_on};
use ai_jail::views::dry_run;
use ai_jail::views::explain::{self, Access, Changes, Explanation, Question};
use ai_jail::views::verbose;

use super::machine::{Jail, Mac};

/// The words that a shell makes of a printed command: `sh` splits it, with `cd`, the
/// directory for temporary files and `env` standing for themselves and everything else printed.
fn split(mac: &Mac, command: &[u8]) -> Vec<Vec<u8>> {
    use std::process::Command;
    let script = mac.root().join("script");
    let print = "mkdir() { [ \"$*\" = '-m 700 /private/tmp/ai-jail-1-0123456789ab' ]; }\n\
                 env() { printf '%s\\0' \"$@\"; while IFS= read -r line <&9; do :; done; }\n";
    std::fs::write(&script, [print.as_bytes(), command].concat()).expect("a script");
    let ended = Command::new("sh").arg(&script).output().expect("sh");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let words = ended.stdout.split(|byte| *byte == 0).map(<[u8]>::to_vec);
    words.filter(|word| !word.is_empty()).collect()
}

#[test]
fn the_printed_command_is_the_profile() {
    for name in ["project", "a 'b' \"c\" $(d) \\e\nf;g", "-p"] {
        let mut mac = Mac::named("home".as_ref(), format!("home/{name}").as_ref());
        mac.set("SSH_AUTH_SOCK", "/private/tmp/com.apple.launchd.x/Listeners");
        for words in [&[][..], &["--lockdown"]] {
            let jail = mac.jail(words);
            let host = mac.host(&mac.settings(words));
            let builder = Builder::SandboxExec("/usr/bin/sandbox-exec".into());
            let text = dry_run::command(&jail.plan, &host, &builder, Path::new("/opt/ai jail"));
            let text = text.expect("a builder for macOS");
            let words = split(&mac, &text);
            let at = words.iter().position(|word| word == b"/usr/bin/sandbox-exec").expect("it");
            assert_eq!(words[at + 1], b"-p");
            assert_eq!(words[at + 2], jail.profile.policy.as_bytes());
            let parameters = &words[at + 3..words.len() - 3];
            assert_eq!(parameters.len(), 2 * jail.profile.parameters.len());
            for (pair, (key, value)) in parameters.chunks(2).zip(&jail.profile.parameters) {
                let expected = [key.as_bytes(), b"=", value.as_encoded_bytes()].concat();
                assert_eq!((pair[0].as_slice(), &pair[1]), (&b"-D"[..], &expected));
            }
            assert_eq!(words[words.len() - 3..], [&b"/opt/ai jail"[..], b"__stage2", b"9"]);
            let before = words[..at].join(&b' ');
            let has = |text: &str| String::from_utf8_lossy(&before).contains(text);
            assert!(has("TMPDIR=/private/tmp/ai-jail-1-"));
            assert!(has("AI_JAIL=1") && has("-i") == jail.plan.facts.is_strict());
            assert_eq!(has("-u SSH_AUTH_SOCK"), !jail.plan.facts.is_strict());
            let last = String::from_utf8(text).expect("UTF-8");
            assert!(last.ends_with("}\nEND\n") && last.contains("\"landlock\":null"));
        }
    }
}

#[test]
fn the_plan_as_json() {
    let mac = Mac::new();
    let jail = mac.jail::<&str>(&[]);
    let value = dry_run::plan(&jail.plan);
    assert_eq!(value["os"], "macos");
    assert_eq!(
        (&value["landlock"], &value["seccomp"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
    let replaced = mac.home().join(".claude.json");
    assert_eq!(value["replaced"][0], replaced.to_str().expect("plain"));
    let mounts = value["mounts"].as_array().expect("a list");
    let home = mounts.iter().find(|mount| mount["dest"] == mac.home().to_str().expect("plain"));
    assert_eq!(home.expect("the home")["kind"], "closed");
    let sockets = value["sockets"].as_array().expect("a list");
    assert!(sockets.iter().any(|path| path == mac.project().to_str().expect("plain")));
}

/// A jail on a Mac whose `/tmp` is no link, since this test's world is below the real one.
fn jail(mac: &Mac) -> Jail {
    let mut plan = mac.jail::<&str>(&[]).plan;
    let Places::MacOs(macos) = &mut plan.places else { panic!("a plan for macOS") };
    macos.rules.retain(|rule| rule.dest != Path::new("/tmp"));
    Jail::new(plan)
}

#[test]
fn what_is_explained_is_what_the_profile_does() {
    let mac = Mac::new();
    for file in [
        ".ssh/key",
        ".config/tool/x",
        ".config/gcloud/x",
        ".config/fish/x",
        ".tool/x",
        ".claude.json",
        "Documents/letter",
        "Library/Keychains/x",
        "Library/Caches/go-build/x",
        "project/src/x",
    ] {
        mac.file(mac.home().join(file));
    }
    mac.link("../.ssh/key", mac.project().join("link"));
    mac.link(".config/tool", "home/.linked");
    let jail = jail(&mac);
    let in_home = [
        "",
        ".ssh",
        ".ssh/key",
        ".config",
        ".config/tool/x",
        ".config/gcloud",
        ".config/gcloud/x",
        ".config/fish/x",
        ".tool/x",
        ".claude.json",
        "Documents",
        "Documents/letter",
        "Library",
        "Library/Caches",
        "Library/Keychains/x",
        "Library/Caches/go-build/x",
        "project",
        "project/src/x",
        "project/link",
        ".linked/x",
        "nothing",
        ".nothing",
        ".cargo",
        ".config/nothing",
    ];
    let places = in_home.map(|path| mac.home().join(path));
    let others = ["/usr/bin/env", "/etc/passwd", "/root/x", "/opt", "/srv"].map(Into::into);
    for path in places.iter().chain(&others) {
        let answer = explain::answer(&jail.plan, &look, path);
        let exists = path.exists();
        // What is missing can be read as soon as it is made, so that says nothing.
        if exists || answer.access == Access::Refused {
            assert_eq!(answer.readable, jail.reads(path), "{}: {answer}", path.display());
        }
        if path.is_dir() {
            let makes = jail.makes(path.join("new"), "REGULAR-FILE");
            assert_eq!(answer.writable, makes, "{}: {answer}", path.display());
        } else {
            let writes = if exists { jail.writes(path) } else { jail.makes(path, "DIRECTORY") };
            assert_eq!(answer.writable, writes, "{}: {answer}", path.display());
        }
    }
}

#[test]
fn every_row_is_explained_as_the_profile_has_it() {
    let mac = Mac::new();
    let rows: Vec<_> =
        rows_on(Os::MacOs).filter(|row| row.treatment != Treatment::Copied).collect();
    let place = |row: &HomeRow| mac.home().join(row.path.replace('*', "-sample"));
    for row in &rows {
        mac.file(place(row).join("content"));
    }
    let jail = jail(&mac);
    for row in &rows {
        let file = place(row).join("content");
        let answer = explain::answer(&jail.plan, &look, &file);
        let does = (jail.reads(&file), jail.writes(&file));
        assert_eq!((answer.readable, answer.writable), does, "{}: {answer}", row.path);
        assert_eq!(answer.kept, does.1, "{}", row.path);
    }
}

#[test]
fn what_is_told_with_v() {
    let mac = Mac::new();
    mac.directory("home/.config");
    let lines = verbose::lines(&mac.jail(&["--no-landlock", "--gpu"]).plan);
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    for switch in ["landlock", "seccomp", "gpu", "display"] {
        assert!(has(&format!("--{switch}, --no-{switch}: without effect on macOS")), "{switch}");
    }
    assert!(has("/.config/gcloud: refused (cloud credentials)"));
    assert!(has("/.config/KeePass: refused, with all that begins so (password manager)"));
    assert!(has("/project: read-write (the project)"));
    let mut places: Vec<_> = lines.iter().filter_map(|line| line.split_once(": ")).collect();
    places.sort_unstable();
    let twice = places.windows(2).find(|pair| pair[0].0 == pair[1].0);
    assert_eq!(twice, None, "two lines of one place");
}

#[test]
fn the_words_of_explanations() {
    let mac = Mac::new();
    mac.file("home/.config/tool/settings");
    mac.file("home/.ssh/key");
    mac.file("home/Documents/letter");
    let jail = jail(&mac);
    let report = |path: &str| {
        let path = mac.home().join(path);
        let question = Question { path, home: Some(mac.home().into()), on_host: None };
        Explanation::new(&jail.plan, &look, &question, Changes::default()).to_string()
    };
    for (path, expected) in [
        (
            ".ssh/key",
            &[
                "refused, whether something is there or not",
                "~/.ssh, which stays hidden",
                "private keys",
            ][..],
        ),
        ("Documents/letter", &["refused", "only entries that begin with a dot"]),
        ("Library/Keychains/x", &["refused", "~/Library/Keychains, which stays hidden", "keyring"]),
        ("Library", &["directory that may be passed through"]),
        (".cargo", &["absent, and the command may make it", "package cache"]),
        (".config/gcloud/x", &["refused", "~/.config/gcloud, which stays hidden"]),
    ] {
        let text = report(path);
        for words in expected {
            assert!(text.contains(words), "{path}: {words}\n{text}");
        }
    }
}
