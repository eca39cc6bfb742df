//! What git on the host obeys cannot be planted from inside, and git's ordinary work goes on.

use std::fs;
use std::path::{Path, PathBuf};

use ai_jail::policy::protect::PROJECT;

use crate::harness::{Ended, Snapshot, World, has_program};

/// A world with git's settings in its home, and in the project what the script makes.
fn world(prepare: &str) -> Option<World> {
    if !has_program("git") {
        return None;
    }
    let world = World::new();
    world.file(
        "home/.gitconfig",
        "[user]\n name = Tester\n email = tester@localhost\n[init]\n defaultBranch = main\n\
         [protocol \"file\"]\n allow = always\n[advice]\n detachedHead = false\n",
    );
    outside(&world, prepare);
    Some(world)
}

/// Runs a script in the project, outside.
fn outside(world: &World, script: &str) -> String {
    world.outside(["sh", "-ec", script]).run().ok().to_owned()
}

/// A repository with a commit, in the working directory.
const INIT: &str = "git init -q && git commit -q --allow-empty -m one";

/// Leaves a mark when it runs, in the home that it runs in.
const EVIL: &str = "#!/bin/sh\ntouch \"$HOME/pwned\"\n";

/// Tries to make git run `./evil` for the repository whose `.git` is `$1`; every way on its own,
/// and none must end the script.
const PLANT: &str = r#"
    git=$1
    plant() {
        mkdir -p "$1" && cp evil "$1/pre-commit" && chmod +x "$1/pre-commit"
    }
    attack() {
        plant "$git/hooks"
        git config -f "$git/config" core.hooksPath "$PWD/planted"
        git config -f "$git/config" core.fsmonitor "$PWD/evil"
        printf '[core]\n\tfsmonitor = %s/evil\n\thooksPath = %s/planted\n' "$PWD" "$PWD" > new-config
        cat new-config >> "$git/config"
        cp new-config "$git/config"
        mv -fT new-config "$git/config"
        ln -sfn "$PWD/planted" "$git/hooks"
        # The directories above put aside and made anew.
        for name in hooks config; do
            mv "$git/$name" "$git/$name.old" && plant "$git/hooks"
        done
        mv "$git" "$git.old" && cp -r "$git.old" "$git" && plant "$git/hooks"
        above=$(dirname "$git")
        mv "$above" "$above.old" && cp -r "$above.old" "$above" && plant "$git/hooks"
        mount --bind planted "$git/hooks"
        unshare -Ur mount --bind planted "$git/hooks"
        rm -r "$git/hooks" && plant "$git/hooks"
    }
    plant planted
    attack > /dev/null 2>&1
    true"#;

/// The attack on one repository of the project; afterwards a commit in each of `trees` runs
/// nothing. The control is the same attack outside.
fn attack(world: &World, git: &str, trees: &[&str]) {
    world.script(world.project().join("evil"), EVIL);
    let planted = || {
        for tree in trees {
            let script = format!("cd '{tree}' && git commit -q --allow-empty -m x");
            let ended = world.outside(["sh", "-c", &script]).run();
            assert_eq!(ended.code(), 0, "{tree}: {ended}");
        }
        fs::remove_file(world.home().join("pwned")).is_ok()
    };
    world.exec(["sh", "-c", PLANT, "sh", git]).run().ok();
    assert!(!planted(), "{git}: the host ran what the jail planted");
    let control = world.outside(["sh", "-c", PLANT, "sh", git]).run();
    assert!(planted(), "{git}: the attack does nothing outside: {control}");
}

#[test]
fn the_project_itself() {
    let Some(world) = world(INIT) else { return };
    attack(&world, ".git", &["."]);
}

#[test]
fn a_nested_repository() {
    for place in ["nested", "a/nested", "a/b/nested", ".dot/nested"] {
        let Some(world) = world(&format!("mkdir -p {place} && cd {place} && {INIT}")) else {
            return;
        };
        attack(&world, &format!("{place}/.git"), &[place]);
    }
}

