//! What the host runs later, in places where a jail may write.
//!
//! [`HOME`] and [`PROJECT`] stay read-only; what of them is not there when the jail starts cannot
//! be mounted, and is looked at afterwards instead. [`home_watched`] and [`PROJECT_WATCHED`] are
//! an agent's own work and stay writable: they are only looked at.
//!
//! Not here, because tools write it while they work: toolchains (`.rustup`, `.dotnet/sdk`,
//! `.local/share/mise/installs`) and the caches of packages. `docs/protected.md` says what
//! follows from that.

use super::agents::runtime::{self, RUNS as AGENT};
use super::place::{Place, place as row};
use super::{Os, macos};

const PROGRAMS: &str = "programs on PATH";
const INSTALLED: &str = "programs installed for all projects";
const CACHE: &str = "an installer links files from it";
const SHELL: &str = "run by every new shell";
const GIT: &str = "settings and hooks of git and its like, which name programs";
const LOGIN: &str = "started at login";
const DESKTOP: &str = "settings of the desktop, which name programs";
const EDITOR: &str = "settings of an editor, which are programs or name them";
const TERMINAL: &str = "settings of a terminal, which name what it starts";
const FILES: &str = "settings of a program for files, which are programs or name them";
const OTHER: &str = "settings of a program, which are programs or name them";
const BUILD: &str = "settings of a build tool, which name programs";
const PACKAGES: &str = "settings that say where packages come from";
const CONTAINERS: &str = "settings of containers, which name programs";

