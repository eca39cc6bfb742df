//! After the run: what appeared or changed of what the host runs later, one line each.

use std::fs;

use ai_jail::policy::protect::{HOME, PROJECT_WATCHED, home_watched};

use crate::harness::{Ended, Running, World, has_program};

/// A run that is not `--exec`, and so makes an `.ai-jail`: one more, so that the next is silent.
fn world() -> World {
    let world = World::new();
    assert_eq!(world.jail(["--", "true"]).run().code(), 0);
    world
}

/// Runs a script as a user does.
fn jail(world: &World, script: &str) -> Ended {
    world.jail(["sh", "-c", script]).run()
}

/// What is reported, without ai-jail's name: path and what became of it.
fn reported(ended: &Ended) -> Vec<&str> {
    let lines = ended.err().lines().filter(|line| line.contains(" this run"));
    lines
        .map(|line| {
            line.strip_prefix("ai-jail: ")
                .expect("a message")
                .split(": ")
                .next()
                .unwrap_or_default()
        })
        .collect()
}

#[test]
fn every_row_that_appears_or_changes() {
    let world = world();
    let home = home_watched().map(|row| world.home().join(row.path));
    let rows = PROJECT_WATCHED.iter().filter(|row| row.path != ".ai-jail");
    let project = rows.map(|row| world.project().join(row.path));
    let paths: Vec<_> = home.chain(project).collect();
    for row in home_watched() {
        // What the host lacks of the home is only memory.
        let depth = if row.path.starts_with(".local/") { 3 } else { 1 };
        let parts: Vec<&str> = row.path.split('/').take(depth).collect();
        world.directory(format!("home/{}", parts.join("/")));
    }
    let names: Vec<&str> = paths.iter().map(|path| path.to_str().expect("plain")).collect();
    let make = "for path; do mkdir -p \"$(dirname \"$path\")\"; echo x >> \"$path\"; done";
    for (index, what) in [(0, "appeared"), (1, "changed")] {
        // In parts: only so many are told at once.
        for names in names.chunks(15) {
            // What they hold is no configuration that mise could read.
            let words = ["--no-mise", "sh", "-c", make, "sh"];
            let ended = world.jail(words.iter().chain(names)).run();
            assert_eq!(ended.code(), 0, "{ended}");
            let mut expected: Vec<String> =
                names.iter().map(|name| format!("{name} {what} in this run")).collect();
            expected.sort();
            let mut found = reported(&ended);
            found.sort_unstable();
            assert_eq!(found, expected, "{index}: {ended}");
        }
    }
    // Nothing to say.
    let words = ["--no-mise", "cat"].into_iter().chain(names.iter().copied());
    assert_eq!(world.jail(words).run().err(), "");
}

#[test]
fn every_protected_row_that_the_host_lacked() {
    let world = world();
    let paths: Vec<_> = HOME.iter().map(|row| world.home().join(row.path)).collect();
    for row in HOME {
        let (top, rest) = row.path.split_once('/').expect("all are in a directory");
        let top = if rest.starts_with("share/") || rest.starts_with("state/") {
            let mut parts = row.path.splitn(4, '/').take(3).collect::<Vec<_>>();
            if parts[1] == "state" {
                parts.pop();
            }
            parts.join("/")
        } else {
            top.to_owned()
        };
        world.directory(format!("home/{top}"));
    }
    let names: Vec<&str> = paths.iter().map(|path| path.to_str().expect("plain")).collect();
    let make = "for path; do mkdir -p \"$(dirname \"$path\")\"; echo x >> \"$path\"; done";
    for names in names.chunks(15) {
        let words = ["sh", "-c", make, "sh"];
        let ended = world.jail(words.iter().chain(names)).run();
        let mut expected: Vec<String> =
            names.iter().map(|name| format!("{name} appeared in this run")).collect();
        expected.sort();
        let mut found = reported(&ended);
        found.sort_unstable();
        assert_eq!(found, expected, "{ended}");
    }
}