#[test]
fn a_submodule() {
    let prepare = format!(
        "git init -q ../../module && (cd ../../module && git commit -q --allow-empty -m one) && \
         {INIT} && git submodule --quiet add ../../module libs/module && git commit -qm add"
    );
    let Some(world) = world(&prepare) else { return };
    attack(&world, ".git/modules/libs/module", &["libs/module"]);
    // What leads to it is a file that could lead elsewhere.
    let pointer = world.project().join("libs/module/.git");
    let before = fs::read(&pointer).expect("a file");
    let script = "cp -r .git fake; echo 'gitdir: ../../fake' > libs/module/.git; \
                  mv libs/module/.git x; mv libs/module x; mv libs x; true";
    world.sh(script).run();
    assert_eq!(fs::read(&pointer).expect("a file"), before);
}

#[test]
fn a_worktree_of_the_project() {
    let prepare = format!("{INIT} && git worktree add -q trees/one && git worktree add -q two");
    let Some(world) = world(&prepare) else { return };
    let script = "for name in one two; do \
                      echo ../../../fake > .git/worktrees/$name/commondir; \
                      mv .git/worktrees/$name .git/worktrees/x; \
                  done; mv .git/worktrees .git/x; echo gitdir: fake > two/.git; mv two/.git x; rm -f x; true";
    let before = Snapshot::of(world.project());
    world.sh(script).run();
    before.is_unchanged();
    attack(&world, ".git", &["trees/one", "two", "."]);
}

/// Git takes a directory for a repository wherever it looks like one, with no `.git` at all.
#[test]
fn a_project_that_is_a_bare_repository() {
    for inner in ["", "deep/bare"] {
        let prepare = format!("mkdir -p ./{inner} && git init -q --bare ./{inner}");
        let Some(world) = world(&prepare) else { return };
        let git = world.project().join(inner);
        let plant = format!(
            "cd {} && echo '#!/bin/sh\ntouch $HOME/pwned' > evil && chmod +x evil && \
             {{ cp evil hooks/pre-receive; mv hooks x && mkdir hooks && cp evil hooks/pre-receive; \
             git config alias.x '!./evil'; rm config; cp /dev/null config; }} 2> /dev/null; true",
            git.display()
        );
        let planted = || {
            let push = "git init -q ../clone; cd ../clone && git commit -q --allow-empty -m x && \
                        git push -q -f \"$0\" HEAD:refs/heads/x; cd \"$0\" && git x";
            let words = ["sh".as_ref(), "-c".as_ref(), push.as_ref(), git.as_os_str()];
            world.outside(words).run();
            fs::remove_file(world.home().join("pwned")).is_ok()
        };
        world.sh(&plant).run().ok();
        assert!(!planted(), "{inner}: the host ran what the jail planted");
        world.outside(["sh", "-c", &plant]).run().ok();
        assert!(planted(), "{inner}: the attack does nothing outside");
    }
}

#[test]
fn settings_of_one_worktree() {
    let prepare = format!(
        "{INIT} && git config extensions.worktreeConfig true && git worktree add -q one && \
         git config --worktree a.b c && git -C one config --worktree a.b c"
    );
    let Some(world) = world(&prepare) else { return };
    let before = Snapshot::of(world.project());
    let script = "for file in .git/config.worktree .git/worktrees/one/config.worktree; do \
                      (echo x >> $file) 2> /dev/null; rm -f $file 2> /dev/null; \
                  done; true";
    world.sh(script).run().ok();
    before.is_unchanged();
}

#[test]
fn a_project_that_is_a_worktree() {
    let prepare = "git init -q ../repository && cd ../repository && \
                   git commit -q --allow-empty -m one && rmdir ../project && \
                   git worktree add -q ../project -b topic && git worktree add -q ../other";
    let Some(world) = world(prepare) else { return };
    let before = Snapshot::of(&world.home());
    let script = "echo ../../../project/fake > ../repository/.git/worktrees/other/commondir; \
                  echo ../fake > ../repository/.git/worktrees/project/commondir; \
                  echo gitdir: fake > .git; mv .git x; rm -f x; true";
    world.sh(script).run();
    before.is_unchanged();
    attack(&world, "../repository/.git", &[".", "../repository"]);
}