/// Below the home.
pub const HOME: &[Place] = &[
    // Programs. uv and pipx can install theirs only from outside anyway: the links to them are in
    // `.local/bin`, which is read-only.
    row(".cargo/bin", PROGRAMS),
    row(".bun/bin", PROGRAMS),
    row(".deno/bin", PROGRAMS),
    row(".dotnet/tools", PROGRAMS),
    row(".yarn/bin", PROGRAMS),
    row(".yarn/switch", PROGRAMS),
    row(".pub-cache/bin", PROGRAMS),
    row(".mix/escripts", PROGRAMS),
    row(".cabal/bin", PROGRAMS),
    row(".julia/bin", PROGRAMS),
    row(".local/share/mise/shims", PROGRAMS),
    row(".local/share/pnpm/bin", PROGRAMS),
    row(".local/share/pnpm/pnpm", PROGRAMS),
    row(".local/share/pnpm/pnpx", PROGRAMS),
    // fnm links the version of each shell here, where there is no `XDG_RUNTIME_DIR`.
    row(".local/state/fnm_multishells", PROGRAMS),
    row(".local/state/nix", "the Nix profile, whose programs are on PATH"),
    row(".bun/install/global", INSTALLED),
    row(".config/yarn/global", INSTALLED),
    row(".local/share/yarn/global", INSTALLED),
    row(".local/share/pnpm/global", INSTALLED),
    row(".pub-cache/global_packages", INSTALLED),
    row(".local/share/pipx/venvs", INSTALLED),
    row(".local/share/pipx/shared", INSTALLED),
    row(".local/share/uv/tools", INSTALLED),
    row(".mix/archives", "loaded by every mix"),
    // Shells.
    row(".cargo/env", SHELL),
    row(".cargo/env.fish", SHELL),
    row(".cargo/env.nu", SHELL),
    row(".config/fish", SHELL),
    row(".config/zsh", SHELL),
    row(".config/bash", SHELL),
    row(".config/nushell", SHELL),
    row(".config/elvish", SHELL),
    row(".config/xonsh", SHELL),
    row(".config/powershell", SHELL),
    row(".config/starship.toml", SHELL),
    // What the files of many shells read where it is there, and installers write.
    row(".config/bash_completion", SHELL),
    row(".config/envman", SHELL),
    row(".config/broot", SHELL),
    row(".config/tabtab", SHELL),
    row(".config/fzf", SHELL),
    row(".config/nvm", SHELL),
    row(".config/shell", SHELL),
    row(".cache/zsh4humans", SHELL),
    row(".cache/oh-my-zsh", SHELL),
    row(".cache/zcompdump", SHELL),
    row(".config/direnv", SHELL),
    row(".config/sheldon", SHELL),
    row(".cache/gitstatus", SHELL),
    row(".cache/zsh", SHELL),
    row(".cache/prezto", SHELL),
    row(".cache/antidote", SHELL),
    row(".cache/antibody", SHELL),
    row(".cache/oh-my-posh", SHELL),
    row(".cache/wal", SHELL),
    row(".config/mise", "settings of mise, which name programs"),
    // Version control.
    row(".config/git", GIT),
    row(".config/jj", GIT),
    row(".config/hg", GIT),
    row(".config/gh/config.yml", GIT),
    row(".config/lazygit", GIT),
    // The session.
    row(".config/autostart", LOGIN),
    row(".config/autostart-scripts", LOGIN),
    row(".config/systemd", LOGIN),
    row(".config/environment.d", LOGIN),
    row(".config/locale.conf", LOGIN),
    row(".config/uwsm", LOGIN),
    row(".config/imsettings", LOGIN),
    row(".config/X11", LOGIN),
    row(".config/ksmserverrc", LOGIN),
    row(".config/gnome-session", LOGIN),
    row(".config/lxqt", LOGIN),
    // Xfce's saved session names the commands that it starts again.
    row(".cache/sessions", LOGIN),
    row(".config/user-tmpfiles.d", LOGIN),
    row(".config/user-dirs.dirs", LOGIN),
    row(".config/plasma-workspace", LOGIN),
    row(".config/lxsession", LOGIN),
    row(".config/pipewire", LOGIN),
    row(".config/wireplumber", LOGIN),
    row(".config/pulse", LOGIN),
    row(".config/dconf", DESKTOP),
    row(".config/xfce4", DESKTOP),
    row(".config/i3", DESKTOP),
    row(".config/sway", DESKTOP),
    row(".config/hypr", DESKTOP),
    row(".config/niri", DESKTOP),
    row(".config/river", DESKTOP),
    row(".config/labwc", DESKTOP),
    row(".config/openbox", DESKTOP),
    row(".config/awesome", DESKTOP),
    row(".config/bspwm", DESKTOP),
    row(".config/sxhkd", DESKTOP),
    row(".config/qtile", DESKTOP),
    row(".config/waybar", DESKTOP),
    row(".config/polybar", DESKTOP),
    row(".config/eww", DESKTOP),
    row(".config/rofi", DESKTOP),
    row(".config/dunst", DESKTOP),
    row(".config/mako", DESKTOP),
    row(".config/swaync", DESKTOP),
    row(".config/swayidle", DESKTOP),
    row(".config/kanshi", DESKTOP),
    row(".config/fuzzel", DESKTOP),
    row(".config/cosmic", DESKTOP),
    row(".config/xmonad", DESKTOP),
    row(".config/herbstluftwm", DESKTOP),
    row(".config/leftwm", DESKTOP),
    row(".config/khotkeysrc", DESKTOP),
    row(".config/kglobalshortcutsrc", DESKTOP),
    row(".config/espanso", DESKTOP),
    row(".config/autokey", DESKTOP),
    // `gtk-modules` names libraries that every GTK program loads.
    row(".config/gtk-2.0", DESKTOP),
    row(".config/gtk-3.0", DESKTOP),
    // Editors and terminals.
    row(".config/nvim", EDITOR),
    row(".config/vim", EDITOR),
    row(".config/emacs", EDITOR),
    row(".config/doom", EDITOR),
    row(".config/helix", EDITOR),
    row(".config/kak", EDITOR),
    row(".config/micro", EDITOR),
    row(".config/zed", EDITOR),
    row(".config/sublime-text", EDITOR),
    row(".config/Code/User", EDITOR),
    row(".config/Code - Insiders/User", EDITOR),
    row(".config/VSCodium/User", EDITOR),
    row(".config/Cursor/User", EDITOR),
    row(".config/Windsurf/User", EDITOR),
    row(".cache/dein", EDITOR),
    row(".config/tmux", TERMINAL),
    row(".config/zellij", TERMINAL),
    row(".config/kitty", TERMINAL),
    row(".config/alacritty", TERMINAL),
    row(".config/wezterm", TERMINAL),
    row(".config/ghostty", TERMINAL),
    row(".config/foot", TERMINAL),
    row(".config/ranger", FILES),
    row(".config/lf", FILES),
    row(".config/yazi", FILES),
    row(".config/nnn", FILES),
    row(".config/mpv", FILES),
    row(".config/mc", FILES),
    row(".config/vifm", FILES),
    row(".config/GIMP", OTHER),
    row(".config/inkscape", OTHER),
    row(".config/blender", OTHER),
    row(".config/newsboat", OTHER),
    row(".config/yt-dlp", OTHER),
    row(".config/neofetch", OTHER),
    row(".config/fastfetch", OTHER),
    row(".config/thefuck", OTHER),
    row(".config/sqlite3", OTHER),
    row(".config/topgrade.toml", OTHER),
    // Build tools and package managers.
    row(".cargo/config", BUILD),
    row(".cargo/config.toml", BUILD),
    row(".config/go/env", BUILD),
    row(".config/flutter/settings", BUILD),
    row(".config/matplotlib/matplotlibrc", OTHER),
    row(".config/gdb", BUILD),
    row(".config/.bunfig.toml", BUILD),
    row(".config/nix", BUILD),
    row(".config/nixpkgs", BUILD),
    row(".config/home-manager", BUILD),
    row(".config/guix", BUILD),
    row(".gradle/init.d", BUILD),
    row(".gradle/init.gradle", BUILD),
    row(".gradle/init.gradle.kts", BUILD),
    row(".gradle/gradle.properties", BUILD),
    row(".m2/extensions.xml", BUILD),
    row(".m2/toolchains.xml", BUILD),
    row(".nuget/plugins", BUILD),
    row(".bundle/plugin", BUILD),
    row(".config/composer", BUILD),
    row(".config/pnpm", BUILD),
    row(".sbt/0.13/plugins", BUILD),
    row(".sbt/1.0/plugins", BUILD),
    row(".sbt/1.0/global.sbt", BUILD),
    row(".stack/config.yaml", BUILD),
    row(".stack/hooks", BUILD),
    row(".julia/config", BUILD),
    row(".conan2/extensions", BUILD),
    row(".conan2/profiles", BUILD),
    row(".conan2/global.conf", BUILD),
    row(".sbt/repositories", PACKAGES),
    row(".cabal/config", PACKAGES),
    row(".m2/settings.xml", PACKAGES),
    row(".nuget/NuGet", PACKAGES),
    row(".bundle/config", PACKAGES),
    row(".config/pip", PACKAGES),
    row(".config/uv", PACKAGES),
    // Containers.
    row(".docker/cli-plugins", CONTAINERS),
    row(".docker/config.json", CONTAINERS),
    row(".docker/contexts", CONTAINERS),
    row(".docker/buildx/instances", CONTAINERS),
    row(".docker/buildx/current", CONTAINERS),
    row(".docker/buildx/defaults", CONTAINERS),
    row(".config/docker", CONTAINERS),
    row(".config/containers", CONTAINERS),
];

