//! The further agents: their first use in a jail, their next, and what they say to an editor.

use std::fs;
use std::io::Write;
use std::path::Path;

use ai_jail::policy::agents::AGENTS;
use serde_json::Value;

use super::further_table::{
    APART, CLINE, CONTINUE, COPILOT, DROID, Further, GEMINI, KIMI, Next, OPENHANDS, PI, QWEN, VIBE,
    WITH_LOGIN,
};
use super::{PROGRAMS, are_here, below, path_with, with_agents};
use crate::harness::{Call, Model, Run, World, program, skip};

/// A test for each agent, in a module of its own.
macro_rules! for_each_further_agent {
    ($($name:ident $agent:ident)*) => {
        $(
            mod $name {
                #[test]
                fn first_use_and_next() {
                    super::first_use_and_next(&super::$agent);
                }
            }
        )*
    };
}

for_each_further_agent! {
    gemini GEMINI
    qwen QWEN
    copilot COPILOT
    cline CLINE
    continue_cli CONTINUE
    droid DROID
    pi PI
    kimi KIMI
    vibe VIBE
    openhands OPENHANDS
}

/// What the model has each do: read what is none of its business, and work.
const SHELL: &str = "cat ~/.ssh/id_ed25519; cat ~/letter; touch made";

impl Further {
    /// A world that has nothing of the agent's but what it needs to find the model.
    pub fn world(&self, model: &Model) -> World {
        let world = World::below("/var/tmp".as_ref());
        for (path, content) in (self.files)(&model.url()) {
            world.file(Path::new("home").join(path), content);
        }
        world
    }

    fn run(&self, world: &World, model: &Model, words: &[&str], prompt: &str) -> Run {
        let map = self.map.map(|map| below(map).expect("it is here"));
        let map = map.iter().flat_map(|map| ["--map", map.to_str().expect("plain")]);
        let command = [&[self.command], words, &[prompt]].concat();
        self.with_model(model, world.jail(map.chain(command)))
    }

    /// Whether it is installed; the test is skipped where it is not.
    fn is_here(&self) -> bool {
        let found = below(self.programs).is_some_and(|it| it.join(self.command).exists());
        if !found {
            skip(&format!(
                "{} is not here; `integration/setup --agents` installs it",
                self.command
            ));
        }
        found
    }

    /// A run that finds the agents, and the model.
    pub fn with_model(&self, model: &Model, run: Run) -> Run {
        let variables = (self.variables)(&model.url());
        let run = run.env("PATH", path_with(self.programs));
        variables.into_iter().fold(run, |run, (name, value)| run.env(name, value))
    }
}

/// Whether a file of a directory, at any depth, has a text in it.
fn mentions(directory: &Path, text: &str) -> bool {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        let read = || fs::read(&path).unwrap_or_default();
        path.is_dir() && mentions(&path, text)
            || path.is_file() && String::from_utf8_lossy(&read()).contains(text)
    })
}

fn first_use_and_next(agent: &Further) {
    if !agent.is_here() {
        return;
    }
    let model = Model::start();
    let world = agent.world(&model);
    world.file("home/.ssh/id_ed25519", "a private key\n");
    world.file("home/letter", "a private letter\n");

    model.tell([Call::Shell(SHELL.into())], "Noted.");
    let ended = agent.run(&world, &model, agent.once, "The number is 4711.").run();
    assert!(ended.code() == 0 && ended.out().contains("Noted."), "{ended}");
    let result = &model.results()[0];
    assert_eq!(result.matches("No such file").count(), 2, "{result}");
    assert!(world.project().join("made").exists(), "{result}");

    match agent.next {
        // Its next run, in a jail of its own, knows of the first.
        Next::GoesOn(words) => {
            model.tell([], "Known.");
            let ended = agent.run(&world, &model, words, "Which number was that?").run();
            assert!(ended.code() == 0 && ended.out().contains("Known."), "{ended}");
            assert!(model.heard().contains("4711"), "{}", model.heard());
        }
        Next::IsIn(directory) => assert!(mentions(&world.home().join(directory), "4711")),
    }

    // The control.
    let outside = world.outside(["sh", "-c", SHELL]).run();
    assert_eq!(outside.ok(), "a private key\na private letter\n");
}

/// Kilo makes its database before it says anything, and one prompt takes it most of a minute, of which a loaded
/// machine makes too many. Amp waits for a login whatever it is asked.
#[test]
fn others_start_in_an_empty_home() {
    if !are_here() {
        return;
    }
    for (command, programs) in [("kilo", PROGRAMS), ("amp", APART)] {
        let world = World::below("/var/tmp".as_ref());
        let words = [command, "--version"];
        let inside = world.jail(words).env("PATH", path_with(programs)).run();
        let outside = world.outside(words).env("PATH", path_with(programs)).run();
        assert_eq!((inside.code(), inside.out()), (0, outside.out()), "{inside}");
    }
}

/// An agent that nobody has logged in starts, and says what it says outside.
#[test]
fn without_a_login_they_say_so() {
    if !are_here() {
        return;
    }
    for words in WITH_LOGIN {
        let world = World::below("/var/tmp".as_ref());
        let inside = with_agents(world.jail(*words)).run();
        let outside = with_agents(world.outside(*words)).run();
        assert_ne!(outside.code(), 0, "{outside}");
        assert_eq!((inside.code(), inside.out()), (outside.code(), outside.out()), "{words:?}");
    }
}

/// The Agent Client Protocol's first message.
const INITIALIZE: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":\
                            {\"protocolVersion\":1,\"clientCapabilities\":{}}}\n";

/// The answer to it.
fn greeting(run: Run) -> Value {
    let (reader, writer) = nix::unistd::pipe().expect("a pipe");
    let running = run.stdin(reader).start();
    let mut writer = fs::File::from(writer);
    writer.write_all(INITIALIZE).expect("it reads");
    running.says("\"agentCapabilities\"");
    crate::harness::until("a whole line", || running.output().ends_with('\n'));
    let output = running.output();
    let line = output.lines().find(|line| line.contains("\"agentCapabilities\""));
    serde_json::from_str(line.expect("it was said")).expect("JSON")
}

#[test]
fn they_greet_an_editor_as_outside() {
    if !are_here() {
        return;
    }
    let model = Model::start();
    for agent in [&GEMINI, &QWEN, &COPILOT, &CLINE, &DROID] {
        let row = AGENTS.iter().find(|row| row.command == agent.command).expect("a row");
        let words = row.acp.expect("it speaks with editors").split(' ').collect::<Vec<_>>();
        let world = agent.world(&model);
        let with_variables = |run| agent.with_model(&model, run);
        let jail = program();
        let inside = [jail.to_str().expect("plain"), "--exec", "--"];
        let inside = greeting(with_variables(world.outside([&inside[..], &words].concat())));
        let outside = greeting(with_variables(world.outside(&words)));
        assert_eq!(inside, outside, "{}", agent.command);
    }
}
