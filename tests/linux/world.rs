//! A home with a project in it on a Linux whose other places are always the same.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ai_jail::cli::Cli;
use ai_jail::config::{self, Paths};
use ai_jail::error::Error;
use ai_jail::host::bubblewrap::Bubblewrap;
use ai_jail::host::builder::Builder;
use ai_jail::host::display::Display;
use ai_jail::host::links::Located;
use ai_jail::host::system::{RootEntry, SystemPlace};
use ai_jail::host::{Environment, Host, Origin, Stdio};
use ai_jail::plan::Plan;
use ai_jail::policy::{Os, devices, system};
use ai_jail::views::{dry_run, verbose};

use crate::support::tree::Tree;

/// What stands for the world's root in what is compared.
const ROOT: &str = "/w";

/// The world.
pub struct World {
    tree: Tree,
    home: PathBuf,
    project: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// What comes of a command line.
pub struct Jail {
    /// The lines of `-v` about the world's places.
    pub lines: Vec<String>,
    /// The command of `--dry-run`.
    pub command: String,
}

impl World {
    pub fn new() -> Self {
        let tree = Tree::below(&std::env::temp_dir(), "linux-");
        let home = tree.directory("home");
        let project = tree.directory("home/project");
        let bin = tree.directory("bin");
        let environment =
            [("HOME".into(), home.clone().into_os_string()), ("PATH".into(), bin.into_os_string())];
        tree.script("bin/true", "#!/bin/sh\n");
        Self { tree, home, project, environment: environment.into() }
    }

    /// Makes what a line of a case says.
    pub fn make(&mut self, what: &str, rest: &str) {
        let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
        match what {
            // `\n` stands for a line feed.
            "file" => {
                let root = self.tree.root().to_string_lossy().into_owned();
                self.tree.file(first, second.replace("\\n", "\n").replace(ROOT, &root));
            }
            "script" => drop(self.tree.script(first, "#!/bin/sh\n")),
            "directory" => drop(self.tree.directory(rest)),
            "link" => {
                let (path, target) = rest.split_once(" -> ").expect("link PATH -> TARGET");
                let target = target.replace(ROOT, &self.tree.root().to_string_lossy());
                self.tree.link(target, path);
            }
            "variable" => {
                let (name, value) = rest.split_once('=').expect("variable NAME=VALUE");
                let value = value.replace(ROOT, &self.tree.root().to_string_lossy());
                self.environment.push((name.into(), value.into()));
            }
            _ => panic!("an unknown line: {what} {rest}"),
        }
    }

    /// Runs the pipeline up to the command.
    pub fn jail(&self, words: &[String]) -> Result<Jail, String> {
        let shown = |text: &str| text.replace(&*self.tree.root().to_string_lossy(), ROOT);
        let words =
            words.iter().map(|word| word.replace(ROOT, &self.tree.root().to_string_lossy()));
        let words = [OsString::from("ai-jail")].into_iter().chain(words.map(OsString::from));
        let cli = Cli::parse(&words.collect::<Vec<_>>()).map_err(|error| error.to_string())?;
        let paths = Paths::new(&self.project, Some(&self.home));
        let loaded = config::load(&paths, cli.clean).map_err(|error| shown(&error.to_string()))?;
        let settings = config::resolve(&cli, &loaded);
        let environment: Environment = self.environment.iter().cloned().collect();
        let origin = Origin::at(self.project.clone(), environment);
        let host = ordinary(Host::probe(origin, &settings));
        let plan = Plan::new(&settings, &host).map_err(|error: Error| shown(&error.to_string()))?;
        let lines = verbose::lines(&plan).into_iter().map(|line| shown(&line));
        let lines = lines.filter(|line| line.starts_with(ROOT)).collect();
        let builder = Builder::Bubblewrap(Bubblewrap {
            path: "/usr/bin/bwrap".into(),
            bind_fd: true,
            disable_userns: true,
        });
        let command = dry_run::command(&plan, &host, &builder, Path::new("/usr/bin/ai-jail"));
        let command = command.map_err(|error| shown(&error.to_string()))?;
        let command = String::from_utf8(command).expect("the names of cases are UTF-8");
        Ok(Jail { lines, command: shown(&command) })
    }
}

/// What the prober has found, with the places outside of the world as every Linux has them.
fn ordinary(mut host: Host) -> Host {
    let row = |path: &str| {
        let rows = system::ROOT.iter().chain(system::CHAINS);
        *rows.into_iter().find(|row| row.path == path).expect("a row of the tables")
    };
    let directory = |path: &'static str| (RootEntry::Directory(path.into()), row(path));
    host.os = Os::Linux;
    host.ourselves = None;
    host.user_temporary = None;
    host.origin.as_root = false;
    host.stdio = [Stdio::Other; 3];
    host.handed = Vec::new();
    host.root = vec![
        directory("/usr"),
        (RootEntry::Link("/bin".into(), "usr/bin".into()), row("/bin")),
        directory("/etc"),
        directory("/sys"),
    ];
    host.deeper = Vec::new();
    host.chains = vec![SystemPlace {
        located: Located { canonical: "/run/resolv.conf".into(), links: Vec::new() },
        row: row("/etc/resolv.conf"),
    }];
    host.masks = system::MASKS.iter().filter(|row| row.path == "/sys/firmware").copied().collect();
    host.proc_masks = Vec::new();
    host.root_settings = Vec::new();
    host.hosts = None;
    host.ssh_settings = Vec::new();
    host.gpu = Vec::new();
    host.display = Display::default();
    host.x11_sockets = false;
    host.docker = Vec::new();
    host.landlock_guards_sockets = false;
    host.sockets = Vec::new();
    host.unified_cgroups = true;
    host.queues = Some(devices::QUEUES);
    host
}