#[test]
fn the_status_and_the_output_are_the_commands_own() {
    let world = world();
    let ended = jail(&world, "echo out; echo x > .envrc; exit 7");
    assert_eq!((ended.code(), ended.out()), (7, "out\n"), "{ended}");
    assert_eq!(reported(&ended).len(), 1, "{ended}");
    let ended = jail(&world, "echo y > .envrc; kill -KILL $$");
    assert_eq!(ended.code(), 137, "{ended}");
    assert_eq!(reported(&ended).len(), 1, "{ended}");
}

#[test]
fn with_exec_nothing_is_said() {
    let world = world();
    world.sh("echo x > .envrc").run().ok();
    // Unless it is asked for.
    let ended = world.sh_with(["-v"], "echo y > .envrc").run();
    assert_eq!(reported(&ended).len(), 1, "{ended}");
}

#[test]
fn in_lockdown_nothing_can_change() {
    let world = world();
    let ended = world.jail(["--lockdown", "sh", "-c", "echo x > .envrc; true"]).run();
    assert_eq!((reported(&ended).len(), world.project().join(".envrc").exists()), (0, false));
}

#[test]
fn what_was_put_back_in_time_has_changed_all_the_same() {
    let world = world();
    let file = world.file("home/project/.envrc", "one");
    let script = "cp -p .envrc x; echo two > .envrc; cp -p x .envrc; touch -r x .envrc; rm x";
    let ended = jail(&world, script);
    assert_eq!(fs::read(file).expect("it is there"), b"one");
    assert_eq!(reported(&ended).len(), 1, "{ended}");
}

#[test]
fn links_and_directories_count_as_well() {
    let world = world();
    world.link("one", "home/project/.envrc");
    world.file("home/project/.husky/pre-commit", "x");
    let ended = jail(
        &world,
        "ln -sfn two .envrc; echo y >> .husky/pre-commit; echo z > .husky/commit-msg; ln -s x .mcp.json",
    );
    let project = world.project().display();
    let expected = [
        format!("{project}/.envrc changed in this run"),
        format!("{project}/.husky/commit-msg appeared in this run"),
        format!("{project}/.husky/pre-commit changed in this run"),
        format!("{project}/.mcp.json appeared in this run"),
    ];
    assert_eq!(reported(&ended), expected, "{ended}");
}

#[test]
fn a_name_does_not_reach_the_terminal() {
    if !has_program("git") {
        return;
    }
    let world = world();
    let script = "name=$(printf 'a\\033]0;evil\\007\\nai-jail: all is well'); git init -q \"$name\" && \
                  echo x > \"$name/.git/hooks/pre-commit\"";
    let ended = jail(&world, script);
    assert_eq!(reported(&ended).len(), 1, "{ended}");
    assert!(!ended.err().contains(['\u{1b}', '\u{7}']), "{ended}");
    assert_eq!(ended.err().trim_end().lines().count(), 1, "{ended}");
}

#[test]
fn hooks_and_settings_of_a_new_repository() {
    if !has_program("git") {
        return;
    }
    let world = world();
    let plain = "git init -q one && git init -q up && \
                 git -C up -c user.name=x -c user.email=x commit -q --allow-empty -m x && \
                 git clone -q up a && git -C up worktree add -q ../tree";
    assert_eq!(jail(&world, plain).err(), "");
    let script = "git init -q b && cd b && echo x > .git/hooks/pre-commit && \
                  git config core.fsmonitor ./x && git init -q ../c && echo .. > ../c/.git/commondir; \
                  cd ../up && git worktree add -q ../other && \
                  echo ../../../../b > .git/worktrees/other/commondir; true";
    let ended = jail(&world, script);
    let project = world.project().display();
    // What runs by itself first.
    let expected = [
        "b/.git/config",
        "c/.git/commondir",
        "up/.git/worktrees/other/commondir",
        "b/.git/hooks/pre-commit",
    ];
    let expected = expected.map(|path| format!("{project}/{path} appeared in this run"));
    assert_eq!(reported(&ended), expected, "{ended}");
}

#[test]
fn what_makes_git_believe_another_place() {
    if !has_program("git") {
        return;
    }
    let world = world();
    world.outside(["git", "init", "-q"]).run().ok();
    let ended = jail(&world, "echo ../evil > .git/commondir");
    let expected = format!("{}/.git/commondir appeared in this run", world.project().display());
    assert_eq!(reported(&ended), [expected], "{ended}");
}