/// What is below the home on a system.
pub fn home(os: Os) -> impl Iterator<Item = &'static Place> {
    let more = match os {
        Os::Linux => &[][..],
        Os::MacOs => macos::protect::HOME,
    };
    HOME.iter().chain(runtime::kept_programs().map(|(_, place)| place)).chain(more)
}

/// Files inside the places of [`HOME`] that stay writable, because a tool that only uses what is
/// there fails without.
pub const HOME_OPEN: &[Place] =
    &[row(".local/share/uv/tools/.lock", "uvx locks it, and is refused otherwise")];

/// Rows of [`HOME`] whose files an installer has linked from its cache, where it can, and that
/// cache: whoever writes to a file there changes the other as well.
pub const LINKED_FROM_CACHES: &[(Place, Place)] = &[
    (row(".bun/install/global", INSTALLED), row(".bun/install/cache", CACHE)),
    (row(".local/share/pnpm/global", INSTALLED), row(".local/share/pnpm/store", CACHE)),
    (row(".local/share/uv/tools", INSTALLED), row(".cache/uv", CACHE)),
];

const MERCURIAL: &str = "settings of Mercurial, which name programs";
const ELSEWHERE: &str = "it says where the repository's settings are";

/// Below the project. What git has in a project is in `host/repositories.rs`, because it depends
/// on what git's own files say.
pub const PROJECT: &[Place] = &[
    row(".hg/hgrc", MERCURIAL),
    row(".hg/hgrc-not-shared", MERCURIAL),
    row(".hg/sharedpath", ELSEWHERE),
    row(".jj/repo/config.toml", "settings of Jujutsu, which name programs"),
    row(".jj/repo/store/git_target", ELSEWHERE),
    row(".sl/config", "settings of Sapling, which name programs"),
    row("_darcs/prefs/defaults", "settings of Darcs, which name programs"),
    row(".pijul/config", "settings of Pijul, which name programs"),
];

