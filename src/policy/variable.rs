//! What a row of the environment's tables says.

/// When a variable is dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DropWhen {
    /// In every jail.
    Always,
    /// Where the path in it is not in the jail.
    UnlessVisible,
    /// Where the path in it is not a place of the host that a map shows.
    UnlessMapped,
    /// Where the jail has no X11 display.
    WithoutX11,
    /// Where the jail has no keys to an X11 display.
    WithoutKeys,
    /// Where the jail has no Wayland display.
    WithoutWayland,
    /// Without `--docker`.
    WithoutDocker,
}

/// One row: a variable, when it is dropped, and why.
pub struct Variable {
    /// The name; it may end in `*`.
    pub name: &'static str,
    /// When it is dropped.
    pub when: DropWhen,
    /// Why.
    pub reason: &'static str,
}
