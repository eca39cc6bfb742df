//! The home directory, by name.
//!
//! The home is an empty tmpfs; dot entries are layered on it. A dot entry without a row here
//! is mounted read-only, an entry that does not begin with a dot is not there at all.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::fits;

/// What happens to one entry of the home.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Treatment {
    /// Not in the jail: absent, or empty where its parent is mounted.
    Hidden,
    /// An empty tmpfs over it: a place that programs write to, whose content stays outside.
    Empty,
    /// The same, but what is below it can have rows of its own and be there.
    Private,
    /// A file: the jail has a copy, whose changes are written back. Unlike a mounted file it can
    /// be replaced by renaming another over it, as agents save their state. A directory of that
    /// name is mounted read-write.
    Copied,
    /// Mounted read-write.
    ReadWrite,
    /// Mounted read-only.
    ReadOnly,
}

/// One row: a path below the home (its last component may end in `*`), what happens to it,
/// and why.
pub struct Row {
    /// Relative to the home.
    pub path: &'static str,
    /// What happens to it.
    pub treatment: Treatment,
    /// Why, in words for `-v` and `--explain`.
    pub reason: &'static str,
}

const fn row(path: &'static str, treatment: Treatment, reason: &'static str) -> Row {
    Row { path, treatment, reason }
}

use Treatment::{Copied, Empty, Hidden, Private, ReadOnly, ReadWrite};

/// Where ai-jail records which project files the user trusts; no map opens it.
pub const TRUST_RECORDS: &str = ".local/share/ai-jail";

/// Where mise records trust; each jail has one of its own.
pub const MISE_STATE: &str = ".local/state/mise";

/// Why a dot entry without a row is there.
pub const OTHER_REASON: &str = "dot entry of the home: settings that tools read";

