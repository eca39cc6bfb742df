//! Everything that the plan asks of the host, looked up.

use std::os::fd::RawFd;
use std::path::{Path, PathBuf};

use super::around::{self, Around};
use super::concealed::{self, Concealed};
use super::display::{self, Display, Withheld};
use super::doors::{self, Door};
use super::environment::Environment;
use super::git_elsewhere::{self, Elsewhere};
use super::home::{self, Dangling, Entry, Home, Listed};
use super::links::{self, Located};
use super::maps::{self, Map, Missing};
use super::moved::{self, Moved};
use super::named::{self, NamedDirectory};
use super::origin::Origin;
use super::own_home::{self, OwnHome};
use super::protect::{self, Protection};
use super::secrets::{self, Secret};
use super::ssh_settings::Included;
use super::stdio::{self, Stdio};
use super::system::{self, NameFile, RootEntry, SystemPlace};
use super::unanswered::{self, Unanswered};
use super::written::Written;
use super::{agent, command, git, handed, mise, pnpm, sockets, ssh_settings, temporary};
use crate::facts::{Facts, Writes};
use crate::fields::{Net, Switch};
use crate::policy::place::{Place, place};
use crate::policy::{self, Os};
use crate::settings::Settings;

/// Only the unified hierarchy has this file in its root; `cgroups(7)`.
const UNIFIED_CGROUPS: &str = "/sys/fs/cgroup/cgroup.controllers";

/// Only a kernel with message queues has settings for them; `mq_overview(7)`.
const QUEUES: &str = "/proc/sys/fs/mqueue";

/// What this host has of what the settings ask for.
#[derive(Debug)]
pub struct Host {
    /// Which system it is.
    pub os: Os,
    /// Our own program, where it is started by its path: on macOS.
    pub ourselves: Option<PathBuf>,
    /// What macOS gives this user for temporary files, where it is macOS.
    pub user_temporary: Option<PathBuf>,
    /// The directory that a jail on macOS will have for temporary files of its own.
    pub own_temporary: Option<PathBuf>,
    /// Where the run starts.
    pub origin: Origin,
    /// Standard input, output and error.
    pub stdio: [Stdio; 3],
    /// Pipes of the caller's shell that the command names.
    pub handed: Vec<RawFd>,
    /// Entries of `/`.
    pub root: Vec<(RootEntry, Place)>,
    /// Deeper program places.
    pub deeper: Vec<SystemPlace>,
    /// Where the chains of `/etc` end.
    pub chains: Vec<SystemPlace>,
    /// The files of name resolution, where the jail gets its own.
    pub name_resolution: Vec<(NameFile, PathBuf)>,
    /// `hosts(5)` and what it says, where the jail does not get its own.
    pub hosts: Option<(PathBuf, Vec<u8>)>,
    /// What ssh's settings of the system include.
    pub ssh_settings: Vec<Included>,
    /// What to mask.
    pub masks: Vec<Place>,
    /// Files of `/proc` to mask.
    pub proc_masks: Vec<Place>,
    /// What root itself must not write.
    pub root_settings: Vec<Place>,
    /// Entries of the home that the tables speak of; none in lockdown.
    pub entries: Vec<Entry>,
    /// Places of the home that no jail may see and that lead nowhere; none in lockdown.
    pub dangling: Vec<Dangling>,
    /// Entries that nobody answers for, and which are left out.
    pub unanswered: Vec<Unanswered>,
    /// Where mise will record trust, if it has recorded nothing yet.
    pub missing_mise_state: Option<PathBuf>,
    /// GPU devices.
    pub gpu: Vec<(PathBuf, Place)>,
    /// The display.
    pub display: Display,
    /// Whether [`policy::display::X11_SOCKETS`] is a directory.
    pub x11_sockets: bool,
    /// Where `XDG_RUNTIME_DIR` leads; `None` in lockdown.
    pub runtime: Option<Located>,
    /// What of the desktop no jail gets.
    pub withheld: Vec<Withheld>,
    /// Docker sockets. Looked up without `--docker` too: those inside a mounted directory are
    /// masked then.
    pub docker: Vec<Door>,
    /// Whether Landlock keeps a jail from connecting to Unix sockets of the host; asked in lockdown
    /// alone.
    pub landlock_guards_sockets: bool,
    /// Sockets of the host's programs, canonical.
    pub sockets: Vec<PathBuf>,
    /// Certificate files that variables name.
    pub certificates: Vec<SystemPlace>,
    /// Directories that the environment names; none in lockdown, which keeps them away.
    pub named: Vec<NamedDirectory>,
    /// Places of secrets that the environment names.
    pub secrets: Vec<Secret>,
    /// Where trust is recorded, links resolved; it need not exist.
    pub trust_records: Option<PathBuf>,
    /// Where jails could write in earlier runs, beside what the tables say of the home.
    pub written: Written,
    /// The repository of a worktree or submodule.
    pub git_common: Option<PathBuf>,
    /// The repository around the project.
    pub around: Option<Around>,
    /// What git needs besides, of what nobody but the project vouches for.
    pub git_elsewhere: Vec<Elsewhere>,
    /// Where the command is, as named and where that leads.
    pub command: Option<(PathBuf, Located)>,
    /// The agent that the command is, if it is one that the tables know.
    pub agent: Option<agent::Running>,
    /// Directories of agents that no jail may make, and those that the command cannot make in one; none
    /// in lockdown.
    pub absent: Vec<agent::Absent>,
    /// mise, where it is wanted and has something to do.
    pub mise: Option<mise::MiseProgram>,
    /// The home that the jails have of their own, where one is wanted.
    pub own_home: Option<OwnHome>,
    /// Where the jail has its message queues, if the kernel has any.
    pub queues: Option<Place>,
    /// Whether the host's control groups are of version 2 alone.
    pub unified_cgroups: bool,
    /// Where pnpm keeps packages, where the jail shall go on with the host's.
    pub pnpm_store: Option<PathBuf>,
    /// Maps whose source exists.
    pub maps: Vec<Map>,
    /// Maps whose source cannot be had.
    pub missing: Vec<Missing>,
    /// Directories that variables name.
    pub moved: Vec<Moved>,
    /// What of the project is masked or denied.
    pub concealed: Concealed,
    /// What the host runs later; nothing in lockdown, where nothing of it can be written.
    pub protection: Protection,
}