/// Git takes a directory that looks like a bare repository for one, also where the objects are
/// elsewhere.
#[test]
fn a_bare_repository_that_appears() {
    if !has_program("git") {
        return;
    }
    let bare = "git init -q --bare x && git -C x config core.pager ./evil && mv x/*";
    for (place, directory) in [(".", ""), ("bare", "bare/"), ("deep/est", "deep/est/")] {
        let world = world();
        let ended = jail(&world, &format!("mkdir -p {place}; {bare} {place}"));
        let config = format!("{}/{directory}config", world.project().display());
        assert_eq!(reported(&ended), [format!("{config} appeared in this run")], "{ended}");
        if place == "bare" {
            let far = "mkdir far && cp bare/HEAD far && echo ../bare > far/commondir";
            let ended = jail(&world, far);
            let pointer = format!("{}/far/commondir", world.project().display());
            assert_eq!(reported(&ended), [format!("{pointer} appeared in this run")], "{ended}");
        }
    }
}

/// What was there in great number before does not hide what is new.
#[test]
fn one_more_behind_many() {
    let world = world();
    let prepare = "for i in $(seq 100); do mkdir -p a$i && echo 'gitdir: /none' > a$i/.git; done";
    world.outside(["sh", "-c", prepare]).run().ok();
    let bare =
        "mkdir -p z/objects && echo x > z/HEAD && printf '[core]\\npager = ./x\\n' > z/config";
    let ended = jail(&world, bare);
    let config = format!("{}/z/config", world.project().display());
    assert_eq!(reported(&ended), [format!("{config} appeared in this run")], "{ended}");
}

/// `git rebase --continue`, which `git status` suggests, runs the lines that begin with `exec`.
#[test]
fn a_rebase_that_is_not_over() {
    if !has_program("git") {
        return;
    }
    let world = world();
    let commit = "git -c user.name=x -c user.email=x commit -q --allow-empty -m x";
    let prepare = format!("git init -q && {commit} && {commit} && git worktree add -q tree");
    world.outside(["sh", "-c", &prepare]).run().ok();
    let evil = r#"for tree in . tree; do (
        cd $tree && state=$(git rev-parse --git-path rebase-merge) && mkdir "$state" && cd "$state" &&
        head=$(git rev-parse HEAD) && echo "exec touch '$HOME/pwned'" > git-rebase-todo &&
        echo $head > onto && echo $head > orig-head && echo "detached HEAD" > head-name &&
        touch interactive done && echo 1 > msgnum && echo 1 > end
    ); done"#;
    let ended = jail(&world, evil);
    let project = world.project().display();
    let expected = [".git/rebase-merge", ".git/worktrees/tree/rebase-merge"];
    let expected =
        expected.map(|it| format!("{project}/{it}/git-rebase-todo appeared in this run"));
    assert_eq!(reported(&ended), expected, "{ended}");
    // The control: it is believed.
    world.outside(["git", "-c", "advice.detachedHead=false", "rebase", "--continue"]).run();
    assert!(world.home().join("pwned").exists(), "git did not run it");
    // One that is over says nothing.
    let rebase = "rm -rf .git/rebase-merge; git -c user.name=x -c user.email=x rebase -q HEAD~1";
    assert_eq!(reported(&jail(&world, rebase)), [] as [&str; 0]);
}

