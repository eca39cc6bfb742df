//! Variables that name a directory of tools or caches which is otherwise in the home.
//!
//! A variable can come from a stranger: a tool that reads a project's settings may have put it into
//! the user's shell. So a directory counts only where it has what its row says such a directory
//! has, and never where it holds the home or is a place of the system.

/// A variable, and what becomes of the directory that it names.
#[derive(Debug)]
pub struct MovedDirectory {
    /// The variable.
    pub variable: &'static str,
    /// Where the directory is without it, below the home: the rows of the home, of what is hidden
    /// and of what the host runs later hold for it as for that place. Empty where there is none.
    pub usual: &'static str,
    /// What is mounted, below the directory; empty for all of it.
    pub below: &'static str,
    /// Whether the jail may write there.
    pub writable: bool,
    /// One of these is in such a directory.
    pub signs: &'static [&'static str],
    /// What it is for.
    pub reason: &'static str,
}

const fn cache(
    variable: &'static str,
    usual: &'static str,
    signs: &'static [&'static str],
    reason: &'static str,
) -> MovedDirectory {
    MovedDirectory { variable, usual, below: "", writable: true, signs, reason }
}

const fn tools(
    variable: &'static str,
    usual: &'static str,
    signs: &'static [&'static str],
    reason: &'static str,
) -> MovedDirectory {
    MovedDirectory { variable, usual, below: "", writable: false, signs, reason }
}

const fn part(
    variable: &'static str,
    below: &'static str,
    writable: bool,
    signs: &'static [&'static str],
    reason: &'static str,
) -> MovedDirectory {
    MovedDirectory { variable, usual: "", below, writable, signs, reason }
}

/// The table.
pub const MOVED: &[MovedDirectory] = &[
    // https://doc.rust-lang.org/cargo/guide/cargo-home.html
    cache("CARGO_HOME", ".cargo", &["registry", "bin", "config.toml"], "packages of Rust"),
    // https://rust-lang.github.io/rustup/environment-variables.html
    cache("RUSTUP_HOME", ".rustup", &["toolchains", "settings.toml"], "toolchains of Rust"),
    // https://go.dev/ref/mod#environment-variables; the sources beside these are other projects.
    part("GOPATH", "pkg", true, &["mod", "sumdb"], "packages of Go"),
    // What `go install` makes is there under any name, so the packages beside it say what it is.
    part("GOPATH", "bin", false, &["../pkg/mod", "../pkg/sumdb"], "programs of Go"),
    tools("GOBIN", "", &["gopls", "dlv", "staticcheck", "goimports"], "programs of Go"),
    cache("GOMODCACHE", "", &["cache"], "packages of Go"),
    cache("GOCACHE", "", &["README", "trim.txt"], "results of Go's compiler"),
    // https://docs.npmjs.com/cli/configuring-npm/folders
    tools("NPM_CONFIG_PREFIX", "", &["lib/node_modules"], "programs of npm"),
    tools("npm_config_prefix", "", &["lib/node_modules"], "programs of npm"),
    cache("NPM_CONFIG_CACHE", ".npm", &["_cacache"], "packages of npm"),
    cache("npm_config_cache", ".npm", &["_cacache"], "packages of npm"),
    tools("NVM_DIR", ".nvm", &["nvm.sh"], "versions of Node.js"),
    tools("FNM_DIR", "", &["node-versions"], "versions of Node.js"),
    tools("VOLTA_HOME", ".volta", &["tools"], "versions of Node.js"),
    tools("PNPM_HOME", "", &["pnpm", "global"], "programs of pnpm"),
    tools("BUN_INSTALL", "", &["bin/bun"], "Bun"),
    cache("DENO_DIR", "", &["deps", "npm", "gen"], "packages of Deno"),
    // https://github.com/pyenv/pyenv#environment-variables
    tools("PYENV_ROOT", ".pyenv", &["versions", "libexec/pyenv"], "versions of Python"),
    cache("PIP_CACHE_DIR", "", &["http", "http-v2", "wheels"], "packages of Python"),
    cache("UV_CACHE_DIR", "", &["CACHEDIR.TAG"], "packages of Python"),
    tools("POETRY_HOME", "", &["bin/poetry", "venv/bin/poetry"], "Poetry"),
    tools("VIRTUAL_ENV", "", &["pyvenv.cfg"], "environment of Python"),
    tools("CONDA_PREFIX", "", &["conda-meta"], "environment of Conda"),
    tools("JAVA_HOME", "", &["bin/java"], "Java"),
    tools("JDK_HOME", "", &["bin/java"], "Java"),
    tools("MAVEN_HOME", "", &["bin/mvn"], "Maven"),
    tools("GRADLE_HOME", "", &["bin/gradle"], "Gradle"),
    cache("GRADLE_USER_HOME", ".gradle", &["caches", "wrapper"], "packages of Gradle"),
    tools("SDKMAN_DIR", ".sdkman", &["candidates"], "versions of Java"),
    tools("ANDROID_HOME", "", &["platform-tools", "platforms"], "Android's tools"),
    tools("ANDROID_SDK_ROOT", "", &["platform-tools", "platforms"], "Android's tools"),
    cache("GEM_HOME", ".gem", &["gems", "specifications"], "packages of Ruby"),
    tools("RBENV_ROOT", ".rbenv", &["versions"], "versions of Ruby"),
    tools("DOTNET_ROOT", ".dotnet", &["dotnet", "sdk", "shared"], ".NET"),
    cache(
        "NUGET_PACKAGES",
        "",
        &["microsoft.netcore.app.ref", "newtonsoft.json"],
        "packages of .NET",
    ),
    tools("ASDF_DATA_DIR", ".asdf", &["installs", "plugins"], "versions of tools"),
    tools("MISE_DATA_DIR", "", &["installs"], "versions of tools"),
];
