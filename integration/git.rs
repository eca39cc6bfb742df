//! A project whose `.git` is a file works, and a forged one opens nothing.

use std::path::PathBuf;

use crate::harness::{Seen, World, has_program};

/// A world with a repository in `home/repository`, for a project that is not made yet.
fn world(project: &str) -> Option<World> {
    if !has_program("git") {
        return None;
    }
    let world = World::with_project(&std::env::temp_dir(), project);
    world.file(
        "home/.gitconfig",
        "[user]\n name = Tester\n email = tester@localhost\n[init]\n defaultBranch = main\n\
         [protocol \"file\"]\n allow = always\n",
    );
    world.directory("home/repository");
    git(&world, "repository", "git init -q && echo one > file && git add . && git commit -qm one");
    Some(world)
}

/// Runs a script in a directory of the home, outside.
fn git(world: &World, directory: &str, script: &str) -> String {
    let directory = world.home().join(directory);
    world.outside(["sh", "-c", script]).at(directory).run().ok().to_owned()
}

#[test]
fn a_repository_of_its_own() {
    let Some(world) = world("home/repository") else { return };
    let script = "echo two >> file && git commit -qam two && git status --short && git log --oneline | wc -l";
    assert_eq!(world.sh(script).run().ok().trim(), "2");
    assert_eq!(git(&world, "repository", "git log --format=%s"), "two\none\n");
}

#[test]
fn a_worktree() {
    let Some(world) = world("home/worktree") else { return };
    git(&world, "repository", "git worktree add -q ../worktree -b topic");
    let script = "git status --short --branch && echo two >> file && git add . && \
                  git commit -qm two && git stash list && git log --format=%s";
    assert_eq!(world.sh(script).run().ok(), "## topic\ntwo\none\n");
    assert_eq!(git(&world, "repository", "git log --format=%s topic"), "two\none\n");
    // The other working tree itself is not there.
    let other = world.home().join("repository/file");
    assert_eq!(world.look([other]), [Seen::Absent]);
    // In lockdown nothing can be written.
    let ended =
        world.sh_with(["--lockdown"], "git log --format=%s; git commit --allow-empty -m x").run();
    assert_eq!((ended.out(), ended.code()), ("two\none\n", 128), "{ended}");
}

#[test]
fn a_worktree_with_relative_links() {
    let Some(world) = world("home/worktree") else { return };
    git(&world, "repository", "git worktree add -q ../worktree -b topic");
    world.file("home/worktree/.git", "gitdir: ../repository/.git/worktrees/worktree\n");
    assert_eq!(world.sh("git log --format=%s").run().ok(), "one\n");
}

#[test]
fn a_submodule() {
    let Some(world) = world("home/super/module") else { return };
    std::fs::remove_dir(world.project()).expect("git makes it");
    let add = "git init -q && git submodule --quiet add ../repository module && git commit -qm add";
    git(&world, "super", add);
    let script = "echo two >> file && git commit -qam two && git log --format=%s";
    assert_eq!(world.sh(script).run().ok(), "two\none\n");
    assert_eq!(git(&world, "super/module", "git log --format=%s"), "two\none\n");
}

/// A project whose `.git` says this sees nothing of the private repository.
fn opens_nothing(prepare: impl FnOnce(&World) -> String) {
    let Some(world) = world("home/project") else { return };
    let content = prepare(&world);
    world.file("home/project/.git", content);
    let secrets: Vec<PathBuf> = [
        "repository/.git/HEAD",
        "repository/.git/config",
        "repository/file",
        "private/HEAD",
        "private/secret",
    ]
    .map(|name| world.home().join(name))
    .into_iter()
    .filter(|path| path.exists())
    .collect();
    assert!(secrets.len() >= 3);
    assert_eq!(world.look(&secrets), vec![Seen::Absent; secrets.len()]);
}

#[test]
fn a_forged_file_that_names_a_repository() {
    opens_nothing(|world| format!("gitdir: {}/repository/.git\n", world.home().display()));
}

#[test]
fn a_forged_file_that_names_another_worktree() {
    opens_nothing(|world| {
        git(world, "repository", "git worktree add -q ../worktree -b topic");
        let home = world.home();
        format!("gitdir: {}/repository/.git/worktrees/worktree\n", home.display())
    });
}

#[test]
fn a_forged_file_that_names_any_directory() {
    opens_nothing(|world| {
        world.file("home/private/secret", "secret");
        world.file("home/private/HEAD", "ref: refs/heads/main");
        world.directory("home/private/objects");
        format!("gitdir: {}/private\n", world.home().display())
    });
}