/// Every entry that is not simply read-only.
pub const HOME: &[Row] = &[
    // Never mounted.
    row(".gnupg", Hidden, "private keys"),
    row(".aws", Hidden, "cloud credentials"),
    row(".ssh", Hidden, "private keys and hosts"),
    row(".mozilla", Hidden, "browser profile"),
    row(".basilisk-dev", Hidden, "browser profile"),
    row(".sparrow", Hidden, "wallet"),
    // What the agents and the tools keep their state in.
    row(".claude", ReadWrite, "state of Claude Code"),
    row(".claude.json", Copied, "state of Claude Code"),
    row(".crush", ReadWrite, "state of Crush"),
    row(".codex", ReadWrite, "state of Codex"),
    row(".aider", ReadWrite, "state of Aider"),
    row(".gemini", ReadWrite, "state of Gemini CLI"),
    row(".config", ReadWrite, "settings that agents and tools write"),
    row(".cargo", ReadWrite, "package cache"),
    row(".cache", ReadWrite, "caches"),
    row(".docker", ReadWrite, "state of the Docker client"),
    row(".gitconfig", ReadOnly, "git identity and settings"),
    row(".local/state", ReadWrite, "state of tools"),
    row(".local/share/zoxide", ReadWrite, "state of zoxide"),
    row(".local/share/crush", ReadWrite, "state of Crush"),
    row(".local/share/opencode", ReadWrite, "state of OpenCode"),
    row(".local/share/atuin", ReadWrite, "state of atuin"),
    row(".local/share/mise", ReadWrite, "tools that mise installs"),
    row(".local/share/yarn", ReadWrite, "package cache"),
    row(".local/share/flutter", ReadWrite, "package cache"),
    row(".local/share/kotlin", ReadWrite, "package cache"),
    row(".local/share/NuGet", ReadWrite, "package cache"),
    row(".local/share/pipx", ReadWrite, "tools that pipx installs"),
    row(".local/share/ruby-advisory-db", ReadWrite, "advisory database"),
    row(".local/share/uv", ReadWrite, "tools that uv installs"),
    row(".local/share/pnpm", ReadWrite, "package cache"),
    // Package caches that tools must write.
    row(".npm", ReadWrite, "package cache"),
    row(".bun", ReadWrite, "package cache"),
    row(".deno", ReadWrite, "package cache"),
    row(".pnpm", ReadWrite, "package cache"),
    row(".yarn", ReadWrite, "package cache"),
    row(".m2", ReadWrite, "package cache"),
    row(".gradle", ReadWrite, "package cache"),
    row(".gem", ReadWrite, "package cache"),
    row(".bundle", ReadWrite, "package cache"),
    row(".rustup", ReadWrite, "toolchains that rustup installs"),
    row(".nuget", ReadWrite, "package cache"),
    row(".dotnet", ReadWrite, "package cache"),
    row(".pub-cache", ReadWrite, "package cache"),
    row(".mix", ReadWrite, "package cache"),
    row(".hex", ReadWrite, "package cache"),
    // Places that programs fill and whose content is nobody's business in the jail.
    row(".config/BraveSoftware", Empty, "browser profile"),
    row(".config/Bitwarden", Empty, "password manager"),
    row(".cache/BraveSoftware", Empty, "browser cache"),
    row(".cache/chromium", Empty, "browser cache"),
    row(".cache/spotify", Empty, "private data"),
    row(".cache/nvidia", Empty, "shader cache that the host runs"),
    row(".cache/mesa_shader_cache", Empty, "shader cache that the host runs"),
    row(".cache/basilisk-dev", Empty, "browser cache"),
    // Trust given inside stays inside: mise records it for each configuration that it is asked
    // to run. What it knows of the configurations of other projects is there all the same, or
    // `mise prune` in a jail would remove the tools that those use.
    row(MISE_STATE, Private, "trust that mise records"),
    row(".local/state/mise/tracked-configs", ReadWrite, "configurations whose tools mise keeps"),
    // Other credential stores.
    row(".netrc", Hidden, "passwords"),
    row(".git-credentials", Hidden, "passwords"),
    row(".kube", Hidden, "cluster credentials"),
    row(".azure", Hidden, "cloud credentials"),
    row(".oci", Hidden, "cloud credentials"),
    row(".password-store", Hidden, "password manager"),
    row(".pgpass", Hidden, "database passwords"),
    row(".my.cnf", Hidden, "database passwords"),
    row(".mylogin.cnf", Hidden, "database passwords"),
    row(".vault-token", Hidden, "secret store token"),
    row(".1password", Hidden, "password manager and its agent socket"),
    row(".op", Hidden, "password manager"),
    row(".rclone.conf", Hidden, "storage credentials"),
    row(".s3cfg", Hidden, "storage credentials"),
    row(".boto", Hidden, "storage credentials"),
    row(".terraform.d/credentials.tfrc.json", Hidden, "cloud credentials"),
    row(".pypirc", Hidden, "publishing token"),
    row(".gem/credentials", Hidden, "publishing token"),
    row(".cargo/credentials*", Hidden, "publishing token"),
    row(".config/gcloud", Hidden, "cloud credentials"),
    row(".config/op", Hidden, "password manager"),
    row(".config/1Password", Hidden, "password manager"),
    row(".config/rclone", Hidden, "storage credentials"),
    row(".config/gh/hosts.yml", Hidden, "GitHub token"),
    row(".config/glab-cli", Hidden, "GitLab token"),
    row(".config/git/credentials", Hidden, "passwords"),
    row(".config/sops", Hidden, "private keys"),
    row(".config/age", Hidden, "private keys"),
    row(".config/KeePass*", Hidden, "password manager"),
    row(".config/keepassxc", Hidden, "password manager"),
    row(".local/share/keyrings", Hidden, "keyring"),
    row(".local/share/kwalletd", Hidden, "keyring"),
    row(".local/share/pass", Hidden, "password manager"),
    row(".local/share/gnupg", Hidden, "private keys"),
    // ai-jail's own records of which project files the user trusts.
    row(TRUST_RECORDS, Hidden, "trust records, which no jail may read or write"),
    // Keys to the desktop. Of those to X11 the jail gets its own display's in a file of its own.
    row(".Xauthority", Hidden, super::display::XAUTHORITY_REASON),
    row(".serverauth.*", Hidden, super::display::XAUTHORITY_REASON),
    row(".ICEauthority", Hidden, "keys to the desktop's session"),
    // Wallets.
    row(".bitcoin", Hidden, "wallet"),
    row(".litecoin", Hidden, "wallet"),
    row(".dogecoin", Hidden, "wallet"),
    row(".dashcore", Hidden, "wallet"),
    row(".zcash", Hidden, "wallet"),
    row(".ethereum", Hidden, "wallet"),
    row(".monero", Hidden, "wallet"),
    row(".bitmonero", Hidden, "wallet"),
    row(".electrum*", Hidden, "wallet"),
    row(".config/solana", Hidden, "wallet"),
    row(".config/Exodus", Hidden, "wallet"),
    row(".config/Ledger Live", Hidden, "wallet"),
    // Browsers, mail, messengers.
    row(".thunderbird", Hidden, "mail"),
    row(".icedove", Hidden, "mail"),
    row(".librewolf", Hidden, "browser profile"),
    row(".zen", Hidden, "browser profile"),
    row(".waterfox", Hidden, "browser profile"),
    row(".tor-browser", Hidden, "browser profile"),
    row(".purple", Hidden, "messages"),
    row(".config/google-chrome*", Hidden, "browser profile"),
    row(".config/chromium", Hidden, "browser profile"),
    row(".config/microsoft-edge*", Hidden, "browser profile"),
    row(".config/opera*", Hidden, "browser profile"),
    row(".config/vivaldi*", Hidden, "browser profile"),
    row(".config/mozilla", Hidden, "browser profile"),
    row(".config/Signal*", Hidden, "messages"),
    row(".config/Slack", Hidden, "messages"),
    row(".config/discord", Hidden, "messages"),
    row(".config/Element", Hidden, "messages"),
    row(".config/evolution", Hidden, "mail"),
    row(".local/share/evolution", Hidden, "mail"),
    row(".local/share/TelegramDesktop", Hidden, "messages"),
    row(".cache/google-chrome*", Hidden, "browser cache"),
    row(".cache/mozilla", Hidden, "browser cache"),
    row(".cache/microsoft-edge*", Hidden, "browser cache"),
    row(".cache/vivaldi*", Hidden, "browser cache"),
    row(".cache/thunderbird", Hidden, "mail"),
    // Histories: what was typed, passwords included.
    row(".bash_history", Hidden, "shell history"),
    row(".zsh_history", Hidden, "shell history"),
    row(".zhistory", Hidden, "shell history"),
    row(".histfile", Hidden, "shell history"),
    row(".sh_history", Hidden, "shell history"),
    row(".ash_history", Hidden, "shell history"),
    row(".local/share/fish/fish_history", Hidden, "shell history"),
    row(".python_history", Hidden, "history of typed code"),
    row(".node_repl_history", Hidden, "history of typed code"),
    row(".psql_history", Hidden, "database history"),
    row(".mysql_history", Hidden, "database history"),
    row(".sqlite_history", Hidden, "database history"),
    row(".rediscli_history", Hidden, "database history"),
    row(".lesshst", Hidden, "search history"),
    row(".viminfo", Hidden, "edit history"),
];

/// The row of a path relative to the home, if it has one.
pub fn find(path: &Path) -> Option<&'static Row> {
    let bytes = path.as_os_str().as_bytes();
    HOME.iter().find(|row| fits(row.path.as_bytes(), bytes))
}

/// The directories below the home that hold rows, each once; the home itself is not among them.
pub fn parents() -> Vec<&'static Path> {
    let mut parents: Vec<&str> = Vec::new();
    for row in HOME {
        if let Some((parent, _)) = row.path.rsplit_once('/') {
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
    }
    parents.into_iter().map(Path::new).collect()
}

/// Whether an entry of the home can be in the jail at all: dot entries, and what has a row.
pub fn is_dot_entry(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}