/// What of a new repository makes git obey something else than what git writes itself.
#[test]
fn odd_settings_of_a_new_repository() {
    if !has_program("git") {
        return;
    }
    let world = world();
    let script = r#"
        for name in plain config-worktree tree sequencer; do git init -q $name; done
        git -C config-worktree config extensions.worktreeConfig true
        printf '[core]\n\tfsmonitor = ./x\n' > config-worktree/.git/config.worktree
        git -C tree config core.worktree "$HOME"
        mkdir sequencer/.git/sequencer
        printf '[options]\n\tstrategy = ../x\n' > sequencer/.git/sequencer/opts
        mkdir feeds large latin
        printf 'gitdir: a\n\nb\n' > feeds/.git
        head -c 100000 /dev/zero | tr '\0' x > large/.git
        printf 'gitdir: \377\n' > latin/.git"#;
    let ended = jail(&world, script);
    let project = world.project().display();
    let mut expected = [
        "config-worktree/.git/config.worktree",
        "feeds/.git",
        "large/.git",
        "latin/.git",
        "sequencer/.git/sequencer/opts",
        "tree/.git/config",
    ]
    .map(|it| format!("{project}/{it} appeared in this run"));
    expected.sort();
    let mut found = reported(&ended);
    found.sort_unstable();
    assert_eq!(found, expected, "{ended}");
    // The control: git on the host obeys the working tree.
    let tree = world.outside(["git", "-C", "tree", "rev-parse", "--show-toplevel"]).run();
    assert_eq!(tree.ok().trim_end(), world.home().to_str().expect("plain"));
}

#[test]
fn hooks_that_the_settings_name() {
    if !has_program("git") {
        return;
    }
    let world = world();
    let prepare = "git init -q && git config core.hooksPath hooks/_ && mkdir -p hooks/_";
    world.outside(["sh", "-c", prepare]).run().ok();
    let ended = jail(&world, "echo x > hooks/_/pre-commit; echo x > hooks/pre-push");
    let both = format!(
        "{}/hooks: 2 entries appeared in this run (_/pre-commit, pre-push): git runs it",
        world.project().display()
    );
    assert!(ended.err().contains(&both), "{ended}");
}

#[test]
fn hooks_behind_a_link_cannot_be_held() {
    if !has_program("git") {
        return;
    }
    let world = world();
    let prepare = "git init -q && rm -r .git/hooks && mkdir hooks && ln -s ../hooks .git/hooks";
    world.outside(["sh", "-c", prepare]).run().ok();
    let ended = jail(&world, "echo x > hooks/pre-commit; ln -sfn ../other .git/hooks");
    let project = world.project().display();
    let expected = [
        format!("{project}/.git/hooks changed in this run"),
        format!("{project}/hooks/pre-commit appeared in this run"),
    ];
    assert_eq!(reported(&ended), expected, "{ended}");
}

#[test]
fn what_is_not_protected_is_reported() {
    if !has_program("git") {
        return;
    }
    let world = world();
    world.outside(["git", "init", "-q"]).run().ok();
    let script = "echo x > .git/hooks/pre-commit";
    let hook = format!("{}/.git/hooks/pre-commit", world.project().display());
    let ended = world.jail(["--no-protect", "sh", "-c", script]).run();
    assert_eq!(reported(&ended), [format!("{hook} appeared in this run")], "{ended}");
    let ended = world.jail(["--rw-map", ".git/hooks", "sh", "-c", script]).run();
    assert_eq!(reported(&ended), [format!("{hook} changed in this run")], "{ended}");
}

/// A mount goes when its mount point is replaced from outside, `mount_namespaces(7)`.
#[test]
fn a_protected_file_that_the_host_itself_replaces() {
    if !has_program("git") {
        return;
    }
    let world = world();
    world.outside(["git", "init", "-q"]).run().ok();
    let script = "(echo '# x' >> .git/config) 2> /dev/null || echo held; \
                  until test -e go; do sleep 0.01; done; echo '# x' >> .git/config";
    let running: Running = world.jail(["sh", "-c", script]).start();
    running.says("held");
    world.outside(["git", "config", "a.b", "c"]).run().ok();
    world.file("home/project/go", "");
    let ended = running.finish();
    let config = format!("{}/.git/config", world.project().display());
    let expected = format!("{config} was replaced during this run, and writable from then on");
    assert_eq!(reported(&ended), [expected], "{ended}");
    assert!(fs::read_to_string(config).expect("text").contains("# x"));
}

#[test]
fn programs_that_appear_on_path() {
    let world = world();
    let directory = world.directory("home/.local/share/mise/installs/x/bin");
    let path = format!("{}:/usr/bin:/bin", directory.display());
    let script = format!("echo x > {}/git", directory.display());
    let ended = world.jail(["sh", "-c", &script]).env("PATH", path).run();
    let expected = format!("{}/git appeared in this run", directory.display());
    assert_eq!(reported(&ended), [expected], "{ended}");
}

