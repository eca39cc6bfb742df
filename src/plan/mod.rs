//! The plan: everything the jail will be, decided and with its reasons, before anything is done.
//!
//! `--dry-run`, `--verbose`, `status` and `--explain` are views of it.

mod arrange;
mod conceal;
mod display;
mod environment;
mod first_start;
mod gather;
mod git;
mod home;
mod lacking;
mod landlock;
mod link_out;
mod linux;
mod logins;
mod macos;
mod maps;
mod mise;
pub mod mount;
pub mod mount_points;
mod moved;
mod named_links;
pub mod network;
mod own_home;
mod pin;
mod program;
mod protect;
mod shown;
mod sockets;
mod system;
mod terminal;
mod way;
mod write_back;

use std::ffi::OsString;
use std::os::fd::RawFd;
use std::path::PathBuf;

use stage2::spec;

use crate::error::Error;
use crate::facts::Layers;
pub use crate::facts::{Facts, Inheritance};
use crate::fields::Switch;
use crate::host::Host;
use crate::host::agent_links::AgentLink;
use crate::host::held::Target;
use crate::host::named::NamedDirectory;
use crate::policy::Os;
use crate::policy::place::Place;
use crate::settings::Settings;
pub use environment::{EnvEdit, secrets};
pub use logins::EmptyLogin;
pub use macos::{MacOs, Rule, RuleKind};
pub use mise::MiseStep;
pub use mount::{Access, Authority, Content, Kind, Mount, MountKind};
pub use network::Network;
pub use shown::{AnyKind, Shown};
use system::System;
pub use terminal::Terminal;
pub use write_back::{Guarded, Merge, WriteBack};

/// The hostname in the jail.
pub const HOSTNAME: &str = "ai-sandbox";

/// Everything the jail will be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Plan {
    /// What the jail has, in the words of the system that it is for.
    pub places: Places,
    /// What was left out on purpose, for `-v` and `--explain`.
    pub withheld: Vec<Withheld>,
    /// Changes to the environment.
    pub environment: Vec<EnvEdit>,
    /// The working directory in the jail.
    pub directory: PathBuf,
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Pipes of the caller's shell that the command has besides its three; none in lockdown.
    pub handed: Vec<RawFd>,
    /// What no single place says: where the environment begins, how strict it is.
    pub facts: Facts,
    /// The network.
    pub network: Network,
    /// Whether nothing in `/proc` can be written to: the kernel lets root set it up there without
    /// asking for any capability, the machine's `core_pattern` for one.
    pub proc_is_read_only: bool,
    /// Whether the jail has a control-group namespace of its own. With version 1 of the control
    /// groups the paths in it fit none of the host's mounts below `/sys`, and the JVM ends with an
    /// exception when it looks up its memory.
    pub cgroup_namespace: bool,
    /// The command's controlling terminal.
    pub terminal: Terminal,
    /// The resource limits.
    pub rlimits: Option<spec::Rlimits>,
    /// The Landlock rules.
    pub landlock: Option<spec::Landlock>,
    /// The system-call filter.
    pub seccomp: Option<spec::Seccomp>,
    /// What mise does before the command starts.
    pub mise: Option<MiseStep>,
    /// Files of which the jail has copies.
    pub write_back: Vec<WriteBack>,
    /// Logins that are empty in the jail, and that nothing stands for.
    pub empty_logins: Vec<EmptyLogin>,
    /// Directories of the jails' own home that are mounted: they have to be there.
    pub own: Vec<PathBuf>,
    /// Where the jail will write beside what the tables say of the home: no later run believes a link
    /// there.
    pub writes: Vec<PathBuf>,
    /// What the user should know before the run.
    pub warnings: Vec<String>,
    /// Maps, as typed, that no file may ask for: they open a hidden place.
    pub only_typed: Vec<OsString>,
}

/// What a jail has of files and directories; parents stand before children.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Places {
    /// Mounts, in the order of mounting.
    Linux(Vec<Mount>),
    /// Rules, and what a profile says besides.
    MacOs(MacOs),
}

