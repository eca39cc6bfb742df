//! The real agents, in jails, with the settings that `--bootstrap` writes: they load them without
//! a complaint, run what is routine and refuse, where there is nobody to ask, what asks.
//!
//! The programs are too large for every test run; where one is not installed its test is
//! skipped. docs/agents.md says how to install them.

use crate::harness::{Ended, Model, World, has_program};

/// What the model has the agent do: something routine, and something that asks.
const PROMPT: &str = "Do this.\nRUN touch made\nRUN rm kept\nThat is all.";

/// What became of the prompt.
#[derive(Debug, Eq, PartialEq)]
struct Done {
    made: bool,
    kept: bool,
}

const ROUTINE_ONLY: Done = Done { made: true, kept: true };
const EVERYTHING: Done = Done { made: true, kept: false };

/// Runs an agent's one-shot mode in a jail of `world`.
fn prompt(world: &World, model: &Model, words: &[&str]) -> (Done, Ended) {
    world.file("home/project/kept", "");
    let _ = std::fs::remove_file(world.project().join("made"));
    let words = words.iter().copied().chain([PROMPT]);
    let ended = world
        .exec(words)
        .env("ANTHROPIC_BASE_URL", model.url())
        .env("ANTHROPIC_API_KEY", "none")
        .env("OPENAI_API_KEY", "none")
        .env("DISABLE_AUTOUPDATER", "1")
        .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
        .env("OPENCODE_DISABLE_AUTOUPDATE", "1")
        .env("OPENCODE_DISABLE_MODELS_FETCH", "1")
        .run();
    let is_there = |name: &str| world.project().join(name).exists();
    (Done { made: is_there("made"), kept: is_there("kept") }, ended)
}

fn bootstrap(world: &World, agent: &str) {
    let ended = world.jail(["--bootstrap", agent]).run();
    assert!(ended.code() == 0 && ended.err().contains("wrote"), "{ended}");
}

#[test]
fn claude_code() {
    if !has_program("claude") {
        return;
    }
    let (world, model) = (World::new(), Model::start());
    let words = ["claude", "-p", "--output-format", "json"];
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, Done { made: false, kept: true }, "without settings all is asked: {ended}");

    bootstrap(&world, "claude");
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert!(ended.out().contains("permission_denials\":[{\"tool_name\":\"Bash\""), "{ended}");

    // The user's own rule, and it is our rule that was in the way.
    let world = World::new();
    let own = "{\"permissions\": {\"allow\": [\"Bash(rm *)\"]}}";
    world.file("home/.claude/settings.json", own);
    bootstrap(&world, "claude");
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, EVERYTHING, "{ended}");
}

#[test]
fn codex() {
    if !has_program("codex") {
        return;
    }
    let model = Model::start();
    let words = ["codex", "exec", "--strict-config", "--skip-git-repo-check"];
    let own = format!(
        "model = \"m\"\nmodel_provider = \"told\"\n\n# the model of the test\n\
         [model_providers.told]\nname = \"told\"\nbase_url = \"{}/v1\"\nwire_api = \"responses\"\n",
        model.url()
    );
    let world = World::new();
    world.file("home/.codex/config.toml", &own);
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, Done { made: false, kept: true }, "its own sandbox is in the way: {ended}");

    bootstrap(&world, "codex");
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert!(ended.err().contains("sandbox: danger-full-access"), "{ended}");
    assert!(ended.err().contains("approval required by policy"), "{ended}");

    let world = World::new();
    world.file("home/.codex/config.toml", &own);
    let rule = "prefix_rule(pattern = [\"rm\"], decision = \"allow\")\n";
    world.file("home/.codex/rules/default.rules", rule);
    bootstrap(&world, "codex");
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, EVERYTHING, "{ended}");
}

#[test]
fn opencode() {
    if !has_program("opencode") {
        return;
    }
    let model = Model::start();
    let words = ["opencode", "run"];
    let own = |more: &str| {
        format!(
            "{{\n  // the model of the test\n  \"model\": \"told/m\",\n  \"provider\": {{\"told\": {{\
             \"npm\": \"@ai-sdk/openai-compatible\", \"models\": {{\"m\": {{}}}}, \"options\": \
             {{\"baseURL\": \"{}/v1\", \"apiKey\": \"none\"}}}}}},{more}\n}}\n",
            model.url()
        )
    };
    let world = World::new();
    world.file("home/.config/opencode/opencode.jsonc", own(""));
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, EVERYTHING, "without settings nothing is asked: {ended}");

    bootstrap(&world, "opencode");
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, ROUTINE_ONLY, "{ended}");
    assert!(ended.err().contains("permission requested: bash (rm kept)"), "{ended}");

    let world = World::new();
    let more = "\"permission\": {\"bash\": {\"rm *\": \"allow\"}},";
    world.file("home/.config/opencode/opencode.jsonc", own(more));
    bootstrap(&world, "opencode");
    let (done, ended) = prompt(&world, &model, &words);
    assert_eq!(done, EVERYTHING, "{ended}");
}