#[test]
fn a_forged_file_with_a_forged_worktree_in_the_project() {
    opens_nothing(|world| {
        // The way back exists, but the project made it itself; `..` leads to the repository.
        world.file("home/project/x/worktrees/y/gitdir", "../../../.git\n");
        world.link(world.home().join("repository/.git"), "home/project/x/link");
        format!("gitdir: {}/x/worktrees/y\n", world.project().display())
    });
}

#[test]
fn a_forged_file_that_names_a_linked_common_directory() {
    opens_nothing(|world| {
        world.file("home/project/fake/worktrees/y/gitdir", "../../../.git\n");
        world.file("home/project/fake/worktrees/y/commondir", "../../../../repository/.git\n");
        world.file("home/project/fake/worktrees/y/HEAD", "ref: refs/heads/main\n");
        "gitdir: fake/worktrees/y\n".to_owned()
    });
}

#[test]
fn a_file_that_is_no_such_file() {
    opens_nothing(|_| "no git file at all".repeat(10_000));
    opens_nothing(|_| "gitdir: \n".to_owned());
    opens_nothing(|_| "gitdir: /no/such/place\n".to_owned());
}

/// `git` in a directory of the project's repository, below its root.
#[test]
fn below_the_root() {
    let Some(world) = world("home/repository/packages/web") else { return };
    git(&world, "repository", "git commit -q --allow-empty -m two");
    let script = "echo new > file && git add file && git status --short && git commit -qm three && \
                  git switch -qc topic && git log --format=%s && git show HEAD:./file";
    let seen = world.sh(script).run();
    assert_eq!(seen.ok(), "A  file\nthree\ntwo\none\nnew\n");
    assert_eq!(git(&world, "repository", "git log -1 --format=%s topic"), "three\n");
    // The rest of the working tree can be read and not be written; what git runs neither.
    let root = world.home().join("repository");
    let read_only = Seen::File { readable: true, writable: false };
    let places = [root.join("file"), root.join(".git/config")];
    assert_eq!(world.look(places.clone()), [read_only, read_only]);
    let writable = Seen::File { readable: true, writable: true };
    assert_eq!(world.look_outside(places), [writable, writable], "the control");
    let attack = "echo x > ../../.git/hooks/pre-commit; git config core.pager x; \
                  mv ../../.git ../../x; echo x > ../../new; true";
    world.sh(attack).run();
    assert_eq!(git(&world, "repository", "git config core.pager; ls"), "file\npackages\n");
    assert!(!root.join(".git/hooks/pre-commit").exists());
}

#[test]
fn below_the_root_in_lockdown() {
    let Some(world) = world("home/repository/packages/web") else { return };
    let script = "git log --format=%s; git commit --allow-empty -m x";
    let ended = world.sh_with(["--lockdown"], script).run();
    assert_eq!((ended.out(), ended.code()), ("one\n", 128), "{ended}");
}

#[test]
fn a_repository_that_is_the_home() {
    let Some(world) = world("home/project") else { return };
    world.file("home/letter", "private");
    git(&world, ".", "git init -q");
    let ended = world.sh("git status; cat ../letter").run();
    assert!(ended.code() != 0 && ended.out().is_empty(), "{ended}");
    assert!(git(&world, "project", "git status").contains("On branch main"), "the control");
}

#[test]
fn borrowed_objects() {
    let Some(world) = world("home/clone") else { return };
    git(&world, "clone", "git clone -q --shared ../repository .");
    let objects = world.home().join("repository/.git/objects");
    let ended = world.jail(["git", "log", "--format=%s"]).run();
    let flag = format!("type --map {} ", objects.display());
    assert!(ended.code() != 0 && ended.err().contains(&flag), "{ended}");
    let map = format!("--map={}", objects.display());
    assert_eq!(world.exec_with([map.as_str()], ["git", "log", "--format=%s"]).run().ok(), "one\n");
    assert_eq!(git(&world, "clone", "git log --format=%s"), "one\n", "the control");
}

#[test]
fn a_repository_kept_apart() {
    let Some(world) = world("home/apart") else { return };
    git(
        &world,
        "apart",
        "git init -q --separate-git-dir ../apart.git . && \
                          git commit -q --allow-empty -m apart",
    );
    let elsewhere = world.home().join("apart.git");
    let ended = world.jail(["git", "log", "--format=%s"]).run();
    let flag = format!("type --rw-map {} ", elsewhere.display());
    assert!(ended.code() != 0 && ended.err().contains(&flag), "{ended}");
    let map = format!("--rw-map={}", elsewhere.display());
    let script = "git commit -q --allow-empty -m two && git log --format=%s";
    assert_eq!(world.sh_with([map.as_str()], script).run().ok(), "two\napart\n");
}

