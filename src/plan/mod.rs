//! The plan: everything the jail will be, decided and with its reasons, before anything is done.
//!
//! `--dry-run`, `--verbose`, `status` and `--explain` are views of it.

mod arrange;
mod display;
mod environment;
mod gather;
mod home;
mod keep;
mod landlock;
mod macos;
mod maps;
mod mise;
pub mod mount;
pub mod mount_points;
mod program;
mod protect;
mod sockets;
mod terminal;
mod write_back;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use stage2::spec;

use crate::error::Error;
use crate::fields::Switch;
use crate::host::Host;
use crate::host::watch::Target;
use crate::policy::Os;
use crate::settings::Settings;
pub use environment::EnvEdit;
pub use macos::MacOs;
pub use mise::MiseStep;
pub use mount::{Access, Authority, Content, Mount, MountKind};
pub use terminal::Terminal;
pub use write_back::WriteBack;

/// The hostname in the jail.
pub const HOSTNAME: &str = "ai-sandbox";

/// Everything the jail will be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Plan {
    /// The system that the jail is for.
    pub os: Os,
    /// In the order of mounting: parents before children.
    pub mounts: Vec<Mount>,
    /// What was left out on purpose, for `-v` and `--explain`.
    pub withheld: Vec<Withheld>,
    /// Changes to the environment.
    pub environment: Vec<EnvEdit>,
    /// The working directory in the jail.
    pub directory: PathBuf,
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// The strict mode: the environment starts empty, there is no network, the root is read-only.
    pub lockdown: bool,
    /// Whether nothing in `/proc` can be written to: the kernel lets root set it up there without
    /// asking for any capability, the machine's `core_pattern` for one.
    pub proc_is_read_only: bool,
    /// The command's controlling terminal.
    pub terminal: Terminal,
    /// The resource limits.
    pub rlimits: Option<spec::Rlimits>,
    /// The Landlock rules.
    pub landlock: Option<spec::Landlock>,
    /// The system-call filter.
    pub seccomp: Option<spec::Seccomp>,
    /// What only macOS has.
    pub macos: MacOs,
    /// What mise does before the command starts.
    pub mise: Option<MiseStep>,
    /// Files of which the jail has copies.
    pub write_back: Vec<WriteBack>,
    /// What the user should know before the run.
    pub warnings: Vec<String>,
}

/// Something of the host that is deliberately not in the jail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withheld {
    /// Where it is on the host.
    pub path: PathBuf,
    /// Why it is not there.
    pub reason: String,
}

impl Plan {
    /// Decides everything. Pure: the host was looked at before.
    ///
    /// # Errors
    ///
    /// A working directory that cannot be a project; a map of the command line that cannot be had.
    pub fn new(settings: &Settings, host: &Host) -> Result<Self, Error> {
        let lockdown = settings.is_on(Switch::Lockdown);
        let mut gathered = gather::gather(settings, host)?;
        let mise = mise::decide(&mut gathered, settings, host);
        let mounts = arrange::arrange(gathered.mounts, &gathered.hidden);
        let mounts = sockets::mask(mounts, &host.sockets, &gathered.given, lockdown);
        let mut mounts = keep::in_place(mounts);
        let on_linux = host.os == Os::Linux;
        if !on_linux {
            mounts = macos::without_mounts(mounts);
        }
        let landlock = (settings.is_on(Switch::Landlock) && on_linux)
            .then(|| landlock::rules(&mounts, lockdown, host.origin.as_root));
        let seccomp = if lockdown { spec::Seccomp::Lockdown } else { spec::Seccomp::Default };
        Ok(Self {
            os: host.os,
            environment: environment::edits(settings, host, &mounts, mise.is_some()),
            directory: host.origin.named.clone(),
            command: settings.command.value.clone(),
            lockdown,
            proc_is_read_only: host.origin.as_root,
            terminal: Terminal::decide(settings, host),
            rlimits: settings.is_on(Switch::Rlimits).then(|| rlimits(lockdown)),
            landlock,
            seccomp: (settings.is_on(Switch::Seccomp) && on_linux).then_some(seccomp),
            mise,
            macos: MacOs::decide(host, &mounts, &gathered.given, lockdown),
            write_back: write_back::files(host, &mounts, lockdown),
            withheld: gathered.withheld,
            warnings: gathered.warnings,
            mounts,
        })
    }

    /// What to look at after the run, because the host would run it.
    pub fn watched(&self, settings: &Settings, host: &Host) -> Vec<Target> {
        protect::watched(&self.mounts, settings, host)
    }

    /// The mount that decides about `path` in the jail.
    pub fn mount_of(&self, path: &Path) -> Option<&Mount> {
        mount::nearest(&self.mounts, path)
    }
}

/// Enough for large builds, too little for a fork bomb to take the machine; no core dumps,
/// which would put the jail's memory on the host's disk.
fn rlimits(lockdown: bool) -> spec::Rlimits {
    if lockdown {
        spec::Rlimits { nproc: 1024, nofile: 4096, core: 0 }
    } else {
        spec::Rlimits { nproc: 4096, nofile: 65536, core: 0 }
    }
}