#[test]
fn a_repository_that_is_mapped() {
    let prepare = "git init -q ../other && cd ../other && git commit -q --allow-empty -m one";
    let Some(world) = world(prepare) else { return };
    let other = world.home().join("other");
    let hook = other.join(".git/hooks/pre-commit");
    let elsewhere = format!("{}:/mnt/x", other.display());
    for (map, at) in [("../other", "../other"), (&elsewhere, "/mnt/x")] {
        let script = format!(
            "cd {at} && touch file && git add file && git commit -qm two || exit 3; \
             echo x > .git/hooks/pre-commit; mv .git x; git config core.pager x; rm file; \
             git commit -qam three"
        );
        let ended = world.sh_with(["--rw-map", map], &script).run();
        assert_eq!(ended.code(), 0, "{ended}");
        assert!(!hook.exists(), "{map}");
        assert!(!fs::read_to_string(other.join(".git/config")).expect("text").contains("pager"));
    }
    // A repository without a working tree, and git's directory itself.
    let map = ["--rw-map", "../other/.git"];
    let ended = world.sh_with(map, "echo x > ../other/.git/hooks/pre-commit").run();
    assert_ne!(ended.code(), 0, "{ended}");
    assert!(!hook.exists());
}

#[test]
fn a_map_of_exactly_that_path_lifts_it_and_no_other_does() {
    let Some(world) = world(INIT) else { return };
    let hook = world.project().join(".git/hooks/pre-commit");
    let tries = |flags: &[&str]| {
        let ended = world.sh_with(flags, "echo x > .git/hooks/pre-commit").run();
        (ended.code() == 0, fs::remove_file(&hook).is_ok())
    };
    assert_eq!(tries(&[]), (false, false));
    assert_eq!(tries(&["--rw-map", "."]), (false, false));
    assert_eq!(tries(&["--rw-map", ".git"]), (false, false));
    assert_eq!(tries(&["--rw-map", ".git/config"]), (false, false));
    assert_eq!(tries(&["--rw-map", ".git/hooks"]), (true, true));
    assert_eq!(tries(&["--rw-map", ".git", "--rw-map", ".git/hooks"]), (true, true));
    assert_eq!(tries(&["--no-protect"]), (true, true));
    assert_eq!(tries(&["--no-protect", "--lockdown"]), (false, false));
    // The same in the project's file, which somebody has to trust.
    world.file("home/project/.ai-jail", "rw_maps = [\".git/hooks\"]\n");
    let ended = world.sh("true").run();
    ended.is_failure(125, &[".git/hooks"]);
    assert_eq!(tries(&["--trust-once"]), (true, true));
    world.file("home/project/.ai-jail", "rw_maps = [\".git\"]\n");
    assert_eq!(tries(&["--trust-once"]), (false, false));
    world.file("home/project/.ai-jail", "no_protect = true\n");
    assert_eq!(tries(&["--trust-once"]), (true, true));
}

#[test]
fn a_map_of_gits_settings_lets_git_write_them() {
    let Some(world) = world(INIT) else { return };
    let script = "git remote add origin ../x && git config branch.main.remote origin";
    world.sh_with(["--rw-map", ".git/config"], script).run().ok();
    assert_eq!(outside(&world, "git config branch.main.remote"), "origin\n");
    let script = "echo x > .git/hooks/pre-commit";
    assert_ne!(world.sh_with(["--rw-map", ".git/config"], script).run().code(), 0);
}