/// What git obeys, in each of its directories.
pub mod git {
    /// Programs that git runs; `githooks(5)`.
    pub const HOOKS: &str = "git runs it";
    /// Settings name programs; `git-config(1)`.
    pub const CONFIG: &str = "settings of git, which name programs";
    /// What git would take for the remains of a worktree that is gone; `git-worktree(1)`.
    pub const RECORD: &str = "the record of a worktree that is not in the jail";
    /// Where git finds the settings and the hooks; `gitrepository-layout(5)`.
    pub const POINTER: &str = "it tells git where its settings and hooks are";
    /// `core.hooksPath`.
    pub const HOOKS_PATH: &str = "git runs it (core.hooksPath)";
    /// The steps of what is not over, which may be commands (`exec`) or name one (a strategy); `git-rebase(1)`,
    /// `git-cherry-pick(1)`.
    pub const STEPS: &str = "git runs what it names when it is told to --continue";
}

const MISE: &str = "mise runs what it names";
const OPENED: &str = "an editor runs what it names when the directory is opened";
const DIRENV: &str = "direnv runs it";
const NEXT_JAIL: &str = "settings of the next jail";
const COMMIT: &str = "git's hooks run what it names";

/// Below the home, beside what the agents' own rows say.
pub const HOME_WATCHED: &[Place] = &[row(".local/share/mise/plugins", "mise runs it")];

/// What of the home is an agent's own work, or a tool's.
pub fn home_watched() -> impl Iterator<Item = &'static Place> {
    runtime::watched().chain(HOME_WATCHED)
}

/// Below the project: only what runs although nobody asks for it. What a build runs is the
/// project itself.
pub const PROJECT_WATCHED: &[Place] = &[
    row(".claude/settings.json", AGENT),
    row(".claude/settings.local.json", AGENT),
    row(".claude/hooks", AGENT),
    row(".claude/commands", AGENT),
    row(".claude/agents", AGENT),
    row(".claude/skills", AGENT),
    row(".mcp.json", AGENT),
    row(".codex/config.toml", AGENT),
    row(".codex/hooks.json", AGENT),
    row(".gemini/settings.json", AGENT),
    row(".gemini/commands", AGENT),
    row(".github/hooks", AGENT),
    row(".cursor/mcp.json", AGENT),
    row(".cursor/hooks.json", AGENT),
    row("opencode.json", AGENT),
    row("opencode.jsonc", AGENT),
    row(".opencode/opencode.json", AGENT),
    row(".opencode/opencode.jsonc", AGENT),
    row(".opencode/command", AGENT),
    row(".opencode/agent", AGENT),
    row(".opencode/plugin", AGENT),
    row(".opencode/plugins", AGENT),
    row(".opencode/tool", AGENT),
    row(".opencode/tools", AGENT),
    row("crush.json", AGENT),
    row(".crush.json", AGENT),
    row(".aider.conf.yml", AGENT),
    row(".vscode/mcp.json", AGENT),
    row(".vscode/tasks.json", OPENED),
    row(".vscode/settings.json", OPENED),
    row(".zed/settings.json", OPENED),
    row(".helix/languages.toml", OPENED),
    row(".helix/config.toml", OPENED),
    row(".idea/startup.xml", OPENED),
    row(".idea/watcherTasks.xml", OPENED),
    row(".devcontainer.json", OPENED),
    row(".devcontainer/devcontainer.json", OPENED),
    row(".exrc", OPENED),
    row(".nvimrc", OPENED),
    row(".nvim.lua", OPENED),
    row(".dir-locals.el", OPENED),
    row(".envrc", DIRENV),
    row("mise.toml", MISE),
    row(".mise.toml", MISE),
    row("mise.local.toml", MISE),
    row(".mise.local.toml", MISE),
    row("mise/config.toml", MISE),
    row(".mise/config.toml", MISE),
    row(".config/mise.toml", MISE),
    row(".config/mise/config.toml", MISE),
    row(".config/mise/conf.d", MISE),
    row(".tool-versions", "mise and asdf put what it names on PATH"),
    row(".husky", COMMIT),
    row(".pre-commit-config.yaml", COMMIT),
    row("lefthook.yml", COMMIT),
    row("lefthook.yaml", COMMIT),
    row(".lefthook.yml", COMMIT),
    row(".ai-jail", NEXT_JAIL),
];