#[test]
fn many_entries_of_one_row_do_not_hide_what_matters_more() {
    let world = world();
    let many = "mkdir .husky; for i in $(seq 100); do : > .husky/$i; done; : > .envrc";
    let ended = jail(&world, many);
    let project = world.project().display();
    let expected = format!(
        "ai-jail: {project}/.envrc appeared in this run: direnv runs it\n\
         ai-jail: {project}/.husky: 100 entries appeared in this run (1, 10, 100, …): \
         git's hooks run what it names\n"
    );
    assert_eq!(ended.err(), expected);
}

/// Claude Code counts its uses there, at each run.
#[test]
fn what_plugins_count_is_no_news() {
    let world = world();
    for script in [
        "mkdir -p ~/.claude/plugins/store ~/.claude/plugins/cache",
        "echo 1 > ~/.claude/plugins/store/one.json",
        "echo 2 > ~/.claude/plugins/store/one.json; : > ~/.claude/plugins/store/x; rm ~/.claude/plugins/store/x",
    ] {
        world.directory("home/.claude");
        assert_eq!(reported(&jail(&world, script)), [""; 0], "{script}");
    }
    // The control.
    let ended = jail(&world, "echo 1 > ~/.claude/plugins/cache/one.json");
    let path = world.home().join(".claude/plugins/cache/one.json");
    assert_eq!(reported(&ended), [format!("{} appeared in this run", path.display())], "{ended}");
}

#[test]
fn no_more_lines_than_can_be_read() {
    let world = world();
    let paths = PROJECT_WATCHED.iter().filter(|row| row.path != ".ai-jail").map(|row| row.path);
    let make = "for path; do mkdir -p \"$(dirname \"$path\")\"; echo x >> \"$path\"; done";
    let words = ["--no-mise", "sh", "-c", make, "sh"].into_iter().chain(paths.clone());
    let ended = world.jail(words).run();
    assert_eq!(reported(&ended).len(), 20, "{ended}");
    let left = paths.count() - 20;
    let end = format!("and {left} more that matter no more than these\n");
    assert!(ended.err().ends_with(&end), "{ended}");
}

/// A skill is a file some directories down; a jail may also put a link where its directory would be.
#[test]
fn what_is_deeper_and_what_is_behind_a_link() {
    let world = world();
    world.file("home/project/.claude/skills/one/SKILL.md", "x");
    let script = "echo y >> .claude/skills/one/SKILL.md; mkdir -p .claude/agents/a/b; \
                  echo x > .claude/agents/a/b/c; ln -s \"$HOME/.claude/evil\" .codex";
    let ended = jail(&world, script);
    let project = world.project().display();
    let expected = [
        format!("{project}/.claude/agents/a/b/c appeared in this run"),
        format!("{project}/.claude/skills/one/SKILL.md changed in this run"),
        format!("{project}/.codex became a link in this run"),
    ];
    assert_eq!(reported(&ended), expected, "{ended}");
    // The control: directories that stay what they are say nothing.
    assert_eq!(jail(&world, "cat .claude/agents/a/b/c").err(), "");
}

#[test]
fn what_comes_and_goes() {
    let world = world();
    world.file("home/project/.husky/pre-commit", "x");
    let ended = jail(&world, "echo x > .husky/pre-push; rm .husky/pre-push");
    let husky = format!("{}/.husky had something in this run", world.project().display());
    assert_eq!(reported(&ended), [format!("{husky} that is not there any more")], "{ended}");
}

#[test]
fn files_in_what_is_mapped_too() {
    let world = world();
    let other = world.directory("home/other");
    let map = other.to_str().expect("plain");
    let script = format!("echo x > {map}/.envrc");
    let ended = world.jail(["--rw-map", map, "sh", "-c", &script]).run();
    assert_eq!(reported(&ended), [format!("{map}/.envrc appeared in this run")], "{ended}");
}

#[test]
fn a_jail_that_could_not_be_built_reports_nothing() {
    let world = World::new();
    let ended = world.jail(["--map", "/no/such/place", "true"]).run();
    ended.is_failure(125, &["/no/such/place"]);
}
