//! The real agents, in real jails, with a stand-in for their models.
//!
//! `integration/setup --agents` installs them: those versions that the files here name, and that
//! `integration/setup --newest-agents` renews. Where it has not been run, these tests are skipped.

mod bootstrap;
mod filtered;
mod first_login;
mod further;
pub mod further_table;
pub mod interactive;
mod scripts;
mod state;
mod wall;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::harness::{Model, Run, World, skip};

/// An agent under test.
pub struct Agent {
    /// The program.
    pub command: &'static str,
    /// Its one-shot mode; the prompt comes behind.
    pub one_shot: &'static [&'static str],
    /// The same, going on with the last session.
    pub again: &'static [&'static str],
    /// Settings of the user's with which it talks to the model at a URL, and in which there is
    /// nothing else: a path below the home and the content.
    pub settings: fn(url: &str) -> (&'static str, String),
    /// What else it keeps once its first questions on a terminal have been answered for a
    /// project: a path below the home and what is added to it.
    pub answers: fn(project: &str) -> Option<(&'static str, String)>,
    /// What its screen shows when one can type.
    pub ready: &'static str,
    /// The keys with which one leaves it.
    pub quit: &'static [&'static str],
}

pub const CLAUDE: Agent = Agent {
    command: "claude",
    one_shot: &["-p"],
    again: &["-p", "--continue"],
    settings: |url| {
        let settings = format!(
            "{{\"env\": {{\"ANTHROPIC_BASE_URL\": \"{url}\", \"ANTHROPIC_AUTH_TOKEN\": \"none\", \
             \"DISABLE_AUTOUPDATER\": \"1\", \"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC\": \"1\"}}}}\n"
        );
        (".claude/settings.json", settings)
    },
    answers: |project| {
        let state = format!(
            "{{\"hasCompletedOnboarding\": true, \"hasSeenAutoDefaultNudge\": true, \"projects\": {{\"{project}\": \
             {{\"hasTrustDialogAccepted\": true}}}}}}\n"
        );
        Some((".claude.json", state))
    },
    ready: "shift+tab to cycle",
    quit: &["\x03", "\x03"],
};

pub const CODEX: Agent = Agent {
    command: "codex",
    one_shot: &["exec", "--skip-git-repo-check"],
    again: &["exec", "resume", "--last", "--skip-git-repo-check"],
    settings: |url| {
        let settings = format!(
            "model = \"m\"\nmodel_provider = \"told\"\ncheck_for_update_on_startup = false\n\n\
             # the model of the test\n[model_providers.told]\nname = \"told\"\n\
             base_url = \"{url}/v1\"\nwire_api = \"responses\"\n"
        );
        (".codex/config.toml", settings)
    },
    answers: |project| {
        let trusted = format!("\n[projects.\"{project}\"]\ntrust_level = \"trusted\"\n");
        Some((".codex/config.toml", trusted))
    },
    ready: "← for agents",
    quit: &["/quit", "\r"],
};

pub const OPENCODE: Agent = Agent {
    command: "opencode",
    one_shot: &["run"],
    again: &["run", "--continue"],
    settings: |url| {
        let settings = format!(
            "{{\n  // the model of the test\n  \"model\": \"told/m\",\n  \"autoupdate\": false,\n  \
             \"provider\": {{\"told\": {{\"npm\": \"@ai-sdk/openai-compatible\", \"models\": {{\"m\": \
             {{}}}}, \"options\": {{\"baseURL\": \"{url}/v1\", \"apiKey\": \"none\"}}}}}}\n}}\n"
        );
        (".config/opencode/opencode.jsonc", settings)
    },
    answers: |_| None,
    ready: "Ask anything",
    quit: &["\x03"],
};

/// A test for each agent, in a module of its own: a function that takes the agent.
macro_rules! for_each_agent {
    ($($test:ident),* $(,)?) => {
        $crate::agents::for_each_agent! { @ claude CLAUDE $($test)* }
        $crate::agents::for_each_agent! { @ codex CODEX $($test)* }
        $crate::agents::for_each_agent! { @ opencode OPENCODE $($test)* }
    };
    (@ $name:ident $agent:ident $($test:ident)*) => {
        mod $name {
            $(
                #[test]
                fn $test() {
                    if $crate::agents::are_here() {
                        super::$test(&$crate::agents::$agent);
                    }
                }
            )*
        }
    };
}
pub(crate) use for_each_agent;

/// Whether the agents are installed; the test is skipped where they are not.
pub fn are_here() -> bool {
    let found = below(PROGRAMS).is_some_and(|directory| directory.join("claude").exists());
    if !found {
        skip("there are no agents here; `integration/setup --agents` installs them");
    }
    found
}

/// Where most of their programs are, below the directory of the agents.
pub const PROGRAMS: &str = "node_modules/.bin";

/// Something below the directory of the agents.
pub fn below(path: &str) -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("AI_JAIL_AGENTS")?).join(path))
}

/// The search path with the agents on it.
pub fn path() -> OsString {
    path_with(PROGRAMS)
}

/// The search path with those of one directory on it.
pub fn path_with(programs: &str) -> OsString {
    let mut path = below(programs).expect("they are here").into_os_string();
    path.push(":/usr/local/bin:/usr/bin:/bin");
    path
}

impl Agent {
    /// A world in whose home the agent is set up for `model`, with the permission settings that
    /// `--bootstrap` writes.
    pub fn world(&self, model: &Model) -> World {
        let world = self.plain_world(model);
        let ended = world.jail(["--bootstrap", self.command]).run();
        assert!(ended.code() == 0 && ended.err().contains("wrote"), "{ended}");
        world
    }

    /// The same without `--bootstrap`.
    pub fn plain_world(&self, model: &Model) -> World {
        // Codex wants no home below /tmp.
        let world = World::below("/var/tmp".as_ref());
        let (path, settings) = (self.settings)(&model.url());
        world.file(PathBuf::from("home").join(path), settings);
        world
    }

    /// Its first questions on a terminal have been answered.
    pub fn has_been_started_before(&self, world: &World) {
        let project = world.project().to_str().expect("plain");
        if let Some((path, added)) = (self.answers)(project) {
            let path = world.home().join(path);
            let before = fs::read_to_string(&path).unwrap_or_default();
            fs::write(path, before + &added).expect("its state");
        }
    }

    /// Its command line for one prompt.
    pub fn words<'a>(&self, prompt: &'a str) -> Vec<&'a str>
    where
        Self: 'a,
    {
        [&[self.command], self.one_shot, &[prompt]].concat()
    }

    /// Its command line for one more prompt.
    pub fn more_words<'a>(&self, prompt: &'a str) -> Vec<&'a str>
    where
        Self: 'a,
    {
        [&[self.command], self.again, &[prompt]].concat()
    }
}

/// A run that finds the agents.
pub fn with_agents(run: Run) -> Run {
    run.env("PATH", path())
}
