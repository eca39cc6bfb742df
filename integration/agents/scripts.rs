//! The agents in scripts: from cron, without a terminal and with next to no environment, and in
//! a worktree.

use std::fs;

use crate::agents::{Agent, for_each_agent, path, with_agents};
use crate::harness::{Call, Model, program};

for_each_agent!(its_output_alone_is_captured, from_cron, without_any_variable, in_a_worktree);

/// A model with a word of two lines.
const WORD: &str = "forty-two\nand no more";

/// Captures the output of `"$@"` and says so.
const CAPTURE: &str = "out=$(\"$@\") || exit; printf 'captured <%s>\\n' \"$out\"";

fn its_output_alone_is_captured(agent: &Agent) {
    let model = Model::start();
    model.tell([Call::Shell("echo noise; echo noise >&2".into())], WORD);
    let world = agent.world(&model);
    let jail = program();
    let mut words: Vec<&str> = ["sh", "-c", CAPTURE, "sh", jail.to_str().expect("plain")].into();
    words.extend(agent.words("Answer."));
    let ended = with_agents(world.outside(words)).run();
    assert_eq!(
        (ended.code(), ended.out().trim_end()),
        (0, "captured <forty-two\nand no more>"),
        "{ended}"
    );
    assert!(model.results()[0].contains("noise"));
}

/// What cron sets, and its shell.
fn from_cron(agent: &Agent) {
    let model = Model::start();
    model.tell([Call::Shell("touch made".into())], WORD);
    let world = agent.world(&model);
    let jail = program();
    let script = format!(
        "cd '{}' && '{}' {} 'Go on.' > out 2> err",
        world.project().display(),
        jail.display(),
        [&[agent.command], agent.one_shot].concat().join(" "),
    );
    let mut run = world.outside(["sh", "-c", &script]).at("/");
    run.command().env_clear();
    let run = run.env("HOME", world.home()).env("PATH", path()).env("SHELL", "/bin/sh");
    let ended = run.run();
    let read = |name| fs::read_to_string(world.project().join(name)).expect("written");
    assert_eq!(ended.code(), 0, "{ended}\n{}", read("err"));
    assert_eq!(read("out").trim_end(), WORD, "{}", read("err"));
    assert!(world.project().join("made").exists());
}

/// Not even `HOME` and `PATH`.
fn without_any_variable(agent: &Agent) {
    let model = Model::start();
    // Claude Code's shell has an empty `PATH` then, outside a jail as well.
    model.tell([Call::Shell("/usr/bin/touch made".into())], WORD);
    let world = agent.world(&model);
    let entry = format!(
        "tester:x:{}:{}::{}:/bin/sh\n",
        nix::unistd::getuid(),
        nix::unistd::getgid(),
        world.home().display()
    );
    let entry = world.file("passwd", entry);
    let directory = path();
    let directory = directory.to_str().expect("plain").split(':').next().expect("a directory");
    let (jail, program) = (program(), format!("{directory}/{}", agent.command));
    let entry = entry.to_str().expect("plain");
    let mut words = vec!["bwrap", "--dev-bind", "/", "/", "--ro-bind", entry, "/etc/passwd", "--"];
    words.extend(["env", "-i", jail.to_str().expect("plain"), &program]);
    words.extend(&agent.words("Go on.")[1..]);
    let ended = world.outside(words).run();
    assert_eq!((ended.code(), ended.out().trim_end()), (0, WORD), "{ended}");
    assert!(world.project().join("made").exists(), "{:?}", model.results());
}

fn in_a_worktree(agent: &Agent) {
    let model = Model::start();
    let world = agent.world(&model);
    world.file("home/.gitconfig", "[user]\n name = Tester\n email = tester@localhost\n");
    world.directory("home/repository");
    let git = |script: &str| {
        let ended = world.outside(["sh", "-c", script]).at(world.home().join("repository")).run();
        assert_eq!(ended.code(), 0, "{ended}");
        ended.out().to_owned()
    };
    git(
        "git init -q -b main && git commit -q --allow-empty -m one && git worktree add -q ../tree -b topic",
    );
    let tree = world.home().join("tree");
    let path = tree.join("note").to_str().expect("plain").to_owned();
    model.tell(
        [
            Call::Write { path, content: "written in a worktree\n".into() },
            Call::Shell("git add note && git commit -qm 'by the agent' && git status".into()),
            Call::Shell(
                "echo 'echo planted' > $(git rev-parse --git-path hooks)/post-checkout".into(),
            ),
        ],
        WORD,
    );
    let ended = with_agents(world.jail(agent.words("Commit."))).at(&tree).run();
    assert_eq!((ended.code(), ended.out().trim_end()), (0, WORD), "{ended}");
    assert_eq!(git("git log --format=%s topic"), "by the agent\none\n");
    assert_eq!(git("git show topic:note"), "written in a worktree\n");
    let [_, _, hook] = &model.results()[..] else { panic!("{:?}", model.results()) };
    // Each shell writes the words in its own way.
    assert!(hook.to_lowercase().contains("read-only file system"), "{hook}");
    // The control: the same line outside.
    git("echo 'echo planted' > $(git rev-parse --git-path hooks)/post-checkout");
}
