//! The only prober: what this host has of what the settings ask for.
//!
//! Nothing is looked up that the plan does not use, and a directory is read once instead of
//! being asked name by name: every launch pays for what happens here.

pub mod agent;
pub mod bubblewrap;
pub mod builder;
pub mod command;
pub mod display;
pub mod doors;
pub mod git;
pub mod git_config;
pub mod home;
pub mod links;
pub mod look;
pub mod machine;
pub mod maps;
pub mod mise;
pub mod mount_points;
pub mod protect;
pub mod repositories;
pub mod sockets;
pub mod system;
pub mod watch;

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use nix::sys::stat::{SFlag, fstat};

use crate::config;
use crate::error::Error;
use crate::policy::system::System;
use crate::policy::{self, Os};
use crate::settings::Settings;
use crate::views::status::HostFacts;
use display::{Display, Withheld};
use doors::Door;
use home::{Entry, Home};
use links::Located;
use maps::{Map, Missing};
use protect::Protection;
use system::{Place, RootEntry};

/// The environment of this process, read once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    /// What this process was started with.
    pub fn inherited() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The value of a variable that holds an absolute path.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).map(Path::new).filter(|path| path.is_absolute())
    }

    /// All variables, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(key, value)| (key.as_os_str(), value.as_os_str()))
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// Where the run starts: known before any configuration is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The project: the working directory, without symbolic links.
    pub project: PathBuf,
    /// The project as the user's shell names it, and the links in that name.
    pub named: PathBuf,
    /// Where `named` leads: to `project`.
    pub located: Located,
    /// The home.
    pub home: Home,
    /// The environment.
    pub environment: Environment,
    /// Root runs this.
    pub as_root: bool,
}

impl Origin {
    /// Finds the working directory and the home.
    ///
    /// # Errors
    ///
    /// A working directory that is gone.
    pub fn find(environment: Environment) -> Result<Self, Error> {
        let project = std::env::current_dir().map_err(Error::WorkingDirectory)?;
        // A shell keeps the name under which the user came here; it is only believed where it
        // leads here.
        let leads_here =
            |path: &Path| links::locate(path).ok().filter(|located| located.canonical == project);
        let named = environment
            .path("PWD")
            .and_then(|path| Some((links::absolute(path, Path::new("/")), leads_here(path)?)));
        let (named, located) = named.unwrap_or_else(|| {
            let located = Located { canonical: project.clone(), links: Vec::new() };
            (project.clone(), located)
        });
        let as_root = is_root();
        Ok(Self { project, named, located, home: home(&environment), environment, as_root })
    }

    /// Starts at a canonical path instead of in the working directory.
    pub fn at(project: PathBuf, environment: Environment) -> Self {
        let located = Located { canonical: project.clone(), links: Vec::new() };
        let named = project.clone();
        let as_root = is_root();
        Self { project, named, located, home: home(&environment), environment, as_root }
    }
}

fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}

fn home(environment: &Environment) -> Home {
    home::find(environment.get("HOME"), nix::unistd::getuid().as_raw())
}

/// What one of the three standard descriptors is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stdio {
    /// The caller closed it.
    Closed,
    /// A terminal.
    Terminal,
    /// A directory, from which `openat(2)` reaches the host's whole file system.
    Directory,
    /// A file, pipe, socket or device.
    Other,
}