impl Host {
    /// Looks up what `settings` ask for.
    pub fn probe(origin: Origin, settings: &Settings) -> Self {
        let facts = Facts::of(settings);
        let alone = facts.is_alone();
        let real_home = origin.home.real().filter(|_| !alone);
        let environment = &origin.environment;
        let runtime = if alone { None } else { display::runtime_directory(environment) };
        let keys = display::keys_file(environment, real_home);
        let (maps, missing) = if alone { Default::default() } else { find_maps(&origin, settings) };
        let Listed { mut entries, dangling } = real_home.map(home::list).unwrap_or_default();
        let unanswered = unanswered::take_out(&mut entries);
        let git_common = git::common_directory(&origin.project);
        let around = around::find(&origin);
        let directory = around.as_ref().map(|around| around.directory.as_path());
        let directory = git_common.as_deref().or(directory);
        let program = &settings.command.value[0];
        let mut protection = if alone {
            Protection::default()
        } else {
            protect::find(program, &origin, &entries, &maps, around.as_ref())
        };
        let moved = if alone { Vec::new() } else { moved::find(&origin) };
        protection.held.extend(moved.iter().flat_map(|moved| moved.held.iter().cloned()));
        let command = command::find(program, environment.get("PATH"), &origin.project);
        // An agent that is not there keeps no state.
        let words = &settings.command.value;
        let agent = command.as_ref().and_then(|_| agent::find(words, &origin, &entries, facts));
        let records = trust_records(&origin.home);
        let own_home = own_home(facts, records.as_deref(), &origin, &entries);
        let mut absent = if alone { Vec::new() } else { agent::absent(&origin, &entries) };
        if own_home.is_some() {
            absent = agent::absent_of(agent.as_ref(), absent);
        }
        if command.is_some() && !alone {
            absent.extend(agent::made_on_first_start(program, &origin));
        }
        Self {
            os: Os::of_this_build(),
            ourselves: ourselves(),
            user_temporary: user_temporary(),
            own_temporary: match Os::of_this_build() {
                Os::Linux => None,
                Os::MacOs => temporary::own(),
            },
            agent,
            absent,
            stdio: stdio::all(),
            handed: handed::pipes(&settings.command),
            root: system::root_entries(),
            deeper: system::deeper(),
            chains: system::chains(),
            name_resolution: match settings.network.net.value {
                Net::Filtered => system::name_resolution(),
                Net::None | Net::Host => Vec::new(),
            },
            hosts: match settings.network.net.value {
                Net::Filtered => None,
                Net::None | Net::Host => system::hosts(),
            },
            ssh_settings: if alone { Vec::new() } else { ssh_settings::included() },
            masks: system::masks(facts),
            missing_mise_state: mise::missing_state(&origin, &entries),
            proc_masks: system::proc_masks(),
            root_settings: system::root_settings(),
            dangling,
            unanswered,
            gpu: if settings.is_on(Switch::Gpu) { system::gpu_devices() } else { Vec::new() },
            display: if settings.is_on(Switch::Display) {
                display::display(environment, keys.as_deref())
            } else {
                Display::default()
            },
            x11_sockets: is_directory(Path::new(policy::display::X11_SOCKETS)),
            withheld: display::withheld(runtime.as_ref(), keys),
            runtime,
            docker: if alone { Vec::new() } else { doors::docker(environment, real_home) },
            landlock_guards_sockets: alone && landlock_guards_sockets(),
            sockets: sockets::listening(&origin.project),
            certificates: if alone { Vec::new() } else { certificates(environment) },
            named: if alone { Vec::new() } else { named::find(environment) },
            secrets: secrets::find(&origin),
            written: records.as_deref().map(Written::on_record).unwrap_or_default(),
            trust_records: records,
            git_elsewhere: git_elsewhere::find(&origin.project, directory, environment),
            git_common,
            around,
            command,
            mise: if settings.is_on(Switch::Mise) { mise::find(&origin, &maps) } else { None },
            own_home,
            entries,
            queues: is_directory(Path::new(QUEUES)).then_some(policy::devices::QUEUES),
            unified_cgroups: is_file(Path::new(UNIFIED_CGROUPS)),
            pnpm_store: if alone { None } else { pnpm::store(&origin) },
            maps,
            missing,
            moved,
            concealed: concealed::find(&origin.project, settings),
            protection,
            origin,
        }
    }
}

