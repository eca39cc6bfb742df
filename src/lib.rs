//! ai-jail: the front, which runs on the host as the user.
//!
//! [`run`] is the pipeline: parse, load, resolve, probe, plan, render, launch. Each step takes
//! the values of those before it and touches only what its module says.

#![forbid(unsafe_code)]

pub mod agent_state;
pub mod backend;
pub mod bootstrap;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod dry_run;
pub mod error;
pub mod exit;
pub mod explain;
pub mod host;
pub mod json_merge;
pub mod launch;
pub mod messages;
pub mod plan;
pub mod policy;
pub mod remedies;
pub mod settings;
pub mod spec;
pub mod status;
pub mod status_bar;
pub mod text;
pub mod update;
mod views;
pub mod x11;

use std::ffi::OsString;
use std::io::{Write, stdout};

use cli::{Action, Cli, DryRun};
use config::trust::{self, Verdict};
use config::{Loaded, Paths};
use error::Error;
use host::builder::Builder;
use host::{Environment, Host, Origin, mount_points, watch};
use plan::{Mount, Plan};
use settings::Settings;
use stage2::report::FromJail;

/// Stands for `--trust-once` where the command line is not one's own, as in CI.
const TRUST_ONCE: &str = "AI_JAIL_TRUST_ONCE";

/// Runs the command line `arguments`, program name included, and gives the status to end with.
pub fn run(arguments: &[OsString]) -> u8 {
    // It cannot fail: the signal is there and may be set.
    let _ = stage2::sys::signals::hear_of_children();
    let cli = match Cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    act(cli).unwrap_or_else(|error| {
        messages::error(error);
        exit::FAILURE
    })
}

/// clap's own errors; `--help` and `--version` are among them.
fn usage(error: &clap::Error) -> u8 {
    let printed = error.print().is_ok();
    match (error.use_stderr(), printed) {
        (true, _) => exit::USAGE,
        (false, true) => 0,
        (false, false) => exit::FAILURE,
    }
}

/// Does what the command line asks for.
fn act(mut cli: Cli) -> Result<u8, Error> {
    let environment = Environment::inherited();
    cli.trust_once |= environment.get(TRUST_ONCE).is_some_and(|value| value == "1");
    match cli.action.clone() {
        Action::Run => run_command(&cli, environment),
        Action::Status => show_status(&Start::new(&cli, environment)?, &cli),
        Action::Init => init(&Start::new(&cli, environment)?, &cli),
        Action::Trust => trust_project(&Start::new(&cli, environment)?, &cli),
        Action::Completions(shell) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut cli::definition(), "ai-jail", &mut text);
            print(&text)
        }
        Action::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(cli::definition())
                .render(&mut text)
                .map_err(Error::system("the manual page"))?;
            print(&text)
        }
        Action::Bootstrap => write_settings(&cli, environment),
        Action::Explain(path) => views::explain(&Start::new(&cli, environment)?, &cli, &path),
        Action::Doctor => views::doctor(&cli, &environment),
    }
}

/// Where the run starts and what the files say: what every action but the printed ones needs.
struct Start {
    origin: Origin,
    paths: Paths,
    loaded: Loaded,
    verdict: Verdict,
}

impl Start {
    fn new(cli: &Cli, environment: Environment) -> Result<Self, Error> {
        let origin = Origin::find(environment)?;
        let paths = Paths::new(&origin.project, origin.home.real());
        let loaded = config::load(&paths, cli.clean)?;
        let verdict = trust::assess(&loaded, cli, &paths);
        Ok(Self { origin, paths, loaded, verdict })
    }
}

/// The main job.
fn run_command(cli: &Cli, environment: Environment) -> Result<u8, Error> {
    let Start { origin, paths, loaded, verdict } = Start::new(cli, environment)?;
    pass_gate(cli, &loaded, &paths, &verdict)?;
    let settings = settings::resolve(cli, &loaded);
    let mut host = Host::probe(origin, &settings);
    let mut plan = make_plan(&settings, &host)?;
    let builder = Builder::find(&host)?;
    match cli.dry_run {
        Some(DryRun::Command) => {
            if !cli.exec && plan.mounts.iter().any(Mount::is_file) {
                messages::note("the keys to the X11 display are not printed: see docs/display.md");
            }
            let ourselves = std::env::current_exe().map_err(Error::system("our own path"))?;
            return print(&dry_run::command(&plan, &host, &builder, &ourselves));
        }
        Some(DryRun::Json) => return print(dry_run::plan(&plan).as_bytes()),
        None => {}
    }
    // Only now, when the jail is known to be possible: a typing error is not worth remembering.
    let saved = config::save(cli, &loaded, &settings, &paths)?;
    if saved.written.contains(&paths.project_file) && !host.project_file {
        host.project_file = true;
        plan = make_plan(&settings, &host)?;
    }
    if make_agent_state(cli, &host) {
        host = Host::probe(host.origin, &settings);
        plan = make_plan(&settings, &host)?;
    }
    if !cli.exec {
        saved.warnings.iter().chain(&plan.warnings).for_each(messages::warning);
    }
    if cli.verbose {
        messages::plan(&plan);
    }
    // Those who capture a script's output want nothing but errors there.
    let watched = !cli.exec || cli.verbose;
    let before = watched.then(|| watch::Before::look(&plan.watched(&settings, &host), &host));
    let told = |told: &FromJail| messages::progress(told, cli.verbose);
    let status = launch::run(plan, Some(&settings), &host, &builder, &told)?;
    if let Some(before) = before {
        messages::findings(&before.findings());
    }
    Ok(status)
}

