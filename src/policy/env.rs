//! The environment: inherited, less what leads out of the jail or to what is not there.

pub use super::variable::{DropWhen, Variable};
use super::{Os, macos};

/// Set to `1` in every jail.
pub const MARKER: &str = "AI_JAIL";

const fn row(name: &'static str, when: DropWhen, reason: &'static str) -> Variable {
    Variable { name, when, reason }
}

use DropWhen::{
    Always, UnlessMapped, UnlessVisible, WithoutDocker, WithoutKeys, WithoutWayland, WithoutX11,
};

/// What is not inherited in the default mode.
pub const DROPPED: &[Variable] = &[
    row("LD_PRELOAD", Always, "loads code into every program"),
    row("LD_AUDIT", Always, "loads code into every program"),
    row("SSH_AUTH_SOCK", UnlessMapped, "agent that signs with the user's keys"),
    row("SSH_AGENT_PID", Always, "agent that signs with the user's keys"),
    row("SSH_ASKPASS", Always, "asks for passwords on the host's screen"),
    row("GPG_AGENT_INFO", Always, "agent that signs with the user's keys"),
    row("GNOME_KEYRING_CONTROL", Always, "keyring"),
    row("DBUS_SESSION_BUS_ADDRESS", Always, "session bus, which can start programs on the host"),
    row("DBUS_SYSTEM_BUS_ADDRESS", Always, "system bus"),
    row("DBUS_STARTER_*", Always, "session bus"),
    row("SESSION_MANAGER", Always, "host session"),
    row("NOTIFY_SOCKET", Always, "the service manager's socket"),
    row("LISTEN_FDS", Always, "descriptors that are closed here"),
    row("LISTEN_PID", Always, "descriptors that are closed here"),
    row("LISTEN_FDNAMES", Always, "descriptors that are closed here"),
    row("TMUX", Always, "socket of the host's tmux, which types into its panes"),
    row("TMUX_PANE", Always, "socket of the host's tmux"),
    row("STY", Always, "socket of the host's screen"),
    row("ZELLIJ*", Always, "socket of the host's zellij"),
    row("KITTY_LISTEN_ON", Always, "remote control of the host's terminal"),
    row("WEZTERM_UNIX_SOCKET", Always, "remote control of the host's terminal"),
    row("ALACRITTY_SOCKET", Always, "remote control of the host's terminal"),
    row("NVIM", Always, "remote control of the host's editor"),
    row("NVIM_LISTEN_ADDRESS", Always, "remote control of the host's editor"),
    row("VSCODE_IPC_HOOK*", Always, "remote control of the host's editor"),
    row("VSCODE_GIT_*", Always, "remote control of the host's editor"),
    row("GIT_ASKPASS", UnlessVisible, "program that is not there"),
    row("I3SOCK", Always, "remote control of the host's desktop"),
    row("SWAYSOCK", Always, "remote control of the host's desktop"),
    row("HYPRLAND_INSTANCE_SIGNATURE", Always, "remote control of the host's desktop"),
    row("WSL_INTEROP", Always, "starts programs of Windows"),
    row("GPG_TTY", UnlessVisible, "terminal that is not there"),
    row("SSH_TTY", UnlessVisible, "terminal that is not there"),
    row("TMPDIR", UnlessVisible, "directory that is not there"),
    row("TMP", UnlessVisible, "directory that is not there"),
    row("TEMP", UnlessVisible, "directory that is not there"),
    row("DISPLAY", WithoutX11, "display that is not there"),
    row("WAYLAND_DISPLAY", WithoutWayland, "display that is not there"),
    row("WAYLAND_SOCKET", Always, "descriptor that is closed here"),
    row("XAUTHORITY", WithoutKeys, "keys to displays that are not there"),
    row("PULSE_SERVER", UnlessVisible, "sound server that is not there"),
    row("DOCKER_HOST", WithoutDocker, "no Docker"),
];

/// A variable that the jail has where the caller has not set it.
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: &'static str,
    /// Whether it stands in for what the filter of system calls denies.
    pub with_filter: bool,
    /// Why.
    pub reason: &'static str,
}

/// What the jail sets where it is not set.
pub const PRESET: &[Preset] = &[
    Preset {
        name: "LSAN_OPTIONS",
        value: "detect_leaks=0",
        with_filter: true,
        reason: "the leak check attaches to its own process (ptrace), which is denied, and ends \
                 every program that was built with -fsanitize=address; the other checks stay",
    },
    Preset {
        name: "UV_LINK_MODE",
        value: "copy",
        with_filter: false,
        reason: "uv cannot link from its cache into the project, which are mounts of their own, \
                 and warns at each install",
    },
];

/// Where pnpm keeps packages, below the home: a project on the home's own file system has them
/// linked from there, and from its own directory where that cannot be. With the variable a jail
/// goes on with what the host has installed.
pub const PNPM_STORE: (&str, &str) = ("npm_config_store_dir", ".local/share/pnpm/store");

/// All that is not inherited on a system.
pub fn dropped(os: Os) -> impl Iterator<Item = &'static Variable> {
    let more = match os {
        Os::Linux => &[][..],
        Os::MacOs => macos::DROPPED,
    };
    DROPPED.iter().chain(more)
}

/// Variables that name certificate files programs need.
pub const CERTIFICATES: &[&str] = &[
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NIX_SSL_CERT_FILE",
    "PIP_CERT",
    "CARGO_HTTP_CAINFO",
];