/// What this host has of what the settings ask for.
#[derive(Debug)]
pub struct Host {
    /// Which system it is.
    pub os: Os,
    /// Our own program, where it is started by its path: on macOS.
    pub ourselves: Option<PathBuf>,
    /// Where the run starts.
    pub origin: Origin,
    /// Standard input, output and error.
    pub stdio: [Stdio; 3],
    /// Entries of `/`.
    pub root: Vec<(RootEntry, &'static str)>,
    /// Deeper program places.
    pub deeper: Vec<Place>,
    /// Where the chains of `/etc` end.
    pub chains: Vec<Place>,
    /// What to mask.
    pub masks: Vec<System>,
    /// What root itself must not write.
    pub root_settings: Vec<System>,
    /// Entries of the home that the tables speak of; none in lockdown.
    pub entries: Vec<Entry>,
    /// Where mise will record trust, if it has recorded nothing yet.
    pub missing_mise_state: Option<PathBuf>,
    /// GPU devices.
    pub gpu: Vec<(PathBuf, &'static str)>,
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
    /// Sockets of the host's programs, canonical.
    pub sockets: Vec<PathBuf>,
    /// Certificate files that variables name.
    pub certificates: Vec<Place>,
    /// Where trust is recorded, links resolved; it need not exist.
    pub trust_records: Option<PathBuf>,
    /// Whether the project has an `.ai-jail` of its own.
    pub project_file: bool,
    /// The repository of a worktree or submodule.
    pub git_common: Option<PathBuf>,
    /// Where the command is, as named and where that leads.
    pub command: Option<(PathBuf, Located)>,
    /// The agent that the command is, if it is one that the tables know.
    pub agent: Option<agent::Running>,
    /// mise, where it is wanted and has something to do.
    pub mise: Option<mise::Mise>,
    /// Maps whose source exists.
    pub maps: Vec<Map>,
    /// Maps whose source cannot be had.
    pub missing: Vec<Missing>,
    /// What the host runs later; nothing in lockdown, where nothing of it can be written.
    pub protection: Protection,
}

impl Host {
    /// Looks up what `settings` ask for.
    pub fn probe(origin: Origin, settings: &Settings) -> Self {
        let lockdown = settings.lockdown.value;
        let real_home = origin.home.real().filter(|_| !lockdown);
        let environment = &origin.environment;
        let wanted = |switch: bool| switch && !lockdown;
        let runtime = if lockdown { None } else { display::runtime_directory(environment) };
        let keys = display::keys_file(environment, real_home);
        let (maps, missing) =
            if lockdown { Default::default() } else { find_maps(&origin, settings) };
        let entries = real_home.map(home::entries).unwrap_or_default();
        let protection =
            if lockdown { Protection::default() } else { protect::find(&origin, &entries, &maps) };
        let program = &settings.command.value[0];
        let command = command::find(program, environment.get("PATH"), &origin.project);
        Self {
            os: Os::of_this_build(),
            ourselves: ourselves(),
            // One that is not there keeps no state.
            agent: command.as_ref().and_then(|_| agent::find(program, &origin, &entries, lockdown)),
            stdio: stdio(),
            root: system::root_entries(),
            deeper: system::deeper(),
            chains: system::chains(),
            masks: system::masks(lockdown),
            missing_mise_state: mise::missing_state(&origin, &entries),
            root_settings: system::root_settings(),
            entries,
            gpu: if wanted(settings.gpu.value) { system::gpu_devices() } else { Vec::new() },
            display: if wanted(settings.display.value) {
                display::display(environment, keys.as_deref())
            } else {
                Display::default()
            },
            x11_sockets: is_directory(Path::new(policy::display::X11_SOCKETS)),
            withheld: display::withheld(runtime.as_ref(), keys),
            runtime,
            docker: if lockdown { Vec::new() } else { doors::docker(environment, real_home) },
            sockets: sockets::listening(&origin.project),
            certificates: if lockdown { Vec::new() } else { certificates(environment) },
            trust_records: trust_records(&origin.home),
            project_file: is_file(&origin.project.join(config::FILE_NAME)),
            git_common: git::common_directory(&origin.project),
            command,
            mise: if wanted(settings.mise.value) { mise::find(&origin, &maps) } else { None },
            maps,
            missing,
            protection,
            origin,
        }
    }
}

/// What `status` says of this host.
pub fn facts(origin: &Origin) -> HostFacts {
    let environment = &origin.environment;
    HostFacts {
        gpu: !system::gpu_devices().is_empty(),
        docker: !doors::docker(environment, origin.home.real()).is_empty(),
        display: display::is_there(environment),
        mise: mise::program(origin).is_some(),
        mise_has_work: mise::find(origin, &[]).is_some(),
    }
}

fn trust_records(home: &Home) -> Option<PathBuf> {
    config::map::resolve(&home.real()?.join(policy::home::TRUST_RECORDS))
}

/// Linux starts us by a descriptor.
fn ourselves() -> Option<PathBuf> {
    if Os::of_this_build() == Os::Linux {
        return None;
    }
    std::env::current_exe().and_then(std::fs::canonicalize).ok()
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
fn certificates(environment: &Environment) -> Vec<Place> {
    let place = |name: &&str| {
        let located = links::locate(environment.path(name)?).ok()?;
        Some(Place { located, reason: "TLS certificates" })
    };
    let mut places: Vec<Place> = policy::env::CERTIFICATES.iter().filter_map(place).collect();
    places.dedup();
    places
}

/// The state of the three standard descriptors.
fn stdio() -> [Stdio; 3] {
    let closed = stage2::sys::closed_at_start();
    [
        stream(closed[0], std::io::stdin().as_fd()),
        stream(closed[1], std::io::stdout().as_fd()),
        stream(closed[2], std::io::stderr().as_fd()),
    ]
}

fn stream(closed: bool, descriptor: BorrowedFd) -> Stdio {
    if closed {
        return Stdio::Closed;
    }
    if descriptor.is_terminal() {
        return Stdio::Terminal;
    }
    let is_directory = fstat(descriptor).is_ok_and(|status| {
        SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR
    });
    if is_directory { Stdio::Directory } else { Stdio::Other }
}
