//! The home directory, by name.
//!
//! The home is an empty tmpfs; dot entries are layered on it. A dot entry without a row here
//! is mounted read-only, an entry that does not begin with a dot is not there at all.
//! [`HIDDEN`] is the rest of the table.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::agents::runtime;
use super::hidden::HIDDEN;
pub use super::home_row::{HomeRow, Treatment};
use super::place::{Place, place};
use super::{Os, fits_file, macos, secret_names};

const fn row(path: &'static str, treatment: Treatment, reason: &'static str) -> HomeRow {
    HomeRow { path, treatment, reason }
}

use Treatment::{Empty, Hidden, Private, ReadOnly, ReadWrite};

/// Where mise records trust; each jail has one of its own.
pub const MISE_STATE: &str = ".local/state/mise";

/// Stands for every dot entry without a row.
pub const OTHER: Place = place(".*", "dot entry of the home: settings that tools read");

const BUILD_SERVER: &str = "keys to build servers that run on the host";

/// Entries that are not simply read-only, less the [`HIDDEN`] ones.
pub const HOME: &[HomeRow] = &[
    // Never mounted.
    row(".gnupg", Hidden, "private keys"),
    row(".aws", Hidden, "cloud credentials"),
    row(".ssh", Hidden, "private keys and hosts"),
    row(".mozilla", Hidden, "browser profile"),
    row(".basilisk-dev", Hidden, "browser profile"),
    row(".sparrow", Hidden, "wallet"),
    // What the agents and the tools keep their state in.
    row(".config", ReadWrite, "settings that agents and tools write"),
    row(".cargo", ReadWrite, "package cache"),
    row(".cache", ReadWrite, "caches"),
    row(".docker", ReadWrite, "state of the Docker client"),
    row(".gitconfig", ReadOnly, "git identity and settings"),
    row(".local/state", ReadWrite, "state of tools"),
    row(".local/share/zoxide", ReadWrite, "state of zoxide"),
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
    // One rule for the rest: what a tool only fills, its cache and its state, is read-write; what the
    // host runs from it is read-only, so version managers (`.nvm`, `.pyenv`, `.rbenv`, `.asdf`,
    // `.sdkman`, `.volta`, `.ghcup`, `.opam`) have no row but for their downloads.
    row(".ccache", ReadWrite, "compiler cache"),
    row(".sccache", ReadWrite, "compiler cache"),
    row(".ansible/tmp", ReadWrite, "temporary files of Ansible"),
    row(".sbt", ReadWrite, "package cache"),
    row(".ivy2", ReadWrite, "package cache"),
    row(".coursier", ReadWrite, "package cache"),
    row(".stack", ReadWrite, "package cache"),
    row(".cabal", ReadWrite, "package cache"),
    row(".julia", ReadWrite, "package cache"),
    row(".conan2", ReadWrite, "package cache"),
    row(".conda/pkgs", ReadWrite, "package cache"),
    row(".elm", ReadWrite, "package cache"),
    row(".expo", ReadWrite, "state of Expo"),
    row(".gitlibs", ReadWrite, "package cache"),
    row(".nvm/.cache", ReadWrite, "downloads"),
    row(".pyenv/cache", ReadWrite, "downloads"),
    row(".rbenv/cache", ReadWrite, "downloads"),
    row(".asdf/downloads", ReadWrite, "downloads"),
    row(".sdkman/tmp", ReadWrite, "downloads"),
    row(".volta/tmp", ReadWrite, "downloads"),
    row(".volta/cache", ReadWrite, "downloads"),
    row(".ghcup/cache", ReadWrite, "downloads"),
    row(".opam/download-cache", ReadWrite, "downloads"),
    row(".local/share/virtualenvs", ReadWrite, "environments that pipenv makes for projects"),
    row(".local/share/hatch", ReadWrite, "environments that Hatch makes for projects"),
    row("go/pkg", ReadWrite, "package cache"),
    row("go/bin", ReadOnly, "programs that go install has made"),
    // Places that programs fill and whose content is nobody's business in the jail.
    row(".config/BraveSoftware", Empty, "browser profile"),
    row(".config/Bitwarden", Empty, "password manager"),
    row(".cache/BraveSoftware", Empty, "browser cache"),
    row(".cache/chromium", Empty, "browser cache"),
    row(".cache/spotify", Empty, "private data"),
    row(".cache/nvidia", Empty, "shader cache that the host runs"),
    row(".cache/mesa_shader_cache", Empty, "shader cache that the host runs"),
    row(".cache/basilisk-dev", Empty, "browser cache"),
    // A build server waits for hours and runs what it is told by whoever knows its address and its
    // key, on the host. The jail's own client starts one in the jail. (Where an empty place is refused,
    // on macOS, Gradle takes `-Dorg.gradle.daemon.registry.base=DIRECTORY`.)
    row(".gradle/daemon", Empty, BUILD_SERVER),
    row(".m2/mvnd/registry", Empty, BUILD_SERVER),
    row(".local/share/kotlin/daemon", Empty, BUILD_SERVER),
    // Trust given inside stays inside: mise records it for each configuration that it is asked
    // to run. What it knows of the configurations of other projects is there all the same, or
    // `mise prune` in a jail would remove the tools that those use.
    row(MISE_STATE, Private, "trust that mise records"),
    row(".local/state/mise/tracked-configs", ReadWrite, "configurations whose tools mise keeps"),
    row(".cache/JetBrains", Empty, "copies of files that the host's editor edited"),
    // Neovim fails at every file where it cannot write these.
    row(".local/state/nvim/swap", Empty, "copies of files that the host's editor edits"),
    row(".local/state/nvim/undo", Empty, "copies of files that the host's editor edited"),
    row(".cache/nvim/luac", Empty, "compiled Lua that the host's editor runs"),
    row(".emacs.d/eln-cache", Empty, "compiled Lisp that the host's editor runs"),
    row(".cache/p10k-*", Empty, "shell code that the host's prompt runs"),
];