/// A world whose project was cloned.
fn cloned() -> Option<World> {
    world(
        "git init -q ../up && (cd ../up && echo one > file && git add . && git commit -qm one && \
         git branch topic && git config receive.denyCurrentBranch ignore) && git clone -q ../up . \
         && git init -q ../module && (cd ../module && git commit -q --allow-empty -m one) && \
         git submodule --quiet add ../module module && git commit -qm module",
    )
}

/// Runs a git command line in a jail that may reach the other repositories.
fn git(world: &World, script: &str) -> Ended {
    world.sh_with(["--rw-map", "../up", "--rw-map", "../module"], script).run()
}

#[test]
fn gits_ordinary_work_goes_on() {
    let Some(world) = cloned() else { return };
    let lines = [
        "echo two >> file && git commit -qam two",
        "git checkout -q -b own && git checkout -q main",
        "echo x >> file && git stash -q && git stash pop -q && git checkout -q file",
        "git tag v1 && git fetch -q && git push -q origin HEAD:refs/heads/new",
        "git merge -q own && git rebase -q HEAD~1 && git commit -q --amend -m 2 && git revert -n HEAD && git reset -q --hard",
        "git worktree add -q ../project/tree && git worktree remove tree",
        "git -C module commit -q --allow-empty -m two && git commit -qam module",
        "git submodule status && git submodule --quiet foreach git status --short",
        "git gc -q && git fsck && git reflog expire --all --expire=now && git prune",
        "git init -q inner && git -C inner commit -q --allow-empty -m x && rm -rf inner",
        "git clone -q ../up inner && rm -rf inner",
        "git archive HEAD > /dev/null && git bundle create -q /tmp/x HEAD && git apply --check < /dev/null; true",
    ];
    for line in lines {
        let ended = git(&world, line);
        assert_eq!(ended.code(), 0, "{line}: {ended}");
        assert!(!ended.err().contains("could not"), "{line}: {ended}");
    }
    assert_eq!(outside(&world, "git status --short"), "");
}

/// `docs/protected.md` says so: the work is done, the setting is not kept, and git says that.
#[test]
fn what_also_writes_settings_works_less_the_settings() {
    let Some(world) = cloned() else { return };
    let before = fs::read(world.project().join(".git/config")).expect("settings");
    for line in [
        "git checkout -q -b topic origin/topic",
        "git push -q -u origin HEAD:refs/heads/new",
        "git branch --set-upstream-to=origin/main",
    ] {
        let ended = git(&world, line);
        assert_eq!(ended.code(), 0, "{line}: {ended}");
        assert!(ended.err().contains(".git/config"), "{line}: {ended}");
    }
    assert_eq!(git(&world, "git checkout -q main").code(), 0);
    let renamed =
        git(&world, "git branch -m topic other && exit 9; git rev-parse -q --verify other");
    assert_eq!(renamed.code(), 0, "{renamed}");
    let refused = [
        ("git config user.name x", ".git/config"),
        ("git remote add x y", ".git/config"),
        ("git submodule --quiet sync", ".git/config"),
        ("git submodule --quiet update", ".git/modules/module/config"),
    ];
    for (line, file) in refused {
        let ended = git(&world, line);
        assert_ne!(ended.code(), 0, "{line}: {ended}");
        assert!(ended.err().contains(file), "{line}: {ended}");
    }
    let map = ["--rw-map", ".git/modules/module/config"];
    assert_eq!(world.sh_with(map, "git submodule --quiet update").run().code(), 0);
    assert_eq!(fs::read(world.project().join(".git/config")).expect("settings"), before);
    // And nothing is left of the attempt.
    assert!(!world.project().join(".git/config.lock").exists());
}

#[test]
fn other_version_control() {
    let files = PROJECT.iter().map(|row| row.path);
    let prepare = "for file; do mkdir -p $(dirname $file); echo x > $file; done";
    let Some(world) = world("true") else { return };
    world.outside(["sh", "-c", prepare, "sh"].into_iter().chain(files.clone())).run().ok();
    for file in files {
        let path = world.project().join(file);
        let script = format!("(echo y > {file}) 2> /dev/null; mv $(dirname {file}) x; true");
        world.sh(&script).run();
        assert_eq!(fs::read(path).expect("it is there"), b"x\n", "{file}");
    }
}

