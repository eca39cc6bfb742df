//! The display and what belongs to it: which doors of the desktop the jail gets, and which never.

/// Where the sockets of X servers are, X(7).
pub const X11_SOCKETS: &str = "/tmp/.X11-unix";

/// What is added to a display's number in the jail.
///
/// A client tries the abstract socket of the number first. Where that exists, Landlock's scope
/// refuses it with `EPERM`, and libxcb gives up (`_xcb_open`); where none exists the kernel says
/// `ECONNREFUSED`, and libxcb takes the socket in [`X11_SOCKETS`]. So the jail's display has a
/// number that nobody listens at: no server counts as far as this.
pub const NUMBER_OFFSET: u32 = 1000;

/// So many numbers are tried: somebody else may listen at the first.
pub const NUMBERS_TRIED: u32 = 50;

/// The keys to the display, in the jail.
pub const XAUTHORITY: &str = "/run/ai-jail/Xauthority";

/// Why the file of keys is hidden.
pub const XAUTHORITY_REASON: &str = "keys to displays; the jail gets those of its own alone";

/// An entry of `XDG_RUNTIME_DIR`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Door {
    /// Relative to the directory.
    pub path: &'static str,
    /// Why it is given or withheld, in words for `-v` and `--explain`.
    pub reason: &'static str,
}

const fn door(path: &'static str, reason: &'static str) -> Door {
    Door { path, reason }
}

/// Never given: the directory in the jail is a new one. Where a map shows the host's, these are
/// hidden.
pub const WITHHELD: &[Door] = &[
    door("bus", "session bus, which can start programs on the host"),
    door("dbus-1", "session bus and services on it"),
    door("systemd", "service manager, which starts programs on the host"),
    door("at-spi", "accessibility bus, which reads and drives every window"),
    door("pulse", "sound server, which loads libraries that a client names"),
    door("pipewire-0", "cameras and the screen besides sound"),
    door("pipewire-0-manager", "cameras and the screen besides sound"),
    door("gnupg", "agent that signs with the user's keys"),
    door("gcr", "agent that signs with the user's keys"),
    door("keyring", "keyring"),
    door("kwallet5.socket", "keyring"),
    door("kwallet6.socket", "keyring"),
    door("ssh-agent.socket", "agent that signs with the user's keys"),
    door("openssh_agent", "agent that signs with the user's keys"),
    door("p11-kit", "keys on smart cards"),
    door("doc", "files that the desktop lends to applications"),
    door("gvfs", "network places of the desktop"),
];
