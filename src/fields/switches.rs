//! The table of switches: what can be on or off.

use super::table::table;
use super::{Flag, Owner};

/// A row of the table of switches. No column has a default, so each has to be thought of.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent columns
pub struct Row {
    /// What `status` and the documentation call it.
    pub name: &'static str,
    /// The flag that turns it on.
    pub on: Option<Flag>,
    /// The flag that turns it off.
    pub off: Option<Flag>,
    /// Its field in a file.
    pub field: &'static str,
    /// Its state where a file says that the field is true: `no_gpu = true` is off.
    pub when_true: bool,
    /// Its state where nobody says anything.
    pub default: bool,
    /// Whose file remembers a typed flag; `None` where a flag counts for one run.
    pub remembered: Option<Owner>,
    /// Whose files may hold the field.
    pub owner: Owner,
    /// The permissive state. In a project's file it takes trust wherever the jail would otherwise
    /// be in the other; the opposite only tightens.
    pub loose: bool,
    /// What the permissive state does, for the person who is asked to allow it.
    pub loose_words: &'static str,
    /// Its state in lockdown, whatever anybody says.
    pub in_lockdown: Option<bool>,
    /// Whether it decides which places of the host the jail has, so that `--explain` tries it.
    pub opens_places: bool,
}

/// A flag with a long name alone.
const fn flag(long: &'static str, help: &'static str) -> Flag {
    Flag { long, short: None, help }
}

table! {
    /// What can be on or off.
    Switch of Row:

    /// The strict mode.
    Lockdown {
        name: "lockdown",
        on: Some(flag("lockdown", "Strict mode: read-only project, empty home, no network")),
        off: Some(flag("no-lockdown", "Not the strict mode")),
        field: "lockdown",
        when_true: true,
        default: false,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: false,
        loose_words: "no strict mode, even where your own file asks for it",
        in_lockdown: None,
        opens_places: false, // tried first and by itself
    }
    /// The Landlock layer.
    Landlock {
        name: "landlock",
        on: Some(flag("landlock", "The Landlock layer [default: on]")),
        off: Some(flag("no-landlock", "Without the Landlock layer")),
        field: "no_landlock",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: false,
        loose_words: "runs without the Landlock layer",
        in_lockdown: None,
        opens_places: false,
    }
    /// The system-call filter.
    Seccomp {
        name: "seccomp",
        on: Some(flag("seccomp", "The system-call filter [default: on]")),
        off: Some(flag("no-seccomp", "Without the system-call filter")),
        field: "no_seccomp",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: false,
        loose_words: "runs without the system-call filter",
        in_lockdown: None,
        opens_places: false,
    }
    /// The resource limits.
    Rlimits {
        name: "rlimits",
        on: Some(flag("rlimits", "The resource limits [default: on]")),
        off: Some(flag("no-rlimits", "Without the resource limits")),
        field: "no_rlimits",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: false,
        loose_words: "runs without the resource limits",
        in_lockdown: None,
        opens_places: false,
    }
    /// Read-only protection of the files that the host runs later.
    Protect {
        name: "protect",
        on: None, // it is on unless somebody says otherwise
        off: Some(flag(
            "no-protect",
            "Leave files that the host runs later (hooks, autostart, shims) writable",
        )),
        field: "no_protect",
        when_true: false,
        default: true,
        // The flag has no twin that would take it back. Who wants it for good writes the field.
        remembered: None,
        owner: Owner::Project,
        loose: false,
        loose_words: "may write the files that the host itself runs later \
                      (hooks, autostart, shims)",
        in_lockdown: None,
        opens_places: true,
    }
    /// A home of the jails' own.
    OwnHome {
        name: "own home",
        on: Some(flag("own-home", "Keep what the jail writes in the home apart from the host's")),
        off: Some(flag("no-own-home", "Write to the host's home where the rules allow it")),
        field: "own_home",
        when_true: true,
        default: false,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: false,
        loose_words: "may write to your own home, even where your own file keeps jails out of it",
        in_lockdown: None,
        opens_places: false, // it shows nothing more of the host, only other sources
    }
    /// GPU devices.
    Gpu {
        name: "gpu",
        on: Some(flag("gpu", "GPU devices [default: where present]")),
        off: Some(flag("no-gpu", "No GPU devices")),
        field: "no_gpu",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: true,
        loose_words: "may use the GPU, even where your own file withholds it",
        in_lockdown: Some(false),
        opens_places: true,
    }
    /// The Docker socket.
    Docker {
        name: "docker",
        on: Some(flag("docker", "The Docker socket [default: where present]")),
        off: Some(flag("no-docker", "No Docker socket")),
        field: "no_docker",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: true,
        loose_words: "may use Docker, and through it the host, even where your own file \
                      withholds it",
        in_lockdown: Some(false),
        opens_places: true,
    }
    /// X11 and Wayland.
    Display {
        name: "display",
        on: Some(flag("display", "X11 and Wayland [default: where present]")),
        off: Some(flag("no-display", "No X11 and Wayland")),
        field: "no_display",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: true,
        loose_words: "may use the display, even where your own file withholds it",
        in_lockdown: Some(false),
        opens_places: true,
    }
    /// The mise set-up.
    Mise {
        name: "mise",
        on: Some(flag("mise", "Set up mise [default: where present]")),
        off: Some(flag("no-mise", "No mise")),
        field: "no_mise",
        when_true: false,
        default: true,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: true,
        loose_words: "sets up mise, even where your own file switches it off",
        in_lockdown: Some(false),
        opens_places: false,
    }
    /// Whether the command starts with the variables of an allow-list alone.
    ClearEnv {
        name: "clear env",
        on: Some(flag(
            "clear-env",
            "Start the command with a few harmless variables alone, and what --env hands on",
        )),
        off: Some(flag("inherit-env", "Hand on the environment [default]")),
        field: "clear_env",
        when_true: true,
        default: false,
        remembered: Some(Owner::Project),
        owner: Owner::Project,
        loose: false,
        loose_words: "hands on your environment, even where your own file clears it",
        in_lockdown: Some(true),
        opens_places: false,
    }
    /// The status bar.
    StatusBar {
        name: "status bar",
        on: Some(Flag {
            long: "status-bar",
            short: Some('s'),
            help: "Show project, command and version in the bottom row; remembered",
        }),
        off: Some(flag("no-status-bar", "No status bar; remembered")),
        field: "no_status_bar",
        when_true: false,
        default: false,
        remembered: Some(Owner::User),
        owner: Owner::User,
        loose: true, // no project's file may hold it
        loose_words: "shows the status bar",
        in_lockdown: None,
        opens_places: false,
    }
}

/// Switches that change nothing on macOS, and why, in words for `-v`.
pub const MEANINGLESS_ON_MACOS: &[(Switch, &str)] = &[
    (Switch::Landlock, "a layer of Linux; the profile of the sandbox stands for it"),
    (Switch::Seccomp, "a layer of Linux; the profile of the sandbox stands for it"),
    (Switch::Gpu, "there are no devices of that kind, and a jail opens no graphics processor"),
    (Switch::Display, "X11 and Wayland alone; windows of macOS are out of a jail's reach"),
];

impl Switch {
    /// The flag that gives it a state.
    pub fn flag(self, on: bool) -> Option<&'static Flag> {
        let row = self.row();
        if on { row.on.as_ref() } else { row.off.as_ref() }
    }

    /// What a file says for a state: `no_gpu = true` for off.
    pub fn written(self, on: bool) -> bool {
        on == self.row().when_true
    }
}