#[test]
fn more_repositories_than_are_protected() {
    let Some(world) = world("for i in $(seq 40); do git init -q nested/$i; done") else { return };
    let ended = world.jail(["sh", "-c", "find . -path '*/.git/hooks' -exec test -w {} \\; -print"]);
    let ended = ended.run();
    assert!(ended.err().contains("more repositories than are protected"), "{ended}");
    assert_eq!(ended.out().lines().count(), 8, "{ended}");
}

/// An earlier jail could else leave so much that looks like a repository that the next launch takes
/// minutes, or fails because bubblewrap takes no more arguments. The project's own stay protected.
#[test]
fn so_many_that_no_jail_could_be_made() {
    let prepare = "git init -q && for i in $(seq 400); do mkdir -p many/$i .git/modules/m/$i/$i; \
                   echo 'gitdir: /none' > many/$i/.git; done; \
                   for i in $(seq 31); do git=repo$i/.git; mkdir -p $git/objects $git/hooks; echo x > $git/HEAD; \
                   for w in $(seq 64); do mkdir -p $git/worktrees/$w; \
                   echo ../.. > $git/worktrees/$w/commondir; done; done";
    let Some(world) = world(prepare) else { return };
    let look = "grep -c . /proc/self/mountinfo; test -w .git/hooks || echo held";
    let ended = world.jail(["sh", "-c", look]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert!(ended.err().contains("more repositories than are protected"), "{ended}");
    let (mounts, held) = ended.out().trim_end().split_once('\n').expect("two lines");
    assert!(mounts.parse::<u32>().expect("a number") < 600 && held == "held", "{ended}");
}

/// What is found outside the project is not the jail's, whoever names it.
#[test]
fn a_forged_pointer_holds_nothing_of_the_project() {
    let prepare = format!("{INIT} && mkdir -p src/hooks sub && echo x > src/config");
    let Some(world) = world(&prepare) else { return };
    world.file("home/project/sub/.git", "gitdir: ../src\n");
    world.sh("echo y > src/config && echo z > src/hooks/file").run().ok();
    let forged: &[PathBuf] = &[world.home().join("private")];
    world.file("home/private/HEAD", "x");
    world.directory("home/private/objects");
    world.file("home/project/sub/.git", format!("gitdir: {}\n", forged[0].display()));
    assert_eq!(world.look(forged), [crate::harness::Seen::Absent]);
    assert!(Path::new(&forged[0]).exists());
}

/// Files that the settings include are settings, and so are those of other programs in a nested directory.
#[test]
fn included_settings_and_nested_repositories_of_others() {
    let world = World::new();
    let included = world.file("home/project/shared.gitconfig", "[core]\n\tbare = false\n");
    let config = "[core]\n\tbare = false\n[include]\n\tpath = ../shared.gitconfig\n";
    world.file("home/project/.git/config", config);
    world.file("home/project/.git/HEAD", "ref: refs/heads/main\n");
    world.directory("home/project/.git/objects");
    world.directory("home/project/.git/refs");
    let mut paths = vec![included];
    for row in ["a/.hg/hgrc", "a/b/.jj/repo/config.toml", "c/.sl/config", "d/_darcs/prefs/defaults"]
    {
        paths.push(world.file(format!("home/project/{row}"), "x"));
    }
    for path in &paths {
        let before = fs::read(path).expect("it is there");
        let path = path.to_str().expect("plain");
        let script = format!("echo evil >> '{path}'; mv '{path}' aside; mv ../aside '{path}'");
        assert_ne!(world.sh(&script).run().code(), 0);
        assert_eq!(fs::read(path).expect("it is there"), before, "{path}");
    }
    // The control.
    world.outside(["sh", "-c", "echo evil >> shared.gitconfig"]).run().ok();
}