/// All rows of the system that this program was built for.
pub fn rows() -> impl Iterator<Item = &'static HomeRow> {
    rows_on(Os::of_this_build())
}

/// All rows of a system.
pub fn rows_on(os: Os) -> impl Iterator<Item = &'static HomeRow> {
    let more = match os {
        Os::Linux => &[][..],
        Os::MacOs => macos::home::HOME,
    };
    HOME.iter().chain(HIDDEN).chain(runtime::home_rows()).chain(more)
}

/// The row of a path relative to the home, if it has one: its own, or that of what its name says.
pub fn find(os: Os, path: &Path) -> Option<&'static HomeRow> {
    let bytes = path.as_os_str().as_bytes();
    let own = rows_on(os).find(|row| fits_file(os, row.path.as_bytes(), bytes));
    own.or_else(|| by_name(path))
}

/// The row of what the name of an entry says, where it has none of its own.
pub fn by_name(path: &Path) -> Option<&'static HomeRow> {
    secret_names::find(path, HOME.iter().chain(HIDDEN))
}

/// The rows by the directory that they are in, relative to the home; the home itself comes first.
pub fn by_directory() -> Vec<(&'static Path, Vec<&'static HomeRow>)> {
    let mut directories = vec![("", Vec::new())];
    for row in rows() {
        let (directory, _) = row.path.rsplit_once('/').unwrap_or_default();
        match directories.iter_mut().find(|(known, _)| *known == directory) {
            Some((_, rows)) => rows.push(row),
            None => directories.push((directory, vec![row])),
        }
    }
    directories.into_iter().map(|(directory, rows)| (Path::new(directory), rows)).collect()
}

/// Whether an entry of the home can be in the jail at all: dot entries, and what has a row.
pub fn is_dot_entry(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}