/// Makes what the agent that is run keeps its state in, where it is not there yet; says whether
/// there is something new.
fn make_agent_state(cli: &Cli, host: &Host) -> bool {
    let Some((agent, home)) = host.agent.as_ref().zip(host.origin.home.real()) else {
        return false;
    };
    let (made, failed) = agent_state::make_all(home, &agent.missing);
    messages::agent(agent, &made, &failed, cli);
    !made.is_empty()
}

/// The plan, less what has no mount point.
fn make_plan(settings: &Settings, host: &Host) -> Result<Plan, Error> {
    let mut plan = Plan::new(settings, host)?;
    mount_points::check(&mut plan)?;
    Ok(plan)
}

/// Asks the user about a project file that nobody has agreed to, or stops.
fn pass_gate(cli: &Cli, loaded: &Loaded, paths: &Paths, verdict: &Verdict) -> Result<(), Error> {
    // The terminal is opened only where there is something to ask.
    let terminal = if verdict.applies() { None } else { config::terminal() };
    let halves = terminal.as_ref().map(|terminal| (terminal, terminal));
    match halves {
        Some((mut input, mut output)) => {
            let prompt = config::Prompt { input: &mut input, output: &mut output };
            config::gate(cli, loaded, paths, verdict, Some(prompt))?;
        }
        None => config::gate(cli, loaded, paths, verdict, None)?,
    }
    Ok(())
}

/// `status`: what the files say, and what this host would give.
fn show_status(start: &Start, cli: &Cli) -> Result<u8, Error> {
    let Start { origin, paths, loaded, verdict } = start;
    let settings = settings::resolve(cli, &loaded.restrained(verdict));
    let facts = host::facts(origin);
    let report = status::Report::new(paths, loaded, verdict, &settings, facts);
    if cli.json {
        let text =
            report.json().map_err(|error| Error::System { what: "status", error: error.into() })?;
        return print(format!("{text}\n").as_bytes());
    }
    print(report.to_string().as_bytes())
}

/// `--init`: saves and runs nothing.
fn init(start: &Start, cli: &Cli) -> Result<u8, Error> {
    let Start { paths, loaded, .. } = start;
    let settings = settings::resolve(cli, loaded);
    let saved = config::save(cli, loaded, &settings, paths)?;
    saved.warnings.iter().for_each(messages::warning);
    for path in &saved.written {
        messages::note(format!("wrote {}", text::visible(path)));
    }
    if saved.written.is_empty() && cli.dry_run.is_none() {
        messages::note("nothing to change");
    }
    Ok(0)
}

/// `--trust`: shows what the project's file would allow, and remembers that the user agrees.
fn trust_project(start: &Start, cli: &Cli) -> Result<u8, Error> {
    let Start { paths, loaded, .. } = start;
    let items = trust::confirm(loaded, cli, paths)?;
    if items.is_empty() {
        messages::note("the project's .ai-jail asks for nothing that takes trust");
        return Ok(0);
    }
    messages::note(format!("{} is now trusted. It", text::visible(&paths.project_file)));
    for item in &items {
        messages::note(format!("  - {item}"));
    }
    Ok(0)
}

/// `--bootstrap`: the agents' own settings.
fn write_settings(cli: &Cli, environment: Environment) -> Result<u8, Error> {
    match bootstrap::run(&Origin::find(environment)?, cli)? {
        Some(difference) => print(difference.as_bytes()),
        None => Ok(0),
    }
}

/// Writes a result to standard output.
fn print(text: &[u8]) -> Result<u8, Error> {
    let mut output = stdout().lock();
    output
        .write_all(text)
        .and_then(|()| output.flush())
        .map_err(Error::system("standard output"))?;
    Ok(0)
}