#[test]
fn a_worktree_is_removed_wholly_or_not_at_all() {
    let Some(world) = world("home/repository") else { return };
    let add = "git config extensions.worktreeConfig true && git worktree add -q one && \
               git worktree add -q 'deep/er/t wo' -b b && git worktree add -q kept -b c && \
               git worktree add -q moved -b d && git -C one config --worktree a.b c && \
               echo changed > kept/file";
    git(&world, "repository", add);
    let script = "git worktree remove one; git worktree remove --force 'deep/er/t wo'; git worktree remove kept; git worktree move moved elsewhere; true";
    let ended = world.sh(script).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let listed = git(&world, "repository", "git worktree list --porcelain | grep ^worktree; ls");
    let here = world.home().join("repository");
    let expected =
        ["", "/kept", "/moved"].map(|tree| format!("worktree {}{tree}\n", here.display()));
    assert_eq!(
        listed,
        format!("{}deep\nfile\nkept\nmoved\n", expected.concat()),
        "{}",
        ended.err()
    );
    assert!(!here.join("deep/er/t wo").exists() && !here.join(".git/worktrees/one").exists());
    // Where somebody looks, already while the jail runs.
    git(&world, "repository", "git worktree add -q two -b e");
    let script = "git worktree remove two; sleep 0.3; git worktree list; ls";
    let ended = world.jail(["sh", "-c", script]).run();
    assert!(!ended.out().contains("two"), "{ended}");
    assert!(ended.err().contains("removed the rest of the worktree"), "{ended}");
    // What stays works, with what was changed in it.
    let states = "cat kept/file && git -C kept status -s && git -C moved status -s && git fsck";
    assert_eq!(git(&world, "repository", states), "changed\n M file\n");
    // One whose files alone are gone is not taken for removed.
    world.sh("rm moved/file").run().ok();
    assert_eq!(git(&world, "repository", "git -C moved status -s"), " D file\n");
}

/// What was only in the jail's memory leaves nothing in the repository but its branch.
#[test]
fn a_worktree_in_memory_leaves_no_record() {
    let Some(world) = world("home/repository") else { return };
    git(&world, "repository", "git worktree add -q kept && git worktree add -q ../outside");
    let script =
        "git worktree add -q ../lost && cd ../lost && echo two > file && git commit -qam two";
    // Outside a worktree stays, and so does its record.
    git(&world, "repository", "git worktree add -q ../control");
    let ended = world.jail(["sh", "-c", script]).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let said = format!("removed git's record of the worktree {}/lost,", world.home().display());
    assert!(ended.err().contains(&said), "{ended}");
    let listed = git(&world, "repository", "ls .git/worktrees; git log -1 --format=%s lost");
    assert_eq!(listed, "control\nkept\noutside\ntwo\n", "{ended}");
    assert_eq!(git(&world, "repository", "git worktree prune -n -v"), "");
}

/// To git in the jail a worktree elsewhere looks like one that is gone.
#[test]
fn a_worktree_elsewhere_is_not_pruned() {
    let Some(world) = world("home/repository") else { return };
    git(&world, "repository", "git worktree add -q ../other && git worktree add -q inside");
    world
        .sh("git worktree prune -v; git worktree remove --force ../other; git gc -q --prune=now")
        .run();
    assert_eq!(git(&world, "other", "git status --short --branch && ls"), "## other\nfile\n");
    // One that is in the project is worked in, which writes its record.
    let script = "cd inside && echo two > file && git commit -qam two && git log --format=%s";
    assert_eq!(world.sh(script).run().ok(), "two\none\n");
}

/// The settings are content like any other: git may put them aside and bring them back.
#[test]
fn stash_clean_and_switch_with_settings_in_the_project() {
    let Some(world) = world("home/repository") else { return };
    assert_eq!(world.jail(["true"]).run().code(), 0);
    let settings = world.project().join(".ai-jail");
    let before = std::fs::read(&settings).expect("a first run saves them");
    world.file("home/repository/new", "new\n");
    let script = "echo two >> file && git stash -q -u && test ! -e .ai-jail && git stash pop -q && cat file new";
    assert_eq!(world.sh(script).run().ok(), "one\ntwo\nnew\n");
    assert_eq!(std::fs::read(&settings).expect("it is back"), before);
    let script = "git switch -q -c other && git add .ai-jail && git commit -qm settings .ai-jail && \
                  git switch -q main && test ! -e .ai-jail && git switch -q other && test -e .ai-jail && \
                  git rm -q --cached .ai-jail && git clean -qf && test ! -e .ai-jail";
    world.sh(script).run().ok();
    assert!(!settings.exists());
}
