//! A first login in a home that knows nothing of the agent, in a jail.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::agents::{CLAUDE, CODEX, OPENCODE, are_here, with_agents};
use crate::harness::{Model, Run, World};

/// An empty home.
fn world() -> World {
    World::below("/var/tmp".as_ref())
}

/// The directory is there, and nobody else's business.
fn is_private(path: &Path) {
    let mode = fs::metadata(path).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "{}", path.display());
}

/// Runs one prompt and one more in the same session; a key from the environment is enough.
fn two_prompts(model: &Model, run: impl Fn(&str, bool) -> Run) {
    model.tell([], "Noted.");
    let ended = with_agents(run("The number is 4711.", false)).run();
    assert_eq!((ended.code(), ended.out().trim()), (0, "Noted."), "{ended}");
    assert_eq!(model.key(), "a-key");
    let ended = with_agents(run("Which number?", true)).run();
    assert_eq!((ended.code(), ended.out().trim()), (0, "Noted."), "{ended}");
    assert!(model.heard().contains("4711"), "{}", model.heard());
}

#[test]
fn claude_code() {
    if !are_here() {
        return;
    }
    let (world, model) = (world(), Model::start());
    two_prompts(&model, |prompt, again| {
        let words = if again { CLAUDE.more_words(prompt) } else { CLAUDE.words(prompt) };
        world
            .jail(words)
            .env("ANTHROPIC_BASE_URL", model.url())
            .env("ANTHROPIC_API_KEY", "a-key")
            .env("DISABLE_AUTOUPDATER", "1")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
    });
    is_private(&world.home().join(".claude"));
    let state = fs::read_to_string(world.home().join(".claude.json")).expect("its state");
    assert!(state.contains("userID"), "{state}");
}

#[test]
fn codex() {
    if !are_here() {
        return;
    }
    let (world, model) = (world(), Model::start());
    let login = ["codex", "login", "--with-api-key"];
    let status = || with_agents(world.jail(["codex", "login", "status"])).run();
    assert_ne!(status().code(), 0);
    let ended = with_agents(world.jail(login)).input("a-key\n").run();
    assert_eq!(ended.code(), 0, "{ended}");
    assert_eq!(status().code(), 0, "the next run knows it: {}", status());
    is_private(&world.home().join(".codex"));
    let state = fs::read_to_string(world.home().join(".codex/auth.json")).expect("its login");
    assert!(state.contains("a-key"), "{state}");

    let url = format!("openai_base_url=\"{}/v1\"", model.url());
    two_prompts(&model, |prompt, again| {
        let words = if again { CODEX.more_words(prompt) } else { CODEX.words(prompt) };
        world.jail([&["codex", "-c", &url, "-c", "model=\"m\""], &words[1..]].concat())
    });
}

#[test]
fn opencode() {
    if !are_here() {
        return;
    }
    let (world, model) = (world(), Model::start());
    // A home in use, but not by OpenCode: there it could not even start.
    world.directory("home/.local/share");
    let settings = format!(
        "{{\"model\": \"told/m\", \"autoupdate\": false, \"provider\": {{\"told\": {{\"npm\": \
         \"@ai-sdk/openai-compatible\", \"models\": {{\"m\": {{}}}}, \"options\": {{\"baseURL\": \
         \"{}/v1\", \"apiKey\": \"{{env:OPENAI_API_KEY}}\"}}}}}}}}",
        model.url()
    );
    two_prompts(&model, |prompt, again| {
        let words = if again { OPENCODE.more_words(prompt) } else { OPENCODE.words(prompt) };
        world.jail(words).env("OPENCODE_CONFIG_CONTENT", &settings).env("OPENAI_API_KEY", "a-key")
    });
    for place in [".config", ".local/share/opencode", ".local/state"] {
        is_private(&world.home().join(place));
    }
}
