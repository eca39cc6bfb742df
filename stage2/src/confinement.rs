//! What keeps the command in, and so by which means stage two and the front do their work.

/// The two kinds of jail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Confinement {
    /// Namespaces that bubblewrap has made: stage two is PID 1 and whatever it leaves running ends
    /// with it. `SOCK_SEQPACKET`, `signalfd(2)` and `poll(2)` do the work.
    #[cfg(target_os = "linux")]
    Namespaces,
    /// A profile that the process has entered, as with macOS's `sandbox-exec`: its processes are
    /// among all others of the machine. What does the work is in POSIX, so it runs on Linux too,
    /// where the tests use it.
    Profile,
}

impl Confinement {
    /// The one of this system.
    pub const fn of_this_system() -> Self {
        #[cfg(target_os = "linux")]
        return Self::Namespaces;
        #[cfg(not(target_os = "linux"))]
        return Self::Profile;
    }
}
