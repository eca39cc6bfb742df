//! An agent's first run makes what its state is kept in; nothing else does.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::harness::{Run, World, is_root, skip};

/// A world with programs that pass for agents: each saves its login where the real one does.
fn world() -> World {
    let world = World::new();
    world.script(
        "home/project/bin/codex",
        "#!/bin/sh\nmkdir -p ~/.codex && echo token > ~/.codex/auth.json\n",
    );
    let opencode = "#!/bin/sh\nmkdir -p ~/.local/share/opencode && \
                    echo token > ~/.local/share/opencode/auth.json\n";
    world.script("home/project/bin/opencode", opencode);
    world
}

fn with_path(world: &World, run: Run) -> Run {
    run.env("PATH", format!("{}/bin:/usr/bin:/bin", world.project().display()))
}

fn list(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().expect("plain")).collect()
}

/// The dot entries of the home, without a `.local` that has nothing but the records of ai-jail in it.
fn entries(world: &World) -> Vec<String> {
    let mut names = list(&world.home());
    names.retain(|name| name.starts_with('.'));
    if list(&world.home().join(".local")) == ["share"]
        && list(&world.home().join(".local/share")) == ["ai-jail"]
    {
        names.retain(|name| name != ".local");
    }
    names.sort();
    names
}

#[test]
fn a_login_is_there_afterwards() {
    let world = world();
    let ended = with_path(&world, world.exec(["codex"])).run();
    assert_eq!(ended.ok(), "");
    assert_eq!(fs::read_to_string(world.home().join(".codex/auth.json")).expect("it"), "token\n");
    let mode = fs::metadata(world.home().join(".codex")).expect("it").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert_eq!(entries(&world), [".codex"]);

    // Deeper ones, with what is above them; `-v` says so.
    let ended = with_path(&world, world.exec_with(["-v"], ["opencode"])).run();
    assert_eq!(ended.code(), 0, "{ended}");
    let login = world.home().join(".local/share/opencode/auth.json");
    assert_eq!(fs::read_to_string(&login).expect("it"), "token\n");
    let directory = login.parent().expect("a directory").display().to_string();
    assert!(ended.err().contains(&format!("OpenCode: made {directory} for its state")), "{ended}");
    assert_eq!(entries(&world), [".codex", ".config", ".local"]);
    // Once.
    let ended = with_path(&world, world.exec_with(["-v"], ["opencode"])).run();
    assert!(ended.code() == 0 && !ended.err().contains("made"), "{ended}");
}

/// Who logs in has to know that no browser will open; who has logged in has not.
#[test]
fn the_first_run_says_how_to_log_in() {
    let world = world();
    let run = || with_path(&world, world.jail(["codex"])).run();
    let says = |ended: &crate::harness::Ended| ended.err().contains("a jail opens no browser");
    let first = run();
    assert!(first.code() == 0 && says(&first), "{first}");
    let second = run();
    assert!(second.code() == 0 && !says(&second), "{second}");
}

/// A daemon would have to outlive the jail.
#[test]
fn work_in_the_background_ends_with_the_jail() {
    let world = world();
    let claude = "#!/bin/sh\necho started; (sleep 2; echo done > late) > /dev/null 2>&1 &\n";
    world.script("home/project/bin/claude", claude);
    let run = |words: &[&str]| with_path(&world, world.jail(words)).run();
    let says = |ended: &crate::harness::Ended| ended.err().contains("ends with this jail, at once");
    let ended = run(&["claude", "--bg", "a prompt"]);
    assert!(ended.out() == "started\n" && says(&ended), "{ended}");
    let ended = run(&["claude", "-p", "a prompt about --bg"]);
    assert!(ended.code() == 0 && !says(&ended), "{ended}");
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(!world.project().join("late").exists());
    // The control.
    with_path(&world, world.outside(["bin/claude"])).run().ok();
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(world.project().join("late").exists());
}

#[test]
fn by_its_path_as_well() {
    let world = world();
    let program = world.project().join("bin/codex");
    assert_eq!(world.exec([&program]).run().ok(), "");
    assert_eq!(entries(&world), [".codex"]);
}

#[test]
fn nothing_is_made_where_no_agent_runs() {
    let world = world();
    for run in [
        world.sh("mkdir -p ~/.codex && echo token > ~/.codex/auth.json"),
        world.exec(["sh", "-c", "codex"]),
        world.exec_with(["--lockdown"], ["codex"]),
        world.jail(["--dry-run", "--", "codex"]),
        world.jail(["status"]),
        world.jail(["--explain", "~/.codex"]),
    ] {
        let ended = with_path(&world, run).run();
        assert_eq!(ended.code(), 0, "{ended}");
    }
    // Not installed here.
    assert_eq!(with_path(&world, world.exec(["crush"])).run().code(), 127);
    // Its configuration is elsewhere.
    let elsewhere = world.directory("elsewhere");
    let run = world.exec(["codex"]).env("CODEX_HOME", elsewhere);
    assert_eq!(with_path(&world, run).run().ok(), "");
    assert_eq!(entries(&world), [""; 0]);
    // The control.
    assert_eq!(with_path(&world, world.exec(["codex"])).run().ok(), "");
    assert_eq!(entries(&world), [".codex"]);
}

#[test]
fn links_are_not_followed() {
    let world = world();
    let outside = world.directory("outside");
    symlink(outside.join("codex"), world.home().join(".codex")).expect("a link");
    symlink(&outside, world.home().join(".local")).expect("a link");
    for (agent, place) in [("codex", ".codex"), ("opencode", ".local/share/opencode")] {
        let ended = with_path(&world, world.exec_with(["-v"], [agent])).run();
        let path = world.home().join(place);
        let says = format!("saves in {} will be lost", path.display());
        assert!(ended.err().contains(&says), "{ended}");
    }
    // Your own link leads the records of ai-jail there, and nothing of an agent.
    assert_eq!(
        (list(&outside), list(&outside.join("share"))),
        (vec!["share".to_owned()], vec!["ai-jail".to_owned()])
    );
}

#[test]
fn root_nothing_in_the_home_of_another() {
    if !is_root() {
        skip("it needs root");
        return;
    }
    let world = world();
    std::os::unix::fs::chown(world.home(), Some(12_345), None).expect("chown");
    let ended = with_path(&world, world.exec_with(["-v"], ["codex"])).run();
    assert!(ended.err().contains("belongs to another user"), "{ended}");
    assert_eq!(list(&world.home()), ["project"]);
    std::os::unix::fs::chown(world.home(), Some(0), None).expect("chown");
    assert_eq!(with_path(&world, world.exec(["codex"])).run().ok(), "");
    assert_eq!(entries(&world), [".codex"]);
}