/// Something of the host that is deliberately not in the jail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withheld {
    /// Where it is on the host.
    pub path: PathBuf,
    /// The row of what no jail has, where one speaks of it.
    pub row: Option<Place>,
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
        match host.os {
            Os::Linux => Self::on_linux(settings, host),
            Os::MacOs => Self::on_macos(settings, host),
        }
    }

    fn on_linux(settings: &Settings, host: &Host) -> Result<Self, Error> {
        let facts = Facts::of(settings);
        let Ordered { mounts, rest } = order::<MountKind>(settings, facts, host)?;
        let as_root = host.origin.as_root;
        let rules = || landlock::rules(&mounts, facts.is_strict(), as_root);
        let is_guarded = host.landlock_guards_sockets && settings.is_on(Switch::Landlock);
        let seccomp = match facts.layers {
            Layers::Usual => spec::Seccomp::Default,
            Layers::Strict if is_guarded => spec::Seccomp::Lockdown,
            Layers::Strict => spec::Seccomp::Sealed,
        };
        Ok(Self {
            landlock: settings.is_on(Switch::Landlock).then(rules),
            seccomp: settings.is_on(Switch::Seccomp).then_some(seccomp),
            write_back: write_back::files(host, &mounts, facts),
            empty_logins: logins::empty(host, &mounts, |name| {
                environment::gives(&rest.environment, &host.origin.environment, name)
            }),
            ..Self::of(settings, facts, host, rest, Places::Linux(mounts))
        })
    }

    fn on_macos(settings: &Settings, host: &Host) -> Result<Self, Error> {
        let facts = Facts::of(settings);
        let Ordered { mounts, rest } = order::<RuleKind>(settings, facts, host)?;
        let macos = MacOs::decide(host, mounts, &rest.given, facts);
        Ok(Self::of(settings, facts, host, rest, Places::MacOs(macos)))
    }

    /// What is the same on every system.
    fn of(settings: &Settings, facts: Facts, host: &Host, rest: Rest, places: Places) -> Self {
        Self {
            places,
            facts,
            network: rest.network,
            environment: rest.environment,
            directory: host.origin.named.clone(),
            command: settings.command.value.clone(),
            handed: if facts.is_strict() { Vec::new() } else { host.handed.clone() },
            proc_is_read_only: host.origin.as_root,
            cgroup_namespace: host.unified_cgroups,
            terminal: Terminal::decide(settings, facts, host),
            rlimits: settings.is_on(Switch::Rlimits).then(|| rlimits(facts)),
            landlock: None,
            seccomp: None,
            mise: rest.mise,
            write_back: Vec::new(),
            empty_logins: Vec::new(),
            withheld: rest.withheld,
            own: rest.own,
            writes: rest.writes,
            warnings: rest.warnings,
            only_typed: rest.only_typed,
        }
    }

    /// The system that the jail is for.
    pub fn os(&self) -> Os {
        match self.places {
            Places::Linux(_) => Os::Linux,
            Places::MacOs(_) => Os::MacOs,
        }
    }

    /// The mounts; a jail on macOS has none.
    pub fn mounts(&self) -> &[Mount] {
        self.places.mounts()
    }

    /// What a profile says; a jail on Linux has none.
    pub fn macos(&self) -> Option<&MacOs> {
        match &self.places {
            Places::Linux(_) => None,
            Places::MacOs(macos) => Some(macos),
        }
    }

    /// Directories that the environment names and that the jail does not have; the rules of macOS
    /// let everything be read that they do not refuse.
    pub fn lacking<'a>(&self, host: &'a Host) -> Vec<&'a NamedDirectory> {
        match &self.places {
            Places::Linux(mounts) => lacking::directories(mounts, host),
            Places::MacOs(_) => Vec::new(),
        }
    }

    /// Links of the agent that is run which lead to what the jail does not have.
    pub fn lacking_links<'a>(&self, host: &'a Host) -> Vec<&'a AgentLink> {
        let links = host.agent.as_ref().map_or(&[][..], |agent| &agent.linked);
        match &self.places {
            Places::Linux(mounts) => lacking::links(mounts, links),
            Places::MacOs(macos) => lacking::links(&macos.rules, links),
        }
    }

    /// The host's files with settings of git that the jail can read and not change.
    pub fn held_settings(&self) -> Vec<PathBuf> {
        protect::held_settings(self.mounts())
    }

    /// What to look at after the run, because the host would run it.
    pub fn watched(&self, host: &Host) -> Vec<Target> {
        match &self.places {
            Places::Linux(mounts) => protect::watched(mounts, self.facts, host),
            Places::MacOs(macos) => protect::watched(&macos.rules, self.facts, host),
        }
    }
}

impl Places {
    /// The mounts; macOS has none.
    pub fn mounts(&self) -> &[Mount] {
        match self {
            Self::Linux(mounts) => mounts,
            Self::MacOs(_) => &[],
        }
    }

    /// Leaves out some of the mounts.
    pub fn retain_mounts(&mut self, keep: impl FnMut(&Mount) -> bool) {
        if let Self::Linux(mounts) = self {
            mounts.retain(keep);
        }
    }
}

/// The mounts of a plan in their order, and what was decided on the way.
struct Ordered<K> {
    mounts: Vec<Mount<K>>,
    rest: Rest,
}

/// What does not depend on the kind of the places.
struct Rest {
    network: Network,
    environment: Vec<EnvEdit>,
    mise: Option<MiseStep>,
    given: Vec<PathBuf>,
    withheld: Vec<Withheld>,
    own: Vec<PathBuf>,
    writes: Vec<PathBuf>,
    warnings: Vec<String>,
    only_typed: Vec<OsString>,
}

/// Gathers what everybody wants and puts it in order.
fn order<K: System>(settings: &Settings, facts: Facts, host: &Host) -> Result<Ordered<K>, Error> {
    let mut gathered = gather::gather::<K>(settings, facts, host)?;
    let mise = mise::decide(&mut gathered, settings, host);
    let network = Network::decide(settings, host, &mut gathered.warnings);
    let own_home = host.own_home.as_ref().map(|own| own.root.as_path());
    let mounts = arrange::arrange(gathered.mounts, &gathered.hidden, own_home);
    let mounts = sockets::mask(mounts, &host.sockets, &gathered.given, facts);
    let mounts = conceal::cover(mounts, &host.concealed)?;
    let mounts = pin::all(mounts);
    let environment = environment::edits(settings, facts, host, &mounts, mise.is_some());
    let own = own_home::directories(&mounts, own_home);
    let mut warnings = gathered.warnings;
    warnings.extend(host.concealed.warnings.iter().cloned());
    let rest = Rest {
        network,
        environment,
        mise,
        given: gathered.given,
        withheld: gathered.withheld,
        own,
        writes: gathered.writes,
        warnings,
        only_typed: gathered.only_typed,
    };
    Ok(Ordered { mounts, rest })
}

/// Enough for large builds, too little for a fork bomb to take the machine; no core dumps,
/// which would put the jail's memory on the host's disk.
fn rlimits(facts: Facts) -> spec::Rlimits {
    if facts.is_strict() {
        spec::Rlimits { nproc: 1024, nofile: 4096, core: 0 }
    } else {
        spec::Rlimits { nproc: 4096, nofile: 65536, core: 0 }
    }
}
