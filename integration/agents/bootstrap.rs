//! With the settings that `--bootstrap` writes the agents load them without a complaint, run what
//! is routine and refuse, where there is nobody to ask, what asks.

use crate::agents::further_table::{CONTINUE, Further, GEMINI};
use crate::agents::{Agent, CLAUDE, CODEX, OPENCODE, are_here, with_agents};
use crate::harness::{Call, Ended, Model, World};

/// What became of the prompt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Done {
    made: bool,
    kept: bool,
}

const ROUTINE_ONLY: Done = Done { made: true, kept: true };
const EVERYTHING: Done = Done { made: true, kept: false };

/// A model that has the agent do something routine, and something that asks.
fn model() -> Model {
    let model = Model::start();
    let calls = ["touch made", "rm kept"].map(|command| Call::Shell(command.into()));
    model.tell(calls, "That is all.");
    model
}

/// Runs an agent's one-shot mode in a jail of `world`.
fn prompt(world: &World, words: &[&str]) -> (Done, Ended) {
    world.file("home/project/kept", "");
    let _ = std::fs::remove_file(world.project().join("made"));
    let words = words.iter().copied().chain(["Do this."]);
    let ended = with_agents(world.exec(words)).run();
    let is_there = |name: &str| world.project().join(name).exists();
    (Done { made: is_there("made"), kept: is_there("kept") }, ended)
}

fn bootstrap(world: &World, agent: &Agent) {
    let ended = world.jail(["--bootstrap", agent.command]).run();
    assert!(ended.code() == 0 && ended.err().contains("wrote"), "{ended}");
}

#[test]
fn claude_code() {
    if !are_here() {
        return;
    }
    let model = model();
    let world = CLAUDE.plain_world(&model);
    let words = ["claude", "-p", "--output-format", "json"];
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, Done { made: false, kept: true }, "without settings all is asked: {ended}");

    bootstrap(&world, &CLAUDE);
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert!(ended.out().contains("permission_denials\":[{\"tool_name\":\"Bash\""), "{ended}");

    // The user's own rule, and it is our rule that was in the way.
    let world = CLAUDE.plain_world(&model);
    let (path, settings) = (CLAUDE.settings)(&model.url());
    let rule = settings.replacen('{', "{\"permissions\": {\"allow\": [\"Bash(rm *)\"]}, ", 1);
    world.file(format!("home/{path}"), rule);
    bootstrap(&world, &CLAUDE);
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, EVERYTHING, "{ended}");
}

#[test]
fn codex() {
    if !are_here() {
        return;
    }
    let model = model();
    let world = CODEX.plain_world(&model);
    let words = ["codex", "exec", "--strict-config", "--skip-git-repo-check"];
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, Done { made: false, kept: true }, "its own sandbox is in the way: {ended}");

    bootstrap(&world, &CODEX);
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert!(ended.err().contains("sandbox: danger-full-access"), "{ended}");
    assert!(ended.err().contains("approval required by policy"), "{ended}");

    let world = CODEX.plain_world(&model);
    let rule = "prefix_rule(pattern = [\"rm\"], decision = \"allow\")\n";
    world.file("home/.codex/rules/default.rules", rule);
    bootstrap(&world, &CODEX);
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, EVERYTHING, "{ended}");
}

#[test]
fn opencode() {
    if !are_here() {
        return;
    }
    let model = model();
    let world = OPENCODE.plain_world(&model);
    let words = ["opencode", "run"];
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, EVERYTHING, "without settings nothing is asked: {ended}");

    bootstrap(&world, &OPENCODE);
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert!(ended.err().contains("permission requested: bash (rm kept)"), "{ended}");

    let world = OPENCODE.plain_world(&model);
    let (path, settings) = (OPENCODE.settings)(&model.url());
    let rule = "{\"permission\": {\"bash\": {\"rm *\": \"allow\"}},";
    world.file(format!("home/{path}"), settings.replacen('{', rule, 1));
    bootstrap(&world, &OPENCODE);
    let (done, ended) = prompt(&world, &words);
    assert_eq!(done, EVERYTHING, "{ended}");
}

/// A further agent without the flags that let everything through: what it does, and with the settings.
fn with_a_file_of_its_own(agent: &Further, words: &[&str], without: Done) {
    if !are_here() {
        return;
    }
    let model = model();
    let world = agent.world(&model);
    let prompt = || {
        world.file("home/project/kept", "");
        let _ = std::fs::remove_file(world.project().join("made"));
        let words = [&[agent.command], words, &["-p", "Do this."]].concat();
        let ended = agent.with_model(&model, world.exec(words)).run();
        let is_there = |name: &str| world.project().join(name).exists();
        (Done { made: is_there("made"), kept: is_there("kept") }, ended)
    };
    let (done, ended) = prompt();
    assert_eq!(done, without, "{ended}");
    let ended = world.jail(["--bootstrap", agent.command]).run();
    assert!(ended.code() == 0 && ended.err().contains("wrote"), "{ended}");
    let (done, ended) = prompt();
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert_eq!(world.jail(["--bootstrap", "--undo", agent.command]).run().code(), 0);
    assert_eq!(prompt().0, without);
}

#[test]
fn gemini_cli() {
    let nothing = Done { made: false, kept: true };
    with_a_file_of_its_own(&GEMINI, &["-m", "gemini-2.5-flash", "--skip-trust"], nothing);
}

#[test]
fn continue_cli() {
    with_a_file_of_its_own(&CONTINUE, &[], EVERYTHING);
}
