//! How each further agent finds the stand-in, and is told to.
//!
//! Not here, since no registry has them whole: Crush (its package fetches the program elsewhere), Goose, Cursor's CLI;
//! and Aider (run by hand). The rows of the first three rest on what their makers say.

use super::PROGRAMS;

/// Where the programs are that want a newer node.
pub const APART: &str = "apart/node_modules/.bin";

/// An agent that is tried with one prompt, and one more.
pub struct Further {
    /// The program.
    pub command: &'static str,
    /// Where it is, below the directory of the agents.
    pub programs: &'static str,
    /// What of that directory its user maps, where the jail does not find all by itself.
    pub map: Option<&'static str>,
    /// Its own files with which it talks to the model at a URL: paths below the home and contents.
    pub files: fn(url: &str) -> Vec<(&'static str, String)>,
    /// Variables for the same.
    pub variables: fn(url: &str) -> Vec<(&'static str, String)>,
    /// Its words for one prompt without a question, but for the prompt.
    pub once: &'static [&'static str],
    /// How its next run shows that the first was kept.
    pub next: Next,
}

/// What shows that a session was kept.
pub enum Next {
    /// It goes on with the session, with these words for one more prompt.
    GoesOn(&'static [&'static str]),
    /// It does so on a terminal alone, or with a login: the session is in this directory of the home.
    IsIn(&'static str),
}

/// Those that need a login of their maker's for everything.
pub const WITH_LOGIN: &[&[&str]] =
    &[&["auggie", "--print", "Hello."], &["qodercli", "-p", "Hello."]];

pub const GEMINI: Further = Further {
    command: "gemini",
    programs: PROGRAMS,
    map: None,
    files: |_| {
        let settings = "{\"security\": {\"auth\": {\"selectedType\": \"gemini-api-key\"}}, \
                        \"general\": {\"enableAutoUpdate\": false}}\n";
        vec![(".gemini/settings.json", settings.into())]
    },
    variables: |url| {
        vec![("GEMINI_API_KEY", "none".into()), ("GOOGLE_GEMINI_BASE_URL", url.into())]
    },
    once: &["-m", "gemini-2.5-flash", "--skip-trust", "--yolo", "-p"],
    next: Next::GoesOn(&[
        "-m",
        "gemini-2.5-flash",
        "--skip-trust",
        "--yolo",
        "--resume",
        "latest",
        "-p",
    ]),
};

pub const QWEN: Further = Further {
    command: "qwen",
    programs: PROGRAMS,
    map: None,
    files: |_| {
        // Else it asks the model what to remember.
        let settings = "{\"memory\": {\"enableManagedAutoMemory\": false}}\n";
        vec![(".qwen/settings.json", settings.into())]
    },
    variables: |url| {
        vec![
            ("OPENAI_API_KEY", "none".into()),
            ("OPENAI_BASE_URL", format!("{url}/v1")),
            ("OPENAI_MODEL", "m".into()),
        ]
    },
    once: &["--yolo", "-p"],
    next: Next::GoesOn(&["--yolo", "--continue", "-p"]),
};

pub const COPILOT: Further = Further {
    command: "copilot",
    programs: PROGRAMS,
    map: None,
    files: |_| Vec::new(),
    variables: |url| {
        vec![
            ("COPILOT_PROVIDER_BASE_URL", format!("{url}/v1")),
            ("COPILOT_PROVIDER_TYPE", "openai".into()),
            ("COPILOT_PROVIDER_API_KEY", "none".into()),
            ("COPILOT_MODEL", "m".into()),
        ]
    },
    once: &["--allow-all-tools", "-s", "-p"],
    next: Next::GoesOn(&["--allow-all-tools", "-s", "--continue", "-p"]),
};

pub const CLINE: Further = Further {
    command: "cline",
    programs: PROGRAMS,
    map: None,
    files: |url| {
        let settings = format!(
            "{{\"version\": 1, \"lastUsedProvider\": \"openai-compatible\", \"providers\": \
             {{\"openai-compatible\": {{\"settings\": {{\"provider\": \"openai-compatible\", \
             \"apiKey\": \"none\", \"model\": \"m\", \"baseUrl\": \"{url}/v1\"}}, \
             \"updatedAt\": \"2026-01-01T00:00:00.000Z\", \"tokenSource\": \"manual\"}}}}}}\n"
        );
        vec![(".cline/data/settings/providers.json", settings)]
    },
    variables: |_| Vec::new(),
    once: &["--auto-approve", "true"],
    next: Next::IsIn(".cline/data/sessions"),
};

pub const CONTINUE: Further = Further {
    command: "cn",
    programs: PROGRAMS,
    map: None,
    files: |url| {
        let settings = format!(
            "name: told\nversion: 0.0.1\nschema: v1\nmodels:\n  - name: m\n    provider: openai\n    \
             model: m\n    apiBase: {url}/v1\n    apiKey: none\n    roles: [chat]\n"
        );
        vec![(".continue/config.yaml", settings)]
    },
    variables: |_| Vec::new(),
    once: &["--auto", "-p"],
    next: Next::GoesOn(&["--auto", "--resume", "-p"]),
};

pub const DROID: Further = Further {
    command: "droid",
    programs: PROGRAMS,
    map: None,
    files: |url| {
        let settings = format!(
            "{{\"customModels\": [{{\"model\": \"m\", \"displayName\": \"m\", \"apiKey\": \"none\", \
             \"baseUrl\": \"{url}/v1\", \"provider\": \"generic-chat-completion-api\", \
             \"maxOutputTokens\": 1000}}]}}\n"
        );
        vec![(".factory/settings.json", settings)]
    },
    variables: |_| Vec::new(),
    once: &["exec", "--auto", "high", "-m", "custom:m"],
    next: Next::IsIn(".factory/sessions"),
};

pub const PI: Further = Further {
    command: "pi",
    programs: PROGRAMS,
    map: None,
    files: |url| {
        let settings = format!(
            "{{\"providers\": {{\"told\": {{\"baseUrl\": \"{url}/v1\", \"apiKey\": \"none\", \"api\": \
             \"openai-completions\", \"models\": [{{\"id\": \"m\"}}]}}}}}}\n"
        );
        vec![(".pi/agent/models.json", settings)]
    },
    variables: |_| Vec::new(),
    once: &["--provider", "told", "--model", "m", "-p"],
    next: Next::GoesOn(&["--provider", "told", "--model", "m", "--continue", "-p"]),
};

pub const KIMI: Further = Further {
    command: "kimi",
    programs: APART,
    map: None,
    files: |url| {
        let settings = format!(
            "default_model = \"m\"\n\n[providers.told]\ntype = \"openai\"\nbase_url = \"{url}/v1\"\n\
             api_key = \"none\"\n\n[models.m]\nprovider = \"told\"\nmodel = \"m\"\n\
             max_context_size = 100000\n"
        );
        vec![(".kimi-code/config.toml", settings)]
    },
    variables: |_| Vec::new(),
    once: &["-p"],
    next: Next::GoesOn(&["--continue", "-p"]),
};

pub const VIBE: Further = Further {
    command: "vibe",
    programs: "python/mistral-vibe/bin",
    map: Some("python"),
    files: |url| {
        let settings = format!(
            "active_model = \"m\"\nenable_auto_update = false\n\n[[providers]]\nname = \"told\"\n\
             api_base = \"{url}/v1\"\napi_key_env_var = \"\"\napi_style = \"openai\"\n\
             backend = \"generic\"\n\n[[models]]\nname = \"m\"\nprovider = \"told\"\nalias = \"m\"\n"
        );
        vec![(".vibe/config.toml", settings)]
    },
    variables: |_| Vec::new(),
    once: &["--trust", "--yolo", "-p"],
    next: Next::GoesOn(&["--trust", "--yolo", "--continue", "-p"]),
};

pub const OPENHANDS: Further = Further {
    command: "openhands",
    programs: "python/openhands/bin",
    map: Some("python"),
    files: |_| Vec::new(),
    variables: |url| {
        vec![
            ("LLM_API_KEY", "none".into()),
            ("LLM_MODEL", "openai/m".into()),
            ("LLM_BASE_URL", format!("{url}/v1")),
        ]
    },
    once: &["--headless", "--override-with-envs", "--always-approve", "-t"],
    next: Next::GoesOn(&[
        "--headless",
        "--override-with-envs",
        "--always-approve",
        "--resume",
        "--last",
        "-t",
    ]),
};
