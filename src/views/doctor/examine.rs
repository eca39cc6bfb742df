//! `--doctor`: looks at everything that decides, and makes a real jail.

use std::cell::RefCell;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use stage2::report::Layers;

use super::{ConfigFile, Examination, Findings, Trial};
use crate::cli::Cli;
use crate::config::trust::{self, Verdict};
use crate::config::{self, Loaded, Paths};
use crate::error::Error;
use crate::exit;
use crate::failure::Failure;
use crate::host::bubblewrap;
use crate::host::builder::Builder;
use crate::host::machine::Machine;
use crate::host::{Environment, Host, Origin, Stdio, command};
use crate::launch::{self, Ended, Notice};
use crate::plan::Plan;
use crate::planned;
use crate::policy::{Os, system};
use crate::settings::Settings;
use crate::views::not_run::Lookup;
use crate::views::{output, progress};

/// Where the trial is made when the working directory can be no project: places that are there
/// on most machines and in which `true` does nothing.
const ELSEWHERE: &[&str] = &["/usr/share", "/usr/lib", "/var/lib", "/srv"];

/// Checks this machine and says what was found.
///
/// # Errors
///
/// There is no place in which it could be tried.
pub fn show(cli: &Cli, environment: &Environment) -> Result<u8, Failure> {
    let examination = Examination::new(&find(cli, environment)?);
    output::show(&examination, cli.json)?;
    Ok(if examination.works { 0 } else { exit::FAILURE })
}

/// Looks at everything.
fn find(cli: &Cli, environment: &Environment) -> Result<Findings, Error> {
    let machine = Machine::probe(environment);
    let term = environment.get("TERM").map(Into::into);
    let (origin, lost) = match Origin::find(environment.clone()) {
        Ok(origin) => (origin, None),
        Err(error) => (elsewhere(environment.clone())?, Some(error)),
    };
    let paths = Paths::new(&origin.project, origin.home.real());
    let (loaded, user_file, project_file) = load(&paths, cli);
    let verdict = trust::assess(&loaded, cli, &paths);
    let mut settings = config::resolve(cli, &loaded.restrained(&verdict));
    settings.command.value = vec!["true".into()];
    let project = origin.project.clone();
    let mise = command::find("mise".as_ref(), origin.environment.get("PATH"), &project);
    let Draft { host, stdio, plan, refused } = Draft::new(origin, &settings)?;
    let builder = Builder::find(&host);
    let trial = match (plan, &builder) {
        (Ok(plan), Ok(builder)) => try_jail(plan, &host, builder),
        (Err(error), Ok(_)) => Trial::Failed(error),
        (_, Err(_)) => Trial::NotTried,
    };
    Ok(Findings {
        machine,
        directory: lost.or(refused).map_or(Ok(project), Err),
        user_file,
        project_file,
        untrusted: match &verdict {
            Verdict::Untrusted(asked) => asked.items.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        },
        settings,
        builder: found(host.os, builder),
        network: launch::try_network(),
        mise: mise.map(|(path, _)| path),
        stdio,
        term,
        trial,
    })
}

/// More about what builds jails here.
fn found(os: Os, builder: Result<Builder, Error>) -> super::Builder {
    match (os, builder) {
        (_, Ok(Builder::Bubblewrap(bubblewrap))) => {
            super::Builder::Bubblewrap(Ok(bubblewrap::details(&bubblewrap)))
        }
        (_, Ok(Builder::SandboxExec(path))) => super::Builder::SandboxExec(Ok(path)),
        (Os::Linux, Err(error)) => super::Builder::Bubblewrap(Err(error)),
        (Os::MacOs, Err(error)) => super::Builder::SandboxExec(Err(error)),
    }
}

/// Both files, each by itself: one that is wrong must not hide what is wrong with the other.
fn load(paths: &Paths, cli: &Cli) -> (Loaded, Option<ConfigFile>, ConfigFile) {
    let file = |path: &Path, read: Result<bool, config::ConfigError>| ConfigFile {
        path: path.to_path_buf(),
        read,
    };
    let user = config::load(paths, true);
    let both = config::load(paths, cli.clean);
    let project = match &user {
        Ok(_) => config::load(paths, cli.clean),
        Err(_) => config::load(&Paths { user_file: None, ..paths.clone() }, cli.clean),
    };
    let user_file = paths.user_file.as_ref();
    let user_file = user_file.map(|path| file(path, user.map(|user| user.user.text.is_some())));
    let project = project.map(|project| project.project.text.is_some());
    let project_file = file(&paths.project_file, project);
    (both.unwrap_or_default(), user_file, project_file)
}

/// A place for the trial that is not the working directory.
fn elsewhere(environment: Environment) -> Result<Origin, Error> {
    let places = ELSEWHERE.iter().filter_map(|place| fs::canonicalize(place).ok());
    let mut usable = places.filter(|place| place.is_dir() && !system::is_taken(place));
    let place = usable.next().ok_or_else(|| Error::WorkingDirectory(ErrorKind::NotFound.into()))?;
    Ok(Origin::at(place, environment))
}

/// Everything up to the launch.
struct Draft {
    /// The host. The trial's command has none of the standard streams: it is to leave the
    /// terminal, and whoever reads from us, alone.
    host: Host,
    /// What the streams are.
    stdio: [Stdio; 3],
    /// The plan, for the working directory or another place.
    plan: Result<Plan, Error>,
    /// Why the working directory can be no project.
    refused: Option<Error>,
}

impl Draft {
    fn new(origin: Origin, settings: &Settings) -> Result<Self, Error> {
        let mut host = Host::probe(origin, settings);
        let stdio = std::mem::replace(&mut host.stdio, [Stdio::Closed; 3]);
        let (plan, refused) = match planned::plan(settings, &host) {
            Err(error @ Error::Project { .. }) => {
                host = Host::probe(elsewhere(host.origin.environment)?, settings);
                host.stdio = [Stdio::Closed; 3];
                (planned::plan(settings, &host), Some(error))
            }
            plan => (plan, None),
        };
        Ok(Self { host, stdio, plan, refused })
    }
}

/// Makes a jail.
fn try_jail(mut plan: Plan, host: &Host, builder: &Builder) -> Trial {
    // Its command needs no tools, and whether the jail works is not a question to mise.
    plan.mise = None;
    let achieved = RefCell::new(Layers::new());
    let directory = plan.directory.clone();
    let lookup = Lookup::new(&plan, host, &|_, _| false);
    let sink = |notice: &Notice| match notice {
        Notice::Layers(layers) => achieved.borrow_mut().clone_from(layers),
        other => progress::tell(other, &lookup, false),
    };
    let status = launch::run(plan, None, host, builder, None, &sink);
    match status {
        Ok(Ended { status, .. }) => Trial::Ran { directory, status, layers: achieved.take() },
        Err(error) => Trial::Failed(error),
    }
}
