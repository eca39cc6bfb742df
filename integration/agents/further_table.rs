//! How each further agent finds the stand-in, and is told to.
//!
//! Not here, since no registry has them whole: Amp (its package fetches the program elsewhere), Crush (likewise),
//! Kimi (needs Node 22; tried by hand), Mistral Vibe and `OpenHands` (need Python 3.12 and more), Aider (tried by hand), Goose,
//! Cursor's CLI. Their rows rest on what their makers say.

/// An agent that is tried with one prompt, and one more.
pub struct Further {
    /// The program.
    pub command: &'static str,
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