/// What decides in place of a held file once it stands beside it.
struct Shadow {
    /// How the held name ends.
    of: &'static str,
    /// Of which held places alone, by their reason; all where there is none.
    among: Option<&'static str>,
    /// What its name has behind that.
    adds: &'static str,
    /// What it is to the host.
    reason: &'static str,
}

const fn shadow(
    of: &'static str,
    among: Option<&'static str>,
    adds: &'static str,
    reason: &'static str,
) -> Shadow {
    Shadow { of, among, adds, reason }
}

const COMPILED: &str =
    "code that counts as compiled from the file beside it, and is run in its place";
const LOCK: &str = "git changes no settings while it is there";

/// One rule for names: a mount holds a file, and not what its reader would take instead.
const SHADOWS: &[Shadow] = &[
    // `zshbuiltins(1)`, `source`: a newer `.zwc` is read in place of the file.
    shadow("", Some(SHELL), ".zwc", COMPILED),
    shadow(".py", None, "c", COMPILED),
    // `load-suffixes`: `.elc` comes before `.el`.
    shadow(".el", None, "c", COMPILED),
    shadow(".lua", None, "c", COMPILED),
    // git makes it with `O_EXCL`.
    shadow("", Some(git::CONFIG), ".lock", LOCK),
];

/// The names beside `name`, held for a reason, that would decide in its place, each with what it is
/// to the host.
pub fn shadows(name: &str, reason: &str) -> impl Iterator<Item = (String, &'static str)> {
    let decides = move |shadow: &&Shadow| {
        name.ends_with(shadow.of) && shadow.among.is_none_or(|among| among == reason)
    };
    SHADOWS
        .iter()
        .filter(decides)
        .map(move |shadow| (format!("{name}{}", shadow.adds), shadow.reason))
}

/// What a dot entry of the home that is a link leads to.
pub const LINKED: &str = "a dot entry of the home leads here";

/// A directory of the host's `PATH` where a jail may write.
pub const ON_PATH: &str = "a directory of programs on PATH";

/// What a link among the programs of `PATH` leads to.
pub const PROGRAM: &str = "a program on PATH is a link that leads here";

/// A program in a directory of the project that is on `PATH`.
pub const SHADOWING: &str = "it is on PATH before another program of this name";

/// ai-jail, where a jail may write.
pub const OURSELVES: &str = "ai-jail itself";

/// Reasons of what the host runs although nobody does anything: at the next prompt or login, or
/// when a directory is entered or opened. Everything else waits for somebody to use it.
const BY_ITSELF: &[&str] = &[
    PROGRAMS,
    SHELL,
    GIT,
    LOGIN,
    DESKTOP,
    OPENED,
    MISE,
    DIRENV,
    ON_PATH,
    OURSELVES,
    NEXT_JAIL,
    COMPILED,
    LINKED,
    // A prompt asks git for its status, which runs `core.fsmonitor`.
    git::CONFIG,
    git::POINTER,
];

/// Whether a place with this reason is run although nobody does anything.
pub fn runs_by_itself(reason: &str) -> bool {
    BY_ITSELF.contains(&reason)
}

/// Directories in which no nested repository is looked for: they are large, and what is in them
/// comes from package managers.
pub const SKIPPED: &[&str] = &[
    ".git",
    ".hg",
    ".jj",
    "node_modules",
    "target",
    "vendor",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".cache",
    "build",
    "dist",
    ".next",
    ".gradle",
    ".terraform",
    "Pods",
];