/// The jails' own home, where one is wanted and there is a place for it.
fn own_home(
    facts: Facts,
    records: Option<&Path>,
    origin: &Origin,
    entries: &[Entry],
) -> Option<OwnHome> {
    let records = records.filter(|_| facts.home == Writes::ToOwn)?;
    Some(own_home::find(records, &origin.project, entries))
}

/// The directory of the records, links resolved; it need not exist.
pub fn trust_records(home: &Home) -> Option<PathBuf> {
    links::resolve(&home.real()?.join(policy::own::TRUST_RECORDS))
}

/// Linux starts us by a descriptor.
fn ourselves() -> Option<PathBuf> {
    if Os::of_this_build() == Os::Linux {
        return None;
    }
    std::env::current_exe().and_then(std::fs::canonicalize).ok()
}

#[cfg(target_os = "linux")]
fn landlock_guards_sockets() -> bool {
    use stage2::landlock::{GUARDS_UNIX_SOCKETS, abi};
    abi().is_ok_and(|abi| abi >= GUARDS_UNIX_SOCKETS)
}

#[cfg(not(target_os = "linux"))]
fn landlock_guards_sockets() -> bool {
    false
}

#[cfg(target_os = "macos")]
fn user_temporary() -> Option<PathBuf> {
    stage2::sys::user_temporary_directory()
}

#[cfg(not(target_os = "macos"))]
fn user_temporary() -> Option<PathBuf> {
    None
}

fn is_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

fn find_maps(origin: &Origin, settings: &Settings) -> (Vec<Map>, Vec<Missing>) {
    let mut found = (Vec::new(), Vec::new());
    for setting in &settings.maps {
        match maps::find(setting, &origin.project, origin.home.path()) {
            Ok(map) => found.0.push(map),
            Err(missing) => found.1.push(missing),
        }
    }
    found
}

/// Where the certificate variables lead.
fn certificates(environment: &Environment) -> Vec<SystemPlace> {
    let certificate = |name: &&'static str| {
        let located = links::locate(environment.path(name)?).ok()?;
        Some(SystemPlace { located, row: place(name, "TLS certificates") })
    };
    let mut places: Vec<SystemPlace> =
        policy::env::CERTIFICATES.iter().filter_map(certificate).collect();
    places.dedup();
    places
}
