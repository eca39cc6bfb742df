//! What is written to the jail's home, which is only memory, and what is not there.

use std::fs;

use crate::harness::{Ended, Run, World, has_program};

/// A run that makes the `.ai-jail`, so that the next is silent.
fn world() -> World {
    let world = World::new();
    assert_eq!(world.jail(["--", "true"]).run().code(), 0);
    world
}

fn jail(world: &World, script: &str) -> Ended {
    world.jail(["sh", "-c", script]).run()
}

/// What is told, less what is remembered of the command line.
fn told(ended: &Ended) -> Vec<&str> {
    let lines = ended.err().lines().filter_map(|line| line.strip_prefix("ai-jail: "));
    lines.filter(|line| !line.contains("--forget")).collect()
}

#[test]
fn a_file_in_the_home_is_named_with_what_keeps_it() {
    let world = world();
    let ended = jail(&world, "echo precious > ~/result; exit 3");
    let path = world.home().join("result").display().to_string();
    let expected = format!(
        "{path} is gone: written to the jail's home, which is only memory (1 file, 9 bytes); \
         touch {path} and --rw-map {path} keep it"
    );
    assert_eq!((ended.code(), told(&ended)), (3, vec![expected.as_str()]), "{ended}");
    assert!(!world.home().join("result").exists());
    // The advice is true.
    world.file("home/result", "");
    let ended = world.jail(["--rw-map", &path, "sh", "-c", "echo precious > ~/result"]).run();
    assert!(!ended.err().contains("is gone"), "{ended}");
    assert_eq!(fs::read_to_string(path).expect("a file"), "precious\n");
}

#[test]
fn what_is_kept_or_missed_by_nobody_is_not_named() {
    let world = world();
    world.directory("home/.config");
    world.directory("home/.cache");
    let script = "mkdir ~/.config/configstore && echo x > ~/.config/configstore/x; echo x > ~/.cache/x; echo x > ~/.bash_history; \
                  mkdir -p ~/.npm/_cacache && echo x > ~/.npm/_cacache/x; : > ~/empty; mkdir ~/void; \
                  echo x > /tmp/x; ln -s /etc/passwd ~/link; echo '{}' > ~/.claude.json";
    assert_eq!(told(&jail(&world, script)), [""; 0]);
    assert_eq!(fs::read_to_string(world.home().join(".claude.json")).expect("kept"), "{}\n");
}

#[test]
fn exec_and_lockdown_say_nothing() {
    let world = world();
    let script = "echo x > ~/result";
    assert_eq!(world.jail(["--exec", "--", "sh", "-c", script]).run().err(), "");
    let ended = world.jail(["--lockdown", "sh", "-c", script]).run();
    assert!(!ended.err().contains("result"), "{ended}");
}

#[test]
fn beside_the_project_writing_fails_at_once() {
    let world = World::new();
    let project = world.directory("home/src/deep/p");
    let run = |script: &str| world.jail(["sh", "-c", script]).at(&project).run();
    let ended = run("echo x > ../n; echo x > ../../n; mkdir ../d; echo x > here; ls ..");
    assert_eq!(ended.out(), "p\n", "{ended}");
    assert_eq!(ended.err().matches("ermission denied").count(), 3, "{ended}");
    assert!(!ended.err().contains("is gone"), "{ended}");
    assert!(project.join("here").exists(), "the control: in the project it can write");
}

#[test]
fn names_do_not_reach_the_terminal_and_a_great_number_is_cut() {
    let world = world();
    let script = "echo x > \"$HOME/$(printf 'a\\033]0;evil\\007')\"; \
                  for i in $(seq 5000); do echo x > ~/f$i; done";
    let ended = jail(&world, script);
    assert!(!ended.err().contains(['\u{1b}', '\u{7}']), "{ended}");
    assert_eq!(told(&ended).len(), 21, "{ended}");
}

#[test]
fn a_place_that_a_variable_names_is_told_once() {
    let world = World::new();
    let data = world.directory("home/xdg/data");
    let programs = world.directory("home/bin");
    let path = format!("{}:/usr/bin:/bin", programs.display());
    let run = |flags: &[&str]| {
        let words = flags.iter().copied().chain(["--", "true"]);
        world.jail(words).env("XDG_DATA_HOME", &data).env("PATH", &path).run()
    };
    assert!(!run(&["--exec"]).err().contains("names"), "silent, and it remembers nothing");
    let ended = run(&[]);
    let map = format!("which the jail does not have: --map {} shows it", programs.display());
    let keep = format!("--rw-map {} keeps it", data.display());
    assert!(ended.err().contains(&map) && ended.err().contains(&keep), "{ended}");
    assert!(!run(&[]).err().contains("names"), "said once");
    // The control: what the jail has is not told.
    let mapped = run(&["--rw-map", data.to_str().expect("plain"), "--no-gpu"]);
    assert!(!mapped.err().contains("names"), "{mapped}");
}

#[test]
fn a_refused_change_of_gits_settings_is_told() {
    if !has_program("git") {
        return;
    }
    let world = world();
    world.outside(["git", "init", "-q"]).run().ok();
    let ended = jail(&world, "git config a.b c 2> /dev/null; git status > /dev/null");
    let config = world.project().join(".git/config").display().to_string();
    let expected = format!(
        "{config} was not changed, though a command tried to: it is read-only in the jail \
         because it names programs that your git runs; --rw-map .git/config lets the jail change it"
    );
    assert_eq!(told(&ended), [expected], "{ended}");
    // The controls: git's other work says nothing, and the advice is true.
    let other =
        "git -c user.name=x -c user.email=x commit -q --allow-empty -m x; git status > /dev/null";
    assert_eq!(told(&jail(&world, other)), [""; 0]);
    let words = ["--rw-map", ".git/config", "git", "config", "a.b", "c"];
    let ended = world.jail(words).run();
    assert!(!ended.err().contains("was not changed"), "{ended}");
}

#[test]
fn keys_that_a_program_looked_for_are_told_and_not_offered() {
    if !has_program("gpg") {
        return;
    }
    let world = World::new();
    world.directory("home/.gnupg");
    let looked = world.jail(["gpg", "--list-secret-keys"]).run();
    let told = format!("{}/.gnupg is hidden: private keys;", world.home().display());
    assert!(looked.err().contains(&told), "{looked}");
    assert!(looked.err().contains("--rw-map \"$SSH_AUTH_SOCK\""), "{looked}");
    assert!(!looked.err().contains("is gone"), "{looked}");
    let ordinary = world.jail(["true"]).run();
    assert!(!ordinary.err().contains("is hidden"), "{ordinary}");
    let silent = world.exec(["gpg", "--list-secret-keys"]).run();
    assert!(!silent.err().contains("is hidden"), "{silent}");
}

/// What `credential.helper = store` does when a server has asked for a login.
///
/// No program gets that far in the first milliseconds, in which the front begins to watch.
const ASK_STORE: &str =
    "sleep 0.3; printf 'protocol=https\\nhost=localhost\\n\\n' | git credential-store get";

#[test]
fn a_login_that_a_program_looked_for_is_told_with_a_way_that_works() {
    if !has_program("git") {
        return;
    }
    let world = World::new();
    let token = world.file("home/.config/gh/hosts.yml", "github.com:\n    oauth_token: secret\n");
    let stored = world.file("home/.git-credentials", "https://me:secret@localhost\n");
    let way = "GH_TOKEN=$(gh auth token) before ai-jail gives a jail GitHub's";
    let docs = "(docs/git.md, “Pushing and signing”)";
    let looked = "a command looked for a login there and found none";
    let of_github = format!("{} is hidden: GitHub token; {looked}; {way} {docs}", token.display());
    let stored = stored.to_str().expect("plain");
    let of_store = format!(
        "{stored} is hidden: passwords; {looked}; --map {stored} shows all that is in it; {way} \
         alone {docs}"
    );
    assert_eq!(world.jail(["--", "true"]).run().code(), 0);
    // The control: that a file is there is no question for what is in it.
    assert_eq!(told(&jail(&world, "ls -l ~/.git-credentials ~/.config/gh; true")), [""; 0]);
    let ended = jail(&world, "sleep 0.3; cat ~/.config/gh/hosts.yml");
    assert_eq!((ended.out(), told(&ended)), ("", vec![of_github.as_str()]), "{ended}");
    let ended = jail(&world, ASK_STORE);
    assert_eq!((ended.out(), told(&ended)), ("", vec![of_store.as_str()]), "{ended}");
    let silent = world.exec(["sh", "-c", ASK_STORE]).run();
    assert_eq!(silent.err(), "");

    // The ways work, and then nothing is said.
    let ended = world.jail(["--map", stored, "sh", "-c", ASK_STORE]).run();
    assert_eq!(ended.out(), "username=me\npassword=secret\n", "{ended}");
    assert!(!ended.err().contains(looked), "{ended}");
    let both = format!("{ASK_STORE}; cat ~/.config/gh/hosts.yml");
    let ended = world.jail(["sh", "-c", &both]).env("GH_TOKEN", "given").run();
    assert_eq!(told(&ended), [""; 0]);
    let ended = world.jail(["--unset-env", "GH_TOKEN", "sh", "-c", &both]).env("GH_TOKEN", "given");
    assert!(ended.run().err().contains(looked), "what the jail does not get gives nothing");
}

#[test]
fn githubs_program_gives_git_the_token_that_a_jail_is_given() {
    if !has_program("gh") {
        return;
    }
    let world = World::new();
    world.file("home/.config/gh/hosts.yml", "github.com:\n    user: me\n    oauth_token: secret\n");
    // What `gh auth setup-git` writes.
    let helper = "[credential \"https://github.com\"]\n\thelper = !gh auth git-credential\n";
    world.file("home/.gitconfig", helper);
    let ask =
        "gh auth token; printf 'protocol=https\\nhost=github.com\\n\\n' | git credential fill";
    let run = |run: Run| run.env("GIT_TERMINAL_PROMPT", "0").run();
    let outside = run(world.outside(["gh", "auth", "token"]));
    assert_eq!(outside.out(), "secret\n", "{outside}");
    let without = run(world.jail(["sh", "-c", ask]));
    assert!(!without.out().contains("password"), "{without}");
    assert!(without.err().contains("GH_TOKEN=$(gh auth token)"), "{without}");
    let given = run(world.jail(["sh", "-c", ask]).env("GH_TOKEN", "secret"));
    assert!(given.out().contains("password=secret\n"), "{given}");
    assert!(!given.err().contains("is hidden"), "{given}");
}
